"""How much the streams of a PDF may unpack to. Its reader sets no bound: eight megabytes can hold eight thousand.

What the tables in it mean is not known here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from pdfminer import pdftypes
from pdfminer.lzw import LZWDecoder

PIECE = 1024 * 1024
RUN_ENDS = 128
"""The length byte that ends data packed as runs."""
_left: ContextVar[list[int] | None] = ContextVar("left", default=None)
"""Bytes that may still be unpacked; None: nobody set a bound."""


class UnpacksToTooMuchError(Exception):
    """The streams hold more than was allowed."""


@contextmanager
def bounded_unpacking(most: int) -> Iterator[None]:
    """In the body the reader unpacks so many bytes at most. It raises UnpacksToTooMuchError."""
    left = [most]
    token = _left.set(left)
    try:
        yield
    except Exception as error:
        # The reader calls it an error of its own on the way.
        if left[0] < 0:
            raise UnpacksToTooMuchError(f"the streams of the PDF unpack to more than {most} bytes") from error
        raise
    finally:
        _left.reset(token)


def inflated(data: bytes) -> bytes:
    """As `zlib.decompress`. Raises zlib.error where the data are damaged or break off."""
    unpacker = zlib.decompressobj()
    unpacked = _joined(_pieces(unpacker, data))
    if not unpacker.eof:
        raise zlib.error("the data break off")
    return unpacked


def inflated_as_far_as_possible(data: bytes) -> bytes:
    """What can be unpacked of damaged data; the reader's own way copies all that it has for each further byte."""
    found: list[bytes] = []
    with suppress(zlib.error):
        found.extend(map(_counted, _pieces(zlib.decompressobj(), data)))
    return b"".join(found)


def lzw_unpacked(data: bytes) -> bytes:
    """As `pdfminer.lzw.lzwdecode`."""
    return _joined(LZWDecoder(BytesIO(data)).run())


def runs_unpacked(data: bytes) -> bytes:
    """As `pdfminer.runlength.rldecode` (PDF 32000, 7.4.5)."""
    return _joined(_runs(data))


def _pieces(unpacker: Any, data: bytes) -> Iterator[bytes]:
    piece = unpacker.decompress(data, PIECE)
    while piece or unpacker.unconsumed_tail:
        yield piece
        piece = unpacker.decompress(unpacker.unconsumed_tail, PIECE)


def _runs(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data) and data[at] != RUN_ENDS:
        length = data[at]
        if length < RUN_ENDS:
            yield data[at + 1 : at + length + 2]
            at += length + 2
        else:
            yield data[at + 1 : at + 2] * (257 - length)
            at += 2


def _joined(pieces: Iterable[bytes]) -> bytes:
    return b"".join(map(_counted, pieces))


def _counted(piece: bytes) -> bytes:
    left = _left.get()
    if left is not None:
        left[0] -= len(piece)
        if left[0] < 0:
            raise UnpacksToTooMuchError
    return piece


# The reader has no setting for it; its own names are replaced where it looks them up.
vars(pdftypes).update(
    zlib=SimpleNamespace(error=zlib.error, decompress=inflated),
    decompress_corrupted=inflated_as_far_as_possible,
    lzwdecode=lzw_unpacked,
    rldecode=runs_unpacked,
)
