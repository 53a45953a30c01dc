"""Whether work costs more than its length, by the processor's time: how fast or busy the machine is does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGER = 4
GROWTH = 6
"""Four times the text may cost four times as much; sixteen times would be the square. Between them lies the noise."""
TRIES = 5
"""Of which one has to show no more than that: noise comes and goes, and what costs the square does so each time."""


def costs_its_length(work: Callable[[int], Callable[[], object]], *, short: int) -> bool:
    """`work` makes what is to be done, for a length."""
    done, longer = work(short), work(LONGER * short)
    return any(_seconds(longer) / min(_seconds(done) for _ in range(2)) < GROWTH for _ in range(TRIES))


def _seconds(done: Callable[[], object]) -> float:
    begun = time.process_time()
    done()
    return time.process_time() - begun
