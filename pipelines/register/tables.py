"""Plain tables read from files, and the limits that keep a hostile file from using up memory or time.

What the columns mean is not known here.
"""

from __future__ import annotations

import pkgutil
import zipfile
from importlib import import_module
from pathlib import Path, PurePath
from types import ModuleType

from crawler.errors import RegisterError, UsageError
from pipelines.register import formats

Table = list[list[str]]
"""Rows of cell texts; merged cells are repeated downwards, line breaks inside cells kept."""

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
LONGEST_CELL = 2_000
MOST_ROWS = 20_000
MOST_COLUMNS = 100
ROWS_OF_HEADING = 8
"""Rows of a table that may still be its heading."""


def read_tables(path: Path) -> list[Table]:
    """All tables of the file. Raises UsageError where it is missing, RegisterError where it cannot be read."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    readers = _readers()
    reader = readers.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(readers))
        raise RegisterError(f"{path.name}: this kind of file is not read; save the list as one of {known}")
    if path.stat().st_size > LARGEST_FILE:
        raise RegisterError(f"{path.name} is larger than {LARGEST_FILE // 1024**2} MB, which no register is")
    tables: list[Table] = reader.read(path)
    return tables


def heading_of(path: Path) -> list[str]:
    """Lines and cells above or outside the tables, where a list names its own day. Raises as `read_tables` does."""
    tables = read_tables(path)
    reader = _readers()[path.suffix.lower()]
    outside: list[str] = reader.outside(path) if hasattr(reader, "outside") else []
    return outside + [cell for table in tables for row in table[:ROWS_OF_HEADING] for cell in row]


def suffix_for(name: str, content: bytes) -> str:
    """The suffix of the kind of file this is, by what it holds rather than by its name; the name tells text apart.

    Raises RegisterError where it is none that is read.
    """
    suffix = PurePath(name).suffix.lower()
    if content.startswith(b"PK"):
        return ".docx" if b"word/document.xml" in content else ".xlsx"
    if content.startswith(b"%PDF"):
        return ".pdf"
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return ".html"
    if suffix in (".csv", ".tsv", ".txt") or b"\0" not in content:
        return suffix if suffix in _readers() else ".csv"
    raise RegisterError(f"{name or 'the list'}: this kind of file is not read; the list was kept as evidence")


def _readers() -> dict[str, ModuleType]:
    """Every module in `formats`, by the suffixes it reads."""
    modules = (import_module(f"{formats.__name__}.{found.name}") for found in pkgutil.iter_modules(formats.__path__))
    return {suffix: module for module in modules for suffix in module.SUFFIXES}


def cell_text(value: object) -> str:
    """The cell as text, cut just above the limit so that an overlong one is still known to be so."""
    text = "" if value is None else str(value)
    return text[: LONGEST_CELL + 1].replace("\xa0", " ").replace("\r", "\n").strip()


def bounded(table: Table, path: Path) -> Table:
    """The table without its empty end, every row as wide as the widest, if no register could be larger."""
    table = [_without_empty_end(row) for row in table]
    while table and not table[-1]:
        table.pop()
    if len(table) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in table):
        raise RegisterError(
            f"{path.name} has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns, which no register has"
        )
    width = max(map(len, table), default=0)
    return [row + [""] * (width - len(row)) for row in table]


def _without_empty_end(row: list[str]) -> list[str]:
    filled = [at for at, cell in enumerate(row, start=1) if cell.strip()]
    return row[: filled[-1]] if filled else []


def check_archive(path: Path) -> None:
    """Refuses an office file that is torn or unpacks to far more than it holds."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            torn = archive.testzip() if unpacked <= LARGEST_UNPACKED else None
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise RegisterError(f"{path.name} is damaged, or not what its name says") from error
    if unpacked > LARGEST_UNPACKED:
        raise RegisterError(f"{path.name} would unpack to more than any register holds")
    if torn:
        raise RegisterError(f"{path.name} is damaged ({torn})")
