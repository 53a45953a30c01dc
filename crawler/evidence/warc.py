"""Writing and reading captures: one gzip member a record in WARC 1.1 files that are only ever appended to.

Which capture belongs to which ad is the store's knowledge, not the file's.
"""

from __future__ import annotations

import hashlib
import os
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.errors import EvidenceError
from crawler.files import sync_folder
from crawler.items import FetchedPage

# The payload is kept decoded, so headers that describe the transfer would be false; WARC tools expect this prefix.
TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
SCREENSHOT = "urn:screenshot:"
"""How the address of a screenshot that our own browser made begins."""
ORIGINAL_PREFIX = "X-Archive-Orig-"


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
    """Appends captures to one WARC file of its own; `sync` before the store may refer to them."""

    def __init__(self, evidence_folder: Path, name: str) -> None:
        """Prepares `evidence_folder/warc/<name>-<random>.warc.gz`; the file appears with the first capture."""
        self._file = f"warc/{name}-{uuid.uuid4().hex[:8]}.warc.gz"
        self._path = evidence_folder / self._file
        self._stream: Any = None
        self._writer: WARCWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def keep(self, page: FetchedPage) -> list[Capture]:
        """Writes the page, and its screenshot first where it has one. The page's capture is the last of the list."""
        captures = []
        if page.screenshot:
            captures.append(self._keep_screenshot(page, page.screenshot))
        if page.method == "browser":
            record_type, headers = "resource", None
        else:
            record_type, headers = "response", _http_headers(page)
        captures.append(
            self._write(
                page,
                record_type=record_type,
                payload=page.body,
                digest=page.digest,
                http_headers=headers,
                content_type="text/html; charset=utf-8" if page.method == "browser" else "",
                screenshot_record_id=captures[0].record_id if captures else None,
            )
        )
        return captures

    def keep_revisit(self, page: FetchedPage, *, of: Capture) -> Capture:
        """Notes that the page was fetched again and held the very bytes of an earlier capture."""
        writer = self._open()
        record = writer.create_revisit_record(
            page.url,
            f"sha256:{page.digest}",
            of.url,
            _warc_date(of.fetched_at),
            http_headers=_http_headers(page),
            warc_headers_dict={
                "WARC-Record-ID": _new_record_id(),
                "WARC-Date": _warc_date(page.fetched_at),
                "WARC-Refers-To": f"<{of.record_id}>",
            },
        )
        return self._append(record, page, digest=page.digest, revisit_of=of.record_id)

    def keep_not_modified(self, page: FetchedPage, *, of: Capture) -> Capture:
        """Notes the server's word (304) that the address still holds the bytes of an earlier capture."""
        holder = of.revisit_of or of.record_id
        record = self._open().create_warc_record(
            page.url,
            "revisit",
            http_headers=_http_headers(page),
            warc_headers_dict={
                "WARC-Record-ID": _new_record_id(),
                "WARC-Date": _warc_date(page.fetched_at),
                "WARC-Profile": "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
                "WARC-Refers-To": f"<{holder}>",
                "WARC-Refers-To-Target-URI": of.url,
            },
        )
        return self._append(record, page, digest=of.digest, revisit_of=holder)

    def sync(self) -> None:
        """Returns when everything written so far is on the disk."""
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Syncs and closes the file."""
        if self._stream is not None:
            self.sync()
            self._stream.close()
            self._stream = None

    def _keep_screenshot(self, page: FetchedPage, png: bytes) -> Capture:
        return self._write(
            page,
            record_type="resource",
            payload=png,
            digest=hashlib.sha256(png).hexdigest(),
            content_type="image/png",
            url=f"{SCREENSHOT}{page.url}",
        )

    def _write(
        self,
        page: FetchedPage,
        *,
        record_type: str,
        payload: bytes,
        digest: str,
        http_headers: StatusAndHeaders | None = None,
        content_type: str = "",
        url: str | None = None,
        screenshot_record_id: str | None = None,
    ) -> Capture:
        record = self._open().create_warc_record(
            url or page.url,
            record_type,
            payload=BytesIO(payload),
            length=len(payload),
            warc_content_type=content_type,
            warc_headers_dict={
                "WARC-Record-ID": _new_record_id(),
                "WARC-Date": _warc_date(page.fetched_at),
                "WARC-Payload-Digest": f"sha256:{digest}",
                # The payload digest covers what matters; without this warcio would hash the block again by SHA-1.
                "WARC-Block-Digest": f"sha256:{_block_digest(http_headers, payload)}",
            },
            http_headers=http_headers,
        )
        return self._append(record, page, digest=digest, screenshot_record_id=screenshot_record_id, url=url)

    def _append(self, record: Any, page: FetchedPage, *, digest: str, **more: Any) -> Capture:
        writer = self._open()
        offset = self._stream.tell()
        writer.write_record(record)
        more["url"] = more.get("url") or page.url
        return Capture(
            record_id=record.rec_headers.get_header("WARC-Record-ID").strip("<>"),
            record_type=record.rec_type,
            fetched_at=page.fetched_at,
            status=page.status,
            method=page.method,
            digest=digest,
            file=self._file,
            offset=offset,
            length=self._stream.tell() - offset,
            **more,
        )

    def _open(self) -> WARCWriter:
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("xb")
            sync_folder(self._path.parent)
            self._writer = WARCWriter(self._stream, gzip=True, warc_version="1.1")
        return self._writer


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


def _http_headers(page: FetchedPage) -> StatusAndHeaders:
    headers = [(_header_name(name), _one_line(value)) for name, value in page.headers]
    headers.append(("Content-Length", str(len(page.body))))
    return StatusAndHeaders(str(page.status), headers, protocol="HTTP/1.1")


def _header_name(name: str) -> str:
    return f"{ORIGINAL_PREFIX}{name}" if name.lower() in TRANSFER_HEADERS else name


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _block_digest(http_headers: StatusAndHeaders | None, payload: bytes) -> str:
    digest = hashlib.sha256()
    for part in _block_parts(http_headers, payload):
        digest.update(part)
    return digest.hexdigest()


def _block_parts(http_headers: StatusAndHeaders | None, payload: bytes) -> Iterable[bytes]:
    if http_headers is not None:
        http_headers.compute_headers_buffer()
        yield http_headers.headers_buff
    yield payload


def _new_record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _warc_date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
