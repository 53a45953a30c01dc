"""What of a text came and went, by sentences and within them by words. Pure; whether it matters is judged elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import product

_SENTENCE = re.compile(
    # A run of signs is read once, from where it begins: a text of nothing else must not be read N times.
    r"(\S(?:[.!?;]++(?=\s|\Z)|.*?(?:(?<![.!?;])[.!?;]++(?=\s|\Z)|(?=\n)|\Z))|\A(?=\s))(\s*)",
    re.DOTALL,
)
"""A sentence, and the space after it; a text that begins with space begins with an empty sentence."""
_TOKEN = re.compile(r"\s+|\d[\d.,]*\d|\w+|[^\w\s]")
_WORD = re.compile(r"\d[\d.,]*\d|\w+")
MOST_SENTENCES = 1000
MOST_WORDS = 600
"""Longer ones are not compared piece by piece: the time taken grows with the square of the length."""
MOST_PAIRS = 1000
RELATED = 0.5
"""Share of common words from which on two sentences are one, rewritten."""


class Mark(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, as they stand in the text."""

    mark: Mark
    text: str


_Sentence = tuple[str, str]
Passage = tuple[Piece, ...]
"""Sentences that stayed, came, went, or were rewritten, in pieces."""


def compare_texts(before: str, after: str) -> tuple[Passage, ...]:
    """The passages of both texts in order. All that is same or gone makes `before`, all that is same or new `after`."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    if len(old) > MOST_SENTENCES or len(new) > MOST_SENTENCES:
        return (
            (_pieces((Mark.SAME, before)),) if before == after else (_pieces((Mark.GONE, before), (Mark.NEW, after)),)
        )
    matcher = SequenceMatcher(None, [words for words, _ in old], [words for words, _ in new], autojunk=False)
    passages: list[Passage] = []
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            passages += [_kept(*pair) for pair in zip(old[begin:end], new[new_begin:new_end], strict=True)]
        else:
            passages += _replaced(old[begin:end], new[new_begin:new_end])
    return tuple(passages)


def changed_passages(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Those in which a word, sign or number came or went; white space alone is no change."""
    return tuple(
        passage for passage in passages if any(piece.mark is not Mark.SAME and piece.text.strip() for piece in passage)
    )


def words_of(passages: Sequence[Passage], mark: Mark) -> tuple[str, ...]:
    """The pieces with that mark in one line each, without those that hold no letter or digit."""
    pieces = (" ".join(piece.text.split()) for passage in passages for piece in passage if piece.mark is mark)
    return tuple(piece for piece in pieces if any(char.isalnum() for char in piece))


def _kept(before: _Sentence, after: _Sentence) -> Passage:
    """A sentence that stayed, with the space after it, which may have changed."""
    if before == after:
        return _pieces((Mark.SAME, _joined([before])))
    return _pieces((Mark.SAME, before[0]), (Mark.GONE, before[1]), (Mark.NEW, after[1]))


def _joined(sentences: Sequence[_Sentence]) -> str:
    return "".join(words + space for words, space in sentences)


def _replaced(old: Sequence[_Sentence], new: Sequence[_Sentence]) -> Iterator[Passage]:
    """Sentences of both sides in order; the likest two are one, rewritten, and so on before and after them."""
    pairs = product(range(len(old)), range(len(new))) if len(old) * len(new) <= MOST_PAIRS else ()
    likest = max(((_likeness(old[one][0], new[other][0]), -one, -other) for one, other in pairs), default=(0.0, 0, 0))
    if likest[0] < RELATED:
        if old or new:
            yield _pieces((Mark.GONE, _joined(old)), (Mark.NEW, _joined(new)))
        return
    one, other = -likest[1], -likest[2]
    yield from _replaced(old[:one], new[:other])
    yield _rewritten(_joined([old[one]]), _joined([new[other]]))
    yield from _replaced(old[one + 1 :], new[other + 1 :])


def _likeness(before: str, after: str) -> float:
    """Share of words that both have, from 0 to 1."""
    old, new = Counter(_WORD.findall(before)), Counter(_WORD.findall(after))
    return 2 * (old & new).total() / ((old + new).total() or 1)


def _rewritten(before: str, after: str) -> Passage:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return _pieces((Mark.GONE, before), (Mark.NEW, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    pieces: list[Piece] = []
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        gone, come = "".join(old[begin:end]), "".join(new[new_begin:new_end])
        pieces += _pieces((Mark.SAME, gone)) if tag == "equal" else _pieces((Mark.GONE, gone), (Mark.NEW, come))
    return tuple(pieces)


def _pieces(*marked: tuple[Mark, str]) -> Passage:
    return tuple(Piece(mark, text) for mark, text in marked if text)
