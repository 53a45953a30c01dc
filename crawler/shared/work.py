"""Words that a spider alone and one that shares a run both know."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

WORKER_VARIABLE = "ADWATCH_WORKER"
"""Name of the worker whose spider a process is; without it the spider does its run alone."""
LEASE = "adwatch_lease"
"""Key of a request's meta: the id of the shared request that it is, or is another try of."""


@dataclass(slots=True)
class Work:
    """One request that this process took."""

    key: str
    """Of the request, the same whoever takes it."""
    items: list[Any] = field(default_factory=list)
    """What was read from its page; kept, so that each is known by its identity."""
    left: int = 0
    """How many of these the pipeline has not taken yet."""
    counts: Counter[str] = field(default_factory=Counter)
    """Stats counted while its page was read."""


def worker_name() -> str | None:
    """The worker whose spider this process is; None where it does its run alone."""
    return os.environ.get(WORKER_VARIABLE)
