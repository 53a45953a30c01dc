"""Whether a run is as its source's runs are: pure, from the run and those before it. The store keeps what is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from crawler.health import Problem, RunOutcome, failure_class

RUNS = 14
"""So many good runs before this one are what is usual."""
FEWEST_RUNS = 3
"""With fewer nothing is usual yet."""
FEW = 0.5
"""This share of the usual ads, or less, is too little."""
ORDINARY_SHARE = 0.8
"""A field that so many of the ads have is missed when none has it."""
FEWEST_READ = 5
"""Of fewer ads it may be chance: five in a row without a field that four in five have happen once in 3,000 nights."""

ALARMING = (Problem.LAYOUT_CHANGED, Problem.STORE_FAILED, Problem.BELOW_EXPECTED, Problem.ABOVE_EXPECTED)
"""Problems that say something about the whole run."""
EMPTIED = "field_empty:"
"""How the reason begins that names a field which went empty."""


class Paged(StrEnum):
    """How a run came to the end of its listings; not known of one that was cut short or lost a listing."""

    END = "end"
    """All pages were read."""
    KNOWN = "known"
    """It stopped where only known ads stood."""


class HealthState(StrEnum):
    """How a source stands after a night."""

    OK = "ok"
    FLAGGED = "flagged"
    """Something came, or nothing failed, and somebody should look."""
    FAILING = "failing"
    """It refused us, or nothing could be brought."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What one run brought."""

    outcome: RunOutcome
    problems: Mapping[Problem, int] = field(default_factory=dict)
    ads: int = 0
    """Ads that its listings showed, new or known."""
    listings: int = 0
    """Listing pages read."""
    read: int = 0
    """Ads read field by field, the known ones of a listing left out."""
    fields: Mapping[str, int] = field(default_factory=dict)
    """How many of those had each field."""
    paged: Paged | None = None

    @property
    def is_good(self) -> bool:
        """Something came; what is usual is told from such runs, flagged ones too, so that a change for good settles."""
        return self.ads > 0 and self.outcome in (RunOutcome.OK, RunOutcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual at a source; None where too few runs tell."""

    ads: float | None = None
    """Median of runs that read all pages."""
    ads_on_a_listing: float | None = None
    """Median over all runs: what one that stops at known ads is measured by."""
    fields: Mapping[str, float] = field(default_factory=dict)
    """Share of the ads that have each field."""


@dataclass(frozen=True, slots=True)
class Health:
    """The judgement on a run."""

    state: HealthState
    reasons: tuple[str, ...] = ()
    """`no_ads`, `few_ads`, `field_empty:NAME`, or the value of an alarming Problem."""
    failure: Problem | RunOutcome | None = None
    """The failure class."""


def baseline_of(runs: Sequence[RunRecord]) -> Baseline:
    """What is usual, by the newest `RUNS` good runs among these; the newest come first."""
    good = [run for run in runs if run.is_good][:RUNS]
    read = sum(run.read for run in good)
    filled = sum((Counter(run.fields) for run in good), Counter[str]())
    return Baseline(
        ads=_usual([run.ads for run in good if run.paged is Paged.END]),
        ads_on_a_listing=_usual([run.ads / run.listings for run in good if run.listings]),
        fields={name: count / read for name, count in filled.items()} if len(good) >= FEWEST_RUNS and read else {},
    )


def judge_health(run: RunRecord, baseline: Baseline) -> Health:
    """How the source stands after this run."""
    empty = _emptied_fields(run, baseline)
    reasons = [*_too_few(run, baseline), *(problem.value for problem in ALARMING if run.problems.get(problem)), *empty]
    failure = failure_class(run.outcome, run.problems)
    if empty and failure in (None, RunOutcome.PARTIAL):
        failure = Problem.LAYOUT_CHANGED
    if run.outcome in (RunOutcome.BLOCKED, RunOutcome.FAILED):
        return Health(HealthState.FAILING, tuple(reasons), failure)
    return Health(HealthState.FLAGGED if reasons else HealthState.OK, tuple(reasons), failure)


def _usual(figures: Sequence[float]) -> float | None:
    return median(figures) if len(figures) >= FEWEST_RUNS else None


def _too_few(run: RunRecord, baseline: Baseline) -> list[str]:
    if not run.ads:
        used_to_bring = bool(baseline.ads or baseline.ads_on_a_listing)
        return ["no_ads"] if used_to_bring or run.problems.get(Problem.BELOW_EXPECTED) else []
    if run.paged is Paged.END and baseline.ads is not None:
        return ["few_ads"] if run.ads <= FEW * baseline.ads else []
    if run.listings and baseline.ads_on_a_listing is not None:
        return ["few_ads"] if run.ads / run.listings <= FEW * baseline.ads_on_a_listing else []
    return []


def _emptied_fields(run: RunRecord, baseline: Baseline) -> list[str]:
    if run.read < FEWEST_READ:
        return []
    ordinary = (name for name, share in sorted(baseline.fields.items()) if share >= ORDINARY_SHARE)
    return [f"{EMPTIED}{name}" for name in ordinary if not run.fields.get(name)]


def missed_ads(reasons: Iterable[str]) -> tuple[str, ...]:
    """Those of a run's reasons that speak of its ads: `no_ads`, `few_ads`."""
    return tuple(reason for reason in reasons if reason in ("no_ads", "few_ads"))


def emptied_fields(reasons: Iterable[str]) -> tuple[str, ...]:
    """The fields that went empty by a run's reasons."""
    return tuple(reason.removeprefix(EMPTIED) for reason in reasons if reason.startswith(EMPTIED))
