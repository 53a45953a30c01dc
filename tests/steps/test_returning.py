"""What brings a decided case back to people, through the real steps of the night: a real change, which is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts.cases import Decision
from alerts.deciding import decide_case
from alerts.steps import open_cases
from crawler.store.cases import SETTLED, case_history, count_touched, list_cases
from crawler.store.schema import cases
from pipelines.connections.filing import file_contacts
from pipelines.steps import assess_new_ads, group_new_ads
from tests.builders import AD_TEXT, NOW, StoreBuilder, StoredAd

DAY = timedelta(days=1)
NUMBER, OTHER_NUMBER = "060 000 0001", "060 000 0002"
MORE = f"{AD_TEXT}\nPasoš ostaje kod poslodavca do kraja ugovora i ne vraća se ranije."


def _night(store: StoreBuilder, days: int) -> int:
    """The steps after the crawl; how many cases changed."""
    night = store.night_now(at=NOW + days * DAY)
    for step in (group_new_ads, assess_new_ads, file_contacts):
        step(night)
    return open_cases(night).counts["changed"]


def _decided(store: StoreBuilder, decision: Decision = Decision.DISMISS, **ad: str) -> StoredAd:
    """An ad whose case a person decided on in the morning after its first night."""
    store.register()
    stored = store.ad(**ad)
    _night(store, 0)
    with store.engine.begin() as connection:
        (case,) = list_cases(connection)
        decide_case(connection, case.id, decision, person="ana@primer.example", now=NOW + DAY / 4, note="razlog")
    return stored


def _state(store: StoreBuilder) -> str:
    with store.connect() as connection:
        return list_cases(connection)[0].state


def _note(store: StoreBuilder) -> str:
    with store.connect() as connection:
        return str(case_history(connection, 1)[-1].note)


def test_an_unchanged_ad_never_returns(store: StoreBuilder) -> None:
    ad = _decided(store)
    for days in (1, 2, 3):
        store.see_again(ad, at=NOW + days * DAY)
        assert _night(store, days) == 0
    assert _state(store) == "dismissed"


@pytest.mark.parametrize(
    "text",
    [
        AD_TEXT.replace("Potrebni", "🔥🔥 Potrebni"),
        f"{AD_TEXT}\nObjavljeno: 21.11.2026. Pregleda: 1.204",
        AD_TEXT.replace("2.500 evra", "2.700 evra"),
        AD_TEXT.upper(),
    ],
    ids=["emoji", "date and counter", "amount", "capitals"],
)
def test_emoji_dates_counters_and_amounts_are_no_change(store: StoreBuilder, text: str) -> None:
    ad = _decided(store)
    store.new_version(ad, text=text, at=NOW + DAY)
    assert _night(store, 1) == 0
    assert _state(store) == "dismissed"


def test_new_words_bring_it_back_once_and_stand_in_the_note(store: StoreBuilder) -> None:
    ad = _decided(store)
    store.new_version(ad, text=AD_TEXT.replace("u magacinu", "u magacinu i u kuhinji hotela"), at=NOW + DAY)
    assert _night(store, 1) == 1
    assert _state(store) == "open"
    assert _note(store) == "izmenjen tekst: novo „i u kuhinji hotela“"
    assert _night(store, 2) == 0


def test_a_new_number_in_an_edited_ad_brings_it_back(store: StoreBuilder) -> None:
    ad = _decided(store)
    store.new_version(ad, text=AD_TEXT.replace(NUMBER, OTHER_NUMBER), at=NOW + DAY)
    assert _night(store, 1) == 1
    assert _note(store) == "novi broj telefona +381600000002; nema više broja telefona +381600000001"


def test_a_number_that_went_earlier_is_not_named_again(store: StoreBuilder) -> None:
    ad = _decided(store)
    store.new_version(ad, text=AD_TEXT.replace(NUMBER, OTHER_NUMBER), at=NOW + DAY)
    _night(store, 1)
    store.new_version(ad, text=AD_TEXT.replace(NUMBER, "060 000 0003"), at=NOW + 2 * DAY)
    assert _night(store, 2) == 1
    assert _note(store) == "novi broj telefona +381600000003; nema više broja telefona +381600000002"


def test_a_hard_trigger_in_an_edited_ad_is_named_with_level_and_words(store: StoreBuilder) -> None:
    ad = _decided(store)
    store.new_version(ad, text=MORE, at=NOW + DAY)
    assert _night(store, 1) == 1
    assert "upućivanje: " in _note(store)
    assert "izmenjen tekst: novo „Pasoš ostaje" in _note(store)


def test_a_mere_copy_does_not_bring_it_back_and_one_with_a_new_contact_does(store: StoreBuilder) -> None:
    ad = _decided(store)
    store.ad(series_id=ad.series_id, at=NOW + DAY, text=f"{AD_TEXT}\nZovite odmah, mesta su ograničena.")
    assert _night(store, 1) == 0
    store.ad(series_id=ad.series_id, at=NOW + 2 * DAY, text=f"{AD_TEXT}\nili {OTHER_NUMBER}")
    assert _night(store, 2) == 1
    assert _note(store) == "novi broj telefona +381600000002"


def test_a_copy_that_came_quietly_counts_once_it_is_edited(store: StoreBuilder) -> None:
    ad = _decided(store)
    copy = store.ad(series_id=ad.series_id, at=NOW + DAY, source="demo_tabla")
    assert _night(store, 1) == 0
    store.new_version(copy, text=f"{AD_TEXT}\nRadi se i nedeljom bez slobodnih dana.", at=NOW + 2 * DAY)
    assert _night(store, 2) == 1
    assert "Radi se i nedeljom" in _note(store)


def test_an_ad_that_goes_back_to_what_people_saw_is_no_change(store: StoreBuilder) -> None:
    ad = _decided(store)
    copy = store.ad(series_id=ad.series_id, at=NOW + DAY, text=f"{AD_TEXT}\nZovite odmah.")
    _night(store, 1)
    store.new_version(copy, text=AD_TEXT, at=NOW + 2 * DAY)
    assert _night(store, 2) == 0


def test_a_changed_register_brings_it_back(store: StoreBuilder) -> None:
    _decided(store)
    store.register(as_of=(NOW + DAY).date(), names=("Primer Rad",))
    assert _night(store, 1) == 1
    assert "registar: nije pronađen → važeća dozvola" in _note(store)


def test_a_confirmed_case_keeps_its_state_and_is_told_of_the_change(store: StoreBuilder) -> None:
    ad = _decided(store, Decision.CONFIRM)
    store.new_version(ad, text=AD_TEXT.replace(NUMBER, OTHER_NUMBER), at=NOW + DAY)
    assert _night(store, 1) == 1
    assert _state(store) == "confirmed"
    assert "novi broj telefona +381600000002" in _note(store)


def test_what_came_while_the_night_ran_is_not_lost_to_a_decision_made_meanwhile(store: StoreBuilder) -> None:
    ad = _decided(store, Decision.UNSURE)
    store.new_version(ad, text=AD_TEXT.replace(NUMBER, OTHER_NUMBER), at=NOW + DAY)
    night = store.night_now(at=NOW + DAY)
    assess_new_ads(night)
    with store.engine.begin() as connection:
        decide_case(connection, 1, Decision.DISMISS, person="ana@primer.example", now=NOW + DAY * 1.1, note="razlog")
    assert open_cases(night).counts["changed"] == 1
    assert _state(store) == "open"


@pytest.mark.parametrize("state", SETTLED)
def test_what_changes_beside_a_settled_case_stands_in_its_history_once(store: StoreBuilder, state: str) -> None:
    ad = _decided(store, Decision.CONFIRM)
    with store.engine.begin() as connection:
        connection.execute(update(cases).values(state=state))
    store.new_version(ad, text=AD_TEXT.replace(NUMBER, OTHER_NUMBER), at=NOW + DAY)
    for days in (1, 2):
        assert _night(store, days) == 0
    with store.connect() as connection:
        notes = [event.note for event in case_history(connection, 1) if event.after == state]
        assert count_touched(connection) == 0
    assert notes == ["naknadna promena: novi broj telefona +381600000002; nema više broja telefona +381600000001"]
