"""Ruled tables of PDF documents; the tables of following pages are one."""

from __future__ import annotations

from pathlib import Path

import pdfplumber
from pdfminer.pdfexceptions import PDFException
from pdfplumber.utils.exceptions import PdfminerException

from crawler.errors import RegisterError
from pipelines.register.tables import Table, bounded, cell_text
from pipelines.register.unpacking import UnpacksToTooMuchError, bounded_unpacking

SUFFIXES = (".pdf",)
MOST_PAGES = 500
MOST_UNPACKED = 20 * 1024 * 1024
"""Bytes of all streams that are looked into; what stands in them takes many times as much memory once it is read."""
LINES_ON_TOP = 10


def read(path: Path) -> list[Table]:
    """One table for each number of columns met."""
    by_width: dict[int, Table] = {}
    try:
        with bounded_unpacking(MOST_UNPACKED), pdfplumber.open(path) as document:
            if len(document.pages) > MOST_PAGES:
                raise RegisterError(f"{path.name} has more than {MOST_PAGES} pages, which no register has")
            for page in document.pages:
                for table in page.extract_tables():
                    for row in table:
                        by_width.setdefault(len(row), []).append([cell_text(cell) for cell in row])
                page.close()
    except UnpacksToTooMuchError as error:
        raise RegisterError(f"{path.name} would unpack to more than any register holds") from error
    except (PdfminerException, PDFException, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RegisterError(f"{path.name} cannot be read as a PDF") from error
    return [bounded(table, path) for table in by_width.values()]


def outside(path: Path) -> list[str]:
    """The lines on top of the first page."""
    with bounded_unpacking(MOST_UNPACKED), pdfplumber.open(path) as document:
        return document.pages[0].extract_text().splitlines()[:LINES_ON_TOP] if document.pages else []
