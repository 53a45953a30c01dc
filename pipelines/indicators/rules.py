"""Rule files on things a text says: their schema and loading; the rules of indicators, and what these are called."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from crawler.errors import ConfigError
from pipelines.packaged import RuleData, load_packaged

RULES = Path(__file__).parent / "rules"
WORD_CLASSES = Path(__file__).with_name("word_classes.yml")
ORDER = [
    "high_wage",
    "below_minimum_wage",
    "upfront_fee",
    "wage_deduction",
    "withheld_wage",
    "document_retention",
    "sensitive_data_request",
    "irregular_work",
    "undeclared_pay",
    "visa_arranged",
    "free_accommodation",
    "free_transport",
    "no_requirements",
    "contact_unverifiable",
    "employer_not_named",
    "urgency",
    "restriction_of_movement",
    "housing_with_employer",
    "sexualised_offer",
    "gender_age_targeting",
    "photo_request",
    "minors_accepted",
    "excessive_hours",
    "secrecy",
    "vague_job",
    "licence_disclaimer",
]
"""All indicators, in the order in which they are listed."""


_LISTS = ("never", "mentions", "mentions_never", "mentions_unless")
_CLASS = re.compile(r"\{([a-z_]+)\}")


class Negation(StrEnum):
    """Where a word such as "bez" or "ne" takes an indicator back."""

    NONE = "none"
    BEFORE = "before"
    AROUND = "around"


class Examples(RuleData):
    """Texts that must and must not raise the indicator; a rule without them does not load."""

    must_fire: list[str] = Field(min_length=5)
    must_not_fire: list[str] = Field(min_length=5)


class SpokenRule(RuleData):
    """One thing that a text may say, with the phrases that say it."""

    code: str
    title_sr: str
    why_sr: str
    """One sentence for staff: why this matters."""
    reference: str
    """Provision of law or indicator of the ILO it rests on."""
    weight: float = Field(ge=0, le=1)
    negation: Negation = Negation.NONE
    phrases: dict[str, list[str]] = Field(default_factory=dict)
    """Folded phrases by language (pipelines/text/phrases.py says how they are written)."""
    never: list[str] = Field(default_factory=list)
    """Phrases that take back what they overlap."""
    mentions: list[str] = Field(default_factory=list)
    """Phrases for the thing itself: naming it in an offer says it, where neither `never` nor `mentions_never` hits."""
    mentions_never: list[str] = Field(default_factory=list)
    """Phrases that take back a bare mention they overlap, and nothing else."""
    mentions_unless: list[str] = Field(default_factory=list)
    """Phrases that take back every bare mention, wherever in the ad they stand."""
    examples: Examples

    @property
    def needs_phrases(self) -> bool:
        """It is found by phrases."""
        return True


class Rule(SpokenRule):
    """One indicator."""

    derived: bool = False
    """Worked out from facts of the ad, not from phrases."""

    @property
    def needs_phrases(self) -> bool:
        """It is found by phrases, not worked out."""
        return not self.derived


Spoken = TypeVar("Spoken", bound=SpokenRule)


class WordClasses(RuleData):
    """The file `word_classes.yml`: words that phrases name together, as `{housing}`."""

    classes: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class IndicatorDescription:
    """An indicator in words for people."""

    title: str
    why: str
    reference: str


@cache
def rules() -> dict[str, Rule]:
    """All indicators by code, in order. Raises ConfigError where a file is wrong, missing or too many."""
    return load_rules(RULES, Rule, ORDER)


def load_rules(folder: Path, schema: type[Spoken], order: Collection[str]) -> dict[str, Spoken]:
    """The rules of a folder by code, in order. Raises ConfigError where a file is wrong, missing or too many."""
    where = f"{folder.parent.name}/{folder.name}"
    loaded = {path.stem: load_packaged(path, schema) for path in folder.glob("*.yml")}
    for name, rule in loaded.items():
        if rule.code != name:
            raise ConfigError(f"{where}/{name}.yml describes {rule.code}")
        if rule.needs_phrases and not rule.phrases:
            raise ConfigError(f"{where}/{name}.yml has no phrases")
    if set(loaded) != set(order):
        raise ConfigError(f"{where}: rules missing or unknown: {', '.join(sorted(set(loaded) ^ set(order)))}")
    return {code: spelled_out(loaded[code]) for code in order}


def spelled_out(rule: Spoken) -> Spoken:
    """The rule with the words of a class in place of its name."""
    lists = {name: list(map(_with_words, getattr(rule, name))) for name in _LISTS}
    return rule.model_copy(update={"phrases": with_words(rule.phrases), **lists})


def with_words(phrases: dict[str, list[str]]) -> dict[str, list[str]]:
    """The phrases by language, with the words of a class in place of its name."""
    return {language: [_with_words(phrase) for phrase in some] for language, some in phrases.items()}


def _with_words(phrase: str) -> str:
    return _CLASS.sub(lambda named: f"({'|'.join(_words_of(named[1], phrase))})", phrase)


def _words_of(name: str, phrase: str) -> list[str]:
    classes = _word_classes()
    if name not in classes:
        raise ConfigError(f"phrase {phrase!r} names a class of words that word_classes.yml lacks: {name}")
    return classes[name]


@cache
def _word_classes() -> dict[str, list[str]]:
    return load_packaged(WORD_CLASSES, WordClasses).classes


def describe(code: str) -> IndicatorDescription:
    """What an indicator is called, why it matters and what it rests on. Raises ConfigError on an unknown code."""
    rule = rules().get(code)
    if rule is None:
        raise ConfigError(f"no indicator is called {code}")
    return IndicatorDescription(rule.title_sr, rule.why_sr, rule.reference)
