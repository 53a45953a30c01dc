"""What of a text came and went, by sentences and within them by words. Pure; whether it matters is judged elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_SENTENCE = re.compile(r"\s+|\S.*?(?:[.!?;]+(?=\s|\Z)|(?=\n)|\Z)", re.DOTALL)
"""A sentence, or the space between two."""
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
MOST_SENTENCES = 2000
MOST_WORDS = 600
"""Longer ones are not compared piece by piece: the time taken grows with the square of the length."""
RELATED = 0.4
"""Share of common words from which on two passages are one, rewritten."""


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


Passage = tuple[Piece, ...]
"""Sentences that stayed, came, went, or were rewritten, in pieces."""


def compare_texts(before: str, after: str) -> tuple[Passage, ...]:
    """The passages of both texts in order. All that is same or gone makes `before`, all that is same or new `after`."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    if len(old) > MOST_SENTENCES or len(new) > MOST_SENTENCES:
        return _passages([("replace" if before != after else "equal", before, after)])
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return _passages(
        [
            (tag, "".join(old[begin:end]), "".join(new[new_begin:new_end]))
            for tag, begin, end, new_begin, new_end in matcher.get_opcodes()
        ]
    )


def changed_passages(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Those in which a word, sign or number came or went; white space alone is no change."""
    return tuple(
        passage for passage in passages if any(piece.mark is not Mark.SAME and piece.text.strip() for piece in passage)
    )


def words_of(passages: Sequence[Passage], mark: Mark) -> tuple[str, ...]:
    """The pieces with that mark in one line each, without those that hold no letter or digit."""
    pieces = (" ".join(piece.text.split()) for passage in passages for piece in passage if piece.mark is mark)
    return tuple(piece for piece in pieces if any(char.isalnum() for char in piece))


def _passages(steps: Sequence[tuple[str, str, str]]) -> tuple[Passage, ...]:
    passages = []
    for tag, before, after in steps:
        if tag == "equal":
            passages.append(_pieces((Mark.SAME, before)))
        elif tag == "replace":
            passages.append(_rewritten(before, after))
        else:
            passages.append(_pieces((Mark.GONE, before), (Mark.NEW, after)))
    return tuple(passage for passage in passages if passage)


def _rewritten(before: str, after: str) -> Passage:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    whole = _pieces((Mark.GONE, before), (Mark.NEW, after))
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        return whole
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < RELATED:
        return whole
    pieces: list[Piece] = []
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        gone, come = "".join(old[begin:end]), "".join(new[new_begin:new_end])
        pieces += _pieces((Mark.SAME, gone)) if tag == "equal" else _pieces((Mark.GONE, gone), (Mark.NEW, come))
    return tuple(pieces)


def _pieces(*marked: tuple[Mark, str]) -> Passage:
    return tuple(Piece(mark, text) for mark, text in marked if text)
