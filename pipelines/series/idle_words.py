"""Words that say nothing about whether two ads are one offer: `idle_words.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.packaged import RuleData, load_packaged
from pipelines.series.standards import standard_word


class IdleWordLists(RuleData):
    """The file `idle_words.yml`."""

    everywhere: dict[str, list[str]]
    in_titles: list[str]


@dataclass(frozen=True, slots=True)
class IdleWords:
    """The lists as sets."""

    anywhere: frozenset[str]
    in_titles: frozenset[str]
    """As words are compared."""


@cache
def idle_words() -> IdleWords:
    """The packaged data."""
    lists = load_packaged(Path(__file__).with_suffix(".yml"), IdleWordLists)
    return IdleWords(frozenset().union(*lists.everywhere.values()), frozenset(map(standard_word, lists.in_titles)))
