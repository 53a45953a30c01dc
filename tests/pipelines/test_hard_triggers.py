"""Danger is heard in offers and in pleas, with the words that say it; who retells or advises asks for nothing."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.assessment import Ad, Assessment, RiskLevel
from pipelines.assess import assess
from pipelines.judging.hard_triggers import TRIGGER_ORDER, Trigger, triggers
from pipelines.risk import trigger_titles

TODAY = date(2026, 11, 24)
RULES = list(triggers().values())
PLEA = "Uzeli su nam pasoše, ne daju nam da odemo, pomozite. Farma kod Verone, 060 000 0011"


def _judged(text: str) -> Assessment:
    return assess(Ad(text), None, on=TODAY)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_of_every_trigger_hold(rule: Trigger) -> None:
    assert [text for text in rule.examples.must_fire if rule.code not in _judged(text).referral] == []
    assert [text for text in rule.examples.must_not_fire if rule.code in _judged(text).referral] == []


def test_a_plea_is_no_ad_and_still_goes_to_police_or_prosecutor() -> None:
    found = _judged(PLEA)
    assert not found.is_job_ad
    assert (found.indicators, found.destinations, found.mediator.name, found.complaint.proposed) == (
        (),
        (),
        None,
        False,
    )
    assert found.referral == ("in_need_abroad", "asks_for_help")
    assert [quote.quote for quote in found.referral_quotes] == ["Uzeli su nam pasoše", "pomozite"]
    assert found.risk.level is RiskLevel.CRITICAL
    assert "osoba pogleda odmah" in found.risk.reasons[0]
    assert found.contacts.phones == ("+381600000011",)


@pytest.mark.parametrize(
    "text",
    [
        "Policija je spasla radnike kojima su u Italiji oduzeti pasoši i kojima je poslodavac pretio.",
        "Optužnica za šestoro: „Tukli su nas i ne daju nam da odemo“, ispričao je jedan od radnika.",
        "Šta raditi ako vam poslodavac uzme pasoš i ne da vam da odete? Pozovite ambasadu i zatražite pomoć.",
        "Kako prepoznati prevaru: traže novac unapred, oduzimaju pasoš, prete porodici.",
        "Tražim posao u Nemačkoj, pomozite ljudi, hitno mi treba!",
        "UPOZORENJE! Ne nasedajte na ponude za Maltu, traže 300 evra unapred. Prijavljeno policiji.",
    ],
)
def test_news_advice_and_other_troubles_ask_for_nothing(text: str) -> None:
    found = _judged(text)
    assert (found.referral, found.referral_quotes, found.risk.level) == ((), (), RiskLevel.LOW)


def test_who_warns_others_and_is_held_is_heard() -> None:
    assert "in_need_abroad" in _judged(f"Ljudi, ne nasedajte na njihove oglase! {PLEA}").referral


def test_police_that_did_not_help_silence_no_plea() -> None:
    assert "in_need_abroad" in _judged("Uzeli su nam pasoše. Policija neće da nam pomogne. Grčka").referral


def test_words_between_quotation_marks_are_somebody_elses_unless_all_are() -> None:
    assert _judged("Radnici zatvoreni u barakama: „Ne daju nam da odemo“").referral == ()
    assert "in_need_abroad" in _judged("„Ne daju nam da odemo iz barake“").referral


def test_departure_within_hours_matters_for_work_abroad_only() -> None:
    assert _judged("Potrebni zidari za Beč, polazak večeras.").referral == ("departure_within_hours",)
    assert _judged("Potrebni zidari za Valjevo, polazak večeras.").referral == ()


def test_a_trigger_in_an_offer_comes_first_among_the_recipients() -> None:
    assert _judged("Potrebni zidari za Beč, polazak večeras.").complaint.recipients == (
        "policija_uput",
        "centar_za_zastitu_zrtava",
    )


def test_a_trigger_that_rests_on_an_indicator_quotes_its_words() -> None:
    found = _judged("Potrebni berači za Italiju, plata 1.500 evra, pasoš ostaje kod gazde do kraja sezone.")
    assert found.referral == ("retained_documents",)
    assert [(quote.code, quote.quote) for quote in found.referral_quotes] == [
        ("retained_documents", "pasoš ostaje kod gazde")
    ]


@given(st.lists(st.sampled_from([text for rule in RULES for text in rule.examples.must_fire]), min_size=1, max_size=3))
def test_every_referral_is_quoted_from_the_text(texts: list[str]) -> None:
    text = "\n".join(texts)
    found = _judged(text)
    assert tuple(quote.code for quote in found.referral_quotes) == found.referral
    for quote in found.referral_quotes:
        assert quote.start is not None
        assert text[quote.start : quote.end] == quote.quote


def test_quotes_survive_json_and_older_assessments_have_none() -> None:
    found = _judged(PLEA)
    stored = json.loads(json.dumps(found.to_json()))
    assert Assessment.from_json(stored) == found
    del stored["referral_quotes"], stored["mediator"]["possible_impersonation"]
    assert Assessment.from_json(stored).referral == found.referral


def test_every_hard_trigger_has_a_title() -> None:
    assert set(TRIGGER_ORDER) < set(trigger_titles())
    assert all(rule.why_sr.endswith(".") for rule in RULES)


def test_a_trigger_without_examples_does_not_load() -> None:
    with pytest.raises(ValidationError, match="examples"):
        Trigger.model_validate(RULES[0].model_dump(exclude={"examples"}))


@pytest.mark.parametrize("beside", [[], ["departure_within_hours"], ["unheard_of"]])
def test_what_stands_beside_a_trigger_is_listed_before_it(beside: list[str]) -> None:
    with pytest.raises(ValidationError, match="beside"):
        Trigger.model_validate({**triggers()["asks_for_help"].model_dump(), "beside": beside})
