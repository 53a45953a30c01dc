"""Taking records out of a WARC file: a new file with the others, byte for byte, stands in its place; never a change.

What stood beside a record goes with it, and so do bytes that the store does not speak of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.errors import EvidenceError
from crawler.evidence.sealing import file_digest
from crawler.evidence.tails import read_member
from crawler.evidence.warc import next_name
from crawler.files import whole_file


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The file that holds what was kept of another."""

    file: str
    digest: str
    offsets: dict[str, int]
    """By WARC-Record-ID: where the record stands in it."""


def rewrite(evidence_folder: Path, file: str, kept: Collection[Row[Any]]) -> Rewritten:
    """Writes the new file; the old one stays. Raises EvidenceError where a record that is kept is not whole."""
    wanted, offsets, target = {row.record_id: row for row in kept}, dict[str, int](), next_name(file)
    with whole_file(evidence_folder / target) as stream:
        for member, name, of, is_info in _members(evidence_folder / file):
            if name in wanted:
                offsets[name] = stream.tell()
            if is_info or name in wanted or of in wanted:
                stream.write(member)
    if missing := wanted.keys() - offsets.keys():
        (evidence_folder / target).unlink()
        raise EvidenceError(f"{file}: {min(missing)} is not whole; adwatch evidence verify says more")
    return Rewritten(target, file_digest(evidence_folder / target), offsets)


def _members(path: Path) -> Iterator[tuple[bytes, str, str, bool]]:
    """Each whole record as it stands, with its id, that of the record it stands beside, and whether it is the first."""
    end = 0
    with path.open("rb") as stream:
        while True:
            stream.seek(end)
            content, length = read_member(stream)
            if not length:
                return
            stream.seek(end)
            member, end = stream.read(length), end + length
            yield member, *_headers(content)


def _headers(content: bytes) -> tuple[str, str, bool]:
    try:
        record = next(iter(ArchiveIterator(BytesIO(content))))
    except (ArchiveLoadFailed, StopIteration, EOFError, ValueError):
        return "", "", False
    headers = record.rec_headers
    names = (headers.get_header(name, "").strip("<>") for name in ("WARC-Record-ID", "WARC-Concurrent-To"))
    name, of = names
    return name, of, record.rec_type == "warcinfo"
