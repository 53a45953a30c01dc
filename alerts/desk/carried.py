"""Bytes that travel with a form from one page to the next, so that nothing is stored before a person says so."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from fastapi import UploadFile

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was chosen."""

    name: str
    """Its own name, for people: without folders and signs that no name has."""
    content: bytes


class TooLargeError(ValueError):
    """The file has more bytes than may be sent."""


def read_upload(file: UploadFile | None, *, largest: int) -> Upload | None:
    """The chosen file; None where none was chosen. Raises TooLargeError."""
    if file is None or not file.filename:
        return None
    content = file.file.read(largest + 1)
    if len(content) > largest:
        raise TooLargeError(file.filename)
    return Upload(_tidy(file.filename), content)


def packed(content: bytes) -> str:
    """The bytes as text for a hidden field."""
    return base64.urlsafe_b64encode(content).decode("ascii")


def unpacked(text: str, *, largest: int) -> bytes | None:
    """The bytes of such a field; None where it holds none. Raises TooLargeError."""
    if not text:
        return None
    if len(text) > largest * 4 // 3 + 4:
        raise TooLargeError("carried")
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _tidy(name: str) -> str:
    plain = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in plain if sign.isprintable())[-LONGEST_NAME:]
