"""WARC 1.1 records as bytes, one gzip member each, and what stands beside a page: request, metadata, warcinfo.

Where they go, and which capture they belong to, is the business of `crawler.evidence.warc`.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.config import Settings
from crawler.items import FetchedPage

COMPRESSION = 6
"""Zlib's level. On 300 generated pages of 11 kB 9 takes 40% longer than 6 and saves nothing (November 2026)."""

SMALLEST_WINDOW = 10
"""Bits of zlib's window; the largest has 15. A request takes a tenth of the time with its own (November 2026)."""

# The payload is kept decoded, so headers that describe the transfer would be false; WARC tools expect this prefix.
TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
ORIGINAL_PREFIX = "X-Archive-Orig-"

WRITER = f"adwatch/{version('adwatch')} warcio/{version('warcio')}"
STANDARD = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"

Fields = Sequence[tuple[str, str]]
"""Lines of `application/warc-fields`."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record, ready to be appended."""

    id: str
    """WARC-Record-ID without brackets."""
    type: str
    member: bytes
    """The record as one gzip member."""


def file_facts(settings: Settings, *, night_id: int, source: str, unchecked_certificate: str = "") -> dict[str, str]:
    """What the warcinfo record of a run's file says of it, besides what all files say.

    `unchecked_certificate`: why the site's certificate was not checked; empty where it was.
    """
    unchecked = {"uncheckedCertificate": unchecked_certificate} if unchecked_certificate else {}
    return {
        "operator": " ".join(settings.file.organisation.name.split()),
        "http-header-user-agent": settings.user_agent,
        "isPartOf": f"night {night_id}, source {source}",
        **unchecked,
    }


def warcinfo(filename: str, facts: Mapping[str, str], *, at: datetime) -> Record:
    """The record that opens a file."""
    always = [("software", WRITER), ("format", "WARC File Format 1.1"), ("conformsTo", STANDARD)]
    # `classic` means in warcinfo: robots.txt is obeyed.
    fields = [*always, ("robots", "classic"), *facts.items()]
    headers = {"WARC-Filename": filename}
    return _record("warcinfo", "", _lines(fields), at=at, headers=headers, content_type="application/warc-fields")


def response(page: FetchedPage) -> Record:
    """The answer with its headers."""
    headers = {"WARC-Payload-Digest": f"sha256:{page.digest}"}
    if page.exchange and page.exchange.ip:
        headers["WARC-IP-Address"] = page.exchange.ip
    return _record(
        "response", page.url, page.body, at=page.fetched_at, headers=headers, http_headers=_response_headers(page)
    )


def resource(url: str, payload: bytes, *, at: datetime, digest: str, content_type: str) -> Record:
    """Bytes that no server sent as they are: a rendered page, a screenshot."""
    headers = {"WARC-Payload-Digest": f"sha256:{digest}"}
    return _record("resource", url, payload, at=at, headers=headers, content_type=content_type)


def revisit(page: FetchedPage, *, digest: str | None, refers_to: Mapping[str, str], profile: str) -> Record:
    """The answer's headers, and which record holds its bytes. `refers_to`: the `WARC-Refers-To…` headers."""
    headers = {"WARC-Profile": f"http://netpreserve.org/warc/1.1/revisit/{profile}", **refers_to}
    if digest:
        headers["WARC-Payload-Digest"] = f"sha256:{digest}"
    if page.exchange and page.exchange.ip:
        headers["WARC-IP-Address"] = page.exchange.ip
    return _record("revisit", page.url, b"", at=page.fetched_at, headers=headers, http_headers=_response_headers(page))


def beside(page: FetchedPage, record: Record) -> list[Record]:
    """What is worth saying of how the page was fetched: the request as sent, and its way here."""
    found = []
    if page.exchange and page.method == "http":
        found.append(_request(page, record))
    fields = _way(page)
    return [*found, _metadata(page, record, fields)] if fields else found


