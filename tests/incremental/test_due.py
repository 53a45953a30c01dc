"""From when on an ad's own page is asked for again: noted with every visit, so that a night reads what is due alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from crawler.addresses import short_key
from crawler.store.ads import SeenAd, save_seen_ads
from crawler.store.schema import ad_visits
from crawler.store.visits import Seen, SeenWay, note_visit, read_known, save_misses, save_seen_again, stored_visits
from tests.builders import NOW, StoreBuilder

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

URL = "http://portal.example/1"
KEY = short_key(URL)


def days(count: int) -> datetime:
    return NOW + timedelta(days=count)


def see(store: StoreBuilder, *, text: str = "Oglas", at: datetime = NOW) -> None:
    """A spider reads the ad on its own page."""
    capture = store.capture(URL, body=text.encode(), at=at)
    way = SeenWay(URL, KEY, has_own_page=True)
    seen = SeenAd("portal", URL, text, at, capture, None, text, None, None, None, None, {}, way=way)
    night = store.night(at=at)
    with store.engine.begin() as connection:
        save_seen_ads(connection, [seen], night_id=night)


def visit(store: StoreBuilder, *, at: datetime, is_gone: bool) -> None:
    night, capture = store.night(at=at), store.capture(URL, body=b"again", at=at)
    with store.engine.begin() as connection:
        ads = stored_visits(connection, "portal", [KEY])[KEY]
        if is_gone:
            save_misses(connection, ads, night_id=night, at=at, status=404)
        else:
            save_seen_again(connection, ads, night_id=night, capture_id=capture, at=at, how=Seen.REVISIT)
        note_visit(connection, ads, at=at)


def due(store: StoreBuilder) -> date | None:
    with store.connect() as connection:
        return connection.scalar(select(ad_visits.c.due))


def due_keys(store: StoreBuilder, *, at: datetime) -> list[int]:
    night = store.night(at=at)
    with store.connect() as connection:
        return list(read_known(connection, "portal", night_id=night, now=at, most_visits=10).due)


def test_a_new_ad_is_due_after_a_day_and_then_ever_more_rarely(store: StoreBuilder) -> None:
    see(store)
    assert due(store) == days(1).date()
    assert (due_keys(store, at=days(0)), due_keys(store, at=days(1))) == ([], [KEY])
    visit(store, at=days(1), is_gone=False)
    visit(store, at=days(2), is_gone=False)
    assert due(store) == days(4).date()


def test_an_edit_begins_the_plan_anew(store: StoreBuilder) -> None:
    see(store)
    see(store, text="Drugi tekst", at=days(20))
    assert due(store) == days(21).date()


def test_a_page_that_is_gone_is_asked_for_once_more_and_then_no_more(store: StoreBuilder) -> None:
    see(store)
    visit(store, at=days(8), is_gone=True)
    assert due(store) == days(9).date()
    visit(store, at=days(9), is_gone=True)
    assert due(store) is None
    assert due_keys(store, at=days(60)) == []


def test_a_listing_that_shows_the_ad_again_takes_up_the_plan(store: StoreBuilder) -> None:
    see(store)
    visit(store, at=days(8), is_gone=True)
    visit(store, at=days(9), is_gone=True)
    night, capture = store.night(at=days(10)), store.capture("http://portal.example/", body=b"list", at=days(10))
    with store.engine.begin() as connection:
        ads = stored_visits(connection, "portal", [KEY])[KEY]
        save_seen_again(connection, ads, night_id=night, capture_id=capture, at=days(10), how=Seen.LISTING)
    assert due(store) == days(16).date()
