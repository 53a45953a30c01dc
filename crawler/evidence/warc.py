"""Writing and reading captures: one gzip member a record in WARC 1.1 files that are only ever appended to.

Which capture belongs to which ad is the store's knowledge, not the file's.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.errors import EvidenceError
from crawler.evidence import records
from crawler.files import sync_folder
from crawler.items import FetchedPage

NAME = re.compile(r"(?P<begin>.+?)(?:\.r(?P<times>\d+))?\.warc\.gz")
LARGEST_FILE = 1 << 30
"""Bytes, as the standard advises; behind it a batch begins the next file. The store counts a place in four bytes."""
SCREENSHOT = "urn:screenshot:"
"""How the address of a screenshot that our own browser made begins."""


@dataclass(frozen=True, slots=True)
class Capture:
    """Where one kept record stands, and what it holds. Fields as in the table `captures`."""

    record_id: str
    record_type: str
    url: str
    fetched_at: datetime
    status: int
    method: str
    digest: str
    file: str
    offset: int
    length: int
    revisit_of: str | None = None
    screenshot_record_id: str | None = None


class CaptureWriter:
    """Appends captures to a WARC file of its own, then to further ones; `sync` before the store may refer to them.

    A file holds whole records only: what cannot be written to its end is cut off again.
    """

    def __init__(self, evidence_folder: Path, name: str, *, facts: Mapping[str, str] | None = None) -> None:
        """Prepares `evidence_folder/warc/<name>-<random>.warc.gz`; the file appears with the first capture.

        `facts` are what its warcinfo record says of it (`records.file_facts`).
        """
        self._evidence_folder = evidence_folder
        self._name = name
        self._facts = facts or {}
        self._stream: FileIO | None = None
        self._name_file()

    def _name_file(self) -> None:
        self._file = f"warc/{self._name}-{uuid.uuid4().hex[:8]}.warc.gz"
        self._path = self._evidence_folder / self._file
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def keep(self, page: FetchedPage) -> list[Capture]:
        """Writes the page, and its screenshot first where it has one. The page's capture is the last of the list."""
        shot = self.keep_screenshot(page, page.screenshot) if page.screenshot else None
        if page.method == "browser":
            html = "text/html; charset=utf-8"
            record = records.resource(page.url, page.body, at=page.fetched_at, digest=page.digest, content_type=html)
        elif page.method == "manual":
            given = dict(page.headers)["Content-Type"]
            record = records.resource(page.url, page.body, at=page.fetched_at, digest=page.digest, content_type=given)
        else:
            record = records.response(page)
        kept = self._append(record, page, digest=page.digest, screenshot_record_id=shot.record_id if shot else None)
        return [shot, kept] if shot else [kept]

    def keep_screenshot(self, page: FetchedPage, png: bytes, *, of: str | None = None) -> Capture:
        """Writes what the page looked like. `of` is the record that an ad on it was read from earlier."""
        digest, url = hashlib.sha256(png).hexdigest(), f"{SCREENSHOT}{page.url}"
        record = records.resource(url, png, at=page.fetched_at, digest=digest, content_type="image/png")
        about = [records.about_screenshot(page, record, of=of)] if of else []
        return self._append(record, page, digest=digest, url=url, about=about)

    def keep_revisit(self, page: FetchedPage, *, of: Capture) -> Capture:
        """Notes that the page was fetched again and held the very bytes of an earlier capture."""
        refers_to = {
            "WARC-Refers-To": f"<{of.record_id}>",
            "WARC-Refers-To-Target-URI": of.url,
            "WARC-Refers-To-Date": records.warc_date(of.fetched_at),
        }
        record = records.revisit(page, digest=page.digest, refers_to=refers_to, profile="identical-payload-digest")
        return self._append(record, page, digest=page.digest, revisit_of=of.record_id)

    def keep_not_modified(self, page: FetchedPage, *, of: Capture) -> Capture:
        """Notes the server's word (304) that the address still holds the bytes of an earlier capture."""
        holder = of.revisit_of or of.record_id
        refers_to = {"WARC-Refers-To": f"<{holder}>", "WARC-Refers-To-Target-URI": of.url}
        record = records.revisit(page, digest=None, refers_to=refers_to, profile="server-not-modified")
        return self._append(record, page, digest=of.digest, revisit_of=holder)

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Cuts off what the body has kept where it fails, for instance on a full disk. Syncs where it does not."""
        if self._end > LARGEST_FILE:
            self.close()
            self._name_file()
        begun = self._end
        try:
            yield
            self.sync()
        except BaseException:
            self._cut(begun)
            raise

    def sync(self) -> None:
        """Returns when everything written so far is on the disk."""
        if self._stream is not None:
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Syncs and closes the file. One that nothing could be written to does not stay behind."""
        if self._stream is None:
            return
        if self._end:
            self.sync()
        else:
            self._path.unlink()
        self._stream.close()
        self._stream = None

    def _append(
        self,
        record: records.Record,
        page: FetchedPage,
        *,
        digest: str,
        url: str | None = None,
        about: Sequence[records.Record] | None = None,
        **more: str | None,
    ) -> Capture:
        """`about` stands beside the record, instead of how the page was fetched."""
        if not self._end:
            self._write(records.warcinfo(self._path.name, self._facts, at=page.fetched_at).member)
        offset = self._end
        about = records.beside(page, record) if about is None else about
        self._write(b"".join((record.member, *(one.member for one in about))))
        return Capture(
            record_id=record.id,
            record_type=record.type,
            url=url or page.url,
            fetched_at=page.fetched_at,
            status=page.status,
            method=page.method,
            digest=digest,
            file=self._file,
            offset=offset,
            length=len(record.member),
            **more,
        )

    def _write(self, content: bytes) -> None:
        stream, rest = self._open(), memoryview(content)
        try:
            while rest:
                rest = rest[stream.write(rest) :]
        except BaseException:
            self._cut(self._end)
            raise
        self._end += len(content)

    def _cut(self, end: int) -> None:
        if self._stream is not None:
            self._stream.truncate(end)
            self._stream.seek(end)
            self._end = end

    def _open(self) -> FileIO:
        if self._stream is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what a full disk refuses must not wait in memory and be written later.
            self._stream = FileIO(self._path, "xb")
            # Held while the file grows, so that nobody takes its tail for torn.
            fcntl.flock(self._stream, fcntl.LOCK_EX)
            sync_folder(self._path.parent)
        return self._stream


