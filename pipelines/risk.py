"""How worrying findings are together, and who ought to know first. The rules are data (`judging/risk.yml`).

Monotone by construction: a combination that is met stays met when findings are added, and the highest one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from pydantic import Field

from crawler.assessment import Assessment, Indicator, Risk, RiskLevel
from pipelines.indicators.rules import rules
from pipelines.judging.hard_triggers import triggers
from pipelines.packaged import RuleData, load_packaged

UNLICENSED = "mediator_unlicensed"
IMPERSONATION = "possible_impersonation"
_WEIGHTS = {UNLICENSED: 0.3, IMPERSONATION: 0.3}


class Combination(RuleData):
    """Findings that together call for a level."""

    level: RiskLevel
    reason: str
    any: list[list[str]] = Field(min_length=2)
    """At least two groups, each to be met by a finding of its own: one indicator alone never exceeds "low"."""


class Referral(RuleData):
    """A hard trigger that rests on an indicator, and findings of which one must stand beside it (if any)."""

    code: str
    title_sr: str
    needs: str
    with_: list[str] = Field(alias="with")


class Danger(RuleData):
    """The level of a text that is no offer and says at least so many hard triggers."""

    triggers: int
    level: RiskLevel
    reason: str


class RiskRules(RuleData):
    """The file `risk.yml`."""

    combinations: list[Combination]
    referrals: list[Referral]
    in_danger: list[Danger] = Field(min_length=1)
    no_combination: str
    nothing_found: str


@cache
def risk_rules() -> RiskRules:
    """The packaged rules."""
    return load_packaged(Path(__file__).parent / "judging" / "risk.yml", RiskRules)


@lru_cache(maxsize=10_000)
def judge_risk(findings: frozenset[str]) -> Risk:
    """Level, score and reasons of an offer with these findings; what they are called, `risk.yml` says at its top."""
    met = [combination for combination in risk_rules().combinations if _may_be_met(combination.any, findings)]
    met = [combination for combination in met if _is_met(combination.any, findings)]
    level = max((combination.level for combination in met), key=lambda level: level.rank, default=RiskLevel.LOW)
    reasons = tuple(combination.reason for combination in met if combination.level is level)
    if not met:
        reasons = (risk_rules().no_combination if findings else risk_rules().nothing_found,)
    return Risk(level, _score(level, findings), reasons)


def judge_danger(spoken: frozenset[str]) -> Risk:
    """The same for a text that offers no work and says these triggers: none makes it low, and more never lower it."""
    met = [danger for danger in risk_rules().in_danger if len(spoken) >= danger.triggers]
    if not met:
        return judge_risk(frozenset())
    worst = max(met, key=lambda danger: danger.level.rank)
    return Risk(worst.level, _score(worst.level, spoken), (worst.reason,))


def find_referrals(findings: frozenset[str]) -> tuple[str, ...]:
    """Codes of hard triggers among the findings (with `abroad` where the work is abroad): first those said in words."""
    spoken = tuple(code for code in triggers() if code in findings)
    return spoken + tuple(
        referral.code
        for referral in risk_rules().referrals
        if referral.needs in findings and (not referral.with_ or not findings.isdisjoint(referral.with_))
    )


def quote_referrals(referral: tuple[str, ...], found: Mapping[str, Indicator]) -> tuple[Indicator, ...]:
    """For each hard trigger the words it rests on; `found` holds indicators and triggers by code."""
    return tuple(replace(found[rests_on(code)], code=code) for code in referral)


def spoken_triggers(assessment: Assessment) -> tuple[Indicator, ...]:
    """Those hard triggers of an assessment that a text says in words of its own, with their quotes."""
    return tuple(found for found in assessment.referral_quotes if found.code in triggers())


def rests_on(code: str) -> str:
    """The indicator on which a hard trigger rests; the trigger itself where it is said in words of its own."""
    return _needs().get(code, code)


@cache
def _needs() -> dict[str, str]:
    return {referral.code: referral.needs for referral in risk_rules().referrals}


@cache
def trigger_titles() -> dict[str, str]:
    """What each hard trigger is called for people, by code."""
    spoken = {code: trigger.title_sr for code, trigger in triggers().items()}
    return spoken | {referral.code: referral.title_sr for referral in risk_rules().referrals}


def _may_be_met(groups: list[list[str]], findings: frozenset[str]) -> bool:
    """Every group finds something: quick to tell, and rarely so."""
    return not any(map(findings.isdisjoint, groups))


def _is_met(groups: list[list[str]], findings: frozenset[str], used: frozenset[str] = frozenset()) -> bool:
    """Every group finds a finding that no other group took."""
    if not groups:
        return True
    first, *rest = groups
    return any(_is_met(rest, findings, used | {name}) for name in first if name in findings and name not in used)


def _score(level: RiskLevel, findings: frozenset[str]) -> float:
    """Each level has a quarter of the scale; inside it findings fill what is left, so the score never falls."""
    left = 1.0
    for code in sorted(findings):
        left *= 1 - _weight(code)
    return round((level.rank + min(1 - left, 0.99)) / len(RiskLevel), 4)


def _weight(code: str) -> float:
    rule = rules().get(code) or triggers().get(code)
    return rule.weight if rule else _WEIGHTS.get(code, 0.0)
