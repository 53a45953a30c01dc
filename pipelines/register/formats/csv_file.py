"""Comma-separated text; encoding and delimiter are found out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from crawler.errors import RegisterError
from pipelines.register.tables import Table, bounded, cell_text

SUFFIXES = (".csv", ".tsv", ".txt")
DELIMITERS = ";,\t|"
LONGEST_FIELD = 131_072
CYRILLIC_SIGNS = "абвгдежзијклмнопрстуАБВГДЕЖЗИЈКЛМНОПРСТУ"
LATIN_SIGNS = "ščćžđŠČĆŽĐ"


def read(path: Path) -> list[Table]:
    """One table."""
    text = _decoded(path.read_bytes())
    if "\0" in text:
        raise RegisterError(f"{path.name} is not text")
    lines = text.splitlines()[:50]
    delimiter = max(DELIMITERS, key=lambda sign: _columns(lines, sign))
    try:
        csv.field_size_limit(LONGEST_FIELD)
        table = [[cell_text(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise RegisterError(f"{path.name} cannot be read as CSV ({error})") from error
    return [bounded(table, path)]


def _decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 where they fit, else the Windows code page that gives more Serbian letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        latin = content.decode("cp1250", errors="replace")
        cyrillic = content.decode("cp1251", errors="replace")
        return cyrillic if _share(cyrillic, CYRILLIC_SIGNS) > _share(latin, LATIN_SIGNS) else latin


def _share(text: str, signs: str) -> float:
    """How many of the letters outside ASCII are these."""
    foreign = [sign for sign in text if ord(sign) > 127]
    return sum(sign in signs for sign in foreign) / len(foreign) if foreign else 0.0


def _columns(lines: list[str], delimiter: str) -> int:
    """How many columns most lines agree on with this delimiter, weighted by how many agree."""
    counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
    return max((columns * agree for columns, agree in counts.items()), default=0)