def next_name(file: str) -> str:
    """What the file is called once records were taken out of it; the store never gives such a name itself."""
    named = NAME.fullmatch(file)
    if named is None:
        raise EvidenceError(f"{file} is no name of a WARC file")
    return f"{named['begin']}.r{int(named['times'] or 0) + 1}.warc.gz"


def is_rewritten(file: str) -> bool:
    """Whether a purge wrote the file."""
    named = NAME.fullmatch(file)
    return named is not None and named["times"] is not None


def read_payload(evidence_folder: Path, capture: Any) -> bytes:
    """The payload of a `response` or `resource` capture (a Capture or a row of `captures`), hash checked.

    Raises EvidenceError where the file is missing or torn, or the bytes do not match the capture's hash.
    """
    record_id, payload = _read_record(evidence_folder / capture.file, capture.offset, capture.length)
    if record_id != capture.record_id:
        raise EvidenceError(f"{capture.record_id}: another record stands at its place in {capture.file}")
    if hashlib.sha256(payload).hexdigest() != capture.digest:
        raise EvidenceError(f"{capture.record_id}: the bytes in {capture.file} do not match the recorded SHA-256")
    return payload


def check_revisit(evidence_folder: Path, capture: Any) -> None:
    """Raises EvidenceError unless the revisit record stands where the store says."""
    record_id, _ = _read_record(evidence_folder / capture.file, capture.offset, capture.length)
    if record_id != capture.record_id:
        raise EvidenceError(f"{capture.record_id}: another record stands at its place in {capture.file}")


def _read_record(path: Path, offset: int, length: int) -> tuple[str, bytes]:
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            member = stream.read(length)
    except OSError as error:
        raise EvidenceError(f"{path.name}: cannot be read: {error.strerror}") from error
    if len(member) < length:
        raise EvidenceError(f"{path.name}: ends before byte {offset + length}")
    try:
        for record in ArchiveIterator(BytesIO(member)):
            return record.rec_headers.get_header("WARC-Record-ID", "").strip("<>"), record.content_stream().read()
    except (ArchiveLoadFailed, zlib.error, EOFError, ValueError) as error:
        raise EvidenceError(f"{path.name}: the record at byte {offset} is torn") from error
    raise EvidenceError(f"{path.name}: no record at byte {offset}")