def about_screenshot(page: FetchedPage, record: Record, *, of: str) -> Record:
    """How a screenshot came about, and which record the ad on the page was read from."""
    return _metadata(page, record, [*_way(page), ("screenshotOf", f"<{of}>")])


def warc_date(moment: datetime) -> str:
    """As WARC writes a time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _request(page: FetchedPage, record: Record) -> Record:
    exchange = page.exchange
    assert exchange is not None  # noqa: S101 - asked by the caller
    parts = urlsplit(page.url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    lines = [(name, _one_line(value)) for name, value in (("Host", parts.netloc), *exchange.sent)]
    return _record(
        "request",
        page.url,
        b"",
        at=page.fetched_at,
        headers={"WARC-Concurrent-To": f"<{record.id}>"},
        http_headers=StatusAndHeaders(f"{exchange.method} {target} HTTP/1.1", lines, is_http_request=True),
    )


def _metadata(page: FetchedPage, record: Record, fields: Fields) -> Record:
    headers = {"WARC-Concurrent-To": f"<{record.id}>"}
    content_type = "application/warc-fields"
    return _record("metadata", page.url, _lines(fields), at=page.fetched_at, headers=headers, content_type=content_type)


def _way(page: FetchedPage) -> Fields:
    """Nothing for the many pages that came straight away: a record of its own would only repeat the time."""
    exchange = page.exchange
    fields = [("redirectedFrom", url) for url in exchange.redirects] if exchange else []
    if page.method == "browser":
        fields += [("fetchedBy", "browser"), ("httpStatus", str(page.status))]
    if page.method == "manual":
        fields += [(name, value) for name, value in page.headers if name != "Content-Type"]
    if fields and exchange and exchange.seconds is not None:
        fields.append(("fetchTimeMs", str(round(exchange.seconds * 1000))))
    return fields


def _record(
    record_type: str,
    url: str,
    payload: bytes,
    *,
    at: datetime,
    headers: Mapping[str, str],
    http_headers: StatusAndHeaders | None = None,
    content_type: str = "",
) -> Record:
    record_id = f"urn:uuid:{uuid.uuid4()}"
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=False, warc_version="1.1")
    record = writer.create_warc_record(
        url,
        record_type,
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=content_type,
        warc_headers_dict={
            "WARC-Record-ID": f"<{record_id}>",
            "WARC-Date": warc_date(at),
            **headers,
            # Without this warcio would hash the block again by SHA-1.
            "WARC-Block-Digest": f"sha256:{_block_digest(http_headers, payload)}",
        },
        http_headers=http_headers,
    )
    writer.write_record(record)
    return Record(record_id, record_type, _compressed(buffer.getbuffer()))


def _compressed(record: memoryview) -> bytes:
    """One gzip member. What compresses it is as large as the record: laying out more took longer than compressing."""
    window = min(max(len(record).bit_length(), SMALLEST_WINDOW), zlib.MAX_WBITS)
    compressor = zlib.compressobj(COMPRESSION, zlib.DEFLATED, window + 16, memLevel=window - 7)
    return compressor.compress(record) + compressor.flush()


def _response_headers(page: FetchedPage) -> StatusAndHeaders:
    headers = [(_header_name(name), _one_line(value)) for name, value in page.headers]
    headers.append(("Content-Length", str(len(page.body))))
    return StatusAndHeaders(str(page.status), headers, protocol="HTTP/1.1")


def _header_name(name: str) -> str:
    return f"{ORIGINAL_PREFIX}{name}" if name.lower() in TRANSFER_HEADERS else name


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {_one_line(value)}\r\n" for name, value in fields).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _block_digest(http_headers: Any, payload: bytes) -> str:
    digest = hashlib.sha256()
    if http_headers is not None:
        http_headers.compute_headers_buffer()
        digest.update(http_headers.headers_buff)
    digest.update(payload)
    return digest.hexdigest()
