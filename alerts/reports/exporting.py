"""A report as CSV, XLSX and JSON. What a page or register calls somebody is text there, never a formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from alerts.desk.speaking import Tongue, said, say
from alerts.reports.figures import Number, Report, Sheet, SheetId
from alerts.reports.periods import Period
from alerts.reports.wording import NOTES, TITLES, Labels
from alerts.tables import FORMULA_BEGINS, one_line, table_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

WIDEST = 60
"""Characters of a column."""
LONGEST_CELL = 32_767
"""Characters; Excel takes no more."""


def file_stem(report: Report) -> str:
    """How files of the report are called: `adwatch-2026-10-01-2026-10-31`; one with names of firms says so."""
    stem = f"adwatch-{report.period.first}-{report.period.last}"
    return f"{stem}-interno" if report.has_names else stem


def csv_of(sheet: Sheet, labels: Labels) -> bytes:
    """One sheet as CSV, with semicolons and the mark by which spreadsheets know UTF-8."""
    return table_of(headings_of(sheet, labels), (_csv_row(row, labels) for row in rows_of(sheet, labels)))


def zip_of(report: Report, labels: Labels) -> bytes:
    """All sheets as CSV, a file each, in the order of the report."""
    packed, made = BytesIO(), report.made_at.astimezone(UTC).timetuple()[:6]
    with ZipFile(packed, "w") as archive:
        for place, sheet in enumerate(report.sheets, 1):
            entry = ZipInfo(f"{place:02}-{sheet.id}.csv", date_time=made)
            archive.writestr(entry, csv_of(sheet, labels), ZIP_DEFLATED)
    return packed.getvalue()


def xlsx_of(report: Report, labels: Labels) -> bytes:
    """All sheets in one workbook, numbers as numbers; the first says what the report is of."""
    from openpyxl import Workbook  # noqa: PLC0415 - a fifth of a second, and most pages need none

    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in report.sheets:
        page = book.create_sheet(_page_title(sheet, labels.tongue))
        about = about_lines(report, labels.tongue) if sheet.id is SheetId.OVERVIEW else ()
        _fill(page, sheet, labels, about)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def json_of(report: Report) -> dict[str, Any]:
    """All figures by code, the shape of `adwatch report --json` (docs/json.md)."""
    return {
        **_days(report.period),
        "days": report.period.days,
        "before": _days(report.period.before),
        "made_at": report.made_at.isoformat(),
        "sheets": {sheet.id.value: [_object(sheet, row) for row in sheet.rows] for sheet in report.sheets},
    }


def about_lines(report: Report, tongue: Tongue, *, write: Callable[[date], str] = str) -> tuple[str, str]:
    """Which period the report is of, and which it is compared with; `write` writes days."""
    period, before = report.period, report.period.before
    return (
        say(tongue, "Period od %(first)s do %(last)s", first=write(period.first), last=write(period.last)),
        say(
            tongue,
            "„Pre toga“ je prethodni period iste dužine: od %(first)s do %(last)s",
            first=write(before.first),
            last=write(before.last),
        ),
    )


def headings_of(sheet: Sheet, labels: Labels) -> list[str]:
    """Of all columns."""
    return [labels.heading(column) for column in (*sheet.shape.keys, *sheet.shape.figures)]


def rows_of(sheet: Sheet, labels: Labels) -> list[tuple[tuple[str, ...], tuple[Number, ...]]]:
    """Each row: what it is called, and its numbers."""
    return [(labels.keys(sheet.id, row, sheet.shape.keys), row.figures) for row in sheet.rows]


def _csv_row(row: tuple[tuple[str, ...], tuple[Number, ...]], labels: Labels) -> list[object]:
    names, numbers = row
    point = "." if labels.tongue is Tongue.EN else ","
    return [*names, *("" if number is None else str(number).replace(".", point) for number in numbers)]


def _fill(page: Worksheet, sheet: Sheet, labels: Labels, about: Sequence[str]) -> None:
    """Lines about the report, headings, rows, and what the sheet counts."""
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    headings, rows = headings_of(sheet, labels), rows_of(sheet, labels)
    for line, text in enumerate(about, 1):
        _write_text(page, line, 1, text)
    begin = len(about) + 2 if about else 1
    for column, heading in enumerate(headings, 1):
        _write_text(page, begin, column, heading)
        page.cell(begin, column).font = Font(bold=True)
    for line, (names, numbers) in enumerate(rows, begin + 1):
        for column, name in enumerate(names, 1):
            _write_text(page, line, column, name)
        for column, number in enumerate(numbers, len(names) + 1):
            page.cell(line, column, number)
    for column, width in enumerate(_widths(headings, [names for names, _ in rows]), 1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = f"A{begin + 1}"
    _write_text(page, begin + len(rows) + 2, 1, said(labels.tongue, NOTES[sheet.id]))


def _write_text(page: Worksheet, line: int, column: int, text: str) -> None:
    """Text that no program takes for a formula, now or when somebody edits the cell."""
    plain = one_line(text)[:LONGEST_CELL]
    cell = page.cell(line, column, plain)
    cell.data_type = "s"
    cell.quotePrefix = plain.startswith(FORMULA_BEGINS)


def _widths(headings: Sequence[str], names: Sequence[tuple[str, ...]]) -> list[int]:
    columns = [[heading, *(row[place] for row in names if place < len(row))] for place, heading in enumerate(headings)]
    return [min(max(map(len, column)) + 2, WIDEST) for column in columns]


def _page_title(sheet: Sheet, tongue: Tongue) -> str:
    # Excel takes 31 characters.
    return said(tongue, TITLES[sheet.id])[:31].strip()


def _object(sheet: Sheet, row: Any) -> dict[str, Any]:
    return dict(zip((*sheet.shape.keys, *sheet.shape.figures), (*row.key, *row.figures), strict=True))


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}
