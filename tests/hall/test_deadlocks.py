"""Two transactions that want the same rows in opposite orders: PostgreSQL ends one, and both get through."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select, text, update
from sqlalchemy.exc import OperationalError

from crawler.addresses import short_key
from crawler.collecting import StorePipeline
from crawler.evidence.verify import verify_evidence
from crawler.items import AdPosting, FetchedPage, ListedAgain, Way
from crawler.night import StepReport
from crawler.store.assessments import Pending, count_unassessed
from crawler.store.schema import ads, assessments, runs, sightings
from crawler.store.writing import TRIES, in_transaction
from pipelines.steps import assess_new_ads
from tests.builders import AD_TEXT, AD_TITLE, NOW, StoreBuilder
from tests.hall.test_collecting import spider_run

PATIENCE = 300
LISTING = FetchedPage("http://portal.example/oglasi", NOW, 200, (), b"<html>the listing</html>")
NEVER_LOOKS = "SET LOCAL deadlock_timeout = '1h'"
"""Whoever looks for a deadlock first and finds one is ended; so a test chooses whom."""


@pytest.fixture
def team_store(tmp_path: Path, postgres_url: str) -> Iterator[StoreBuilder]:
    """An empty store on PostgreSQL; on SQLite one writes at a time."""
    builder = StoreBuilder(tmp_path / "home", database_url=postgres_url)
    yield builder
    builder.engine.dispose()


def _count_up(connection: Connection, ad_id: int) -> None:
    more = func.coalesce(ads.c.examined_version_id, 0) + 1
    connection.execute(update(ads).where(ads.c.id == ad_id).values(examined_version_id=more))


def test_both_get_through_and_each_is_done_once(team_store: StoreBuilder) -> None:
    one, other = team_store.ad().ad_id, team_store.ad().ad_id
    meeting, tries = Barrier(2), Counter[int]()

    def count_up(first: int, second: int) -> None:
        def work(connection: Connection) -> None:
            tries[first] += 1
            _count_up(connection, first)
            if tries[first] == 1:
                meeting.wait(PATIENCE)
            _count_up(connection, second)

        in_transaction(team_store.engine, work)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(count_up, one, other), threads.submit(count_up, other, one)]:
            done.result(PATIENCE)

    with team_store.connect() as connection:
        assert connection.scalars(select(ads.c.examined_version_id)).all() == [2, 2]
    assert sum(tries.values()) > 2, "neither was given up: there was nothing to try"


@pytest.mark.parametrize(("state", "tries"), [("40P01", TRIES), ("40001", TRIES), ("55P03", 1), ("57P01", 1)])
def test_only_what_the_database_gave_up_is_begun_anew_and_not_for_ever(
    team_store: StoreBuilder, state: str, tries: int
) -> None:
    tried = 0

    def work(connection: Connection) -> None:
        nonlocal tried
        tried += 1
        connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'given up' USING ERRCODE = '{state}'; END $$"))

    with pytest.raises(OperationalError):
        in_transaction(team_store.engine, work)
    assert tried == tries


def _posting(number: int, text_of_ad: str = AD_TEXT) -> AdPosting:
    url = f"http://portal.example/oglas/{number}"
    page = FetchedPage(url, NOW, 200, (), f"<html>{number} {text_of_ad}</html>".encode())
    way = Way(url, facts=number, has_own_page=True)
    named = {"jobTitle": AD_TITLE, "description": text_of_ad}
    return AdPosting(url=url, source="demo_portal", page=page, listingPage=LISTING, way=way, **named)


def _collect(pipeline: StorePipeline, *items: Any) -> None:
    async def run() -> None:
        for item in items:
            await pipeline.process_item(item)
        await pipeline.close_spider()

    asyncio.run(run())


def _in_order_of_store(store: StoreBuilder) -> list[int]:
    """Numbers of the two ads, the one that judging holds first before the other."""
    with store.connect() as connection:
        urls = connection.scalars(select(ads.c.url).order_by(ads.c.id)).all()
    return [int(url.rsplit("/", 1)[1]) for url in urls]


def _wait_for_waiting(store: StoreBuilder, sessions: int) -> None:
    """Until so many sessions wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + PATIENCE
    while True:
        with store.connect() as connection:
            if connection.execute(waiting).scalar_one() >= sessions:
                return
        assert time.monotonic() < until, "it never came to this"
        time.sleep(0.05)


