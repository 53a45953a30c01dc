"""A text made comparable: one alphabet, without what changes from copy to copy (numbers, contacts, emoji, page lines).

What makes two such texts one offer is judged in `judging`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from pipelines.series.idle_words import idle_words
from pipelines.series.portal_lines import is_portal_line
from pipelines.text.folding import fold

_ADDRESS = re.compile(
    r"(?<!\S)(?:[^\s@]*+@\S+|\S*?(?:://|www\.)\S+|\S*?\.(?:me|com|net|org|info|rs|de|at|eu|hr|ba|example)(?!\w)\S*)"
)
_PHONE = re.compile(r"(?:\+|\b0)\d(?:[\d /().-]{0,2}\d){6,13}")
_MONEY = re.compile(r"\d[\d.,]{0,12} ?(?:e|eu)\b")
_SENTENCE_END = re.compile(r"[.!?;|\n]")
_WORD = re.compile(r"\w+")

TELLING_LINE = 5
"""Words from which on a sentence is hardly ever shared by chance."""


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
    """Sentences of `TELLING_LINE` words and more."""

    @cached_property
    def shingles(self) -> frozenset[str]:
        """Pairs of neighbouring words."""
        return frozenset(shingles_of(self.words))

    @cached_property
    def contacts(self) -> frozenset[str]:
        """Phones by their last eight digits, addresses and handles as folded."""
        text = f"{self.folded_title}\n{self.folded_text}"
        phones = {re.sub(r"\D", "", found)[-8:] for found in _PHONE.findall(text)}
        return frozenset(phones | {found.strip(".,;:!?()") for found in _ADDRESS.findall(text)})


def make_comparable(title: str | None, text: str) -> ComparableText:
    """The ad as it is compared. Never raises, whatever the text."""
    folded_title = fold(title or "").text
    title_words = words_of(_masked(folded_title))
    lines = [line for line in fold(text).text.split("\n") if line.strip() and not is_portal_line(line)]
    folded_text = "\n".join(lines)
    sentences = [words_of(part) for part in _SENTENCE_END.split(_masked(folded_text))]
    words = tuple(chain.from_iterable(sentences))
    repeated = bool(title_words) and words[: len(title_words)] == title_words
    return ComparableText(
        original=f"{title or ''}\0{text}",
        folded_title=folded_title,
        folded_text=folded_text,
        words=words if repeated else title_words + words,
        title_words=title_words,
        sentences=tuple(sentence for sentence in sentences if len(sentence) >= TELLING_LINE),
    )


def shingles_of(words: tuple[str, ...]) -> set[str]:
    """Pairs of neighbouring words; a single word stands for itself."""
    return {f"{first} {second}" for first, second in pairwise(words)} or set(words)


def _masked(folded: str) -> str:
    masked = _ADDRESS.sub(" ", folded) if "." in folded or "@" in folded else folded
    return _MONEY.sub(" ", masked)


def words_of(masked: str) -> tuple[str, ...]:
    """The words of a folded text that tell something."""
    # People write đ as dj and as d; both are one here.
    found, idle = _WORD.findall(masked.replace("dj", "d")), idle_words().anywhere
    return tuple(word for word in found if word.isalpha() and word not in idle)
