"""A document as PDF/A, set by Typst. What it says comes as data and is never read as markup."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import typst

from alerts.document import DraftDocument
from crawler.errors import DraftError

LETTER = Path(__file__).parent / "letters" / "letter.typ"


@cache
def _compiler() -> typst.Compiler:
    """Kept, because it reads the fonts: 25 ms."""
    return typst.Compiler(str(LETTER), ignore_system_fonts=True)


def pdf_of(document: DraftDocument) -> bytes:
    """The document as PDF/A-2b with embedded fonts. Raises DraftError where it cannot be set."""
    content = {
        "title": document.title,
        "made_on": [document.made_at.year, document.made_at.month, document.made_at.day],
        "groups": [
            {"kind": kind.name.lower(), "lines": [block.cells for block in blocks]}
            for kind, blocks in document.groups()
        ],
    }
    try:
        made = _compiler().compile(format="pdf", sys_inputs={"document": json.dumps(content)}, pdf_standards="a-2b")
    except typst.TypstError as error:
        raise DraftError(f"the PDF cannot be set: {str(error).splitlines()[0]}") from error
    if not isinstance(made, bytes):
        raise DraftError("the PDF came out as several files")
    return made
