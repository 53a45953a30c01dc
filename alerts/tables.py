"""Tables as CSV that a spreadsheet opens as text: whatever a page contains, no cell is a formula, no mark turns it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

FORMULA_BEGINS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""With their wide forms, which some spreadsheets take for the same."""


def table_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with the mark that spreadsheets know it by, semicolons between cells; None is an empty cell."""
    stream = StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def one_line(text: str) -> str:
    """The text without line breaks, tabs and marks that would turn or hide it."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _cell(value: object) -> str:
    text = "" if value is None else one_line(str(value))
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text
