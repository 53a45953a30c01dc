"""What a draft may state, and when there is none: no evidence, no fresh register, no quote that stands in the ad."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from alerts.document import Verbatim, plain_text
from alerts.drafting import document_of, kept_draft
from alerts.facts import DraftFacts, Statement
from alerts.gathering import gather_facts
from alerts.laying import lay_ready
from alerts.script import Script
from crawler.assessment import Assessment, Impersonation, Indicator, Mediator, MediatorKind, Verdict
from crawler.errors import DraftError, UsageError
from crawler.manifest import MANUAL_SOURCE
from crawler.store.schema import ad_versions, captures, cases
from crawler.store.screenshots import note_screenshot
from tests.builders import AD_TEXT, AD_TITLE, NOW, StoreBuilder, StoredAd, complaint_assessment

MARKET, LABOUR, POLICE = "trzisna_inspekcija", "inspektorat_za_rad", "policija_uput"
PORTAL, EQUALITY = "obavestenje_portalu", "poverenik_ravnopravnost"


def _facts(store: StoreBuilder, case_id: int, recipient: str = MARKET, *, days_later: int = 0) -> DraftFacts:
    with store.connect() as connection:
        return gather_facts(connection, store.settings, case_id, recipient, now=NOW + timedelta(days=days_later))


def _case(store: StoreBuilder, assessment: Assessment | None = None, *, ad: StoredAd | None = None) -> int:
    ad = ad or store.ad()
    return store.case(ad, store.assess(ad, assessment))


def _answered(**changes: Any) -> Assessment:
    return complaint_assessment(register=replace(complaint_assessment().register, **changes))


def test_facts_survive_being_kept_as_json(store: StoreBuilder) -> None:
    store.register()
    facts = _facts(store, _case(store))
    assert DraftFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


def test_facts_of_another_program_version_are_refused() -> None:
    with pytest.raises(DraftError, match="cannot be read"):
        DraftFacts.from_json({"case_id": 1})


@pytest.mark.parametrize("recipient", [MARKET, LABOUR])
def test_without_a_register_there_is_no_draft(store: StoreBuilder, recipient: str) -> None:
    with pytest.raises(DraftError, match="import it"):
        _facts(store, _case(store), recipient)


@pytest.mark.parametrize("recipient", [MARKET, LABOUR])
def test_on_a_register_that_grew_stale_there_is_no_draft(store: StoreBuilder, recipient: str) -> None:
    store.register(as_of=date(2026, 11, 1))
    case_id = _case(store)
    _facts(store, case_id, recipient, days_later=26)
    with pytest.raises(DraftError, match="too old"):
        _facts(store, case_id, recipient, days_later=27)


def test_an_ad_judged_on_a_stale_register_yields_no_draft(store: StoreBuilder) -> None:
    store.register()
    with pytest.raises(DraftError, match="too old"):
        _facts(store, _case(store, _answered(stale=True)))


def test_an_ad_judged_by_an_older_register_than_the_newest_yields_no_draft(store: StoreBuilder) -> None:
    store.register(as_of=date(2026, 11, 1))
    case_id = _case(store)
    store.register(as_of=date(2026, 11, 15))
    with pytest.raises(DraftError, match="2026-11-15 is there: reassess"):
        _facts(store, case_id)


@pytest.mark.parametrize("verdict", [Verdict.REGISTERED, Verdict.AMBIGUOUS, Verdict.UNIDENTIFIED])
def test_only_a_register_that_knows_no_licence_carries_a_complaint_about_it(
    store: StoreBuilder, verdict: Verdict
) -> None:
    store.register()
    case_id = _case(store, _answered(verdict=verdict))
    with pytest.raises(DraftError, match=f"`{verdict}`"):
        _facts(store, case_id, MARKET)
    assert _facts(store, case_id, LABOUR).register_check.verdict is verdict


def test_a_referral_needs_no_register_and_says_that_nothing_was_checked(store: StoreBuilder) -> None:
    case_id = _case(store, complaint_assessment(referral=("retained_documents",)))
    facts = _facts(store, case_id, POLICE)
    assert facts.register_check.snapshot is None
    assert facts.triggers == ("predaja ili zadržavanje ličnih dokumenata",)


def test_a_referral_quotes_the_words_of_its_trigger(store: StoreBuilder) -> None:
    quote = AD_TEXT[:9]
    start = f"{AD_TITLE}\n{AD_TEXT}".index(quote)
    quoted = Indicator("violence_or_threat", quote, start, start + len(quote))
    case_id = _case(store, complaint_assessment(referral=("violence_or_threat",), referral_quotes=(quoted,)))
    assert _facts(store, case_id, POLICE).statements[0] == Statement("pominjanje nasilja ili pretnje", Verbatim(quote))


def test_a_name_called_upon_is_stated_without_naming_it_again(store: StoreBuilder) -> None:
    mediator = Mediator(name="Orvandel", possible_impersonation=Impersonation("Orvandel", "Vredi proveriti."))
    case_id = _case(store, complaint_assessment(referral=("minor",), mediator=mediator))
    stated = _facts(store, case_id, POLICE).statements[-1]
    assert stated == Statement("ime poznate firme uz kontakte koji nisu sa adrese te firme", None)


def test_a_text_that_is_no_ad_yields_no_draft(store: StoreBuilder) -> None:
    case_id = _case(store, complaint_assessment(is_job_ad=False, referral=("asks_for_help",)))
    with pytest.raises(DraftError, match="no ad"):
        _facts(store, case_id, POLICE)


def test_a_referral_does_not_wait_for_words_for_a_new_trigger(store: StoreBuilder) -> None:
    case_id = _case(store, complaint_assessment(referral=("nova_sifra", "jos_jedna")))
    assert _facts(store, case_id, POLICE).triggers == (
        "navodi koji ukazuju na to da je nekome možda hitno potrebna pomoć",
    )


def test_evidence_that_does_not_verify_yields_no_draft(store: StoreBuilder) -> None:
    store.register()
    case_id = _case(store)
    with store.engine.begin() as connection:
        connection.execute(update(captures).values(digest="0" * 64))
    with pytest.raises(DraftError, match="does not verify"):
        _facts(store, case_id)


def test_evidence_whose_file_is_gone_yields_no_draft(store: StoreBuilder) -> None:
    store.register()
    case_id = _case(store)
    for file in store.settings.evidence_folder.rglob("*.warc.gz"):
        file.unlink()
    with pytest.raises(DraftError, match="does not verify"):
        _facts(store, case_id)


def test_a_quote_that_does_not_stand_in_the_ad_yields_no_draft(store: StoreBuilder) -> None:
    store.register()
    invented = complaint_assessment(indicators=(Indicator("upfront_fee", "depozit 500 evra", 0, 16),))
    with pytest.raises(DraftError, match="does not stand in the ad"):
        _facts(store, _case(store, invented))


def test_every_sighting_of_every_copy_is_told_in_order_of_time(store: StoreBuilder) -> None:
    store.register()
    copy = store.ad(source="demo_tabla", at=NOW - timedelta(days=2))
    store.assess(copy)
    leading = store.ad(series_id=copy.series_id)
    store.see_again(copy, at=NOW - timedelta(days=1))
    facts = _facts(store, _case(store, ad=leading))
    assert [place.portal for place in facts.places] == ["demo-tabla.example", "demo-portal.example"]
    assert [len(place.sightings) for place in facts.places] == [2, 1]
    assert facts.places[0].first_seen == NOW - timedelta(days=2)


def test_the_quoted_ad_is_the_first_piece_of_evidence(store: StoreBuilder) -> None:
    store.register()
    copy = store.ad(at=NOW - timedelta(days=2))
    store.assess(copy)
    leading = store.ad(series_id=copy.series_id)
    facts = _facts(store, _case(store, ad=leading))
    assert facts.leading_evidence == 1
    assert [item.number for item in facts.evidence] == [1, 2]
    assert facts.evidence[0].url == facts.places[1].url


def test_an_ad_of_another_mediator_in_the_series_is_not_told(store: StoreBuilder) -> None:
    store.register()
    leading = store.ad()
    other = store.ad(series_id=leading.series_id)
    store.assess(other, mediator_key="drugi posrednik")
    assert len(_facts(store, _case(store, ad=leading)).places) == 1


def test_what_the_ad_does_not_say_about_its_publisher_is_none(store: StoreBuilder) -> None:
    store.register()
    unnamed = complaint_assessment(mediator=Mediator(kind=MediatorKind.INDIVIDUAL))
    subject = _facts(store, _case(store, unnamed)).subject
    assert (subject.name, subject.kind, subject.pib) == (None, "fizičko lice", None)


def test_a_personal_number_in_an_ad_reaches_no_draft(store: StoreBuilder) -> None:
    store.register()
    ad = store.ad(text=f"{AD_TEXT}\nPrijava na 0101990710008.")
    facts = _facts(store, _case(store, ad=ad))
    assert "0101990710008" not in json.dumps(facts.to_json())


def test_an_organisation_that_is_not_configured_is_visibly_so(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home", configured=False)
    store.register()
    text = plain_text(document_of(_facts(store, _case(store)), Script.CYRL))
    assert "Седиште: (није подешено)" in text
    assert "Контакт: (није подешено), (није подешено)" in text
    store.engine.dispose()


def test_an_indicator_nobody_worded_is_refused_and_not_left_blank(store: StoreBuilder) -> None:
    store.register()
    with pytest.raises(DraftError, match="`nova_sifra` has no words"):
        _facts(store, _case(store, complaint_assessment(indicators=(Indicator("nova_sifra"),))))


def test_unknown_cases_and_recipients_are_wrong_use(store: StoreBuilder) -> None:
    with pytest.raises(UsageError, match="no case 5"):
        _facts(store, 5)
    with pytest.raises(UsageError, match="no recipient"):
        _facts(store, 5, "nepostojeci")


def test_a_kept_draft_does_not_drift_when_the_ad_is_seen_again(store: StoreBuilder) -> None:
    store.register()
    ad = store.ad()
    case_id = _case(store, ad=ad)
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    store.see_again(ad, at=NOW + timedelta(days=1))
    with store.connect() as connection:
        kept = kept_draft(connection, case_id, MARKET)
    assert len(DraftFacts.from_json(kept.facts).places[0].sightings) == 1


def test_no_draft_is_added_once_a_person_approved(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case(state="approved")
    with pytest.raises(UsageError, match="is approved"):
        lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)


def test_listing_that_said_part_and_screenshot_are_listed_as_evidence(store: StoreBuilder) -> None:
    store.register()
    ad = store.ad()
    listing = store.capture("http://demo-portal.example/lista", body=b"<html>lista</html>")
    shot = store.capture("http://demo-portal.example/izgled", body=b"PNG")
    with store.engine.begin() as connection:
        changed = update(ad_versions).where(ad_versions.c.id == ad.version_id)
        connection.execute(changed.values(listing_capture_id=listing))
        note_screenshot(connection, ad.version_id, at=NOW, problem=None, capture_id=shot)

    facts = _facts(store, _case(store, ad=ad))

    assert [item.url for item in facts.evidence][1:] == [
        "http://demo-portal.example/lista",
        "http://demo-portal.example/izgled",
    ]
    assert facts.leading_evidence == 1


def _case_on_two_portals(store: StoreBuilder) -> int:
    copy = store.ad(source="demo_tabla", at=NOW - timedelta(days=2))
    store.assess(copy)
    return _case(store, ad=store.ad(series_id=copy.series_id))


def test_a_notice_speaks_of_one_portal_only(store: StoreBuilder) -> None:
    store.register()
    case_id = _case_on_two_portals(store)
    leading = _facts(store, case_id, PORTAL)
    assert leading.authority.addressee == "demo-portal.example"
    other = _facts(store, case_id, f"{PORTAL}:demo-tabla.example")
    assert other.authority.addressee == "demo-tabla.example"
    assert [place.portal for place in other.places] == ["demo-tabla.example"]
    assert {item.url for item in other.evidence} == {other.places[0].url}
    assert other.statements[0].quote == "Kotizacija 200 evra pre puta"


def test_a_portal_where_the_case_has_no_ad_is_named_with_those_where_it_has(store: StoreBuilder) -> None:
    store.register()
    with pytest.raises(UsageError, match=r"no ad on `x\.example`; it has some on demo-portal\.example, demo-tabla"):
        _facts(store, _case_on_two_portals(store), f"{PORTAL}:x.example")


def test_no_portal_is_told_of_what_a_person_brought(store: StoreBuilder) -> None:
    store.register()
    brought = store.ad(source=MANUAL_SOURCE, url="urn:uuid:00000000-0000-4000-8000-000000000001")
    with pytest.raises(DraftError, match="on no portal"):
        _facts(store, _case(store, ad=brought), PORTAL)
    store.assess(store.ad(series_id=brought.series_id))
    with store.connect() as connection:
        (case_id,) = connection.scalars(select(cases.c.id))
    assert [place.portal for place in _facts(store, case_id, PORTAL).places] == ["demo-portal.example"]


def test_notices_to_several_portals_are_kept_side_by_side(store: StoreBuilder) -> None:
    store.register()
    case_id = _case_on_two_portals(store)
    for recipient in (PORTAL, f"{PORTAL}:demo-tabla.example"):
        assert lay_ready(store.engine, store.settings, case_id, recipient, now=NOW) == recipient
    with store.connect() as connection:
        main = kept_draft(connection, case_id, PORTAL)
        other = kept_draft(connection, case_id, f"{PORTAL}:demo-tabla.example")
    assert DraftFacts.from_json(main.facts).authority.addressee == "demo-portal.example"
    assert DraftFacts.from_json(other.facts).authority.addressee == "demo-tabla.example"


def test_a_letter_about_a_condition_of_sex_or_age_needs_one(store: StoreBuilder) -> None:
    store.register()
    with pytest.raises(DraftError, match="gender_age_targeting"):
        _facts(store, _case(store), EQUALITY)


def test_the_last_sighting_names_the_capture_that_holds_it(store: StoreBuilder) -> None:
    store.register()
    ad, later = store.ad(at=NOW - timedelta(days=3)), NOW - timedelta(days=1)
    store.see_again(
        replace(ad, capture_id=store.capture("http://demo-portal.example/1", body=b"x", at=later)), at=later
    )
    facts = _facts(store, _case(store, ad=ad))
    (place,) = facts.places
    assert place.last_evidence is not None
    assert facts.evidence[place.last_evidence - 1].fetched_at == NOW - timedelta(days=1)
    assert facts.limitation
    assert (facts.limitation.ends_on, facts.limitation.days_left) == (date(2027, 11, 19), 364)
