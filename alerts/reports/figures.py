"""The figures of a report as sheets of plain rows, in codes: what pages, exports and programs are all made from.

How a code is called stands in `alerts.reports.wording`, how it is counted in `crawler.store.reports`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from alerts.cases import Decision, DismissReason
from alerts.outcomes import Outcome
from alerts.recipients import split_recipient
from alerts.reports.periods import Period, moments_of, steps_of
from crawler.assessment import MediatorKind, RiskLevel, Verdict
from crawler.store import reports as counting
from crawler.store.reports import STALE, UNCHECKED, Line, Pair, Spans
from pipelines.connections.judging import MANY_NAMES, MANY_SERIES
from pipelines.connections.mentions import ContactKind

Number = float | None
"""A count, or hours with a fraction; None: nothing to tell it from."""

COUNTED_DECISIONS = (Decision.CONFIRM, Decision.DISMISS, Decision.UNSURE, Decision.REFER)
"""What is decided on looking at a case; the steps of filing have sheets of their own."""
SETTLING = (Decision.CONFIRM, Decision.DISMISS, Decision.REFER)
"""Decisions that end the wait of a new case."""
NAMED_KINDS = (MediatorKind.AGENCY, MediatorKind.EMPLOYER)
"""Firms. A private person's name never stands in a report."""
CONNECTING = (ContactKind.PHONE, ContactKind.EMAIL, ContactKind.HANDLE, ContactKind.ACCOUNT, ContactKind.IMAGE)
"""Domains are left out: they stand beside the mailbox that is counted already, or are a portal's."""
MOST_NAMED = 50
LEVELS = tuple(level.value for level in reversed(RiskLevel))
ANSWERS = (*(verdict.value for verdict in Verdict), STALE, UNCHECKED)


class SheetId(StrEnum):
    """A table of the report; the value stands in addresses, file names and JSON."""

    OVERVIEW = "overview"
    TIME = "time"
    LEVELS = "levels"
    DESTINATIONS = "destinations"
    SOURCES = "sources"
    ANSWERS = "answers"
    INDICATORS = "indicators"
    DECISIONS = "decisions"
    FILINGS = "filings"
    OUTCOMES = "outcomes"
    REFERRALS = "referrals"
    CONNECTIONS = "connections"
    NAMES = "names"
    """For staff only: firms by name, with what the register answers."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the columns of a sheet are."""

    keys: tuple[str, ...]
    """Codes, or names that sources and registers give."""
    figures: tuple[str, ...]
    """Numbers; `…_before` is of the period before."""


def _compared(*figures: str) -> tuple[str, ...]:
    return tuple(name for figure in figures for name in (figure, f"{figure}_before"))


