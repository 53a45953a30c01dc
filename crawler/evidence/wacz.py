"""Packing captures as WACZ 1.1.1: the records to the byte, an index, the pages, and the custody log about them.

Made with warcio and the standard library: the `wacz` package reads and hashes everything twice and brings a score of
packages along; it is the judge in the tests instead.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from warcio.archiveiterator import ArchiveIterator

from crawler.errors import EvidenceError
from crawler.evidence.records import WRITER
from crawler.evidence.tails import read_member
from crawler.evidence.warc import Capture, check_revisit, read_payload
from crawler.files import whole_file
from crawler.store.exports import ShownAd

VERSION = "1.1.1"
ARCHIVE = "archive/data.warc.gz"


@dataclass(slots=True)
class _Package:
    """A WACZ that is being written."""

    zip: zipfile.ZipFile
    at: datetime
    resources: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def entry(self, path: str, *, stored: bool = False) -> Iterator[_Hashed]:
        """A file of the package; its hash goes into the list of resources."""
        info = zipfile.ZipInfo(path, self.at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        with self.zip.open(info, "w", force_zip64=True) as stream:
            hashed = _Hashed(stream)
            yield hashed
        name = path.rpartition("/")[2].lower()
        self.resources.append({"name": name, "path": path, "hash": hashed.sha256, "bytes": hashed.size})


@dataclass(slots=True)
class _Hashed:
    """A stream that is hashed while it is written."""

    stream: IO[bytes]
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return f"sha256:{self.digest.hexdigest()}"

    def write(self, content: bytes) -> None:
        self.stream.write(content)
        self.digest.update(content)
        self.size += len(content)

    def write_lines(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())


def write_wacz(
    path: Path,
    evidence_folder: Path,
    captures: Sequence[Capture],
    *,
    title: str,
    pages: Sequence[ShownAd],
    custody: Sequence[Mapping[str, Any]],
    files: Sequence[str],
    now: datetime,
) -> None:
    """Writes the package in one step. `captures` in the order of their files; `files` of the evidence folder go along.

    Raises EvidenceError where a record does not verify: nothing is written then.
    """
    with whole_file(path) as stream, zipfile.ZipFile(stream, "w") as packed:
        _fill(_Package(packed, now.astimezone(UTC)), evidence_folder, captures, title, pages, custody, files)


def _fill(
    package: _Package,
    evidence_folder: Path,
    captures: Sequence[Capture],
    title: str,
    pages: Sequence[ShownAd],
    custody: Sequence[Mapping[str, Any]],
    files: Sequence[str],
) -> None:
    with package.entry(ARCHIVE, stored=True) as archive:
        index = sorted(_copy_records(archive, evidence_folder, captures))
    with package.entry("indexes/index.cdx") as lines:
        lines.write("".join(f"{line}\n" for line in index).encode())
    with package.entry("pages/pages.jsonl") as lines:
        lines.write_lines([{"format": "json-pages-1.0", "id": "pages", "title": title}, *map(_page, pages)])
    with package.entry("custody/log.jsonl") as lines:
        lines.write_lines(custody)
    for file in files:
        with package.entry(f"custody/{Path(file).name}") as copy:
            copy.write((evidence_folder / file).read_bytes())
    _describe(package, title)


def _describe(package: _Package, title: str) -> None:
    described = {
        "profile": "data-package",
        "title": title,
        "created": package.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wacz_version": VERSION,
        "software": WRITER,
        "resources": list(package.resources),
    }
    content = json.dumps(described, ensure_ascii=False, indent=2).encode()
    with package.entry("datapackage.json") as stream:
        stream.write(content)
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    with package.entry("datapackage-digest.json") as stream:
        stream.write(json.dumps(digest, indent=2).encode())


def _copy_records(archive: _Hashed, evidence_folder: Path, captures: Sequence[Capture]) -> Iterator[str]:
    """Copies the records with what stands beside them, each file's behind its warcinfo. Yields index lines."""
    opened = None
    for capture in captures:
        check = check_revisit if capture.record_type == "revisit" else read_payload
        check(evidence_folder, capture)
        with (evidence_folder / capture.file).open("rb") as stream:
            if capture.file != opened:
                opened = capture.file
                archive.write(_opening(stream))
            offset = archive.size
            stream.seek(capture.offset)
            member = stream.read(capture.length)
            archive.write(member)
            yield _index_line(capture, member, offset)
            archive.write(_beside(stream, capture))


def _opening(stream: IO[bytes]) -> bytes:
    """The warcinfo record that begins the file; nothing in files of older versions."""
    content, length = read_member(stream)
    stream.seek(0)
    return stream.read(length) if b"WARC-Type: warcinfo\r\n" in content[:2000] else b""


def _beside(stream: IO[bytes], capture: Capture) -> bytes:
    """The records right behind a capture that were written along with it: its request, how it came."""
    start = end = capture.offset + capture.length
    mark = f"WARC-Concurrent-To: <{capture.record_id}>\r\n".encode()
    while True:
        stream.seek(end)
        content, length = read_member(stream)
        if not length or mark not in content[:4000]:
            break
        end += length
    stream.seek(start)
    return stream.read(end - start)


def _index_line(capture: Capture, member: bytes, offset: int) -> str:
    said = {
        "url": capture.url,
        **_mime(capture, member),
        "status": str(capture.status),
        "digest": f"sha256:{capture.digest}",
        "length": str(len(member)),
        "offset": str(offset),
        "filename": ARCHIVE.rpartition("/")[2],
    }
    stamp = capture.fetched_at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return f"{sort_key(capture.url)} {stamp} {json.dumps(said, ensure_ascii=False)}"


def _mime(capture: Capture, member: bytes) -> dict[str, str]:
    """What the record says its payload is; nothing where it says nothing."""
    if capture.record_type == "revisit":
        return {"mime": "warc/revisit"}
    for record in ArchiveIterator(BytesIO(member)):
        headers = record.http_headers or record.rec_headers
        said = str(headers.get_header("Content-Type") or "").split(";")[0].strip()
        return {"mime": said} if said else {}
    raise EvidenceError(f"{capture.record_id}: no record")


def _page(shown: ShownAd) -> dict[str, str]:
    stamp = shown.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    page_id = hashlib.sha256(f"{shown.url} {stamp}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {"id": page_id, "url": shown.url, "ts": stamp, "title": shown.title or shown.url}


def sort_key(url: str) -> str:
    """The address as indexes of archives sort it: `rs,primer)/oglas?a=1`, in lower case."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return url.lower().replace(" ", "%20")
    host = parts.hostname.removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = f"?{urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))}" if parts.query else ""
    return f"{','.join(reversed(host.split('.')))}{port}){parts.path.rstrip('/') or '/'}{query}".lower().replace(
        " ", "%20"
    )
