from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from alerts.desk.asked_list import AskedList
from alerts.indexing import index_cases
from crawler.assessment import Indicator, Mediator, RegisterAnswer, Verdict
from crawler.store.case_index import count_unindexed
from crawler.store.case_lists import changes_since_decided, list_cases, read_cases
from crawler.store.desk_views import pictures_for_lists
from crawler.store.schema import case_events, case_words, cases, contact_mentions
from tests.builders import NOW, StoreBuilder, StoredAd, complaint_assessment


def _file_contact(store: StoreBuilder, ad: StoredAd, assessment_id: int, kind: str, value: str) -> None:
    ids = {"version_id": ad.version_id, "ad_id": ad.ad_id, "assessment_id": assessment_id}
    with store.engine.begin() as connection:
        connection.execute(insert(contact_mentions).values(kind=kind, value=value, **ids))


def _found(store: StoreBuilder, **asked: str) -> set[int]:
    with store.connect() as connection:
        return set(list_cases(connection, replace(AskedList(), **asked).question()).ids)  # type: ignore[arg-type]


@pytest.fixture
def two(store: StoreBuilder) -> tuple[StoreBuilder, int, int]:
    """Two unlike cases, indexed: the first in Germany with a fee, the second in Austria, referred, unnamed."""
    first_ad = store.ad(title="Radnici u magacinu")
    first_judged = store.assess(first_ad)
    first = store.case(first_ad, first_judged)
    _file_contact(store, first_ad, first_judged, "phone", "+381600000001")
    store.assess(store.ad(source="demo_kanal", series_id=first_ad.series_id))
    second_ad = store.ad(
        title="Жене за негу старих", text="Беч, хитно.", source="drugi_portal", at=NOW - timedelta(days=9)
    )
    judged = complaint_assessment(
        destinations=("AT",),
        mediator=Mediator(),
        register=RegisterAnswer(verdict=Verdict.UNIDENTIFIED),
        indicators=(Indicator("urgency", None),),
        referral=("minors_abroad",),
        contacts=replace(complaint_assessment().contacts, phones=()),
    )
    second_judged = store.assess(second_ad, judged, mediator_key="@niko")
    second = store.case(second_ad, second_judged, mediator_key="@niko")
    _file_contact(store, second_ad, second_judged, "email", "nega@primer.example")
    index_cases(store.night_now())
    return store, first, second


def test_cases_are_found_by_words_name_contact_and_number(two: tuple[StoreBuilder, int, int]) -> None:
    store, first, second = two
    assert _found(store, q="magacin") == {first}
    assert _found(store, q="ПРИМЕР РАД") == {first}
    assert _found(store, q="negu star") == {second}
    assert _found(store, q="060/000-00-01") == {first}
    assert _found(store, q="nega@primer.example") == {second}
    assert _found(store, q=f"#{second}") >= {second}
    assert _found(store, q="magacin hitno") == set()


def test_the_day_on_which_an_ad_was_seen_is_that_of_belgrade(store: StoreBuilder) -> None:
    ad = store.ad(at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    case_id = store.case(ad, store.assess(ad))
    index_cases(store.night_now())
    assert _found(store, seen_from="2026-11-20", seen_until="2026-11-20") == {case_id}


def test_every_filter_narrows_and_all_may_be_combined(two: tuple[StoreBuilder, int, int]) -> None:
    store, first, second = two
    assert _found(store) == {first, second}
    assert _found(store, country="AT") == {second}
    assert _found(store, verdict="not_found") == {first}
    assert _found(store, source="demo_kanal") == {first}
    assert _found(store, finding="urgency") == {second}
    assert _found(store, refers="1") == {second}
    assert _found(store, seen_from="2026-11-15") == {first}
    assert _found(store, seen_until="2026-11-15") == {second}
    assert _found(store, level="critical") == set()
    everything = {"country": "DE", "verdict": "not_found", "finding": "upfront_fee", "level": "high", "q": "magacin"}
    assert _found(store, **everything) == {first}
    assert _found(store, **{**everything, "country": "AT"}) == set()


def test_what_looks_like_a_pattern_is_searched_for_as_it_is(two: tuple[StoreBuilder, int, int]) -> None:
    store, *_ = two
    for query in ("%", "_", "*", "'", '"', "mag%cin", "\\"):
        with store.connect() as connection:
            ids = list_cases(connection, AskedList(q=query).question()).ids
        assert ids == ()


def test_another_leading_ad_is_indexed_in_the_place_of_the_old_one(two: tuple[StoreBuilder, int, int]) -> None:
    store, first, second = two
    ad = store.ad(title="Vozači za Norvešku", text="Bez ikakvih uslova.")
    judged = store.assess(ad, complaint_assessment(destinations=("NO",)))
    with store.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == first).values(assessment_id=judged))
        assert count_unindexed(connection) == 1
    assert index_cases(store.night_now()).counts == {"indexed": 1}
    assert _found(store, q="magacin") == set()
    assert _found(store, q="vozac", country="NO") == {first}
    assert _found(store, q="nega") == set()
    assert _found(store, country="DE") == set()
    assert _found(store, q="negu") == {second}


def test_indexing_twice_changes_nothing(two: tuple[StoreBuilder, int, int]) -> None:
    store, *_ = two
    with store.connect() as connection:
        before = connection.execute(select(case_words).order_by(*case_words.c)).all()
    assert index_cases(store.night_now()).counts == {"indexed": 0}
    with store.connect() as connection:
        assert connection.execute(select(case_words).order_by(*case_words.c)).all() == before


def test_a_case_counts_as_changed_until_a_person_decides(two: tuple[StoreBuilder, int, int]) -> None:
    store, first, _ = two
    steps = (
        ({"person": "system", "before": "dismissed", "decision": "revise", "note": "novi broj telefona"}, {first}),
        ({"person": "ana@primer.example", "before": "open", "note": "beleška"}, {first}),
        ({"person": "ana@primer.example", "before": "unsure", "decision": "reopen"}, set()),
    )
    for step, still_changed in steps:
        with store.engine.begin() as connection:
            connection.execute(insert(case_events).values(case_id=first, at=NOW, after="open", **step))
            told = changes_since_decided(connection, [first])
        assert told == dict.fromkeys(still_changed, "novi broj telefona")
        assert _found(store, changed="1") == still_changed


def test_rows_come_in_the_order_asked_for(two: tuple[StoreBuilder, int, int]) -> None:
    store, first, second = two
    with store.connect() as connection:
        assert [row.id for row in read_cases(connection, [second, first])] == [second, first]
        assert [row.ads for row in read_cases(connection, [first, second])] == [2, 1]
        assert read_cases(connection, []) == []
        assert pictures_for_lists(connection, []) == {}
