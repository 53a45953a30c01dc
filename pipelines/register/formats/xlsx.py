"""Excel workbooks. Values as Excel last saved them: no formula is evaluated."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from crawler.errors import RegisterError
from pipelines.register.tables import MOST_COLUMNS, MOST_ROWS, Table, bounded, cell_text, check_archive

SUFFIXES = (".xlsx", ".xlsm")


def read(path: Path) -> list[Table]:
    """A table for each sheet."""
    check_archive(path)
    try:
        book = load_workbook(path, data_only=True, keep_links=False)
    except (InvalidFileException, BadZipFile, ParseError, KeyError, ValueError, TypeError, OSError) as error:
        raise RegisterError(f"{path.name} cannot be read as an Excel workbook") from error
    return [bounded(_table(sheet), path) for sheet in book.worksheets]


def _table(sheet: Worksheet) -> Table:
    # One row and column more than allowed, so that `bounded` can tell.
    rows = sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS + 1), max_col=min(sheet.max_column, MOST_COLUMNS + 1))
    table = [[_text(cell.value) for cell in row] for row in rows]
    for merged in sheet.merged_cells.ranges:
        if merged.max_row <= len(table) and merged.min_col <= len(table[0]):
            for row in range(merged.min_row, merged.max_row):
                table[row][merged.min_col - 1] = table[merged.min_row - 1][merged.min_col - 1]
    return table


def _text(value: object) -> str:
    if isinstance(value, date):
        return f"{value.day:02}.{value.month:02}.{value.year}."
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return cell_text(value)