SHAPES: Mapping[SheetId, Shape] = {
    SheetId.OVERVIEW: Shape(("figure",), _compared("value")),
    SheetId.TIME: Shape(("from", "to"), ("ads", *(f"cases_{level}" for level in LEVELS), *COUNTED_DECISIONS)),
    SheetId.LEVELS: Shape(("level",), _compared("cases")),
    SheetId.DESTINATIONS: Shape(("country",), _compared("ads")),
    SheetId.SOURCES: Shape(("source",), _compared("nights", "silent", "ads")),
    SheetId.ANSWERS: Shape(("answer",), _compared("ads", "mediators")),
    SheetId.INDICATORS: Shape(("indicator",), _compared("ads")),
    SheetId.DECISIONS: Shape(("decision", "reason"), _compared("decisions")),
    SheetId.FILINGS: Shape(("recipient",), _compared("filings")),
    SheetId.OUTCOMES: Shape(("outcome",), _compared("outcomes")),
    SheetId.REFERRALS: Shape(("trigger",), _compared("cases")),
    SheetId.CONNECTIONS: Shape(("contact",), _compared("contacts")),
    SheetId.NAMES: Shape(("name", "answer"), ("ads", "series", "sources")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet, as its shape says."""

    key: tuple[str | None, ...]
    figures: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the report."""

    id: SheetId
    rows: tuple[Row, ...]

    @property
    def shape(self) -> Shape:
        """What its columns are."""
        return SHAPES[self.id]

    def column(self, figure: str) -> list[Number]:
        """All numbers of that column."""
        place = self.shape.figures.index(figure)
        return [row.figures[place] for row in self.rows]

    def total(self, figure: str) -> float:
        """Their sum."""
        return sum(number or 0 for number in self.column(figure))


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one period."""

    period: Period
    made_at: datetime
    sheets: tuple[Sheet, ...]
    """In the order of `SheetId`; that of names only where it was asked for."""

    def sheet(self, wanted: SheetId) -> Sheet:
        """The sheet of that name."""
        return next(sheet for sheet in self.sheets if sheet.id is wanted)

    @property
    def is_empty(self) -> bool:
        """Nothing at all was counted in the period itself."""
        shown = [sheet for sheet in self.sheets if sheet.id is not SheetId.OVERVIEW]
        return not any(sheet.total(name) for sheet in shown for name in sheet.shape.figures if "_before" not in name)

    @property
    def has_names(self) -> bool:
        """It names firms: for staff only."""
        return any(sheet.id is SheetId.NAMES for sheet in self.sheets)


def make_report(connection: Connection, period: Period, *, now: datetime, with_names: bool) -> Report:
    """Counts everything; `with_names` adds the sheet for staff."""
    spans = period.spans
    counted = {
        SheetId.LEVELS: _fixed(counting.cases_by_level(connection, spans), LEVELS),
        SheetId.DESTINATIONS: _most_first(counting.ads_by_destination(connection, spans)),
        SheetId.SOURCES: _sources(connection, spans, now),
        SheetId.ANSWERS: _ordered(counting.ads_by_answer(connection, spans), ANSWERS),
        SheetId.INDICATORS: _most_first(counting.ads_by_indicator(connection, spans)),
        SheetId.DECISIONS: _decisions(counting.decisions_by_reason(connection, spans, decisions=COUNTED_DECISIONS)),
        SheetId.FILINGS: _most_first(_by_recipient(counting.filings_by_recipient(connection, spans))),
        SheetId.OUTCOMES: _ordered(counting.outcomes(connection, spans), list(Outcome)),
        SheetId.REFERRALS: _most_first(counting.cases_by_trigger(connection, spans)),
        SheetId.CONNECTIONS: _ordered(_connections(connection, spans), CONNECTING),
    }
    sheets = {name: Sheet(name, tuple(map(_row, lines))) for name, lines in counted.items()}
    sheets[SheetId.OVERVIEW] = Sheet(SheetId.OVERVIEW, _overview(connection, spans, sheets))
    sheets[SheetId.TIME] = Sheet(SheetId.TIME, _over_time(connection, period))
    if with_names:
        sheets[SheetId.NAMES] = Sheet(SheetId.NAMES, _names(connection, spans))
    return Report(period, now, tuple(sheets[name] for name in SheetId if name in sheets))


def _row(line: Line) -> Row:
    return Row(line.key, _flat(line.figures))


def _flat(pairs: Iterable[Pair]) -> tuple[Number, ...]:
    return tuple(number for pair in pairs for number in (pair.now, pair.before))


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.figures[0].now, -line.figures[0].before, line.key[0] or ""))


def _ordered(lines: Iterable[Line], order: Sequence[str]) -> list[Line]:
    """In that order; a code that the program knows no more comes last."""
    places = {code: place for place, code in enumerate(order)}
    return sorted(lines, key=lambda line: (places.get(line.key[0] or "", len(places)), line.key[0] or ""))


def _fixed(lines: Iterable[Line], order: Sequence[str]) -> list[Line]:
    """A line for each of them, also where nothing was counted."""
    found = {line.key[0]: line for line in lines}
    return [found.get(code, Line((code,), (Pair(0, 0),))) for code in order]


def _decisions(lines: Iterable[Line]) -> list[Line]:
    order = {decision.value: place for place, decision in enumerate(COUNTED_DECISIONS)}
    reasons = {reason.value: place for place, reason in enumerate(DismissReason)}
    return sorted(lines, key=lambda line: (order[line.key[0] or ""], reasons.get(line.key[1] or "", -1)))


def _by_recipient(lines: Iterable[Line]) -> list[Line]:
    """Letters to portals as one line."""
    found: dict[str, Pair] = {}
    for line in lines:
        recipient = split_recipient(line.key[0] or "")[0]
        sofar, more = found.get(recipient, Pair(0, 0)), line.figures[0]
        found[recipient] = Pair(sofar.now + more.now, sofar.before + more.before)
    return [Line((recipient,), (pair,)) for recipient, pair in found.items()]


def _sources(connection: Connection, spans: Spans, now: datetime) -> list[Line]:
    nothing = Pair(0, 0)
    ran = {line.key: line.figures for line in counting.runs_by_source(connection, spans, now=now)}
    brought = {line.key: line.figures for line in counting.ads_by_source(connection, spans)}
    return [
        Line(source, (*ran.get(source, (nothing, nothing)), *brought.get(source, (nothing,))))
        for source in sorted(ran.keys() | brought.keys(), key=str)
    ]


def _connections(connection: Connection, spans: Spans) -> list[Line]:
    return counting.connections_by_kind(
        connection, spans, kinds=CONNECTING, most_series=MANY_SERIES, most_names=MANY_NAMES
    )


def _overview(connection: Connection, spans: Spans, sheets: Mapping[SheetId, Sheet]) -> tuple[Row, ...]:
    seen, abroad = counting.count_ads(connection, spans)
    settled = counting.median_hours(connection, spans, decisions=SETTLING)
    figures: dict[str, tuple[Number, ...]] = {
        "ads": (seen.now, seen.before),
        "ads_abroad": (abroad.now, abroad.before),
        "series": _flat([counting.count_series(connection, spans)]),
        "cases": _totals(sheets[SheetId.LEVELS], "cases"),
        "decisions": _totals(sheets[SheetId.DECISIONS], "decisions"),
        "hours_to_decision": tuple(None if hours is None else round(hours, 1) for hours in settled),
        "referred": _totals(_only(sheets[SheetId.DECISIONS], Decision.REFER), "decisions"),
        "filings": _totals(sheets[SheetId.FILINGS], "filings"),
        "outcomes": _totals(sheets[SheetId.OUTCOMES], "outcomes"),
        "connections": _totals(sheets[SheetId.CONNECTIONS], "contacts"),
        "silent": _totals(sheets[SheetId.SOURCES], "silent"),
    }
    return tuple(Row((name,), numbers) for name, numbers in figures.items())


def _totals(sheet: Sheet, figure: str) -> tuple[Number, ...]:
    return sheet.total(figure), sheet.total(f"{figure}_before")


def _only(sheet: Sheet, code: str) -> Sheet:
    return Sheet(sheet.id, tuple(row for row in sheet.rows if row.key[0] == code))


def _over_time(connection: Connection, period: Period) -> tuple[Row, ...]:
    steps = steps_of(period)
    moments = moments_of(steps)
    seen = counting.ads_over_time(connection, moments)
    opened = counting.cases_over_time(connection, moments)
    decided = counting.decisions_over_time(connection, moments, decisions=COUNTED_DECISIONS)
    return tuple(
        Row(
            (step.first.isoformat(), step.last.isoformat()),
            (
                seen.get(place, 0),
                *(opened.get((place, level), 0) for level in LEVELS),
                *(decided.get((place, decision.value), 0) for decision in COUNTED_DECISIONS),
            ),
        )
        for place, step in enumerate(steps)
    )


def _names(connection: Connection, spans: Spans) -> tuple[Row, ...]:
    kinds = [kind.value for kind in NAMED_KINDS]
    found = counting.named_mediators(connection, spans, kinds=kinds, limit=MOST_NAMED)
    return tuple(Row((line.name, line.answer), (line.ads, line.series, line.sources)) for line in found)
