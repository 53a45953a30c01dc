"""The rule files of indicators: their schema, loading, and what an indicator is called for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field

from crawler.errors import ConfigError
from pipelines.packaged import RuleData, load_packaged

RULES = Path(__file__).parent / "rules"
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
    examples: Examples


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
    return {code: loaded[code] for code in ORDER}


def describe(code: str) -> IndicatorDescription:
    """What an indicator is called, why it matters and what it rests on. Raises ConfigError on an unknown code."""
    rule = rules().get(code)
    if rule is None:
        raise ConfigError(f"no indicator is called {code}")
    return IndicatorDescription(rule.title_sr, rule.why_sr, rule.reference)
