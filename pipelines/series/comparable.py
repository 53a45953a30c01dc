"""A text made comparable: one alphabet, without what changes from copy to copy (numbers, contacts, emoji, page lines).

What makes two such texts one offer is judged in `judging`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import or_
from zlib import crc32

from pipelines.series.idle_words import idle_words
from pipelines.series.portal_lines import is_portal_line
from pipelines.text.folding import folded_text

_ENDINGS = ("me", "com", "net", "org", "info", "rs", "de", "at", "eu", "hr", "ba", "example")
_ADDRESS_SIGNS = ("@", "://", "www.", *(f".{ending}" for ending in _ENDINGS))
_ADDRESS = re.compile(rf"(?<!\S)(?:[^\s@]*+@\S+|\S*?(?:://|www\.)\S+|\S*?\.(?:{'|'.join(_ENDINGS)})(?!\w)\S*)")
_CHANGING = re.compile(r"[\d@.:]")
"""What every address or sum of money holds."""
_PHONE = re.compile(r"(?:\+|\b0)\d(?:[\d /().-]{0,2}\d){6,13}")
_MONEY = re.compile(r"\d[\d.,]{0,12} ?(?:e|eu)\b")
_SENTENCE_ENDS = ".!?;|\n"

PASSAGE = 8
"""Words of a passage, at least."""


class _Spaces(dict[int, str]):
    """Every character as in a text of words: letters, digits and underscore stay, ends of sentences are line breaks."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        spaced = self[code] = char if char.isalnum() or char == "_" else "\n" if char in _SENTENCE_ENDS else " "
        return spaced


class _Words(dict[str, str]):
    """What each word of a text is compared as; empty for one that tells nothing. Words met so far are remembered."""

    def __missing__(self, found: str) -> str:
        if len(self) >= _MOST_WORDS:
            self.clear()
        # People write đ as dj and as d; both are one here.
        word = found.replace("dj", "d")
        told = self[found] = word if word.isalpha() and word not in idle_words().anywhere else ""
        return told


class _Codes(dict[str, int]):
    """A number of 32 bits for each word, the same in every process. Words met so far are remembered."""

    def __init__(self, shift: int) -> None:
        super().__init__()
        self._shift = shift

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        code = self[word] = crc32(word.encode("utf-8", "surrogatepass")) << self._shift
        return code


_MOST_WORDS = 200_000
_SPACES = _Spaces()
_WORDS = _Words()
_FIRST, _SECOND = _Codes(32), _Codes(0)


@dataclass(frozen=True, eq=False)
class ComparableText:
    """An ad's words as they are compared, in their order."""

    original: str
    """Title and text as published."""
    folded_title: str
    folded_text: str
    """Without the lines that the page put around the ad."""
    words: tuple[str, ...]
    """Of title and text; a title that opens the text counts once."""
    title_words: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    """Sentences and lines of the text."""

    @cached_property
    def shingles(self) -> frozenset[int]:
        """Pairs of neighbouring words, each pair as one number of 64 bits; a single word stands for itself."""
        first, second = map(_FIRST.__getitem__, self.words), map(_SECOND.__getitem__, self.words[1:])
        return frozenset(map(or_, first, second) if len(self.words) > 1 else first)

    @cached_property
    def passages(self) -> tuple[frozenset[str], ...]:
        """Words of the sentences, short ones taken together: a page may break a sentence into lines."""
        passages: list[set[str]] = []
        enough = True
        for sentence in self.sentences:
            if enough:
                passages.append(set())
            passages[-1].update(sentence)
            enough = len(passages[-1]) >= PASSAGE
        return tuple(map(frozenset, passages))

    @cached_property
    def contacts(self) -> frozenset[str]:
        """Phones by their last eight digits, addresses and handles as folded."""
        text = f"{self.folded_title}\n{self.folded_text}"
        phones = {re.sub(r"\D", "", found)[-8:] for found in _PHONE.findall(text)}
        return frozenset(phones | {found.strip(".,;:!?()") for found in _ADDRESS.findall(text)})


def make_comparable(title: str | None, text: str) -> ComparableText:
    """The ad as it is compared. Never raises, whatever the text."""
    folded_title = folded_text(title or "")
    title_words = words_of(_masked(folded_title))
    lines = [line for line in folded_text(text).split("\n") if line and not is_portal_line(line)]
    folded = "\n".join(lines)
    sentences = [_told(part) for part in _masked(folded).translate(_SPACES).split("\n")]
    words = tuple(chain.from_iterable(sentences))
    repeated = bool(title_words) and words[: len(title_words)] == title_words
    return ComparableText(
        original=f"{title or ''}\0{text}",
        folded_title=folded_title,
        folded_text=folded,
        words=words if repeated else title_words + words,
        title_words=title_words,
        sentences=tuple(filter(None, sentences)),
    )


def words_of(masked: str) -> tuple[str, ...]:
    """The words of a folded text that tell something."""
    return _told(masked.translate(_SPACES))


def all_words_of(folded: str) -> set[str]:
    """The words of a folded text, each once."""
    return set(folded.translate(_SPACES).split())


def code_of(words: tuple[str, ...]) -> int:
    """32 bits for the words in this order, the same in every process."""
    return crc32(" ".join(words).encode("utf-8", "surrogatepass"))


def _told(spaced: str) -> tuple[str, ...]:
    return tuple([told for found in spaced.split() if (told := _WORDS[found])])


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
