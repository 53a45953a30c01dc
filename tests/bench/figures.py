"""Where measurements write what they found: a line of JSON a figure, in `.bench/`, for `tests.bench.table` to show.

What a figure means and how it was measured is the business of the measurement that notes it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from statistics import median

FILE = Path(__file__).resolve().parents[2] / ".bench" / "figures.jsonl"
"""`ADWATCH_BENCH_FIGURES` names another."""


class Group(StrEnum):
    """What a figure belongs to, in the order of the table; also the name of its place in docs/performance.md."""

    READING = "reading an ad"
    STAGES = "the way of an ad"
    NAMES = "matching names"
    GROUPING = "grouping"
    ONE_MORE = "one more ad"
    COLLECTING = "collecting"
    DRAFTS = "drafts"
    DESK = "the desk"
    REPORT = "a report"
    CHECK = "a check"
    FLYERS = "flyers"
    NIGHT = "a night"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value."""

    group: Group
    what: str
    value: float
    unit: str
    at_most: float | None = None
    """The aim, where it is a bound above."""
    at_least: float | None = None
    """The aim, where it is a bound below."""
    baseline: str = ""
    """What was measured beside it in the same run: what the machine does without our work. Empty: nothing."""
    baseline_value: float | None = None
    """In the same unit."""
    size: int | None = None
    """Ads in the store, where the cost is followed as it grows."""
    load: float = 0.0
    """Processes that wanted a processor in the minute before the measurement began."""
    cores: int = 0
    measured_on: str = ""
    """ISO date, UTC."""

    @property
    def is_missed(self) -> bool:
        """The aim was not reached."""
        above = self.at_most is not None and self.value > self.at_most
        return above or (self.at_least is not None and self.value < self.at_least)

    @property
    def ratio(self) -> float | None:
        """To the baseline."""
        return self.value / self.baseline_value if self.baseline_value else None


@dataclass(slots=True)
class Notebook:
    """Notes figures along with the conditions that it was opened under."""

    file: Path = field(default_factory=lambda: Path(os.environ.get("ADWATCH_BENCH_FIGURES") or FILE))
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))

    def note(
        self,
        group: Group,
        what: str,
        value: float,
        unit: str,
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        beside: tuple[str, float] | None = None,
        size: int | None = None,
    ) -> None:
        """Writes a figure down; `beside` is its baseline, in the same unit."""
        name, worth = beside or ("", None)
        conditions = self.load, os.cpu_count() or 1, datetime.now(UTC).date().isoformat()
        figure = Figure(group, what, value, unit, at_most, at_least, name, worth, size, *conditions)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(figure), ensure_ascii=False) + "\n")


def read_figures(file: Path) -> list[Figure]:
    """The figures in the file, the newest of each, in the order of their groups and of the first time they came."""
    if not file.exists():
        return []
    newest: dict[tuple[str, str, int | None], Figure] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        figure = Figure(**{**told, "group": Group(told["group"])})
        newest[figure.group, figure.what, figure.size] = figure
    order = list(Group)
    return sorted(newest.values(), key=lambda figure: order.index(figure.group))


def median_ms(work: Callable[[], object], *, rounds: int) -> float:
    """Milliseconds that the work takes by the clock, the median of that many times after a tenth as many."""
    for _ in range(max(1, rounds // 10)):
        work()
    return 1000 * median(_timed(work, rounds))


def _timed(work: Callable[[], object], rounds: int) -> Iterable[float]:
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        yield time.perf_counter() - began
