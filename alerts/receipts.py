"""Receipts of what was filed: checked by their bytes and kept as evidence, under their hash."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from alerts.script import printable
from crawler.errors import UsageError
from crawler.files import write_whole

LARGEST = 20 * 2**20
FOLDER = "receipts"
# By how such files begin; what a file is called proves nothing.
KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"II*\x00": "tif", b"MM\x00*": "tif"}


# A message as mail programs save it: header lines, an empty line, the body. Never shown, only kept.
MESSAGE = "eml"
_HEADER = re.compile(rb"[!-9;-~]+:[^\x00]*?\r?\n\r?\n", re.DOTALL)
_OF_MESSAGES = ("from", "date", "message-id")


class NoReceiptError(UsageError):
    """A file that is none of the kinds, or too large."""


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
    """The receipt in that file. Raises UsageError where it cannot be read, is too large or of no known kind."""
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"the receipt {path} cannot be read: {error.strerror}") from error
    return receipt_of(path.name, content)


def receipt_of(name: str, content: bytes) -> Receipt:
    """The receipt with these bytes. Raises NoReceiptError as `read_receipt`."""
    if len(content) > LARGEST:
        raise NoReceiptError(f"the receipt is larger than {LARGEST // 2**20} MB")
    kind = next((kind for begin, kind in KINDS.items() if content.startswith(begin)), None)
    if kind is None and _is_message(content):
        kind = MESSAGE
    if kind is None:
        raise NoReceiptError("a receipt is a PDF, JPEG, PNG or TIFF file or a saved message (EML); this one is none")
    return Receipt(printable(name)[:255], content, kind)


def _is_message(content: bytes) -> bool:
    """Whether it begins with the header of an e-mail message that was sent, and holds no binary."""
    found = _HEADER.match(content)
    if found is None or b"\x00" in content:
        return False
    header = message_from_bytes(found.group())
    return not header.defects and all(header[name] for name in _OF_MESSAGES)


def keep_receipt(evidence_folder: Path, receipt: Receipt) -> None:
    """Writes the receipt's bytes, once, before any row speaks of them. Raises UsageError where that fails."""
    path = evidence_folder / receipt.file
    if path.exists():
        return
    try:
        write_whole(path, receipt.content)
    except OSError as error:
        raise UsageError(f"the receipt cannot be kept: {error.strerror}") from error
