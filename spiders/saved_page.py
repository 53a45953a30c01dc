"""JobPostings of a page saved as a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
from w3lib.encoding import html_body_declared_encoding, read_bom

from crawler.errors import UsageError
from spiders.structured import extract_postings


def postings_in_file(file: Path, url: str = "") -> list[dict[str, Any]]:
    """The postings with zyte-common-items names, without empty fields.

    Raises UsageError where the file cannot be read as a page, or `url` is no http(s) address.
    """
    if url and not re.match(r"https?://[^/]", url):
        raise UsageError(f"--url: {url} is no http or https address")
    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    postings = extract_postings(_decoded(file, body), url or file.absolute().as_uri())
    return [attrs.asdict(posting, filter=lambda _, value: value is not None) for posting in postings]


def _decoded(file: Path, body: bytes) -> str:
    """The page in the encoding it declares, else in UTF-8."""
    mark, bom = read_bom(body)
    encoding = mark or html_body_declared_encoding(body) or "utf-8"
    try:
        return body[len(bom or b"") :].decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not {encoding} text; save the page again or declare its charset") from error
