"""A text made comparable: one alphabet, without what changes from copy to copy (numbers, contacts, emoji, page lines).

What makes two such texts one offer is judged in `judging`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import or_
from zlib import crc32

from pipelines.series.idle_words import idle_words
from pipelines.series.portal_lines import is_portal_line, may_begin_portal_line
from pipelines.series.standards import standard_word
from pipelines.text.folding import folded_text
from pipelines.text.remembering import Remembered

_ENDINGS = ("me", "com", "net", "org", "info", "rs", "de", "at", "eu", "hr", "ba", "example")
_ADDRESS_SIGNS = ("@", "://", "www.", *(f".{ending}" for ending in _ENDINGS))
_ADDRESS = re.compile(rf"(?<!\S)(?:[^\s@]*+@\S+|\S*?(?:://|www\.)\S+|\S*?\.(?:{'|'.join(_ENDINGS)})(?!\w)\S*)")
_CHANGING = re.compile(r"[\d@.:]")
"""What every address or sum of money holds."""
_PHONE = re.compile(r"(?:\+|\b0)\d(?:[\d /().-]{0,2}\d){6,13}")
_MONEY = re.compile(r"\d[\d.,]{0,12} ?(?:e|eu)\b")
_SUM_END = re.compile(r"(?:e|eu)\b")
"""Belongs to a sum of money where a number stands before it."""
_AFTER_NUMBER = "\0"
"""Put before what may belong to a number of the piece before it; no word holds it."""
_SENTENCE_ENDS = ".!?;|\n"
_LINE_ENDS = "\x85\u2028\u2029"
"""Folded they are line breaks."""

_MISREAD = re.compile(r"[a-z]{1,30}[015](?:[a-z]{1,30}[015])?[a-z]{2,30}")
"""A word with digits in it, as they are read off a picture: p1atforma."""
_MEANT = str.maketrans("015", "ols")

PASSAGE = 8
"""Words of a passage, at least."""


class _Spaces(dict[int, str]):
    """Every character as in a text of words: letters, digits and underscore stay, ends of sentences are line breaks."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        spaced = self[code] = char if char.isalnum() or char == "_" else "\n" if char in _SENTENCE_ENDS else " "
        return spaced


_SPACES = _Spaces()


@dataclass(frozen=True, eq=False)
class ComparableText:
    """An ad as it is compared. All is worked out when it is asked for: most ads are told apart by their pairs."""

    title: str
    text: str
    """Both as published."""
    kept_shingles: bytes | None = None
    """The shingles, where an index keeps them."""

    @cached_property
    def told_title(self) -> str:
        """The words of the title, with a space between."""
        return " ".join(_told(self.title, self.title.split()).split()) if self.title else ""

    @cached_property
    def told(self) -> str:
        """The words of the text, likewise; a line for each of its sentences and lines."""
        told = "\n".join([_told(line, pieces) for line, pieces in _own_lines(self.text)])
        return "\n".join(filter(None, map(str.strip, told.split("\n"))))

    @cached_property
    def wording(self) -> str:
        """The words of title and text with a space between; a title that opens the text counts once."""
        words = self.told.replace("\n", " ")
        if not self.told_title or f"{words} ".startswith(f"{self.told_title} "):
            return words
        return f"{self.told_title} {words}" if words else self.told_title

    @property
    def words(self) -> list[str]:
        """Of title and text."""
        return self.wording.split()

    @property
    def length(self) -> int:
        """How many words."""
        return self.wording.count(" ") + 1 if self.wording else 0

    @property
    def sentences(self) -> list[str]:
        """Sentences and lines of the text."""
        return self.told.split("\n") if self.told else []

    @cached_property
    def pairs(self) -> frozenset[int]:
        """Pairs of neighbouring words, each as a number of 64 bits; a single word stands for itself."""
        words = self.words
        first, second = map(_code_as_first, words), map(_code, words[1:])
        return frozenset(map(or_, first, second) if len(words) > 1 else first)

    def forget_pairs(self) -> None:
        """Lets go of the set, which takes ten times as much room as the same numbers in `shingles`."""
        self.__dict__.pop("pairs", None)

    @cached_property
    def shingles(self) -> bytes:
        """The pairs, each in eight bytes, in no order."""
        return array("Q", list(self.pairs)).tobytes() if self.kept_shingles is None else self.kept_shingles

    @property
    def own_text(self) -> str:
        """The text without the lines that the page put around the ad."""
        return "\n".join([line for line in _lines(self.text) if not _is_of_page(line.split(None, 1), line)])

    @cached_property
    def contacts(self) -> frozenset[str]:
        """Phones by their last eight digits, addresses and handles as folded."""
        text = folded_text(f"{self.title}\n{self.own_text}")
        phones = {re.sub(r"\D", "", found)[-8:] for found in _PHONE.findall(text)}
        return frozenset(phones | {found.strip(".,;:!?()") for found in _ADDRESS.findall(text)})


