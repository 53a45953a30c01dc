"""The figures of a finished run, out of what its spiders counted: of one process, or of several workers together. Pure.

The store judges the source's health by them.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crawler.baseline import Paged
from crawler.health import LEFT_ALONE_STAT, Problem, problem_stat
from crawler.layout import lost_parts
from crawler.manifest import RegisterSource, SourceManifest
from crawler.store.nights import Measured

logger = logging.getLogger(__name__)

READ_STAT = "adwatch/kept/read"
"""Stat: ads kept that were read field by field."""
FIELD_STAT = "adwatch/kept/field/"
"""How the stats begin that count the fields of those."""
ENDS_A_RUN = (Problem.OVER_LIMIT, Problem.CRASHED, Problem.STORE_FAILED)
"""Problems after which pages may be left that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the spiders of a run counted, and how it ended."""

    stats: Callable[[str, int], int]
    """Gives a stat, or the second argument where nothing was counted."""
    memory: int
    """Most that a process held, bytes."""
    timed_out: bool
    """The source's minutes were over."""
    unfetched: bool
    """Something was asked for and not fetched any more."""

    def __getitem__(self, stat: str) -> int:
        return int(self.stats(stat, 0))


def problems_of(counted: Counted, manifest: SourceManifest | None, *, ads: int) -> dict[Problem, int]:
    """The problems met, with those that only the whole run shows; `ads` is how many it brought."""
    found = Counter({problem: counted[problem_stat(problem)] for problem in Problem})
    found[Problem.OVER_LIMIT] += bool(counted["adwatch/pages_left_out"] or counted.timed_out)
    if manifest is not None and not isinstance(manifest, RegisterSource):
        # A run that stops at known ads rightly shows fewer; its source's own baseline judges it.
        stopped = ads and counted["adwatch/stopped_at_known"]
        found[Problem.BELOW_EXPECTED] += ads < manifest.expected.min and not stopped
        found[Problem.ABOVE_EXPECTED] += ads > manifest.expected.max
        found[Problem.LAYOUT_CHANGED] += _has_lost_parts(counted, manifest)
    return {problem: count for problem, count in found.items() if count}


def measured_of(counted: Counted, problems: Mapping[Problem, int], fields: Mapping[str, int]) -> Measured:
    """What the run measured of itself; `fields` count the ads read that had each."""
    return Measured(
        listings=counted["adwatch/listings"],
        read=counted[READ_STAT],
        fields=dict(sorted(fields.items())),
        revisited=counted["adwatch/revisits"],
        bytes=counted["downloader/response_bytes"],
        memory=counted.memory,
        paged=_paged(counted, problems),
    )


def _paged(counted: Counted, problems: Mapping[Problem, int]) -> Paged | None:
    lost = (
        counted["adwatch/listings_lost"]
        or counted[LEFT_ALONE_STAT]
        or any(problem in problems for problem in ENDS_A_RUN)
    )
    if lost or counted.unfetched:
        return None
    return Paged.KNOWN if counted["adwatch/stopped_at_known"] else Paged.END


def _has_lost_parts(counted: Counted, manifest: SourceManifest) -> bool:
    lost = lost_parts(counted.stats, required=manifest.required_fields)
    if lost:
        logger.warning("layout changed source=%s lost=%s", manifest.id, ", ".join(lost))
    return bool(lost)
