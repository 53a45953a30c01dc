"""Two bounds on what a spider's process may hold: beyond the first it ends in order, at the second it gets no more.

What it holds to its end anyway is not looked through for garbage.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.health import Problem, problem_stat

logger = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
ROOM = 1.6
"""Times the first bound: what the system gives the process of data at all. Asking for more is a MemoryError there."""
EVERY_SECONDS = 0.5
REASON = "memory"
LOOK_AFTER = 10_000
"""New objects after which circles of garbage are looked for; Python's own 700 cost a tenth of the processor."""


def bound_memory(limit_mb: int) -> None:
    """Takes the second bound of a spider that may hold so many megabytes."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = int(limit_mb * ROOM) * MEBIBYTE
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def keep_loaded() -> None:
    """All that is there now stays to the end, and is never looked through again for garbage."""
    gc.freeze()
    gc.set_threshold(LOOK_AFTER)
    gc.enable()


@contextmanager
def bound_lifted() -> Iterator[None]:
    """Processes begun in the block are not bound: a browser reserves more than it uses."""
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (before[1], before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def memory_mb(line: str = "VmRSS", process: int | str = "self") -> float:
    """Megabytes in use now (`VmRSS`) or at most so far (`VmHWM`); of another process that has ended 0.

    Where the system does not say, our own at most so far. Not by getrusage elsewhere: it begins with what the parent
    used, whose peak passes to a new process.
    """
    try:
        told = Path("/proc", str(process), "status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0 if process != "self" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    found = re.search(rf"^{line}:\s+(\d+) kB", told, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def peak_memory() -> int:
    """The most that this process has held so far, bytes."""
    return round(memory_mb("VmHWM") * MEBIBYTE)


class MemoryWatch:
    """Scrapy extension that ends a spider which holds more than MEMORY_LIMIT_MB, as `over_limit`."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.limit = crawler.settings.getfloat("MEMORY_LIMIT_MB")
        crawler.signals.connect(self.begin, signal=signals.engine_started)
        crawler.signals.connect(self.end, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make an extension."""
        return cls(crawler)

    def begin(self) -> None:
        """Starts looking."""
        self.task = asyncio.ensure_future(self._watch())

    def end(self) -> None:
        """Stops looking, and says how much it was at most."""
        self.task.cancel()
        spider = getattr(self.crawler.spider, "name", None)
        logger.info("memory source=%s peak_mb=%.0f", spider, memory_mb("VmHWM"))

    async def _watch(self) -> None:
        engine = self.crawler.engine
        while engine is not None:
            held = memory_mb()
            if held > self.limit:
                self._count(held)
                asyncio.ensure_future(engine.close_spider_async(reason=REASON))  # noqa: RUF006 - the engine holds it
                return
            await asyncio.sleep(EVERY_SECONDS)

    def _count(self, held: float) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(problem_stat(Problem.OVER_LIMIT))
        logger.error("memory over its limit source=%s mb=%.0f", getattr(self.crawler.spider, "name", None), held)
