"""What of a text is stored so that copies meet: a key of exact copies, and keys of its parts.

A part is a band of the text's MinHash or one of its sentences. The MinHash itself is not kept: candidates are verified
on their words.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from itertools import accumulate
from zlib import crc32

from rensa import RMinHash

from pipelines.series.comparable import ComparableText

PERMUTATIONS = 64
ROWS = 4
"""16 bands of 4: texts whose word pairs agree by half meet with 64%, by 0.6 with 89%; sentence keys meet the rest."""
SEED = 20_261_120
MOST_SENTENCES = 8
TELLING = 5
"""Words from which on a sentence is hardly ever shared by chance."""
SHORT_TEXT = 8
"""Below so many words equal texts are one offer only with an equal contact."""

_FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)
"""Odd, with bits all over; they spread the rows of a band over its key."""
_BANDS = range(0, PERMUTATIONS // ROWS << 27, 1 << 27)
"""Added to keys of each band, so that those of two bands are not taken for one another."""
_WHOLE, _HALF = (1 << 32) - 1, 1 << 31


def text_key(ad: ComparableText) -> str:
    """Equal for ads that differ in script, diacritics, emoji, numbers, contacts and page lines only; 32 hex digits."""
    words = ad.wording
    if ad.length < SHORT_TEXT:
        words = "\0".join((words, *sorted(ad.contacts))) if ad.contacts else f"{ad.title}\0{ad.text}"
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def parts_of(ads: Sequence[ComparableText]) -> list[tuple[int, ...]]:
    """Keys of the bands and sentences of each ad, signed 32 bits; texts that share one may be copies.

    Empty for an empty text.
    """
    if not ads:
        return []
    # One flat buffer is read where it lies; sets are handed to another thread, for which a single ad would wait.
    shingles = array("Q", b"".join([ad.shingles for ad in ads]))
    ends = array("Q", accumulate((len(ad.shingles) // 8 for ad in ads), initial=0))
    digests = RMinHash.digest_matrix_from_flat_token_hashes(shingles, ends, PERMUTATIONS, SEED).to_rows()
    return [_parts(ad, digest) for ad, digest in zip(ads, digests, strict=True)]


def _parts(ad: ComparableText, digest: Sequence[int]) -> tuple[int, ...]:
    if not ad.wording:
        return ()
    return tuple(dict.fromkeys((*_band_keys(digest), *_sentence_keys(ad.sentences))))


def _band_keys(digest: Sequence[int]) -> list[int]:
    first, second, third, fourth = _FACTORS
    rows = iter(digest)
    return [
        (((w * first + x * second + y * third + z * fourth) >> 16) + step & _WHOLE) - _HALF
        for step, w, x, y, z in zip(_BANDS, rows, rows, rows, rows, strict=True)
    ]


def _sentence_keys(sentences: Sequence[str]) -> list[int]:
    telling = {sentence for sentence in sentences if sentence.count(" ") >= TELLING - 1}
    if len(telling) > MOST_SENTENCES:
        telling = set(sorted(telling, key=lambda sentence: (-sentence.count(" "), sentence))[:MOST_SENTENCES])
    encoded = "\n".join(sorted(telling)).encode("utf-8", "surrogatepass").split(b"\n") if telling else ()
    return [code - _HALF for code in map(crc32, encoded)]