@contextmanager
def _once_the_first_ad_is_held(engine: Engine, then: Callable[[], None]) -> Iterator[None]:
    """Calls it in the midst of the spider's transaction, the first time that this holds the row of an ad."""
    first = iter([True])

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE ads SET") and "version_id=" in statement and next(first, False):
            then()

    event.listen(engine, "after_cursor_execute", note)
    yield
    event.remove(engine, "after_cursor_execute", note)


def test_spider_that_is_ended_for_judging_keeps_its_batch_at_once(
    team_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spider reads one ad anew and then sees the other on a listing; judging writes into both, that one first."""
    monkeypatch.delenv("ADWATCH_NIGHT", raising=False)
    _collect(spider_run(team_store), _posting(1), _posting(2, f"{AD_TEXT} Drugi oglas."))
    listed, edited = _in_order_of_store(team_store)
    night, spider = team_store.night_now(), spider_run(team_store)
    event.listen(team_store.engine, "begin", lambda connection: connection.exec_driver_sql(NEVER_LOOKS))
    judged: list[Future[StepReport]] = []

    with ThreadPoolExecutor(1) as threads:

        def judge() -> None:
            judged.append(threads.submit(assess_new_ads, night))
            _wait_for_waiting(team_store, 1)

        with _once_the_first_ad_is_held(spider.engine, judge):
            later = FetchedPage(LISTING.url, NOW + timedelta(hours=1), 200, (), LISTING.body)
            again = ListedAgain(later, (short_key(f"http://portal.example/oglas/{listed}"),))
            _collect(spider, _posting(edited, f"{AD_TEXT} Izmenjen oglas."), again)
        counts = judged[0].result(PATIENCE).counts

    assert (counts["ads"], counts["failed"]) == (2, 0)
    assert assess_new_ads(night).counts["ads"] == 1
    with team_store.connect() as connection:
        assert connection.scalars(select(runs.c.outcome).order_by(runs.c.id)).all() == ["ok", "ok"]
        assert connection.scalar(select(func.count()).select_from(sightings)) == 4
        assert connection.scalar(select(func.count()).select_from(assessments)) == 3
        assert verify_evidence(connection, team_store.settings.evidence_folder).is_sound


def _hold(connection: Connection, ad_id: int) -> None:
    connection.execute(select(ads.c.id).where(ads.c.id == ad_id).with_for_update())


def test_judging_that_is_ended_for_somebody_else_judges_all_the_same(team_store: StoreBuilder) -> None:
    """Who holds the third ad wants the first one, which judging holds by then; only judging looks, and is ended."""
    first, second, third = sorted(team_store.ad(text=f"{AD_TEXT} Oglas {number}.").ad_id for number in range(3))
    night = team_store.night_now()
    with (
        ThreadPoolExecutor(2) as threads,
        team_store.engine.connect() as between,
        team_store.engine.connect() as somebody,
    ):
        _hold(between, second)
        somebody.exec_driver_sql(NEVER_LOOKS)
        _hold(somebody, third)
        judged = threads.submit(assess_new_ads, night)
        _wait_for_waiting(team_store, 1)
        holds_first = threads.submit(_hold, somebody, first)
        _wait_for_waiting(team_store, 2)
        between.rollback()
        holds_first.result(PATIENCE)
        somebody.rollback()
        counts = judged.result(PATIENCE).counts

    assert (counts["ads"], counts["failed"]) == (3, 0)
    with team_store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(assessments)) == 3
        assert count_unassessed(connection, Pending.NEW_TEXT, basis="") == 0
