from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from crawler.store.desk_views import find_neighbours, read_queue, worst_case
from crawler.store.nights import BY_HAND
from crawler.store.people import all_people, has_people, insert_person
from crawler.store.schema import cases, nights
from crawler.store.silence import newest_night, newest_runs
from tests.builders import NOW, StoreBuilder

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
        listed = [row.id for page in (1, 2) for row in read_queue(connection, ["open"], page=page, size=3)]
        found = [find_neighbours(connection, number, ["open"]) for number in expected]
        assert worst_case(connection, ["open"]) == expected[0]
    assert listed == expected
    assert [place.next for place in found] == [*expected[1:], None]
    assert [place.previous for place in found] == [None, *expected[:-1]]
    assert [place.position for place in found] == [1, 2, 3, 4, 5]
    assert {place.total for place in found} == {5}


def test_a_case_of_another_pile_still_has_neighbours(store: StoreBuilder) -> None:
    expected = _pile(store)
    with store.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == expected[2]).values(state="dismissed"))
        place = find_neighbours(connection, expected[2], ["open"])
        alone = find_neighbours(connection, expected[2], ["filed"])
    assert (place.previous, place.next, place.position, place.total) == (expected[1], expected[3], None, 4)
    assert (alone.previous, alone.next, alone.position, alone.total) == (None, None, None, 0)


def test_an_ad_that_changed_hands_still_shows_its_case(store: StoreBuilder) -> None:
    ad = store.ad()
    store.case(ad, store.assess(ad))
    later = store.new_version(ad, text="Sasvim drugi tekst.", at=NOW + timedelta(days=1))
    store.assess(later, mediator_key="neko drugi")
    with store.connect() as connection:
        (row,) = read_queue(connection, ["open"], page=1, size=5)
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
