"""Finds the header row by its words, in either script, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from pipelines.register.tables import Table
from pipelines.text.folding import fold_key

LONGEST_HEADING = 80
ROWS_BEFORE_HEADER = 60


class Column(StrEnum):
    """What a column of a register holds."""

    NUMBER = "number"
    NAME = "name"
    SEAT = "seat"
    ADDRESS = "address"
    SEAT_AND_ADDRESS = "seat_and_address"
    LICENCE = "licence"
    """Number of the decision, perhaps with its date."""
    DATE = "date"
    VALID_UNTIL = "valid_until"
    PHONE = "phone"
    """Phones, perhaps with an e-mail."""
    EMAIL = "email"
    PIB = "pib"
    MB = "mb"
    STATUS = "status"
    NOTE = "note"


# The first pattern that fits decides: 'datum isteka' is no decision's date, 'matični broj' no row number.
HEADINGS = tuple(
    (column, re.compile(pattern))
    for column, pattern in (
        (Column.MB, r"maticn|^m\W?b\W?$"),
        (Column.PIB, r"\bpib\b|poresk"),
        (Column.VALID_UNTIL, r"vazi do|vaznost|vazenj|istek|istice|rok "),
        (Column.STATUS, r"^status|^stanje"),
        (Column.NOTE, r"napomen|primedb|komentar"),
        (Column.EMAIL, r"^(e\W?)?mail|elektronsk|^e\W?post"),
        (Column.PHONE, r"telefon|^tel\b|\bmob|kontakt|\bfon"),
        (
            Column.LICENCE,
            r"(broj|br\b).*(resenj|dozvol|licenc)|(resenj|dozvol|licenc)\w*.*(broj|br\b)|^(resenje|dozvola|licenca)$",
        ),
        (Column.DATE, r"datum"),
        (Column.NAME, r"naziv|poslovno ime"),
        (Column.SEAT_AND_ADDRESS, r"(sedist|mesto|grad).*(adres|ulic)|(adres|ulic).*(sedist|mesto|grad)"),
        (Column.SEAT, r"sedist|^mesto|^grad\b|opstin"),
        (Column.ADDRESS, r"adres|ulic"),
        (Column.NUMBER, r"^(r|red|redni)\W*(br|broj)\W*$|^br\W*$|^#$|^no\W*$"),
        (Column.NAME, r"agencij|^ime|^firma"),
    )
)


def find_header(table: Table) -> tuple[int, dict[Column, int]] | None:
    """Position of the header row and of each column; None where no row names at least agency and one column more."""
    for at, row in enumerate(table[:ROWS_BEFORE_HEADER]):
        columns = _columns_of(row)
        if Column.NAME in columns and len(columns) > 1:
            second = _second_line(table[at + 1 : at + 2])
            return (at + 1, {**columns, **second}) if second else (at, columns)
    return None


def _second_line(rows: Table) -> dict[Column, int]:
    """What a second row of the header names more closely, as 'broj' and 'datum' under 'Rešenje'."""
    headings = [(at, cell) for row in rows for at, cell in enumerate(row) if cell.strip()]
    if not all(column_of(cell) or fold_key(cell) == "broj" for _, cell in headings):
        return {}
    return {column_of(cell) or Column.LICENCE: at for at, cell in headings}


def _columns_of(row: list[str]) -> dict[Column, int]:
    columns: dict[Column, int] = {}
    for at, cell in enumerate(row):
        column = column_of(cell)
        if column:
            columns.setdefault(column, at)
    return columns


def column_of(heading: str) -> Column | None:
    """What a column with this heading holds; None for unknown words and for what is no heading."""
    folded = fold_key(heading)
    if not folded or len(folded) > LONGEST_HEADING or any(sign.isdigit() for sign in folded):
        return None
    return next((column for column, pattern in HEADINGS if pattern.search(folded)), None)


def is_same_row(row: list[str], header: list[str]) -> bool:
    """The header again, as at the top of another page."""
    return [fold_key(cell) for cell in row] == [fold_key(cell) for cell in header]


def cells_of(row: list[str], columns: Mapping[Column, int]) -> dict[Column, str]:
    """The row's texts by column, empty ones left out."""
    return {column: row[at] for column, at in columns.items() if at < len(row) and row[at].strip()}
