"""Tables of Word documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from lxml.etree import LxmlError

from crawler.errors import RegisterError
from pipelines.register.tables import Table, bounded, cell_text, check_archive

SUFFIXES = (".docx",)


def read(path: Path) -> list[Table]:
    """Every table of the body, in order."""
    check_archive(path)
    try:
        tables = docx.Document(str(path)).tables
    except (PackageNotFoundError, BadZipFile, LxmlError, KeyError, ValueError) as error:
        raise RegisterError(f"{path.name} cannot be read as a Word document") from error
    return [bounded([_row(row) for row in table.rows], path) for table in tables]


def outside(path: Path) -> list[str]:
    """The paragraphs between tables."""
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def _row(row: Any) -> list[str]:
    """Cell texts; a cell merged over columns counts once, one merged over rows is given in each."""
    texts, before = [], None
    for cell in row.cells:
        texts.append("" if cell._tc is before else cell_text(cell.text))
        before = cell._tc
    return texts
