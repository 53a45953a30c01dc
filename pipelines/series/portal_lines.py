"""Lines that portals and pages put around an ad: found by `portal_lines.yml`, to be left out of comparisons."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pydantic import Field

from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import Phrasebook, read_text

_WORD = re.compile(r"\w+")


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
    first = _WORD.search(line)
    if first is None or _lead(first.group()) not in _leads():
        return False
    hits = [hit for hit in _book().find(read_text(line)) if hit.start == first.start()]
    length = len(_WORD.findall(line))
    return any(length <= int(hit.tag) for hit in hits)


@cache
def _book() -> Phrasebook:
    return Phrasebook((str(line.words), line.phrase) for line in portal_lines().lines)


@cache
def _leads() -> frozenset[str]:
    """First words of all phrases: most lines of an ad are told apart by that alone."""
    phrases = [line.phrase for line in portal_lines().lines]
    opening = [phrase[1 : phrase.index(")")] if phrase.startswith("(") else phrase for phrase in phrases]
    return frozenset(words.split()[0] for choice in opening for words in choice.split("|"))


def _lead(word: str) -> str:
    return "#" if word[0].isdigit() else word
