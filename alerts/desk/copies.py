"""A case's copies beside the ad that leads it: which say the very same, and what the others say otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.store.desk_views import Copy
from pipelines.life.passages import Passage, changed_passages, compare_texts

MOST_COMPARED = 12
"""Copies whose difference is shown; equal ones are not counted."""
LONGEST_COMPARED = 6000
"""Characters of a text; longer ones are told to differ, and their captures show how."""


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """One copy."""

    copy: Copy
    is_same: bool
    """Title and text are those of the shown ad, but for white space."""
    changes: tuple[Passage, ...]
    """Passages that differ from the shown ad; empty also where they were not worked out."""


def compare_copies(copies: Iterable[Copy], *, title: str | None, text: str) -> tuple[ShownCopy, ...]:
    """The copies against the shown ad, in their order."""
    return tuple(_compared(copies, "\n".join(filter(None, (title, text)))))


def _compared(copies: Iterable[Copy], shown: str) -> Iterator[ShownCopy]:
    # Copies are mostly copies of each other too: each wording is compared once.
    known: dict[str, tuple[Passage, ...]] = {}
    words = shown.split()
    for copy in copies:
        told = "\n".join(filter(None, (copy.title, copy.text)))
        if told.split() == words:
            yield ShownCopy(copy, is_same=True, changes=())
            continue
        if told not in known and len(known) < MOST_COMPARED and max(len(told), len(shown)) <= LONGEST_COMPARED:
            known[told] = changed_passages(compare_texts(shown, told))
        yield ShownCopy(copy, is_same=False, changes=known.get(told, ()))
