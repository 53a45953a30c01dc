"""Nights after the first, crawled by two workers: the same is asked for again as by one machine, each page once."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from crawler.evidence.verify import verify_evidence
from crawler.health import Problem, problem_stat
from crawler.manifest import read_manifest
from crawler.night import Night
from crawler.shared.night import NO_WORKER, SharedCrawl
from crawler.shared.run import MOST_TRIES, Clock, SharedRun
from crawler.store.schema import captures, runs
from tests.builders import StoreBuilder
from tests.incremental.test_nights import SOURCE, Portal
from tests.noon import at_noon
from tests.scaling.team import PATIENCE
from tests.spiders.loopback import serve, source
from tests.whole.running import ADWATCH, environment

HOUR = 3600.0


class SharedPortal(Portal):
    """The portal of the tests of one machine, collected by workers."""

    redis: Redis
    patience: float = PATIENCE

    def night(self) -> list[str]:
        """Runs one night, and tells the paths that were asked for."""
        asked = len(self.site.asked)
        now = datetime.now(UTC)
        night = Night(self.store.night(at=now), self.store.settings, self.store.engine, now)
        manifest = read_manifest(self.store.settings.home / "sources" / SOURCE / "source.yml")
        SharedCrawl(night, self.redis, patience=self.patience).run([manifest])
        return sorted(self.site.asked[asked:])


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """Known ads are due for a visit on a day, and one night of a test follows the other at once."""
    with at_noon():
        yield


@pytest.fixture
def portal(tmp_path: Path, postgres_url: str, redis: Redis) -> Iterator[SharedPortal]:
    """Twelve ads on four pages."""
    store = StoreBuilder(tmp_path / "home", database_url=postgres_url)
    portal = SharedPortal(store, numbers=list(range(12, 0, -1)))
    portal.redis = redis
    with serve(portal.answer) as site:
        portal.site = site
        source(
            store.settings.home,
            SOURCE,
            {
                "kind": "structured",
                "start_urls": [f"{site.url}/oglasi"],
                "listing": {"links": "a.oglas"},
                "paging": {"next": "a.dalje"},
                "limits": {"delay_seconds": 0, "max_minutes": 10, "max_pages": 60, "stop_at_known": 1},
            },
        )
        yield portal
    store.engine.dispose()


@pytest.fixture
def workers(portal: SharedPortal, postgres_url: str, redis_url: str) -> Iterator[None]:
    """Two of them."""
    given = environment(portal.store.settings.home, ADWATCH_DATABASE_URL=postgres_url, ADWATCH_REDIS_URL=redis_url)
    with ExitStack() as stack:
        for name in ("jedan", "dva"):
            worker = subprocess.Popen([ADWATCH, "worker", "--name", name], env=given, stderr=subprocess.DEVNULL)
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
        yield


@pytest.mark.usefixtures("workers")
def test_workers_stop_at_known_ads_and_visit_those_that_are_due_once(portal: SharedPortal) -> None:
    assert len([path for path in portal.night() if path.startswith("/oglas/")]) == 12
    portal.let_days_pass(1)
    portal.titles[12], portal.unchanged = "Izmenjen oglas", True
    second = portal.night()
    assert [path for path in second if path.startswith("/oglasi")] == ["/oglasi"], "it stopped at known ads"
    visited = [path for path in second if path.startswith("/oglas/")]
    assert len(visited) == len(set(visited)) == 12
    assert portal.newest(runs.c.revisited, runs.c.ads, runs.c.paged, runs.c.outcome) == (12, 3, "known", "ok")
    assert portal.seen()["/oglas/1"] == ["page", "revisit"]
    with portal.store.connect() as connection:
        assert verify_evidence(connection, portal.store.settings.evidence_folder).is_sound
        kinds = set(connection.scalars(select(captures.c.record_type).where(captures.c.status == 304)))
    assert kinds == {"revisit"}


def test_night_without_any_worker_ends_as_failed(portal: SharedPortal) -> None:
    portal.patience = 1.0
    assert portal.night() == []
    outcome, problems = portal.newest(runs.c.outcome, runs.c.problems)
    assert (outcome, problems["crashed"]) == ("failed", 1)


def test_request_returns_after_its_lease_and_is_given_up_after_three_workers(redis: Redis) -> None:
    run = SharedRun(redis, 1, "rs_portal")
    run.open(evidence="", requests={"a": ("{}", 0), "b": ("{}", 0)})
    assert run.push("a", "{}", priority=5) is False
    for _ in range(MOST_TRIES):
        taken = run.pop("radnik", lease_seconds=0)
        assert taken == ("a", "{}")
    assert run.pop("radnik", lease_seconds=60) == ("b", "{}")
    assert run.stats() == {problem_stat(Problem.CRASHED): 1}
    assert run.pop("radnik", lease_seconds=60) is None
    run.give_back("drugi", ["b"])
    assert run.standing().leased == 1, "only who holds it may return it"
    run.acknowledge("radnik", ["b"], {"adwatch/listings": 2})
    assert (run.standing().is_drained, run.stat("adwatch/listings")) == (True, 2)
    assert run.push("b", "{}", priority=0) is False, "what is done is not done again"


def test_turn_at_a_host_is_one_worker_s_until_its_answer_is_there_and_the_delay_over(redis: Redis) -> None:
    host, other = Clock(redis, "portal.example:80"), Clock(redis, "drugi.example:80")
    assert host.take("jedan", delay=HOUR, at_most=HOUR) == 0
    for holder in ("dva", "jedan"):
        assert 0 < host.take("dva", delay=HOUR, at_most=HOUR) < 1, "it may be over at any moment"
        host.give(holder)
    assert HOUR / 2 < host.take("dva", delay=HOUR, at_most=HOUR) <= HOUR
    assert other.take("dva", delay=HOUR, at_most=HOUR) == 0


def test_second_attempt_owns_what_the_first_one_met(redis: Redis) -> None:
    run = SharedRun(redis, 1, "rs_portal")
    assert run.meet("oglas", "spisak 1")
    assert run.meet("oglas", "spisak 1")
    assert not run.meet("oglas", "spisak 2")


def test_what_was_taken_before_redis_lost_all_is_not_done_in_the_run_opened_again(redis: Redis) -> None:
    worker, night = SharedRun(redis, 1, "rs_portal"), SharedRun(redis, 1, "rs_portal")
    night.open(evidence="", requests={"a": ("{}", 0)})
    assert worker.join("radnik", lease_seconds=60) is not None
    assert worker.pop("radnik", lease_seconds=60) == ("a", "{}")
    redis.flushall()
    assert night.open(evidence="", requests={"a": ("{}", 0)})
    worker.acknowledge("radnik", ["a"], {"adwatch/listings": 1})
    assert (night.standing().waiting, night.stat("adwatch/listings")) == (1, 0)
    assert worker.join("radnik", lease_seconds=60) is None


def test_run_that_was_closed_gives_out_nothing(redis: Redis) -> None:
    run = SharedRun(redis, 1, "rs_portal")
    run.open(evidence="", requests={"a": ("{}", 0)})
    run.close(NO_WORKER)
    assert run.pop("radnik", lease_seconds=60) is None
    run.delete()
    assert run.join("radnik", lease_seconds=60) is None
