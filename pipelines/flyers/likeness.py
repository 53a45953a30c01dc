"""How alike two pictures are: a hash of brightness steps, its distance, and the bands by which near ones are found.

Pure; where hashes are kept is the store's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PIL import Image

SIDE = 16
"""The hash says of 16 × 16 fields whether the next one to the right is darker: 256 bits."""
NEAR = 31
"""Bits that two pictures of one flyer may differ in. Measured, see docs/decisions/0011: copies 0 to 29 (JPEG, size,
brightness, watermark, another phone number), other flyers of one template 54 and more. Cropped copies are beyond it.
"""
BAND_BITS = 16
BANDS = SIDE * SIDE // BAND_BITS


def picture_hash(picture: Image.Image) -> int:
    """256 bits, steady under resizing, recompression and changes of brightness."""
    grey = picture.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(SIDE):
        for left, right in pairwise(grey[row * (SIDE + 1) : (row + 1) * (SIDE + 1)]):
            bits = bits << 1 | (left > right)
    return bits


def distance(one: int, other: int) -> int:
    """In how many of 256 bits the hashes differ."""
    return (one ^ other).bit_count()


def is_near(one: int, other: int) -> bool:
    """The two show one flyer."""
    return distance(one, other) <= NEAR


def bands_of(found: int) -> list[int]:
    """Keys a picture is filed under: its 16 bands, each with its number."""
    mask = (1 << BAND_BITS) - 1
    return [band << BAND_BITS | (found >> band * BAND_BITS & mask) for band in range(BANDS)]


def bands_to_ask(wanted: int) -> Iterator[int]:
    """Keys under which every picture within `NEAR` is filed: 31 differing bits leave one of 16 bands at most one."""
    for key in bands_of(wanted):
        yield key
        yield from (key ^ 1 << bit for bit in range(BAND_BITS))
