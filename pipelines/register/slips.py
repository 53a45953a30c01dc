"""Slips of the pen between two words: which they are, and how to find words one slip away without comparing all."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

SHORTEST = 4
"""Below this length one letter makes another word."""


class Slip(StrEnum):
    """How a written word departs from the one meant."""

    SWAPPED = "swapped"
    """Two neighbouring letters changed places."""
    DROPPED = "dropped"
    """A letter is missing inside the word."""
    ADDED = "added"
    """A letter too many inside the word."""
    CHANGED = "changed"
    """Another letter inside the word."""
    FORM = "form"
    """Another form of the word, in a name that nothing puts into another case: 'Ruka' for 'Ruke'."""
    LAST = "last"
    """The last letter differs, is missing or was added: often another word."""
    FIRST = "first"
    """The first letter differs, is missing or was added: another word."""


def slip_keys(word: str) -> Iterator[str]:
    """The word and itself less any one letter: words one slip apart share a key."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def slip_between(written: str, meant: str) -> Slip | None:
    """The one slip that leads from `meant` to `written`; None if they are equal or further apart."""
    if written == meant or min(len(written), len(meant)) < SHORTEST or abs(len(written) - len(meant)) > 1:
        return None
    start = _common_start(written, meant)
    left, right = written[start:], meant[start:]
    if left[2:] == right[2:] and left[:2] == right[1::-1] and len(left) > 1:
        return Slip.SWAPPED
    if len(left) == len(right):
        return _placed(Slip.CHANGED, start, len(left)) if left[1:] == right[1:] else None
    if len(left) < len(right):
        return _placed(Slip.DROPPED, start, len(right)) if left == right[1:] else None
    return _placed(Slip.ADDED, start, len(left)) if left[1:] == right else None


def _common_start(one: str, other: str) -> int:
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return at


def _placed(slip: Slip, start: int, rest: int) -> Slip:
    if start == 0:
        return Slip.FIRST
    return Slip.LAST if rest == 1 else slip
