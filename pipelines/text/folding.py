"""Folding: any text to lower-case Latin without diacritics, with the way back to the original. No meaning here."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "dj", "е": "e", "ж": "z", "з": "z", "и": "i",
    "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c", "џ": "dz", "ш": "s",
    # Macedonian, Bulgarian, Russian and Ukrainian neighbours
    "ѕ": "dz", "ѓ": "gj", "ќ": "kj", "ы": "y", "ь": "", "ъ": "a", "э": "e", "ю": "ju", "я": "ja", "щ": "st",
    "і": "i", "є": "e", "ґ": "g", "й": "j",
}  # fmt: skip
_LATIN = {"đ": "dj", "ð": "dj", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ı": "i", "ħ": "h", "þ": "th"}
_SIGNS = dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("„“”«»″", '"') | dict.fromkeys("‘’‚`´′ʼ", "'")
_SPACES = dict.fromkeys("\r\t\v\f", " ") | dict.fromkeys("\u0085\u2028\u2029", "\n")
_PICTURES = {"🔟": "10", "⁄": "/"} | {chr(0x1F100 + n): str(n - 1) for n in range(1, 11)}
_FOLDED = _CYRILLIC | _LATIN | _SIGNS | _SPACES | _PICTURES

_LETTERS_OF_WORD = re.compile(r"[^\W\d_]+")
_MIXTURE = re.compile(r"[a-zA-ZčćžšđČĆŽŠĐ][Ѐ-ӿ]|[Ѐ-ӿ][a-zA-ZčćžšđČĆŽŠĐ]")
_SERBIAN = tuple(zip("čćšžđČĆŠŽĐ", ("c", "c", "s", "z", "dj") * 2, strict=True))
_NOT_PLAIN = re.compile(r"[^\n -_a-~]+")
_CYRILLIC_LETTER = re.compile("[Ѐ-ӿ]")
# What an alien letter is meant to be in a word of the other alphabet, by its looks.
_LOOKS_LATIN = dict(zip("авеікмнорстухјѕАВЕІКМНОРСТУХЈЅ", "abeikmhopctyxjsabeikmhopctyxjs", strict=True))
_LOOKS_CYRILLIC = dict(zip("aeikmopctyxjABEKMHOPCTYXJ", "aeikmorstuhjavekmnorstuhj", strict=True))


class _Letters(dict[str, str]):
    """Folded form of single characters, worked out once each."""

    def __missing__(self, char: str) -> str:
        folded = self[char] = _fold_char(char)
        return folded


def _fold_char(char: str) -> str:
    lowered = unicodedata.normalize("NFKD", char).lower() if char not in _FOLDED else char
    pieces = (_FOLDED.get(piece, piece) for piece in unicodedata.normalize("NFKC", lowered))
    letters = unicodedata.normalize("NFKD", "".join(pieces))
    return "".join(_FOLDED.get(letter, letter) for letter in letters if _is_kept(letter))


def _is_kept(char: str) -> bool:
    # Marks ride on a letter; format characters (zero width, soft hyphen) are invisible and used to split words.
    return unicodedata.category(char) not in ("Mn", "Me", "Mc", "Cf")


_LETTERS = _Letters()


_LONGEST_NAME = 80
"""Names and words are asked for again and again; longer texts are not worth remembering."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and where each of its characters comes from."""

    text: str
    original: str
    _ends: Sequence[int]
    """For each character of `original`, where in `text` its folded form ends."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original that folded[start:end] stands for, whole characters with their marks."""
        begin = bisect_right(self._ends, start)
        if start >= end:
            return begin, begin
        last = bisect_right(self._ends, end - 1)
        if last == len(self._ends):
            return begin, last
        # Characters that fold to nothing end where the one before them ends.
        return begin, bisect_right(self._ends, self._ends[last])

    def quote(self, start: int, end: int) -> str:
        """The original words behind folded[start:end]."""
        begin, stop = self.span(start, end)
        return self.original[begin:stop]


def fold(text: str) -> Folded:
    """`text` in lower-case Latin without diacritics (đ is dj), one kind of space, dash and quotation mark.

    Letters slipped in from the other alphabet count by their looks. Line breaks stay.
    """
    pieces = _pieces(text)
    folded = "".join(pieces)
    is_one_to_one = len(folded) == len(text) and all(pieces)
    return Folded(folded, text, range(1, len(text) + 1) if is_one_to_one else list(accumulate(map(len, pieces))))


def folded_text(text: str) -> str:
    """`fold(text).text`, where nobody asks for the way back."""
    if _CYRILLIC_LETTER.search(text):
        return "".join(_pieces(text))
    # Latin text is plain but for a few letters, nearly all of them Serbian.
    for letter, plain in _SERBIAN:
        text = text.replace(letter, plain)
    return _NOT_PLAIN.sub(_fold_run, text).lower()


def _fold_run(run: re.Match[str]) -> str:
    return "".join(map(_LETTERS.__getitem__, run.group()))


def fold_key(text: str) -> str:
    """`text` folded, runs of white space as one space: for comparing and as a key."""
    return _key_of_name(text) if len(text) <= _LONGEST_NAME else " ".join(folded_text(text).split())


@lru_cache(maxsize=20_000)
def _key_of_name(text: str) -> str:
    return " ".join(folded_text(text).split())


def _pieces(text: str) -> list[str]:
    """The folded form of each character."""
    pieces = list(map(_LETTERS.__getitem__, text))
    if _CYRILLIC_LETTER.search(text) and _MIXTURE.search(text):
        _mend_mixed_words(text, pieces)
    return pieces


def _mend_mixed_words(text: str, pieces: list[str]) -> None:
    for word in _LETTERS_OF_WORD.finditer(text):
        if not _MIXTURE.search(word.group()):
            continue
        cyrillic = len(_CYRILLIC_LETTER.findall(word.group()))
        looks = _LOOKS_CYRILLIC if cyrillic * 2 > len(word.group()) else _LOOKS_LATIN
        for place in range(word.start(), word.end()):
            pieces[place] = looks.get(text[place], pieces[place])
