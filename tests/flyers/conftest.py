"""Pictures are read to the end, however long that takes here."""

from __future__ import annotations

import pytest

from pipelines.flyers.engine import read_picture


@pytest.fixture(autouse=True)
def _time_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a picture that is cut off by time less is read."""
    monkeypatch.setitem(read_picture.__kwdefaults__, "seconds", 600.0)
