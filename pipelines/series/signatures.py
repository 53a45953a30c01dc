"""What of a text is stored so that copies meet: a key of exact copies, and keys of its parts.

A part is a band of the text's MinHash or one of its sentences. The MinHash itself is not kept: candidates are verified
on their words.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, chain
from zlib import crc32

from rensa import RMinHash

from pipelines.series.comparable import ComparableText, code_of

PERMUTATIONS = 64
ROWS = 4
"""16 bands of 4: texts whose word pairs agree by half meet with 64%, by 0.6 with 89%; sentence keys meet the rest."""
SEED = 20_261_120
MOST_SENTENCES = 8
TELLING = 5
"""Words from which on a sentence is hardly ever shared by chance."""
SHORT_TEXT = 8
"""Below so many words equal texts are one offer only with an equal contact."""

FOUND_BY_CONTACT = 64
"""Words of an ad that is filed by its contacts too, at most."""
MOST_CONTACTS = 2

BANDS = PERMUTATIONS // ROWS
_FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)
"""Odd, with bits all over; they spread the rows of a band over its key."""
_WHOLE, _HALF = (1 << 32) - 1, 1 << 31
_LANE = 16
"""Bytes that a band takes in a long number; its sum fits well into them."""
_STEPS = b"".join((((band << 27) + _HALF & _WHOLE) << 16).to_bytes(_LANE, "little") for band in range(BANDS))
"""Added to the keys of each band, so that those of two are not taken for one another; and half of all, for the sign."""


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
    return [_parts(ad, keys) for ad, keys in zip(ads, _band_keys(digests), strict=True)]


def _parts(ad: ComparableText, band_keys: Sequence[int]) -> tuple[int, ...]:
    if not ad.wording:
        return ()
    sentences = _sentence_keys(ad.told.encode("utf-8", "surrogatepass"))
    return tuple(dict.fromkeys((*band_keys, *sentences, *_contact_keys(ad))))


def _contact_keys(ad: ComparableText) -> list[int]:
    """Of a short ad, whose few words a slip in each makes others: its contacts find what its words do not."""
    if ad.length > FOUND_BY_CONTACT:
        return []
    return [code_of(f"@{contact}") - _HALF for contact in sorted(ad.contacts)[:MOST_CONTACTS]]


def _band_keys(digests: Sequence[Sequence[int]]) -> list[list[int]]:
    """The keys of each digest: bits 16 to 47 of the sum of a band's rows times their factors, with its step.

    All are worked out at once, as lanes of one long number, in half the time.
    """
    rows = array("I", list(chain.from_iterable(digests)))
    lanes = array("I", bytes(_LANE * len(rows) // ROWS))
    sums = int.from_bytes(_STEPS * len(digests), "little")
    for row, factor in enumerate(_FACTORS):
        lanes[:: _LANE // 4] = rows[row::ROWS]
        sums += int.from_bytes(lanes.tobytes(), "little") * factor
    keys = array("i", (sums >> 16).to_bytes(len(lanes) * 4, "little"))[:: _LANE // 4].tolist()
    return [keys[at : at + BANDS] for at in range(0, len(keys), BANDS)]


def _sentence_keys(sentences: bytes) -> list[int]:
    """Of encoded sentences, each on its line; encoded they sort as they do as text."""
    telling = {sentence for sentence in sentences.split(b"\n") if sentence.count(b" ") >= TELLING - 1}
    if len(telling) > MOST_SENTENCES:
        telling = set(sorted(telling, key=lambda sentence: (-sentence.count(b" "), sentence))[:MOST_SENTENCES])
    return [code - _HALF for code in map(crc32, sorted(telling))]
