"""The hotline's questions, steps and channels as data: every code is known, and the words stay calm."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from babel import Locale

from alerts.advice.choosing import MOST_QUESTIONS, Situation, channels_for, questions_for, situation_of, steps_for
from alerts.advice.schema import ChannelUse, Question, advice, channels, questions
from alerts.wording import wording
from crawler.assessment import RegisterAnswer, Verdict
from pipelines.indicators.rules import rules
from pipelines.judging.hard_triggers import triggers
from pipelines.risk import risk_rules
from tests.builders import complaint_assessment

ACCUSING = re.compile(r"trgovac|prevarant|kriminal|žrtv\w+ ste|lažete|zašto niste", re.IGNORECASE)


def test_every_code_of_the_data_is_one_that_judging_knows() -> None:
    known = {*rules(), *triggers(), *(referral.code for referral in risk_rules().referrals)}
    used = {code for one in (*questions(), *advice()) for code in one.found}
    assert used <= known
    assert {code for one in questions() for code in one.not_stated} <= set(wording().not_stated)
    assert {code for one in questions() for code in one.verdicts} <= {
        *(verdict.value for verdict in Verdict),
        "unchecked",
    }
    countries = {code for one in (*advice(), *channels()) for code in one.countries}
    assert countries <= set(Locale.parse("sr_Latn").territories)


def test_every_indicator_and_trigger_leads_to_a_question() -> None:
    asked = {code for one in questions() for code in one.found}
    assert {*rules(), *triggers()} <= asked


@pytest.mark.parametrize("question", questions(), ids=lambda one: one.id)
def test_a_question_asks_and_accuses_nobody(question: Question) -> None:
    assert question.ask.endswith("?")
    assert not ACCUSING.search(f"{question.ask} {question.why}")


def test_ids_are_given_once() -> None:
    for data in (questions(), advice(), channels()):
        assert len({one.id for one in data}) == len(data)


def test_what_was_found_is_asked_about_before_what_is_missing() -> None:
    said = Situation(found=frozenset({"upfront_fee"}), not_stated=frozenset({"wage"}), verdict="not_found")
    chosen = [question.id for question in questions_for(said)]
    assert chosen[0] == "fee"
    assert chosen.index("licence") < chosen.index("wage")
    assert len(chosen) <= MOST_QUESTIONS


def test_danger_is_asked_about_first() -> None:
    said = Situation(found=frozenset({"upfront_fee", "in_need_abroad"}))
    assert questions_for(said)[0].id == "safe_now"


def test_a_stale_register_is_an_unchecked_one() -> None:
    stale = RegisterAnswer(verdict=Verdict.NOT_FOUND, stale=True)
    assert situation_of(stale, None).verdict == "unchecked"
    assert situation_of(replace(stale, stale=False), None).verdict == "not_found"


def test_help_abroad_is_that_of_the_country_and_the_consulate() -> None:
    situation = situation_of(RegisterAnswer(), complaint_assessment(destinations=("HR",)))
    named = [channel.id for channel in channels_for(situation, ChannelUse.ABROAD)]
    assert named == ["msp_konzularni", "petra"]
    nowhere = channels_for(Situation(), ChannelUse.ABROAD)
    assert [channel.id for channel in nowhere] == ["msp_konzularni"]


def test_no_channel_claims_to_be_confirmed_and_each_says_when_it_was_read() -> None:
    assert not any(channel.is_verified for channel in channels())
    assert all(channel.source and channel.checked for channel in channels())
    assert channels_for(Situation(), ChannelUse.DANGER)[0].phones == ("192",)


def test_steps_that_the_offer_calls_for_come_first() -> None:
    ordered = [step.id for step in steps_for(Situation(found=frozenset({"document_retention"}), destinations=("CN",)))]
    assert ordered[:2] == ["keep_passport", "right_to_leave"]
    assert "emergency_eu" not in ordered
