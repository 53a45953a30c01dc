"""Lines that portals and pages put around an ad: found by `portal_lines.yml`, to be left out of comparisons."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from pydantic import Field

from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import Phrase, Phrasebook, keys_of

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


def may_begin_portal_line(piece: str) -> bool:
    """A folded line that begins with this piece may be such a line. Most lines are told apart by that alone."""
    first = _WORD.search(piece)
    return first is None or bool(_beginning_with(first.group()))


def is_portal_line(line: str) -> bool:
    """The folded line says nothing about the job: it belongs to the page, not to the ad."""
    first = _WORD.search(line)
    if not first:
        return False
    hits = [phrase for phrase in _beginning_with(first.group()) if phrase.match(line, first.start())]
    return bool(hits) and len(_WORD.findall(line)) <= max(int(phrase.tag) for phrase in hits)


@lru_cache(maxsize=10_000)
def _beginning_with(word: str) -> tuple[Phrase, ...]:
    keys = keys_of(word)
    return tuple([phrase for phrase in _book().phrases if not phrase.firsts.isdisjoint(keys)])


@cache
def _book() -> Phrasebook:
    return Phrasebook((str(line.words), line.phrase) for line in portal_lines().lines)
