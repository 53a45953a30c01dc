"""Lines that portals and pages put around an ad: found by `portal_lines.yml`, to be left out of comparisons."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from pydantic import Field

from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import Phrasebook

_WORD = re.compile(r"\w+")
LEAD = 30
"""Characters within which the first word of a phrase ends."""


class PortalLine(RuleData):
    """One way such a line begins."""

    phrase: str
    words: int = Field(ge=1)
    """A longer line is part of the ad."""
    drops: list[str] = Field(min_length=1)
    keeps: list[str] = Field(min_length=1)


class PortalLines(RuleData):
    """The file `portal_lines.yml`."""

    lines: list[PortalLine]


@cache
def portal_lines() -> PortalLines:
    """The packaged data."""
    return load_packaged(Path(__file__).with_suffix(".yml"), PortalLines)


def is_portal_line(line: str) -> bool:
    """The folded line says nothing about the job: it belongs to the page, not to the ad."""
    if not _may_lead(line[:LEAD].split(" ", 1)[0]) or not (first := _WORD.search(line)):
        return False
    hits = [hit for hit in _book().find_in(line, set(_WORD.findall(line))) if hit.start == first.start()]
    length = len(_WORD.findall(line))
    return any(length <= int(hit.tag) for hit in hits)


@cache
def _book() -> Phrasebook:
    return Phrasebook((str(line.words), line.phrase) for line in portal_lines().lines)


@lru_cache(maxsize=50_000)
def _may_lead(piece: str) -> bool:
    """A line that begins with this piece may begin with one of the phrases. Most lines are told apart by that alone."""
    first = _WORD.search(piece)
    return first is None or _lead(first.group()) in _leads()


@cache
def _leads() -> frozenset[str]:
    """First words of all phrases: most lines of an ad are told apart by that alone."""
    phrases = [line.phrase for line in portal_lines().lines]
    opening = [phrase[1 : phrase.index(")")] if phrase.startswith("(") else phrase for phrase in phrases]
    return frozenset(words.split()[0] for choice in opening for words in choice.split("|"))


def _lead(word: str) -> str:
    return "#" if word[0].isdigit() else word
