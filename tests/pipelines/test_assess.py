"""The whole judgement of an ad, from text to proposal."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.assessment import Ad, Assessment, MediatorKind, Verdict, WageUnit
from crawler.errors import ConfigError
from crawler.register import Register, RegisterEntry
from pipelines.assess import KEY_LENGTH, RULES_VERSION, assess, mediator_key
from pipelines.reading.classifying import KindRules, weighed

TODAY = date(2026, 11, 24)
AGENCY_AD = Ad(
    title="Zidari – Beč",
    text="Agencija „Primer Posao“ d.o.o. traži zidare za poslodavca u Beču. Plata 2.100 € neto mesečno.\n"
    "Smeštaj obezbeđen. Kotizacija 200 € plaća se unapred. Zvati 064 555 0011 (Viber).",
    id="ad-1",
)
REGISTER = Register(
    (RegisterEntry(name="Sasvim Druga Agencija d.o.o. Niš", valid_until=date(2030, 1, 1)),),
    as_of=date(2026, 11, 20),
    snapshot="sha256:0",
)


def test_an_ad_is_read_as_a_whole() -> None:
    found = assess(AGENCY_AD, None, on=TODAY)
    assert (found.is_job_ad, found.abroad, found.destinations) == (True, True, ("AT",))
    assert found.wage is not None
    assert (found.wage.min, found.wage.unit, found.wage.net) == (2100.0, WageUnit.MONTH, True)
    assert (found.mediator.name, found.mediator.kind) == ("Primer Posao", MediatorKind.AGENCY)
    assert found.contacts.handles == ("viber:+381645550011",)
    assert [indicator.code for indicator in found.indicators] == [
        "upfront_fee",
        "free_accommodation",
        "contact_unverifiable",
    ]


def test_without_a_register_nothing_is_said_about_a_licence() -> None:
    found = assess(AGENCY_AD, None, on=TODAY)
    assert found.register.verdict is None
    assert not found.complaint.proposed


def test_a_fresh_register_without_the_agency_leads_to_a_proposal() -> None:
    found = assess(AGENCY_AD, REGISTER, on=TODAY)
    assert found.register.verdict is Verdict.NOT_FOUND
    assert found.complaint.recipients == ("trzisna_inspekcija", "ministarstvo_rada")


def test_a_stale_register_leads_to_no_proposal_about_a_licence() -> None:
    stale = replace(REGISTER, as_of=date(2026, 1, 1))
    assert not assess(AGENCY_AD, stale, on=TODAY).complaint.proposed


def test_every_quote_is_the_slice_of_title_and_text() -> None:
    for indicator in assess(AGENCY_AD, None, on=TODAY).indicators:
        if indicator.start is not None:
            assert AGENCY_AD.full_text[indicator.start : indicator.end] == indicator.quote


@pytest.mark.parametrize(
    "text",
    [
        "Tražim posao u Nemačkoj kao zidar, 064 555 0011.",
        "Izdajem sobe za radnike u Beču, 320 evra mesečno.",
        "Kombi prevoz putnika Srbija – Austrija, cena 50 evra, 064 555 0011",
        "UPOZORENJE! Ne nasedajte na ponude za Maltu, traže 300 evra unapred.",
        "Kurs nemačkog jezika za rad u Austriji, 12.000 dinara mesečno.",
        "Prodajem kombi, 11.900 evra, 065/555-0012",
        "Tražim radnicu za Havaje, plata nula evra, smeštaj besplatan, konkurs zatvoren 😂",
        "Tri slobodna mesta u autu za Ljubljanu, delimo gorivo, nedeljom u 14h, 25 evra po osobi.",
        "Dve sestre iz Leskovca, zainteresovane za rad u Austriji, ozbiljne ponude na 065 555 0013.",
        "Fabrika obuće proglasila stečaj, bez posla ostalo 180 radnika, plate kasne tri meseca.",
        "Ministarstvo savetuje da se pre odlaska na rad u inostranstvo proveri dozvola agencije i traži pisan ugovor.",
        "Vlada produžila olakšice: radnici mogu da računaju na 50.000 dozvola, kažu poslodavci.",
    ],
)
def test_what_offers_no_work_keeps_its_contacts_and_nothing_else(text: str) -> None:
    found = assess(Ad(text), None, on=TODAY)
    assert not found.is_job_ad
    assert (found.destinations, found.wage, found.indicators, found.mediator.name) == ((), None, (), None)


@pytest.mark.parametrize(
    "text",
    [
        "Cvećarka u Ženevi, 3.800 CHF, stan tražite sami.",
        "Fali mi tesar. Beč. Odmah.",
        "Uzimamo 10 ljudi za fabriku stakla, Češka.",
        "Gazda u Apuliji uzima 15 ljudi za paradajz, 45 evra dan.",
        "Nudim posao u autoperionici u Briselu, smeštaj iznad radnje.",
        "Kurs negovateljice gratis i posao u Nemačkoj odmah posle kursa, plata 2.300 evra bruto.",
        "Welders needed in Norway, 220 NOK/h.",
    ],
)
def test_an_offer_in_few_words_is_an_offer(text: str) -> None:
    assert assess(Ad(text), None, on=TODAY).is_job_ad


def test_a_class_of_words_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"'\{trades\} za' names a class of words that is not there"):
        list(weighed(KindRules(classes={"trade": ["zidar*"]}, offers={2: ["{trades} za"]}, not_offers={})))


def test_what_is_not_stated_is_a_value_of_its_own() -> None:
    found = assess(Ad("Potrebni radnici za Beč, zvati 064 555 0011"), None, on=TODAY)
    assert found.not_stated == ("employer", "wage", "hours", "contract", "address")


def test_the_key_of_a_mediator_ignores_how_its_name_is_written() -> None:
    one = assess(Ad("Агенција „Пример Рад“ тражи возаче за Словенију."), None, on=TODAY)
    other = assess(Ad("Agencija PRIMER RAD d.o.o. traži vozače za Sloveniju."), None, on=TODAY)
    assert mediator_key(one) == mediator_key(other)


def test_who_is_not_named_is_known_by_the_first_contact() -> None:
    assert mediator_key(assess(Ad("Potrebni radnici za Beč, 064 555 0011"), None, on=TODAY)) == "phone:+381645550011"
    assert mediator_key(assess(Ad("Potrebni radnici za Beč"), None, on=TODAY)) == "unidentified"


def test_the_rules_have_a_version() -> None:
    assert len(RULES_VERSION) == 16


def test_an_assessment_survives_its_json() -> None:
    found = assess(AGENCY_AD, REGISTER, on=TODAY)
    assert Assessment.from_json(json.loads(json.dumps(found.to_json()))) == found


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_no_text_makes_it_raise(text: str, title: str | None, organization: str | None) -> None:
    found = assess(Ad(text, title=title, organization=organization, contact=title), None, on=TODAY)
    assert len(mediator_key(found)) <= KEY_LENGTH


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "0",
        "A ",
        "0 ",
        "@",
        "A.a ",
        "smestaj ",
        "od 1 do ",
        "€1 ",
        '"A ',
        "+3",
        "nula ",
        "Ж",
        "\n",
        "🇩🇪",
        "(",
        "d.o.o. ",
        "A-",
        "plata 1",
        "\u0301",
    ],
)
def test_a_hundred_kilobytes_of_one_thing_are_read(piece: str) -> None:
    text = f"Potrebni radnici {piece * (100_000 // len(piece))}"
    assert assess(Ad(text), None, on=TODAY).id == ""


def test_an_employer_hiring_for_itself_is_not_called_unlicensed() -> None:
    text = (
        "Građevinska firma Primer Gradnja GmbH zapošljava zidare na svojim gradilištima u Beču, bez posrednika. "
        "Plata 2.100 € neto. Radno vreme 14 sati dnevno, lična dokumenta predajete nama. Zvati 064 555 0011."
    )
    found = assess(Ad(text, title="Zidari – Beč"), REGISTER, on=TODAY)
    assert (found.mediator.kind, found.register.verdict) == (MediatorKind.EMPLOYER, Verdict.NOT_FOUND)
    assert not any("dozvol" in reason for reason in found.risk.reasons)
    assert found.risk == assess(Ad(text, title="Zidari – Beč"), None, on=TODAY).risk
