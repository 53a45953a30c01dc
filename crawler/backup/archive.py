"""The file a backup is: a ZIP whose manifest names every member with size and SHA-256; nothing is believed unchecked.

What goes into it stands in `crawler.backup.making`, what becomes of it in `crawler.backup.restoring`.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, Self

from crawler.errors import StoreError

FORMAT = "adwatch-backup-1"
MANIFEST = "manifest.json"
HOME = "home/"
"""Members below stand in the data folder under the rest of their name."""
TABLES = "tables/"
CHUNK = 1 << 20
LARGEST_MANIFEST = 1 << 29
LARGEST_ROW = 1 << 28
"""Bytes; a line that is longer is none of ours."""
# What the program keeps for itself beside them is in no backup of ours, and one of strangers must not bring it: the
# scheduler runs what stands in its file.
_OWN = r"[^/]*\.(?:db|lock)\b"
_SAFE = re.compile(rf"(home/(?!\.|{_OWN})[^\\\x00-\x1f]+|tables/[a-z][a-z0-9_]*\.jsonl)")
_GZIPPED = (".gz", ".png", ".jpg", ".pdf", ".xlsx", ".docx", ".zip")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)

Advance = Callable[[int], None]
"""Told of bytes as they pass."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the manifest says of one member."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    revision: str
    """Newest migration of the database that it was made from."""
    database: str
    custody: int
    """Newest entry of the custody log."""
    tables: tuple[Mapping[str, Any], ...]
    counters: Mapping[str, int]
    members: Mapping[str, Member]

    @property
    def rows(self) -> dict[str, int]:
        """By table, how many."""
        return {str(table["name"]): int(table["rows"]) for table in self.tables}

    def to_json(self) -> bytes:
        """As it stands in the file."""
        document = {
            "format": FORMAT,
            "made_at": self.made_at,
            "revision": self.revision,
            "database": self.database,
            "custody": self.custody,
            "tables": self.tables,
            "counters": self.counters,
            "members": {name: {"size": one.size, "sha256": one.sha256} for name, one in self.members.items()},
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode()


@dataclass
class BackupWriter:
    """Writes members one after the other, and notes what the manifest has to say of them."""

    stream: BinaryIO
    members: dict[str, Member] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._zip = zipfile.ZipFile(self.stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """A member made of these parts."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if name.endswith(_GZIPPED) else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as target:
            for part in parts:
                digest.update(part)
                size += len(part)
                target.write(part)
        if name != MANIFEST:
            self.members[name] = Member(size, digest.hexdigest())


class BackupReader:
    """A backup that is read; every complaint names the member it is about."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError where the file is no backup of ours, or its names and sizes do not hold together."""
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror or error}") from error
        except zipfile.BadZipFile as error:
            raise StoreError(f"{path} is no whole backup: {error}") from error
        try:
            self.manifest = self._read_manifest()
            self._check_names()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def size(self) -> int:
        """Bytes of all members, unpacked."""
        return sum(member.size for member in self.manifest.members.values())

    def check_all(self, advance: Advance) -> None:
        """Reads every member to its end. Raises StoreError naming the first that is not as the manifest says."""
        for name in self.manifest.members:
            for part in self.parts(name):
                advance(len(part))

    def parts(self, name: str) -> Iterator[bytes]:
        """The member's bytes. Raises StoreError, at the latest behind the last of them, where they are others."""
        expected, digest, size = self.manifest.members[name], hashlib.sha256(), 0
        try:
            with self._zip.open(name) as source:
                while part := source.read(CHUNK):
                    digest.update(part)
                    size += len(part)
                    if size > expected.size:
                        break
                    yield part
        except _UNREADABLE as error:
            raise StoreError(f"{self.path}: {name} is damaged: {error}") from error
        if size != expected.size or digest.hexdigest() != expected.sha256:
            raise StoreError(f"{self.path}: {name} is damaged: its bytes do not match the SHA-256 of the manifest")

    def lines(self, name: str) -> Iterator[bytes]:
        """The member's lines. Raises StoreError as `parts`, and for a line longer than any of ours."""
        rest = b""
        for part in self.parts(name):
            *whole, rest = (rest + part).split(b"\n")
            if len(rest) > LARGEST_ROW:
                raise StoreError(f"{self.path}: {name} holds a line that is no row")
            yield from whole
        if rest:
            raise StoreError(f"{self.path}: {name} breaks off")

    def _read_manifest(self) -> Manifest:
        try:
            info = self._zip.getinfo(MANIFEST)
            if info.file_size > LARGEST_MANIFEST:
                raise StoreError(f"{self.path}: its manifest is larger than any of ours")
            with self._zip.open(info) as source:
                content = _limited(source)
            self.identity = hashlib.sha256(content).hexdigest()
            return _manifest_from(json.loads(content))
        except KeyError as error:
            raise StoreError(f"{self.path} is no backup of adwatch: {error}") from error
        except (zipfile.BadZipFile, ValueError, TypeError, OSError, AttributeError) as error:
            raise StoreError(f"{self.path}: {MANIFEST} is damaged") from error

    def _check_names(self) -> None:
        names = self._zip.namelist()
        if len(names) != len(set(names)):
            raise StoreError(f"{self.path} holds two members of one name")
        for name in {*names, *self.manifest.members} - {MANIFEST}:
            if not is_safe(name):
                raise StoreError(f"{self.path}: {name!r} is no name that a backup holds")
            if name not in self.manifest.members:
                raise StoreError(f"{self.path}: {name} is not named in its manifest")
            if name not in names:
                raise StoreError(f"{self.path}: {name} is missing")
            if self._zip.getinfo(name).file_size != self.manifest.members[name].size:
                raise StoreError(f"{self.path}: {name} is damaged: it has another size than its manifest says")


def is_safe(name: str) -> bool:
    """Whether the name leads to one of our tables, or to a file within the data folder and nowhere else."""
    return bool(_SAFE.fullmatch(name)) and all(part not in ("", ".", "..") for part in name.split("/"))


def _limited(source: IO[bytes]) -> bytes:
    content = source.read(LARGEST_MANIFEST + 1)
    if len(content) > LARGEST_MANIFEST:
        raise ValueError("too large")
    return content


def _manifest_from(document: Mapping[str, Any]) -> Manifest:
    if document["format"] != FORMAT:
        raise StoreError(f"the backup is of another kind, {document['format']!r}; this program reads {FORMAT}")
    return Manifest(
        made_at=str(document["made_at"]),
        revision=str(document["revision"]),
        database=str(document["database"]),
        custody=int(document["custody"]),
        tables=tuple(document["tables"]),
        counters={str(name): int(value) for name, value in document["counters"].items()},
        members={str(name): Member(int(one["size"]), str(one["sha256"])) for name, one in document["members"].items()},
    )
