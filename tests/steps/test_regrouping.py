"""A person splits and merges series: remembered, honoured by the night, and no case is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from alerts.cases import Decision
from alerts.deciding import decide_case
from alerts.regrouping import Regrouped, merge, split
from alerts.steps import open_cases
from crawler.errors import UsageError
from crawler.store.audit import Act, AuditFilter, read_audit
from crawler.store.cases import case_history, count_touched, list_cases, touched_ads
from crawler.store.regrouping import decisions_on, members_of, texts_without_parts
from crawler.store.schema import ads, cases, series, series_decisions
from crawler.store.series import count_ungrouped
from pipelines.steps import group_new_ads
from tests.builders import NOW, StoreBuilder
from tests.steps.test_grouping import OTHER, TEXT, see, upgrade_again

PERSON = "ana@primer.example"
LATER = NOW + timedelta(days=1)
NEAR = f"{TEXT} Ugovor se potpisuje pre polaska."
COPY = TEXT.replace("0021", "0077")
"""The same text with another number."""


@pytest.fixture
def two_series(store: StoreBuilder) -> tuple[int, int]:
    """Series of TEXT with its copy (ads 1 and 2) and of OTHER (ad 3)."""
    group_new_ads(see(store, [TEXT, COPY, OTHER]))
    found = by_url(store)
    assert found[1] == found[2] != found[3]
    return found[1], found[3]


def by_url(store: StoreBuilder) -> dict[int, int]:
    """The series of each ad by the number in its address."""
    with store.connect() as connection:
        rows = connection.execute(select(ads.c.url, ads.c.series_id)).all()
    return {int(row.url.rpartition("/")[2]): row.series_id for row in rows}


def series_by_ad(store: StoreBuilder) -> dict[int, int | None]:
    with store.connect() as connection:
        return {row.id: row.series_id for row in connection.execute(select(ads.c.id, ads.c.series_id))}


def ad_id(store: StoreBuilder, number: int) -> int:
    with store.connect() as connection:
        return connection.scalars(select(ads.c.id).where(ads.c.url == f"http://portal.example/{number}")).one()


def split_off(store: StoreBuilder, *numbers: int) -> Regrouped:
    with store.engine.begin() as connection:
        return split(connection, [ad_id(store, number) for number in numbers], person=PERSON, now=LATER)


def merged(store: StoreBuilder, kept: int, absorbed: int) -> Regrouped:
    with store.engine.begin() as connection:
        return merge(connection, kept, absorbed, person=PERSON, now=LATER)


def case_on(store: StoreBuilder, number: int, *, mediator_key: str = "primer rad") -> int:
    """A case led by the ad at that address."""
    with store.connect() as connection:
        row = connection.execute(select(ads).where(ads.c.url == f"http://portal.example/{number}")).one()
    example = store.ad(url=f"http://example.example/{number}")
    ad = type(example)(row.id, row.version_id, example.capture_id, row.series_id, example.night_id)
    return store.case(ad, store.assess(ad, mediator_key=mediator_key), mediator_key=mediator_key)


def series_of_case(store: StoreBuilder, case_id: int) -> int:
    with store.connect() as connection:
        return connection.scalars(select(cases.c.series_id).where(cases.c.id == case_id)).one()


def test_parted_copies_stay_parted_though_a_later_copy_is_like_both(
    store: StoreBuilder, two_series: tuple[int, int]
) -> None:
    done = split_off(store, 2)
    assert by_url(store)[2] == done.series_id != by_url(store)[1]
    group_new_ads(see(store, [NEAR, TEXT, COPY], first=4))
    found = by_url(store)
    assert found[1] == two_series[0]
    assert found[2] == done.series_id
    assert {found[4], found[5], found[6]} <= {found[1], found[2]}


def test_all_ads_of_both_series_are_looked_at_again_after_a_split(
    store: StoreBuilder, two_series: tuple[int, int]
) -> None:
    with store.engine.begin() as connection:
        seen = {"examined_version_id": ads.c.version_id, "examined_basis": ads.c.assessed_basis}
        connection.execute(update(ads).values(**seen, examined_series_id=ads.c.series_id))
        assert count_touched(connection) == 0
    split_off(store, 2)
    with store.connect() as connection:
        touched = {ad.ad_id for ad in touched_ads(connection, after=0, limit=10)}
    assert touched == {ad_id(store, 1), ad_id(store, 2)}


def test_signatures_made_anew_find_new_copies_and_undo_nothing_that_people_decided(
    store: StoreBuilder, two_series: tuple[int, int]
) -> None:
    case_id = case_on(store, 3)
    split_off(store, 2)
    with store.engine.begin() as connection:
        decide_case(connection, case_id, Decision.DISMISS, person=PERSON, now=LATER, note="nije oglas")
    before = series_by_ad(store)
    upgrade_again(store, after="0022")
    with store.connect() as connection:
        assert count_ungrouped(connection) == len(before)
    night = see(store, [f"{OTHER} Javite se na vreme svi."], first=4)
    group_new_ads(night)
    open_cases(night)
    assert by_url(store)[4] == two_series[1]
    assert before.items() <= series_by_ad(store).items()
    with store.connect() as connection:
        assert [(line.id, line.state) for line in list_cases(connection)] == [(case_id, "dismissed")]
        assert decisions_on(connection, two_series[0])


def test_what_stays_behind_is_found_by_near_copies(store: StoreBuilder, two_series: tuple[int, int]) -> None:
    """Only the first of exact copies was filed under its parts, and that one is gone."""
    split_off(store, 1)
    with store.engine.begin() as connection:
        assert texts_without_parts(connection, two_series[0]) == []
    group_new_ads(see(store, [NEAR], first=4))
    assert by_url(store)[4] == two_series[0]


def test_merged_series_stay_one_and_take_later_copies_of_either(
    store: StoreBuilder, two_series: tuple[int, int]
) -> None:
    first, second = two_series
    merged(store, first, second)
    group_new_ads(see(store, [NEAR, f"{OTHER} Javite se na vreme svi.", OTHER], first=4))
    assert set(by_url(store).values()) == {first}


def test_a_decision_is_remembered_with_person_and_time_and_takes_no_change(
    store: StoreBuilder, two_series: tuple[int, int]
) -> None:
    merged(store, *two_series)
    with store.connect() as connection:
        (decision,) = decisions_on(connection, two_series[1])
        (line,) = read_audit(connection, AuditFilter(act=Act.SERIES_CHANGED))
    assert (line.person, line.at, line.subject) == (PERSON, LATER, f"series {two_series[0]}")
    assert line.detail == f"merge {two_series[1]}, ads {ad_id(store, 3)}"
    assert (decision.person, decision.at, decision.decision) == (PERSON, LATER, "merge")
    assert decision.ads == [ad_id(store, 3)]
    for change in (update(series_decisions).values(person="x"), delete(series_decisions)):
        with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
            connection.execute(change)


def test_a_case_follows_the_ad_that_leads_it(store: StoreBuilder, two_series: tuple[int, int]) -> None:
    leads_stay, leads_go = case_on(store, 1), case_on(store, 2, mediator_key="drugi posrednik")
    done = split_off(store, 2)
    assert done.cases_moved == (leads_go,)
    assert series_of_case(store, leads_stay) == two_series[0]
    assert series_of_case(store, leads_go) == done.series_id
    with store.connect() as connection:
        for case_id in (leads_stay, leads_go):
            (event,) = case_history(connection, case_id)
            assert (event.person, event.before, event.after) == (PERSON, "open", "open")
            assert f"serija {two_series[0]} je podeljena" in event.note


def test_a_merge_takes_the_cases_along(store: StoreBuilder, two_series: tuple[int, int]) -> None:
    case_id = case_on(store, 3)
    assert merged(store, *two_series).cases_moved == (case_id,)
    assert series_of_case(store, case_id) == two_series[0]


def test_two_cases_of_one_mediator_both_stay_and_name_each_other(
    store: StoreBuilder, two_series: tuple[int, int]
) -> None:
    kept, beside = case_on(store, 1), case_on(store, 3)
    done = merged(store, *two_series)
    assert (done.cases_moved, done.cases_left) == ((), (beside,))
    with store.connect() as connection:
        assert {line.id for line in list_cases(connection)} == {kept, beside}
        for case_id in (kept, beside):
            (event,) = case_history(connection, case_id)
            assert f"slučajevi {kept} i {beside}" in event.note


def test_the_emptied_series_keeps_its_number(store: StoreBuilder, two_series: tuple[int, int]) -> None:
    merged(store, *two_series)
    with store.connect() as connection:
        assert members_of(connection, two_series[1]) == []
        assert connection.scalar(select(series.c.id).where(series.c.id == two_series[1])) == two_series[1]


def test_what_cannot_be_split_is_refused(store: StoreBuilder, two_series: tuple[int, int]) -> None:
    waiting = see(store, [TEXT + " Još jedan."], first=9)
    with pytest.raises(UsageError, match="no other ads"):
        split_off(store, 1, 2)
    with pytest.raises(UsageError, match="different series"):
        split_off(store, 1, 3)
    with pytest.raises(UsageError, match="not grouped yet"):
        split_off(store, 9)
    with pytest.raises(UsageError, match="there is no ad 4711"), store.engine.begin() as connection:
        split(connection, [4711], person=PERSON, now=LATER)
    assert group_new_ads(waiting).counts["ads"] == 1


def test_what_cannot_be_merged_is_refused(store: StoreBuilder, two_series: tuple[int, int]) -> None:
    first, second = two_series
    with pytest.raises(UsageError, match="with itself"):
        merged(store, first, first)
    with pytest.raises(UsageError, match="there is no series 4711"):
        merged(store, first, 4711)
    merged(store, first, second)
    with pytest.raises(UsageError, match=f"was merged into series {first}"):
        merged(store, first, second)
