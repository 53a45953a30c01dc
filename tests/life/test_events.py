"""What happened to an offer, told from sightings and runs alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.store.lives import AdLife, CompleteRun, Observation
from pipelines.life.events import LifeEvent, Patience, happenings

FIRST = datetime(2026, 10, 1, 0, 30, tzinfo=UTC)
PATIENCE = Patience(nights=2, days=14)


def ad(number: int, nights: dict[int, int] | range, *, source: str = "portal") -> AdLife:
    """An ad seen in these nights, each with the id of the version that was seen."""
    seen = nights if isinstance(nights, dict) else dict.fromkeys(nights, number * 10)
    observations = tuple(
        Observation(number, version, FIRST + timedelta(days=night), f"urn:{number}:{night}")
        for night, version in seen.items()
    )
    return AdLife(number, source, f"http://{source}.example/{number}", (), observations)


def runs(nights: range, *, source: str = "portal", reached: int = 0) -> list[CompleteRun]:
    """A run a night that ended well, around the time when ads are seen."""
    return [
        CompleteRun(
            source,
            FIRST + timedelta(days=night, minutes=-10),
            FIRST + timedelta(days=night, minutes=10),
            FIRST + timedelta(days=reached),
        )
        for night in nights
    ]


def told(lives: list[AdLife], looked: list[CompleteRun]) -> list[tuple[int, int, LifeEvent]]:
    """Night, ad and event."""
    return [
        ((one.at - FIRST + timedelta(minutes=20)).days, one.ad.id, one.event)
        for one in happenings(lives, looked, PATIENCE)
    ]


def test_an_ad_that_stays_is_seen_first_and_nothing_else() -> None:
    assert told([ad(1, range(5))], runs(range(5))) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_an_ad_is_missing_after_the_second_night_that_looked_in_vain() -> None:
    (first, missing) = happenings([ad(1, range(3))], runs(range(6)), PATIENCE)
    assert missing.event is LifeEvent.MISSING
    assert missing.at.date() == (FIRST + timedelta(days=4)).date()
    assert missing.since == FIRST + timedelta(days=2)
    assert missing.record_id == "urn:1:2"
    assert first.record_id == "urn:1:0"


def test_an_ad_of_a_source_that_failed_is_not_missing() -> None:
    assert told([ad(1, range(3))], runs(range(3))) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_runs_of_another_source_say_nothing() -> None:
    assert told([ad(1, range(3))], runs(range(9), source="drugi")) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_a_listing_that_did_not_reach_as_far_back_says_nothing_of_older_ads() -> None:
    assert told([ad(1, range(3))], runs(range(3, 9), reached=2)) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_an_ad_whose_own_page_is_gone_is_missing_without_any_run_that_looked() -> None:
    gone = replace(ad(1, range(3)), gone=(FIRST + timedelta(days=4), FIRST + timedelta(days=5)))
    assert told([gone], []) == [(0, 1, LifeEvent.FIRST_SEEN), (5, 1, LifeEvent.MISSING)]
    assert told([replace(gone, gone=gone.gone[:1])], []) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_a_page_that_was_gone_for_one_visit_only_is_no_absence() -> None:
    back = replace(ad(1, {0: 10, 5: 10}), gone=(FIRST + timedelta(days=4),))
    assert told([back], []) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_two_runs_of_one_day_are_one_night() -> None:
    day = runs(range(3, 4))
    later = [
        CompleteRun(run.source, run.started_at + timedelta(hours=9), run.finished_at + timedelta(hours=9), run.reached)
        for run in day
    ]
    assert told([ad(1, range(3))], [*runs(range(3)), *day, *later]) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_one_night_without_it_is_no_absence() -> None:
    assert told([ad(1, {0: 10, 2: 10})], runs(range(3))) == [(0, 1, LifeEvent.FIRST_SEEN)]


def test_an_ad_that_returns_soon_is_seen_again() -> None:
    assert told([ad(1, {0: 10, 5: 10})], runs(range(6))) == [
        (0, 1, LifeEvent.FIRST_SEEN),
        (2, 1, LifeEvent.MISSING),
        (5, 1, LifeEvent.SEEN_AGAIN),
    ]


def test_an_offer_that_returns_after_two_weeks_is_reposted_by_the_same_or_a_new_ad() -> None:
    same = told([ad(1, {0: 10, 20: 10})], runs(range(21)))
    new = told([ad(1, range(1)), ad(2, range(20, 21))], runs(range(21)))
    assert same[-1] == (20, 1, LifeEvent.REPOSTED)
    assert new[-1] == (20, 2, LifeEvent.REPOSTED)


def test_a_long_silence_of_the_source_makes_no_repost() -> None:
    assert told([ad(1, range(1)), ad(2, range(20, 21))], runs(range(1)))[-1] == (20, 2, LifeEvent.COPIED)


def test_another_portal_is_also_on_while_the_first_ad_stands_and_moved_once_it_is_missing() -> None:
    beside = happenings([ad(1, range(5)), ad(2, range(3, 5), source="tabla")], runs(range(5)), PATIENCE)
    after = happenings([ad(1, range(1)), ad(2, range(5, 6), source="tabla")], runs(range(6)), PATIENCE)
    assert (beside[-1].event, beside[-1].elsewhere) == (LifeEvent.ALSO_ON, ("portal",))
    assert (after[-1].event, after[-1].elsewhere, after[-1].since) == (LifeEvent.MOVED, ("portal",), FIRST)


def test_a_second_ad_on_the_same_portal_is_a_copy() -> None:
    assert told([ad(1, range(5)), ad(2, range(3, 5))], runs(range(5)))[-1] == (3, 2, LifeEvent.COPIED)


def test_an_edit_is_told_where_the_version_changed_also_back() -> None:
    edits = [
        one
        for one in happenings([ad(1, {0: 10, 1: 11, 2: 11, 3: 10})], runs(range(4)), PATIENCE)
        if one.event is LifeEvent.EDITED
    ]
    assert [(one.before, one.after, one.record_id) for one in edits] == [(10, 11, "urn:1:1"), (11, 10, "urn:1:3")]


@given(
    st.lists(st.sets(st.integers(0, 30), min_size=1), min_size=1, max_size=4),
    st.sets(st.integers(0, 40)),
    st.booleans(),
)
def test_whatever_was_seen_is_told_in_order_and_begins_with_a_first_sight(
    seen: list[set[int]], looked: set[int], apart: bool
) -> None:
    lives = [
        ad(number, dict.fromkeys(sorted(nights), number * 10), source=f"s{number if apart else 0}")
        for number, nights in enumerate(seen, 1)
    ]
    nights = [run for night in looked for life in lives for run in runs(range(night, night + 1), source=life.source)]
    found = happenings(lives, nights, PATIENCE)
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert [one.event for one in found].count(LifeEvent.FIRST_SEEN) == 1
    assert found[0].event is LifeEvent.FIRST_SEEN
    for life in lives:
        own = [one.event for one in found if one.ad.id == life.id]
        assert own[0] is not LifeEvent.MISSING
        assert all(one != following for one, following in pairwise(own))


def test_what_a_person_brought_says_nothing_of_where_an_offer_stands() -> None:
    """Neither that it moved there, nor that it is on the portal still, nor that it was seen before."""
    portal, brought = ad(1, range(2, 4)), [ad(2, range(1), source="manual"), ad(3, range(30, 31), source="manual")]
    assert told([portal, *brought], runs(range(8))) == [
        (0, 2, LifeEvent.BROUGHT),
        (2, 1, LifeEvent.FIRST_SEEN),
        (5, 1, LifeEvent.MISSING),
        (30, 3, LifeEvent.BROUGHT),
    ]
