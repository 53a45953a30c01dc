"""Ending in order: a word of the system (SIGTERM, Ctrl+C) ends what is being done where it stands.

Steps of the night commit whole batches, so that they may be left at any moment.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

PATIENCE_SECONDS = 20.0
"""What is left goes on for so long at most: spiders that end their requests, a batch that is being judged."""
CUT_OFF = b"cut off\n"
"""What a night that is stopped writes to its spiders' standard input; nobody ever writes anything else there."""
is_cut_off = threading.Event()
"""Set in a spider's process that got it: it keeps what it has, and its run stays open, to be begun again."""


class Stopped(BaseException):
    """This process was asked to end. No step's failure: it passes every boundary for those."""


@contextmanager
def stopping_in_order() -> Iterator[None]:
    """SIGTERM and Ctrl+C raise Stopped in the block, once: a second word changes nothing, the end is near."""
    before = {each: signal.signal(each, _stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped
