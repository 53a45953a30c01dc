"""A report as its page shows it: tables in one tongue, with charts beside those that say more as a picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from alerts.desk.speaking import Tongue, said, say, to_say
from alerts.desk.templating import Speech
from alerts.reports.charts import Bar, Caption, Layer, bar_chart, line_chart, stacked_chart
from alerts.reports.exporting import about_lines
from alerts.reports.figures import COUNTED_DECISIONS, LEVELS, Number, Report, Sheet, SheetId
from alerts.reports.wording import BEFORE, DECISIONS, FEW, NOTES, TITLES, Labels
from alerts.reports.wording import LEVELS as LEVEL_WORDS

MOST_BARS = 10
A_YEAR = 366
"""Days."""
BARS = {
    SheetId.DESTINATIONS: to_say("Zemlje rada sa najviše novih oglasa"),
    SheetId.INDICATORS: to_say("Navodi koji stoje u najviše novih oglasa"),
    SheetId.ANSWERS: to_say("Novi oglasi po odgovoru registra"),
}
"""Sheets of which the first figure is drawn as bars."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One column."""

    words: str
    is_number: bool
    is_before: bool
    """Of the period before."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, and which colour stands for what."""

    title: str
    drawing: Markup
    legend: tuple[tuple[str, str], ...] = ()
    """Class of the stylesheet, and what it stands for."""


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the page."""

    id: SheetId
    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """What each row is called, and its numbers as written."""
    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """All that the page shows."""

    period: str
    compared: str
    tables: tuple[Table, ...]
    is_empty: bool
    few: int | None
    """Figures below this are small, and there are some; None: there are none."""
    has_names: bool


def view_of(report: Report, labels: Labels) -> ReportView:
    """The report in the tongue of the labels."""
    overview = report.sheet(SheetId.OVERVIEW)
    numbers = [number for row in overview.rows for number in row.figures if number]
    speech = Speech(labels.tongue)
    period, compared = about_lines(report, labels.tongue, write=speech.day)
    return ReportView(
        period=period,
        compared=compared,
        tables=tuple(_table(sheet, labels, speech) for sheet in report.sheets if sheet.rows or not report.is_empty),
        is_empty=report.is_empty,
        few=FEW if any(number < FEW for number in numbers) else None,
        has_names=report.has_names,
    )


def _table(sheet: Sheet, labels: Labels, speech: Speech) -> Table:
    return Table(
        id=sheet.id,
        title=said(labels.tongue, TITLES[sheet.id]),
        note=said(labels.tongue, NOTES[sheet.id]),
        headings=_headings(sheet, labels),
        rows=tuple(
            (
                _days_of(row.key, speech) if sheet.id is SheetId.TIME else labels.keys(sheet.id, row, sheet.shape.keys),
                tuple(_written(number, speech) for number in row.figures),
            )
            for row in sheet.rows
        ),
        charts=_charts(sheet, labels, speech),
    )


def _headings(sheet: Sheet, labels: Labels) -> tuple[Heading, ...]:
    keys = [Heading(labels.heading(column), is_number=False, is_before=False) for column in sheet.shape.keys]
    before = said(labels.tongue, BEFORE)
    figures = [
        Heading(before if _is_before(column) else labels.heading(column), is_number=True, is_before=_is_before(column))
        for column in sheet.shape.figures
    ]
    return (*keys, *figures)


def _is_before(column: str) -> bool:
    return column.endswith("_before")


def _days_of(key: Sequence[str | None], speech: Speech) -> tuple[str, ...]:
    return tuple(speech.day(date.fromisoformat(day or "")) for day in key)


def _written(number: Number, speech: Speech) -> str:
    return "–" if number is None else speech.amount(number)


def _charts(sheet: Sheet, labels: Labels, speech: Speech) -> tuple[Chart, ...]:
    if sheet.id is SheetId.TIME:
        return _over_time(sheet, labels)
    if sheet.id in BARS and sheet.total(sheet.shape.figures[0]):
        return (_bars(sheet, labels, speech),)
    return ()


def _bars(sheet: Sheet, labels: Labels, speech: Speech) -> Chart:
    title = said(labels.tongue, BARS[sheet.id])
    shown = [row for row in sheet.rows if row.figures[0]][:MOST_BARS]
    bars = [
        Bar(labels.keys(sheet.id, row, sheet.shape.keys)[0], row.figures[0] or 0, _written(row.figures[0], speech))
        for row in shown
    ]
    told = "; ".join(f"{bar.name}: {bar.written}" for bar in bars)
    return Chart(title, bar_chart(Caption(f"chart-{sheet.id}", title, told), bars))


def _over_time(sheet: Sheet, labels: Labels) -> tuple[Chart, ...]:
    tongue = labels.tongue
    levels = [(f"cases_{level}", f"part-{level}", LEVEL_WORDS[level]) for level in reversed(LEVELS)]
    decisions = [(each.value, f"part-{each}", DECISIONS[each]) for each in COUNTED_DECISIONS]
    ads = said(tongue, to_say("Novi oglasi kroz vreme"))
    return (
        Chart(
            ads,
            line_chart(
                _caption("ads", ads, sheet, ["ads"], labels),
                _places(sheet, Speech(labels.tongue)),
                _column(sheet, "ads"),
            ),
        ),
        _stacked("cases", said(tongue, to_say("Otvoreni slučajevi kroz vreme")), sheet, levels, labels),
        _stacked("decisions", said(tongue, to_say("Odluke kroz vreme")), sheet, decisions, labels),
    )


def _stacked(name: str, title: str, sheet: Sheet, parts: Sequence[tuple[str, str, str]], labels: Labels) -> Chart:
    """Parts are a column of the sheet, the class that colours it, and its words."""
    layers = [Layer(style, tuple(_column(sheet, column))) for column, style, _ in parts]
    caption = _caption(name, title, sheet, [column for column, _, _ in parts], labels)
    legend = tuple((style, said(labels.tongue, words)) for _, style, words in parts)
    return Chart(title, stacked_chart(caption, _places(sheet, Speech(labels.tongue)), layers), legend)


def _caption(name: str, title: str, sheet: Sheet, columns: Sequence[str], labels: Labels) -> Caption:
    heights = [sum(numbers) for numbers in zip(*(_column(sheet, column) for column in columns), strict=True)]
    told = say(
        labels.tongue,
        "Ukupno %(total)s; najmanje %(least)s i najviše %(most)s u jednoj nedelji ili mesecu. Svi brojevi su u tabeli.",
        total=sum(heights),
        least=min(heights),
        most=max(heights),
    )
    return Caption(f"chart-{name}", title, told)


def _column(sheet: Sheet, name: str) -> list[float]:
    return [number or 0 for number in sheet.column(name)]


def _places(sheet: Sheet, speech: Speech) -> list[str]:
    """Days on which the steps begin, short; of a period over more than a year the months."""
    days = [date.fromisoformat(row.key[0] or "") for row in sheet.rows]
    return [_month(day, speech) if (days[-1] - days[0]).days > A_YEAR else _day(day, speech) for day in days]


def _day(day: date, speech: Speech) -> str:
    return f"{day.day} {day:%b}" if speech.tongue is Tongue.EN else f"{day.day}. {day.month}."


def _month(day: date, speech: Speech) -> str:
    return f"{day:%b %Y}" if speech.tongue is Tongue.EN else f"{day.month}. {day.year}."
