"""The rule files of indicators: their schema, loading, and what an indicator is called for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

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


class Rule(RuleData):
    """One indicator."""

    code: str
    title_sr: str
    why_sr: str
    """One sentence for staff: why this matters."""
    reference: str
    """Provision of law or indicator of the ILO it rests on."""
    weight: float = Field(ge=0, le=1)
    negation: Negation = Negation.NONE
    derived: bool = False
    """Worked out from facts of the ad, not from phrases."""
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
    """All rules by code, in order. Raises ConfigError where a file is wrong, missing or too many."""
    loaded = {path.stem: load_packaged(path, Rule) for path in RULES.glob("*.yml")}
    for name, rule in loaded.items():
        if rule.code != name:
            raise ConfigError(f"indicators/rules/{name}.yml describes {rule.code}")
        if not rule.derived and not rule.phrases:
            raise ConfigError(f"indicators/rules/{name}.yml has no phrases")
    if set(loaded) != set(ORDER):
        raise ConfigError(f"indicator rules missing or unknown: {', '.join(sorted(set(loaded) ^ set(ORDER)))}")
    return {code: spelled_out(loaded[code]) for code in ORDER}


def spelled_out(rule: Rule) -> Rule:
    """The rule with the words of a class in place of its name."""
    phrases = {language: [_with_words(phrase) for phrase in some] for language, some in rule.phrases.items()}
    lists = {name: list(map(_with_words, getattr(rule, name))) for name in _LISTS}
    return rule.model_copy(update={"phrases": phrases, **lists})


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
