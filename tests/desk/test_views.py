from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from crawler.store.case_lists import CaseQuestion, Sorting, list_cases, read_cases
from crawler.store.nights import BY_HAND
from crawler.store.people import all_people, has_people, insert_person
from crawler.store.schema import cases, nights
from crawler.store.silence import newest_night, newest_runs
from tests.builders import NOW, StoreBuilder

OPEN = CaseQuestion(("open",))
LEVELS = (("high", 0.7), ("critical", 0.1), ("low", 0.9), ("high", 0.7), ("medium", 0.3))


def _pile(store: StoreBuilder) -> list[int]:
    """Cases of different weight, worst first."""
    numbers = [store.complaint_case() for _ in LEVELS]
    with store.engine.begin() as connection:
        for number, (level, score) in zip(numbers, LEVELS, strict=True):
            connection.execute(update(cases).where(cases.c.id == number).values(level=level, score=score))
    return [numbers[place] for place in (1, 3, 0, 4, 2)]


def test_walking_by_neighbours_visits_the_pile_in_the_queues_order(store: StoreBuilder) -> None:
    expected = _pile(store)
    with store.connect() as connection:
        listed = list_cases(connection, OPEN)
        found = [list_cases(connection, OPEN, at=number) for number in expected]
    assert listed.ids == tuple(expected)
    assert [place.next for place in found] == [*expected[1:], None]
    assert [place.previous for place in found] == [None, *expected[:-1]]
    assert [place.position for place in found] == [1, 2, 3, 4, 5]


def test_a_page_stays_where_it_is_while_cases_before_it_are_decided(store: StoreBuilder) -> None:
    expected = _pile(store)
    with store.engine.begin() as connection:
        before = list_cases(connection, OPEN, at=expected[1]).page(2)
        connection.execute(update(cases).where(cases.c.id.in_(expected[:2])).values(state="dismissed"))
        after = list_cases(connection, OPEN, at=expected[1])
    assert before == after.page(2) == tuple(expected[2:4])
    assert (after.through, after.page_before(2)) == (0, None)


def test_pages_lead_forwards_and_back(store: StoreBuilder) -> None:
    expected = _pile(store)
    with store.connect() as connection:
        second = list_cases(connection, OPEN, at=expected[1])
        third = list_cases(connection, OPEN, at=second.page(2)[-1])
        nowhere = list_cases(connection, OPEN, at=999)
    assert third.page(2) == (expected[4],)
    assert third.page_before(2) == expected[1]
    assert second.page_before(2) is None
    assert nowhere.page(2) == tuple(expected[:2])
    assert nowhere.last_page(2).page(2) == tuple(expected[3:])


def test_a_case_of_another_pile_still_has_neighbours(store: StoreBuilder) -> None:
    expected = _pile(store)
    with store.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == expected[2]).values(state="dismissed"))
        place = list_cases(connection, OPEN, at=expected[2])
        alone = list_cases(connection, CaseQuestion(("filed",)), at=expected[2])
    assert (place.previous, place.next, place.position, len(place.ids)) == (expected[1], expected[3], None, 4)
    assert (alone.previous, alone.next, alone.position, alone.ids) == (None, None, None, ())


def test_cases_are_listed_by_age_too(store: StoreBuilder) -> None:
    numbers = _pile(store)
    with store.engine.begin() as connection:
        for place, number in enumerate(numbers):
            connection.execute(update(cases).where(cases.c.id == number).values(opened_at=NOW + timedelta(days=place)))
        newest = list_cases(connection, replace(OPEN, sorting=Sorting.NEWEST), at=numbers[3])
        oldest = list_cases(connection, replace(OPEN, sorting=Sorting.OLDEST), at=numbers[3])
    assert newest.ids == tuple(reversed(numbers))
    assert (newest.previous, newest.next) == (numbers[4], numbers[2])
    assert oldest.ids == tuple(numbers)
    assert (oldest.previous, oldest.next) == (numbers[2], numbers[4])


def test_an_ad_that_changed_hands_still_shows_its_case(store: StoreBuilder) -> None:
    ad = store.ad()
    store.case(ad, store.assess(ad))
    later = store.new_version(ad, text="Sasvim drugi tekst.", at=NOW + timedelta(days=1))
    store.assess(later, mediator_key="neko drugi")
    with store.connect() as connection:
        (row,) = read_cases(connection, list_cases(connection, OPEN).ids)
    assert (row.ads, row.portals, row.first_seen) == (1, 1, NOW)


def test_runs_by_hand_are_no_night(store: StoreBuilder) -> None:
    night_id = store.night()
    by_hand = store.night(at=NOW + timedelta(hours=5))
    with store.engine.begin() as connection:
        connection.execute(update(nights).where(nights.c.id == by_hand).values(owner=BY_HAND))
        connection.execute(update(nights).where(nights.c.id == night_id).values(owner=None))
        night = newest_night(connection)
    assert night is not None
    assert night.started_at == NOW


def test_a_new_store_has_no_night_and_nobody(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        assert newest_night(connection) is None
        assert newest_runs(connection) == []
        assert not has_people(connection)
        insert_person(connection, email="a@b.example", name="A", role="legal", password_hash="x", now=NOW)
        assert has_people(connection)
        assert [row.email for row in all_people(connection)] == ["a@b.example"]
