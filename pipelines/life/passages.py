"""What of a text came and went, by sentences and within them by words. Pure; whether it matters is judged elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_SENTENCE = re.compile(r"(\S.*?(?:[.!?;]+(?=\s|\Z)|(?=\n)|\Z)|\A(?=\s))(\s*)", re.DOTALL)
"""A sentence, and the space after it; a text that begins with space begins with an empty sentence."""
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
MOST_SENTENCES = 1000
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


_Sentence = tuple[str, str]
Passage = tuple[Piece, ...]
"""Sentences that stayed, came, went, or were rewritten, in pieces."""


def compare_texts(before: str, after: str) -> tuple[Passage, ...]:
    """The passages of both texts in order. All that is same or gone makes `before`, all that is same or new `after`."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    if len(old) > MOST_SENTENCES or len(new) > MOST_SENTENCES:
        return (_rewritten(before, after) if before != after else _pieces((Mark.SAME, before)),)
    matcher = SequenceMatcher(None, [words for words, _ in old], [words for words, _ in new], autojunk=False)
    passages = []
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag == "equal":
            passages += [_kept(*pair) for pair in zip(old[begin:end], new[new_begin:new_end], strict=True)]
        else:
            passages.append(_rewritten(_joined(old[begin:end]), _joined(new[new_begin:new_end])))
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
