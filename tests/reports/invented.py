"""Reports made of nothing but numbers: for forms and pages no store is needed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from alerts.reports.figures import SHAPES, Report, Row, Sheet, SheetId
from alerts.reports.periods import Period, steps_of

HOSTILE = (
    '=HYPERLINK("http://zlo.example","Klikni")',
    "+381600000001",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "čćšžđ <b>",
)
"""What an ad, a manifest or a register might call somebody."""
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


def report_of(*names: str, ads: int = 12) -> Report:
    """A report of October with these firms, and one source of each name."""
    sheets = {name: Sheet(name, ()) for name in SheetId}
    sheets[SheetId.OVERVIEW] = _sheet(SheetId.OVERVIEW, [("ads",), ("hours_to_decision",)], [(ads, 3), (7.5, None)])
    sheets[SheetId.TIME] = Sheet(
        SheetId.TIME,
        tuple(Row((str(step.first), str(step.last)), (ads, 1, 2, 3, 4, 5, 6, 7, 8)) for step in steps_of(OCTOBER)),
    )
    sheets[SheetId.DESTINATIONS] = _sheet(SheetId.DESTINATIONS, [("DE",), (None,)], [(ads, 3), (1, 0)])
    sheets[SheetId.SOURCES] = _sheet(
        SheetId.SOURCES, [(name,) for name in names], [(31, 30, 1, 0, ads, 3)] * len(names)
    )
    sheets[SheetId.NAMES] = _sheet(SheetId.NAMES, [(name, "not_found") for name in names], [(ads, 2, 1)] * len(names))
    return Report(OCTOBER, datetime(2026, 11, 1, 8, tzinfo=UTC), tuple(sheets.values()))


def _sheet(name: SheetId, keys: list[tuple[str | None, ...]], figures: list[tuple[float | None, ...]]) -> Sheet:
    assert all(len(row) == len(SHAPES[name].figures) for row in figures)
    return Sheet(name, tuple(Row(key, row) for key, row in zip(keys, figures, strict=True)))
