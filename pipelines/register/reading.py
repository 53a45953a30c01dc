"""From the tables of a file to the register: which rows are agencies, and why others are not. Touches no store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crawler.errors import RegisterError
from crawler.register import EntryStatus, Register, RegisterEntry
from pipelines.register.cells import (
    five_years_after,
    licence_number,
    one_line,
    read_dates,
    read_email,
    read_phones,
    split_seat,
    tells_revocation,
)
from pipelines.register.columns import Column, cells_of, find_header, is_same_row
from pipelines.register.identifiers import NOT_A_DIGIT, valid_mb
from pipelines.register.index import are_namesakes, name_identity
from pipelines.register.tables import LONGEST_CELL, Table, read_tables
from pipelines.text.folding import fold_key

OVERFLOWN = "##"
"""What a spreadsheet shows where a column is too narrow for its number or date."""
FOOTERS = ("napomen", "ukupno", "izvor", "podaci", "legenda", "*")


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is no readable entry of the register, and why."""

    row: int
    """Its number in the table, the first row is 1."""
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What was understood of a file."""

    register: Register
    refused: tuple[RefusedRow, ...]
    superseded: tuple[RefusedRow, ...] = ()
    """Older decisions of agencies that have a newer one in the same file."""


def read_register(path: Path, *, as_of: date, stale_after_days: int = 45) -> ImportResult:
    """The register that the file holds.

    Raises UsageError where there is no file, RegisterError where it cannot be read, has no header with an agency
    column, or gives no agency at all.
    """
    tables = read_tables(path)
    numbered: list[tuple[int, RegisterEntry]] = []
    refused: list[RefusedRow] = []
    headers = 0
    for table in tables:
        header = find_header(table)
        if header:
            headers += 1
            _read_table(table, header, numbered, refused)
    if all(entry.is_unreadable() for _, entry in numbered):
        raise RegisterError(f"{path.name}: {_why_nothing(headers, refused)}; nothing was imported")
    kept, superseded = _newest_decisions(numbered)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    register = Register(tuple(kept), as_of, f"sha256:{digest}", stale_after_days)
    return ImportResult(register, tuple(refused), tuple(superseded))


def _why_nothing(headers: int, refused: list[RefusedRow]) -> str:
    if not headers:
        return "no table whose header names the agency and one more column"
    if refused:
        return f"no row could be read (row {refused[0].row}: {refused[0].reason})"
    return "the table has a header and no agency"


def _read_table(
    table: Table,
    header: tuple[int, Mapping[Column, int]],
    numbered: list[tuple[int, RegisterEntry]],
    refused: list[RefusedRow],
) -> None:
    top, columns = header
    for row_number, row in _joined_rows(table, top, columns):
        cells = cells_of(row, columns)
        if not cells or is_same_row(row, table[top]) or _is_remark(row, cells):
            continue
        try:
            entry = _entry(cells)
        except RegisterError as reason:
            refused.append(RefusedRow(row_number, str(reason)))
            continue
        numbered.append((row_number, entry))
        if entry.is_unreadable():
            refused.append(RefusedRow(row_number, f"{_unreadable_date(cells)} (kept: the agency is listed)"))


def _joined_rows(table: Table, top: int, columns: Mapping[Column, int]) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header with their numbers; the rest of a row torn by a page break is put back to it."""
    pending: tuple[int, list[str]] | None = None
    for number, row in enumerate(table[top + 1 :], start=top + 2):
        if pending and _continues(row, columns):
            pending = (pending[0], [f"{above}\n{below}".strip() for above, below in zip(pending[1], row, strict=True)])
            continue
        # The header repeated on a new page does not part a row from its rest.
        if pending and is_same_row(row, table[top]):
            continue
        if pending:
            yield pending
        pending = (number, row)
    if pending:
        yield pending


def _continues(row: list[str], columns: Mapping[Column, int]) -> bool:
    """The row has neither number nor decision of its own, and text in more columns than a remark has."""
    if Column.NUMBER not in columns:
        return False
    cells = cells_of(row, columns)
    starts_anew = cells.keys() & {Column.NUMBER, Column.LICENCE, Column.DATE, Column.VALID_UNTIL}
    name = cells.get(Column.NAME, "")
    return bool(cells) and not starts_anew and (not name or name[0].islower())


