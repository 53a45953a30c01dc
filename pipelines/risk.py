"""How worrying findings are together, and who ought to know first. The rules are data (`judging/risk.yml`).

Monotone by construction: a combination that is met stays met when findings are added, and the highest one counts.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from pydantic import Field

from crawler.assessment import Risk, RiskLevel
from pipelines.indicators.rules import rules
from pipelines.packaged import RuleData, load_packaged

UNLICENSED = "mediator_unlicensed"
ABROAD = "abroad"
_UNLICENSED_WEIGHT = 0.3


class Combination(RuleData):
    """Findings that together call for a level."""

    level: RiskLevel
    reason: str
    any: list[list[str]] = Field(min_length=2)
    """At least two groups, each to be met by a finding of its own: one indicator alone never exceeds "low"."""


class Referral(RuleData):
    """A hard trigger: its code, the finding it needs, and findings of which one must stand beside it (if any)."""

    code: str
    needs: str
    with_: list[str] = Field(alias="with")


class RiskRules(RuleData):
    """The file `risk.yml`."""

    combinations: list[Combination]
    referrals: list[Referral]
    no_combination: str
    nothing_found: str


@cache
def risk_rules() -> RiskRules:
    """The packaged rules."""
    return load_packaged(Path(__file__).parent / "judging" / "risk.yml", RiskRules)


@lru_cache(maxsize=10_000)
def judge_risk(findings: frozenset[str]) -> Risk:
    """Level, score and reasons for these findings: indicator codes, and `mediator_unlicensed`."""
    met = [combination for combination in risk_rules().combinations if _may_be_met(combination.any, findings)]
    met = [combination for combination in met if _is_met(combination.any, findings)]
    level = max((combination.level for combination in met), key=lambda level: level.rank, default=RiskLevel.LOW)
    reasons = tuple(combination.reason for combination in met if combination.level is level)
    if not met:
        reasons = (risk_rules().no_combination if findings else risk_rules().nothing_found,)
    return Risk(level, _score(level, findings), reasons)


def find_referrals(findings: frozenset[str]) -> tuple[str, ...]:
    """Codes of hard triggers among the findings (with `abroad` where the work is abroad), in the order of the rules."""
    return tuple(
        referral.code
        for referral in risk_rules().referrals
        if referral.needs in findings and (not referral.with_ or not findings.isdisjoint(referral.with_))
    )


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
        left *= 1 - (_UNLICENSED_WEIGHT if code == UNLICENSED else _weight(code))
    return round((level.rank + min(1 - left, 0.99)) / len(RiskLevel), 4)


def _weight(code: str) -> float:
    rule = rules().get(code)
    return rule.weight if rule else 0.0
