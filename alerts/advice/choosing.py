"""Which questions, steps and channels fit an offer. Pure: what was found goes in, entries of the data come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from alerts.advice.schema import Advice, Channel, ChannelUse, Question, advice, channels, questions
from crawler.assessment import Assessment, RegisterAnswer

MOST_QUESTIONS = 8
"""More are not asked while somebody is on the line."""
UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a caller is advised."""

    found: frozenset[str] = frozenset()
    """Codes of indicators and hard triggers."""
    not_stated: frozenset[str] = frozenset()
    verdict: str = UNCHECKED
    """The register's answer; `unchecked` also where its list is too old."""
    destinations: tuple[str, ...] = ()


def situation_of(answer: RegisterAnswer, assessment: Assessment | None, destinations: Iterable[str] = ()) -> Situation:
    """What an offer says and the register answers; without an assessed text only the latter."""
    verdict = UNCHECKED if answer.verdict is None or answer.stale else answer.verdict.value
    if assessment is None:
        return Situation(verdict=verdict, destinations=tuple(destinations))
    codes = {one.code for one in (*assessment.indicators, *assessment.referral_quotes)} | set(assessment.referral)
    missing = frozenset(assessment.not_stated)
    return Situation(frozenset(codes), missing, verdict, assessment.destinations or tuple(destinations))


def questions_for(situation: Situation) -> tuple[Question, ...]:
    """What to ask, the most telling first: what was found before what is missing, and that before what is always asked.

    At most `MOST_QUESTIONS`.
    """
    fitting = [(_weight(question, situation), question) for question in questions()]
    ordered = sorted((one for one in fitting if one[0]), key=lambda one: -one[0])
    return tuple(question for _, question in ordered[:MOST_QUESTIONS])


def steps_for(situation: Situation) -> tuple[Advice, ...]:
    """Steps of a safe departure for these countries, first those that what was found calls for."""
    fitting = [step for step in advice() if _is_for(step.countries, situation.destinations)]
    return tuple(sorted(fitting, key=lambda step: situation.found.isdisjoint(step.found)))


def channels_for(situation: Situation, use: ChannelUse) -> tuple[Channel, ...]:
    """Whom to turn to, of one use."""
    return tuple(one for one in channels() if one.use is use and _is_for(one.countries, situation.destinations))


def _weight(question: Question, situation: Situation) -> int:
    if not situation.found.isdisjoint(question.found):
        return 4
    if situation.verdict in question.verdicts:
        return 3
    return 2 if not situation.not_stated.isdisjoint(question.not_stated) else int(question.always)


def _is_for(countries: Collection[str], destinations: Iterable[str]) -> bool:
    return not countries or not set(countries).isdisjoint(destinations)
