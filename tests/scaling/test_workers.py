"""Two workers on one site, with real Redis and PostgreSQL: nothing fetched twice, nothing lost, the site spared."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis import Redis
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from crawler.config import Settings
from crawler.shared.run import SharedRun, open_runs
from crawler.store.engine import reading
from crawler.store.health import health_by_source
from crawler.store.nights import finish_run
from crawler.store.schema import ads, captures, nights
from crawler.worker import Part, Worker
from tests.scaling.team import (
    PATIENCE,
    Portal,
    Team,
    end_well,
    holders,
    let_leases_run_out,
    portal_source,
    stop,
    wait_until,
)
from tests.whole.running import adwatch

DELAY = 0.6
"""Seconds."""


def test_two_workers_fetch_each_page_once_and_their_figures_add_up(team: Team, redis: Redis) -> None:
    portal = Portal(280)
    portal.held_back = {f"/oglas/{number}" for number in range(280)}
    with (
        portal_source(team, portal),
        team.started("worker", "--name", "jedan") as one,
        team.started("worker", "--name", "dva") as two,
        team.started("crawl", "rs_portal") as night,
    ):
        wait_until(lambda: len(holders(redis)) == 2)
        portal.answer_all()
        end_well(night)
        told = stop(one, two)
    assert all("rs_portal: joined" in said and "rs_portal: left" in said for said in told)
    asked = portal.asked()
    assert len(asked) == 280 + 14 + 1
    assert set(asked.values()) == {1}, "each page once, robots.txt too"
    team.must_hold(280)
    run = team.run()
    assert (run.outcome, run.problems, run.paged) == ("ok", {"robots": 1}, "end")
    assert (run.pages, run.ads, run.new_ads, run.listings, run.read) == (294, 280, 280, 14, 280)
    assert run.fields["jobTitle"] == 280
    assert run.bytes > 280 * 100
    assert run.memory > 1_000_000
    with reading(team.store.engine) as connection:
        assert health_by_source(connection)["rs_portal"].state == "ok"
        files = set(connection.scalars(select(captures.c.file)))
    assert len(files) == 2, "both took part, each with a file of its own"
    assert list(redis.scan_iter("adwatch:run:*")) == [], "nothing is left behind"


def test_worker_killed_in_mid_request_loses_nothing(team: Team, redis: Redis) -> None:
    portal = Portal(100, slow=0.02)
    portal.held_back = {f"/oglas/{number}" for number in range(30, 100, 2)}
    with (
        portal_source(team, portal),
        team.crawling() as end_of_night,
        team.started("worker", "--name", "jedan") as doomed,
    ):
        wait_until(lambda: len([path for path in portal.asked() if path in portal.held_back]) >= 5)
        wait_until(lambda: team.count(ads) >= 20)
        (holder,) = holders(redis)
        with team.started("worker", "--name", "dva") as other:
            spiders = psutil.Process(doomed.pid).children()
            doomed.kill()
            assert not psutil.wait_procs(spiders, timeout=PATIENCE)[1]
            let_leases_run_out(redis, holder)
            portal.answer_all()
            end_of_night()
            stop(other)
    asked = portal.asked()
    assert {path for path in asked if path.startswith("/oglas/")} == {f"/oglas/{number}" for number in range(100)}
    assert sum(asked.values()) - len(asked) <= 40, "only what was under way, or not stored yet, is asked for again"
    team.must_hold(100)
    run = team.run()
    assert (run.outcome, run.ads, run.read, run.listings) == ("ok", 100, 100, 5)


def test_delay_of_a_host_is_kept_by_all_workers_together(team: Team, redis: Redis) -> None:
    portal = Portal(20)
    portal.held_back = {f"/oglas/{number}" for number in range(20)}
    with (
        portal_source(team, portal, delay=DELAY),
        team.started("worker", "--name", "jedan") as one,
        team.started("worker", "--name", "dva") as two,
        team.crawling() as end_of_night,
    ):
        # One asks, and the other holds a request until its turn comes.
        wait_until(lambda: len(holders(redis)) == 2)
        opened = portal.answer_all()
        end_of_night()
        stop(one, two)
    team.must_hold(20)
    assert len(portal.log) == 20 + 1 + 1
    asked = sorted(at for at, _ in portal.log if at > opened)
    # Two of them, each at this pace by itself, would take half as long; a site that notes the first one late, less.
    assert asked[-1] - asked[0] >= 0.8 * DELAY * (len(asked) - 1)
    with reading(team.store.engine) as connection:
        assert len(set(connection.scalars(select(captures.c.file)))) == 2, "both took part"


def test_worker_that_is_asked_to_stop_finishes_and_returns_the_rest(team: Team, redis: Redis) -> None:
    portal = Portal(60)
    with (
        portal_source(team, portal, limits={"delay_seconds": 0.2, "max_minutes": 5, "max_pages": 1000}),
        team.crawling() as end_of_night,
        team.started("worker", "--name", "jedan") as first,
    ):
        wait_until(lambda: team.count(ads) >= 5)
        first.terminate()
        (told,) = end_well(first)
        assert told.splitlines()[-2:] == [
            f"worker jedan: night {team.run().night_id}, rs_portal: left",
            "worker jedan: ended",
        ]
        assert redis.zcard(f"adwatch:run:{team.run().night_id}:rs_portal:leased") == 0
        with team.started("worker") as second:
            end_of_night()
            stop(second)
    assert set(portal.asked().values()) == {1}
    team.must_hold(60)


def test_pages_are_capped_over_all_workers(team: Team) -> None:
    portal = Portal(200, slow=0.02)
    limits = {"delay_seconds": 0, "max_minutes": 5, "max_pages": 50}
    with (
        portal_source(team, portal, limits=limits),
        team.started("worker") as one,
        team.started("worker") as two,
        team.crawling() as end_of_night,
    ):
        end_of_night()
        stop(one, two)
    assert sum(portal.asked().values()) - portal.asked()["/robots.txt"] <= 50
    assert team.run().problems["over_limit"] == 1
    assert team.run().paged is None


def test_database_that_is_away_when_a_run_ends_is_waited_for(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def away_at_first(connection: Connection, **run: Any) -> None:
        tries.append(run["source"])
        if len(tries) < 3:
            raise OperationalError("UPDATE runs", {}, Exception("the database system is starting up"))
        finish_run(connection, **run)

    monkeypatch.setattr("crawler.shared.night.finish_run", away_at_first)
    with portal_source(team, Portal(5)), team.crawling() as end_of_night, team.started("worker") as one:
        end_of_night()
        stop(one)
    assert tries == ["rs_portal"] * 3
    team.must_hold(5)
    assert team.run().outcome == "ok"


def test_process_that_does_not_leave_a_run_that_is_over_is_ended(
    tmp_path: Path, redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADWATCH_REDIS_URL", redis_url)
    monkeypatch.setattr("crawler.worker.GRACE_SECONDS", 0)
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        worker.stopping |= not worker.parts

    worker = Worker(Settings(tmp_path), "jedan", tell)
    stuck = subprocess.Popen(["sleep", "3600"])
    worker.parts["1:rs_portal"] = Part(SharedRun(redis, 1, "rs_portal"), stuck)

    worker.work(once=False)

    assert stuck.returncode == -signal.SIGKILL
    assert told[1] == "worker jedan: night 1, rs_portal: ended with status -9"


def test_name_of_a_run_that_redis_forgot_is_forgotten_by_workers(tmp_path: Path, redis: Redis) -> None:
    forgotten, still_open = SharedRun(redis, 1, "rs_portal"), SharedRun(redis, 2, "rs_portal")
    for run in (forgotten, still_open):
        run.open(evidence="", requests={})
    still_open.close("for no process to join it")
    redis.delete("adwatch:run:1:rs_portal:state")

    worker = Worker(Settings(tmp_path), "jedan", print)
    worker._join(open_runs(redis))

    assert [run.name for run in open_runs(redis)] == ["2:rs_portal"]
    assert worker.parts == {}


def test_worker_refuses_sqlite_and_says_what_it_needs(tmp_path: Path, postgres_url: str) -> None:
    told = adwatch(tmp_path / "a", "worker", ADWATCH_REDIS_URL="redis://127.0.0.1:9/0")
    assert told.returncode == 2
    assert "one PostgreSQL: set ADWATCH_DATABASE_URL" in told.stderr
    told = adwatch(tmp_path / "a", "worker", ADWATCH_DATABASE_URL=postgres_url)
    assert (told.returncode, "ADWATCH_REDIS_URL is not set" in told.stderr) == (2, True)
    secret = "redis://:tajna-rec@127.0.0.1:9/0"
    told = adwatch(tmp_path / "a", "worker", ADWATCH_DATABASE_URL=postgres_url, ADWATCH_REDIS_URL=secret)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "does not answer" in told.stderr
    assert "tajna-rec" not in told.stderr


def test_nights_of_one_machine_need_no_redis(team: Team) -> None:
    """The other tests of the store cover them; here only that nothing of a queue is asked for."""
    portal = Portal(3)
    with portal_source(team, portal):
        ended = adwatch(team.home, "crawl", "rs_portal", ADWATCH_DATABASE_URL=team.more["ADWATCH_DATABASE_URL"])
    assert ended.returncode == 0, ended.stderr
    assert team.count(nights) == 1
    team.must_hold(3)