def _is_remark(row: list[str], cells: Mapping[Column, str]) -> bool:
    """A footer, a heading between rows, a sum: one text alone that names no agency."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) == 1 and (Column.NAME not in cells or fold_key(filled[0]).startswith(FOOTERS))


def _entry(cells: Mapping[Column, str]) -> RegisterEntry:
    _check_lengths(cells)
    name = one_line(cells.get(Column.NAME, ""))
    if not any(sign.isalpha() for sign in name):
        raise RegisterError("no name of an agency")
    licence, decided, until = _decision(cells)
    said = " ; ".join(
        cells.get(column, "") for column in (Column.NOTE, Column.STATUS, Column.LICENCE, Column.VALID_UNTIL)
    )
    seat, address = _place(cells)
    if not (licence or decided or until or seat or _unreadable_date(cells)):
        raise RegisterError("nothing but a name")
    contact = "\n".join(cells.get(column, "") for column in (Column.PHONE, Column.EMAIL))
    return RegisterEntry(
        name=name,
        licence_number=licence,
        licence_date=decided,
        valid_until=until or (five_years_after(decided) if decided else None),
        status=_status(cells, said),
        seat=seat,
        address=address,
        phones=read_phones(contact),
        email=read_email(cells.get(Column.EMAIL, "")) or read_email(cells.get(Column.PHONE, "")),
        pib=_digits(cells.get(Column.PIB, ""), 9),
        mb=_mb(cells.get(Column.MB, "")),
        note=one_line(cells.get(Column.NOTE, "")) or None,
        number=_row_number(cells.get(Column.NUMBER, "")),
    )


def _check_lengths(cells: Mapping[Column, str]) -> None:
    if any(len(cell) > LONGEST_CELL for cell in cells.values()):
        raise RegisterError(f"a cell of more than {LONGEST_CELL} characters")


def _decision(cells: Mapping[Column, str]) -> tuple[str | None, date | None, date | None]:
    """Number and date of the decision, and the end of validity where one is stated."""
    in_licence, in_date = read_dates(cells.get(Column.LICENCE, "")), read_dates(cells.get(Column.DATE, ""))
    stated, noted = read_dates(cells.get(Column.VALID_UNTIL, "")), read_dates(cells.get(Column.NOTE, ""))
    decided = next(iter(in_date.decided + in_licence.decided), None)
    extended = max(in_licence.until + in_date.until + noted.until, default=None)
    until = max(stated.decided + stated.until, default=None)
    if extended and (until is None or extended > until):
        until = extended
    return licence_number(cells.get(Column.LICENCE, "")), decided, until


def _status(cells: Mapping[Column, str], said: str) -> EntryStatus:
    """Words of revocation need no date; without them an unreadable date leaves the state open."""
    if tells_revocation(said):
        return EntryStatus.REVOKED
    return EntryStatus.UNREADABLE if _unreadable_date(cells) else EntryStatus.ISSUED


def _unreadable_date(cells: Mapping[Column, str]) -> str | None:
    """What cannot be read of the decision and its dates, or None."""
    for column in (Column.DATE, Column.VALID_UNTIL):
        text = cells.get(column, "")
        dates = read_dates(text)
        if not (dates.decided or dates.until) and (any(sign.isdigit() for sign in text) or OVERFLOWN in text):
            return f"unreadable date: {one_line(text)[:60]}"
    licence = cells.get(Column.LICENCE, "")
    if read_dates(licence).unreadable:
        return f"unreadable date: {one_line(licence)[:60]}"
    return f"unreadable number: {one_line(licence)[:60]}" if OVERFLOWN in licence else None


def _place(cells: Mapping[Column, str]) -> tuple[str | None, str | None]:
    if Column.SEAT_AND_ADDRESS in cells:
        return split_seat(cells[Column.SEAT_AND_ADDRESS])
    seat, address = one_line(cells.get(Column.SEAT, "")), one_line(cells.get(Column.ADDRESS, ""))
    return (seat or None, address or None) if seat or not address else split_seat(address)


def _digits(text: str, length: int) -> str | None:
    digits = NOT_A_DIGIT.sub("", text)
    return digits if len(digits) == length else None


def _mb(text: str) -> str | None:
    digits = NOT_A_DIGIT.sub("", text)
    # A spreadsheet that took the number for a sum has dropped its leading zeros.
    return _digits(text, 8) or (valid_mb(digits.zfill(8)) if len(digits) in (6, 7) else None)


def _row_number(text: str) -> int | None:
    digits = NOT_A_DIGIT.sub("", text)
    return int(digits) if digits and len(digits) < 7 else None


def _newest_decisions(numbered: Iterable[tuple[int, RegisterEntry]]) -> tuple[list[RegisterEntry], list[RefusedRow]]:
    """One entry for each agency: that of its newest decision, in the place of its first row."""
    kept: list[tuple[int, RegisterEntry]] = []
    places: dict[object, int] = {}
    superseded = []
    for row, entry in numbered:
        place = next((places[key] for key in _identities(entry) if key in places), None)
        if place is None or are_namesakes(kept[place][1], entry):
            place = len(kept)
            kept.append((row, entry))
        else:
            older, kept[place] = sorted((kept[place], (row, entry)), key=_decided_last)
            superseded.append(
                RefusedRow(older[0], f"the same agency has a newer decision: {_decision_of(kept[place][1])}")
            )
        places.update((key, place) for key in _identities(entry))
    return [entry for _, entry in kept], superseded


def _decided_last(numbered: tuple[int, RegisterEntry]) -> tuple[bool, date]:
    """Order of decisions; an unreadable one may be the newest, and nobody is judged by the one before."""
    _, entry = numbered
    return entry.is_unreadable(), entry.licence_date or date.min


def _identities(entry: RegisterEntry) -> list[object]:
    numbers = [f"pib:{entry.pib}" if entry.pib else None, f"mb:{entry.mb}" if entry.mb else None]
    return [number for number in numbers if number] + [name_identity(entry)]


def _decision_of(entry: RegisterEntry) -> str:
    return entry.licence_number or entry.name