def make_comparable(title: str | None, text: str, shingles: bytes | None = None) -> ComparableText:
    """The ad as it is compared. Never raises, whatever the text."""
    return ComparableText(title or "", text, shingles)


def written_words(ad: ComparableText) -> dict[str, str]:
    """By each word as it is compared: the word as the ad writes it first, folded."""
    written = folded_text(f"{ad.title}\n{ad.text}").translate(_SPACES).split()
    return {_told_word(word): word for word in reversed(written)}


def passages_of(ad: ComparableText) -> Iterator[frozenset[str]]:
    """Words of the sentences, short ones taken together: a page may break a sentence into lines."""
    passage: set[str] = set()
    for sentence in ad.sentences:
        passage.update(sentence.split())
        if len(passage) >= PASSAGE:
            yield frozenset(passage)
            passage = set()
    if passage:
        yield frozenset(passage)


def words_of(folded: str) -> tuple[str, ...]:
    """The words of a folded text that tell something."""
    return tuple(_told_of(folded).split())


def all_words_of(folded: str) -> set[str]:
    """The words of a folded text, each once."""
    return set(folded.translate(_SPACES).split())


def _own_lines(text: str) -> list[tuple[str, list[str]]]:
    """Lines of a text as published, each with its pieces between white space; without those of the page around it."""
    lines = [(line, line.split()) for line in _lines(text)]
    return [(line, pieces) for line, pieces in lines if not _is_of_page(pieces, line)]


def _lines(text: str) -> list[str]:
    for end in _LINE_ENDS:
        text = text.replace(end, "\n")
    return text.split("\n")


def _is_of_page(pieces: list[str], line: str) -> bool:
    """Nothing, or a line that the page put around the ad."""
    return not pieces or (_may_begin_portal_line(pieces[0]) and is_portal_line(folded_text(line)))


def _told(line: str, pieces: list[str]) -> str:
    """The words of a line that tell something, with spaces between; sentences end with \\n."""
    told = " ".join(filter(None, map(_told_of_piece, pieces)))
    # Only a sum of money reaches over a space, as in 1500 e.
    return _told_of(_masked(folded_text(line))) if _AFTER_NUMBER in told else told


def _piece_told(piece: str) -> str:
    folded = folded_text(piece)
    told = _told_of(_masked(folded))
    return f"{_AFTER_NUMBER}{told}" if _SUM_END.match(folded) else told


def _told_of(masked: str) -> str:
    """The words of a folded text that tell something, with one space between; sentences end with \\n."""
    sentences = masked.translate(_SPACES).split("\n")
    return "\n".join([" ".join(filter(None, map(_told_word, sentence.split()))) for sentence in sentences])


def _word_told(found: str) -> str:
    """What the word is compared as; empty for one that tells nothing."""
    # People write đ as dj and as d; both are one here.
    word = found.replace("dj", "d")
    if _MISREAD.fullmatch(word):
        word = word.translate(_MEANT)
    return standard_word(word) if word.isalpha() and word not in idle_words().anywhere else ""


def code_of(words: str) -> int:
    """32 bits for the words, the same in every process."""
    return crc32(words.encode("utf-8", "surrogatepass"))


def _masked(folded: str) -> str:
    """Without addresses and sums of money."""
    if not _CHANGING.search(folded):
        return folded
    masked = "\n".join(map(_without_addresses, folded.split("\n"))) if _may_hold_address(folded) else folded
    return _MONEY.sub(" ", masked)


def _without_addresses(line: str) -> str:
    return _ADDRESS.sub(" ", line) if _may_hold_address(line) else line


def _may_hold_address(text: str) -> bool:
    return any(map(text.__contains__, _ADDRESS_SIGNS))


_told_word = Remembered(_word_told).__getitem__
_told_of_piece = Remembered(_piece_told).__getitem__
_may_begin_portal_line = Remembered(lambda piece: may_begin_portal_line(folded_text(piece))).__getitem__
_code = Remembered(code_of).__getitem__
_code_as_first = Remembered(lambda word: code_of(word) << 32).__getitem__
