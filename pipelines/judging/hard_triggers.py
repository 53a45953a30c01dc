"""Hard triggers that a text says in words of its own: danger to a person, heard in offers and in other texts.

They are no indicators. How they count beside these, and which hard triggers rest on indicators, is `pipelines.risk`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from crawler.assessment import Indicator
from pipelines.indicators.engine import RuleBook
from pipelines.indicators.rules import SpokenRule, load_rules, with_words
from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import AdText, Phrasebook

ABROAD = "abroad"
"""What a trigger may need beside it: the text speaks of a place abroad."""
TRIGGERS = Path(__file__).parent / "triggers"
TRIGGER_ORDER = ("in_need_abroad", "violence_or_threat", "asks_for_help", "departure_within_hours")
"""All triggers with files, in the order in which they are listed; one that needs another beside it comes after it."""
_MARKS = '"„“”«»'
_BESIDE = "+"
"""Behind a code: its phrases that count only beside something else."""


class SaidIn(StrEnum):
    """In which texts a trigger is heard."""

    OFFERS = "offers"
    ANY = "any"
    """Also in a text that offers no work: a person may write about what happens to them. Not where it is retold."""


class Trigger(SpokenRule):
    """One hard trigger."""

    said_in: SaidIn
    only_abroad: bool = False
    """It counts only where the work is abroad."""
    beside: list[str] = Field(default_factory=list)
    """Triggers listed before it, or `abroad`: one of these lets `phrases_beside` count."""
    phrases_beside: dict[str, list[str]] = Field(default_factory=dict)
    """Phrases by language that say too little alone."""

    @model_validator(mode="after")
    def _needs_both(self) -> Self:
        if bool(self.beside) != bool(self.phrases_beside):
            raise ValueError("beside and phrases_beside need each other")
        earlier = TRIGGER_ORDER[: TRIGGER_ORDER.index(self.code)] if self.code in TRIGGER_ORDER else ()
        if unknown := set(self.beside) - {ABROAD, *earlier}:
            raise ValueError(f"beside names no trigger before it: {', '.join(sorted(unknown))}")
        return self


class Retellings(RuleData):
    """The file `retellings.yml`: phrases of texts that tell what happened to others, or what is over."""

    phrases: list[str]


@cache
def triggers() -> dict[str, Trigger]:
    """All triggers by code, in order. Raises ConfigError where a file is wrong, missing or too many."""
    loaded = load_rules(TRIGGERS, Trigger, TRIGGER_ORDER)
    return {
        code: trigger.model_copy(update={"phrases_beside": with_words(trigger.phrases_beside)})
        for code, trigger in loaded.items()
    }


def find_triggers(ad: AdText, *, offers_work: bool, is_abroad: Callable[[], bool]) -> dict[str, Indicator]:
    """Triggers by code, each with its first quote. `is_abroad` is asked only where it matters."""
    heard = _book().find(ad)
    if not heard:
        return {}
    is_retold = bool(_retellings().find(ad))
    found: dict[str, Indicator] = {}
    for code, trigger in triggers().items():
        quote = heard.get(code) or (heard.get(code + _BESIDE) if _stands_beside(trigger, found, is_abroad) else None)
        if quote is None or (trigger.only_abroad and not is_abroad()):
            continue
        if offers_work if trigger.said_in is SaidIn.OFFERS else not (is_retold or _is_cited(ad.original, quote)):
            found[code] = replace(quote, code=code)
    return found


def _is_cited(text: str, quote: Indicator) -> bool:
    """The words stand between quotation marks: somebody else's. Not where the marks hold the whole text."""
    whole = text.strip(" \n.")
    if quote.start is None or (whole[:1] in _MARKS and whole[-1:] in _MARKS and sum(map(whole.count, _MARKS)) == 2):
        return False
    before = sum(map(text[: quote.start].count, _MARKS))
    return before % 2 == 1 and any(mark in text[quote.end :] for mark in _MARKS)


def _stands_beside(trigger: Trigger, found: dict[str, Indicator], is_abroad: Callable[[], bool]) -> bool:
    return any(is_abroad() if needed == ABROAD else needed in found for needed in trigger.beside)


@cache
def _book() -> RuleBook:
    beside = [
        trigger.model_copy(update={"code": trigger.code + _BESIDE, "phrases": trigger.phrases_beside})
        for trigger in triggers().values()
        if trigger.beside
    ]
    return RuleBook([*triggers().values(), *beside])


@cache
def _retellings() -> Phrasebook:
    phrases = load_packaged(Path(__file__).with_name("retellings.yml"), Retellings).phrases
    return Phrasebook(("retold", phrase) for phrase in phrases)
