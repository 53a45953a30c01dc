"""The clock of a test and of the programs that it starts, at noon: no day ends while it runs, in UTC or in Belgrade."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import time_machine

from tests.whole.running import AHEAD, CLOCK, ROOT


@contextmanager
def at_noon() -> Iterator[None]:
    """Begins at noon of today, and goes on from there."""
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(noon):
        patch.setenv(AHEAD, f"{(noon - now).total_seconds()}")
        patch.setenv("PYTHONPATH", os.pathsep.join((str(CLOCK), str(ROOT))))
        yield
