"""What of a text is stored so that copies meet: a key of exact copies, a MinHash signature, and keys of its parts."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rensa import RMinHash

from pipelines.series.comparable import ComparableText, shingles_of

PERMUTATIONS = 96
ROWS = 4
"""24 bands of 4: texts whose word pairs agree by half meet with 79%, by 0.6 with 96%; sentence keys meet the rest."""
SEED = 20_261_120
MOST_SENTENCES = 16
SHORT_TEXT = 8
"""Below so many words equal texts are one offer only with an equal contact."""

_BAND = struct.Struct(f"<{ROWS}I")
_SIGNATURE = struct.Struct(f"<{PERMUTATIONS}I")
_SIGNED = struct.Struct("<q")


@dataclass(frozen=True, slots=True)
class Signature:
    """The stored form of one text."""

    text_key: str
    """SHA-256, hex: equal for exact copies."""
    minhash: bytes
    parts: tuple[int, ...]
    """Keys of bands and of sentences, signed 64 bits; texts that share one may be copies. Empty for an empty text."""


def sign(ads: Sequence[ComparableText]) -> list[Signature]:
    """Signatures of the ads, in their order."""
    digests = RMinHash.digests_from_token_sets([list(shingles_of(ad.words)) for ad in ads], PERMUTATIONS, SEED)
    return [
        Signature(text_key(ad), _SIGNATURE.pack(*digest), _parts(ad, digest))
        for ad, digest in zip(ads, digests, strict=True)
    ]


def text_key(ad: ComparableText) -> str:
    """Equal for ads that differ in script, diacritics, emoji, numbers, contacts and page lines only."""
    words = " ".join(ad.words)
    if len(ad.words) < SHORT_TEXT:
        words = "\0".join((words, *sorted(ad.contacts))) if ad.contacts else ad.original
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def _parts(ad: ComparableText, digest: Sequence[int]) -> tuple[int, ...]:
    if not ad.words:
        return ()
    bands = (_key(b"b%d" % (at // ROWS), _BAND.pack(*digest[at : at + ROWS])) for at in range(0, PERMUTATIONS, ROWS))
    return tuple(dict.fromkeys((*bands, *_sentence_keys(ad.sentences))))


def _sentence_keys(sentences: Iterable[tuple[str, ...]]) -> list[int]:
    longest = sorted(set(sentences), key=lambda sentence: (-len(sentence), sentence))[:MOST_SENTENCES]
    return [_key(b"s", " ".join(sentence).encode("utf-8", "surrogatepass")) for sentence in longest]


def _key(kind: bytes, part: bytes) -> int:
    digest = hashlib.blake2b(part, digest_size=_SIGNED.size, person=kind).digest()
    return int(_SIGNED.unpack(digest)[0])
