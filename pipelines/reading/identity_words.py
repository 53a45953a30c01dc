"""The words by which names and their bearers are told: `identity.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.packaged import RuleData, load_packaged


class IdentityRules(RuleData):
    """The file `identity.yml`."""

    agency_cues: tuple[str, ...]
    client_cues: tuple[str, ...]
    employer_cues: tuple[str, ...]
    business_words: list[str]
    agency_words: list[str]
    not_names: list[str]
    services: list[str]
    kinds: dict[str, list[str]]
    first_name_cues: list[str]
    first_names: list[str]


@cache
def identity_rules() -> IdentityRules:
    """The packaged data on identity."""
    return load_packaged(Path(__file__).with_name("identity.yml"), IdentityRules)


@cache
def word_sets() -> dict[str, frozenset[str]]:
    """The lists that are asked whether a word is among them, by the name of the list."""
    rules = identity_rules()
    return {
        "not_names": frozenset(rules.not_names),
        "services": frozenset(rules.services),
        "business": frozenset(rules.business_words),
        "agency": frozenset(rules.agency_words),
        "first_names": frozenset(rules.first_names),
    }
