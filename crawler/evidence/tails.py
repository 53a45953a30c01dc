"""The end of a WARC file: whether whole records stand there, and moving aside what is none.

A process that dies while it writes leaves a part of a record behind. It is moved, never destroyed.
"""

from __future__ import annotations

import fcntl
import os
import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.files import sync_folder, write_whole

CHUNK = 1 << 20
RECORD_ID = re.compile(rb"WARC-Record-ID: <([^>\r\n]{1,80})>")


@dataclass(frozen=True, slots=True)
class Tail:
    """Bytes at the end of a file that are no whole record."""

    file: str
    """Relative to the evidence folder."""
    start: int
    length: int
    record_id: str | None
    """Of the record that broke off; None where the bytes are none at all."""
    after: str | None
    """WARC-Record-ID of the whole record before them, among those looked at."""

    @property
    def sentence(self) -> str:
        """What stands there and where."""
        what = f"record {self.record_id} breaks off" if self.record_id else "what follows is no record"
        behind = f", after record {self.after}" if self.after else ""
        return f"{self.file}: torn at byte {self.start} ({self.length} bytes to the end): {what}{behind}"


def find_tail(evidence_folder: Path, file: str, *, start: int = 0) -> Tail | None:
    """What stands behind the last whole record, looking from the record at byte `start` on; None where nothing does."""
    path = evidence_folder / file
    size = path.stat().st_size
    if size < start:
        return None
    after = None
    with path.open("rb") as stream:
        while start < size:
            stream.seek(start)
            content, length = read_member(stream)
            record_id = _whole_record(content) if length else None
            if record_id is None:
                torn = RECORD_ID.search(content[:CHUNK])
                return Tail(file, start, size - start, torn[1].decode("ascii", "replace") if torn else None, after)
            start, after = start + length, record_id
    return None


def is_being_written(path: Path) -> bool:
    """A process holds the file open to append to it."""
    with path.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def copy_tail(evidence_folder: Path, tail: Tail) -> tuple[str, bytes]:
    """Puts the bytes into a file beside, and returns its name with them; the same bytes are put there once."""
    with (evidence_folder / tail.file).open("rb") as stream:
        stream.seek(tail.start)
        content = stream.read()
    copy = f"{tail.file}.{tail.start}.torn"
    write_whole(evidence_folder / copy, content)
    return copy, content


def cut_tail(evidence_folder: Path, tail: Tail) -> None:
    """Ends the file with its last whole record."""
    path = evidence_folder / tail.file
    with path.open("r+b") as stream:
        stream.truncate(tail.start)
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def read_member(stream: IO[bytes]) -> tuple[bytes, int]:
    """What the gzip member here holds, with its length in the file; length 0 where it breaks off or is none."""
    unpack, content, read = zlib.decompressobj(zlib.MAX_WBITS + 16), bytearray(), 0
    while chunk := stream.read(CHUNK):
        read += len(chunk)
        try:
            content += unpack.decompress(chunk)
        except zlib.error:
            break
        if unpack.eof:
            return bytes(content), read - len(unpack.unused_data)
    return bytes(content), 0


def _whole_record(content: bytes) -> str | None:
    """WARC-Record-ID of the record; None where the bytes are no record, or not a whole one."""
    try:
        for record in ArchiveIterator(BytesIO(content)):
            record.raw_stream.read()
            length = int(record.rec_headers.get_header("Content-Length", "-1"))
            has_all = content.endswith(b"\r\n\r\n") and len(content) >= length >= 0
            return record.rec_headers.get_header("WARC-Record-ID", "").strip("<>") if has_all else None
    except (ArchiveLoadFailed, EOFError, ValueError):
        return None
    return None
