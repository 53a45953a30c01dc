"""Receipts of what was filed: checked by their bytes and kept as evidence, under their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from alerts.script import printable
from crawler.errors import UsageError
from crawler.files import write_whole

LARGEST = 20 * 2**20
FOLDER = "receipts"
# By how such files begin; what a file is called proves nothing.
KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"II*\x00": "tif", b"MM\x00*": "tif"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was read and can be kept."""

    name: str
    """What the file was called."""
    content: bytes
    kind: str

    @property
    def digest(self) -> str:
        """SHA-256, hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def file(self) -> str:
        """Where it is kept, relative to the evidence folder."""
        return f"{FOLDER}/{self.digest}.{self.kind}"


def read_receipt(path: Path) -> Receipt:
    """The receipt in that file. Raises UsageError where it cannot be read, is too large or neither PDF nor picture."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"the receipt {path} cannot be read: {error.strerror}") from error
    return receipt_of(path.name, content)


def receipt_of(name: str, content: bytes) -> Receipt:
    """The receipt with these bytes. Raises UsageError as `read_receipt`."""
    if len(content) > LARGEST:
        raise UsageError(f"the receipt is larger than {LARGEST // 2**20} MB")
    kind = next((kind for begin, kind in KINDS.items() if content.startswith(begin)), None)
    if kind is None:
        raise UsageError("a receipt is a PDF, JPEG, PNG or TIFF file; this one is none of them")
    return Receipt(printable(name)[:255], content, kind)


def keep_receipt(evidence_folder: Path, receipt: Receipt) -> None:
    """Writes the receipt's bytes, once, before any row speaks of them. Raises UsageError where that fails."""
    path = evidence_folder / receipt.file
    if path.exists():
        return
    try:
        write_whole(path, receipt.content)
    except OSError as error:
        raise UsageError(f"the receipt cannot be kept: {error.strerror}") from error
