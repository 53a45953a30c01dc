"""Two workers on one site, with real Redis and PostgreSQL: nothing fetched twice, nothing lost, the site spared."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis import Redis
from sqlalchemy import func, select

from crawler.evidence.sealing import seal_evidence
from crawler.evidence.verify import verify_evidence
from crawler.manifest import read_manifest
from crawler.night import Night
from crawler.shared.night import SharedCrawl
from crawler.store.engine import reading
from crawler.store.health import health_by_source
from crawler.store.schema import ad_versions, ads, captures, nights, runs, sightings
from tests.builders import StoreBuilder
from tests.spiders.loopback import Answer, Site, ad_page, links_to, serve, source
from tests.whole.running import ADWATCH, adwatch, environment

PATIENCE = 150
ON_A_LISTING = 20
LEASE_SECONDS = 4


class Portal:
    """A portal of many ads on listings that lead from one to the next, with the times at which it was asked."""

    def __init__(self, ads: int, *, slow: float = 0.0) -> None:
        self.ads = ads
        self.slow = slow
        self.lock = threading.Lock()
        self.log: list[tuple[float, str]] = []
        self.held_back: set[str] = set()
        self.open = threading.Event()

    def answer(self, path: str) -> Answer | None:
        """A listing, an ad, or what robots are told."""
        with self.lock:
            self.log.append((time.monotonic(), path))
        if path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /tajno/\n", headers={"Content-Type": "text/plain"})
        time.sleep(self.slow)
        if path in self.held_back:
            self.open.wait(PATIENCE)
        if path.startswith("/oglasi"):
            number = int(path.partition("=")[2] or 1)
            first = (number - 1) * ON_A_LISTING
            shown = range(first, min(first + ON_A_LISTING, self.ads))
            following = f'<a class="dalje" href="/oglasi?p={number + 1}">dalje</a>' if shown.stop < self.ads else ""
            return Answer(links_to(*(f"/oglas/{one}" for one in shown), "/tajno/1") + following)
        if path.startswith("/oglas/"):
            return ad_page(f"Zidar {path.rsplit('/', 1)[1]}", hiringOrganization={"name": "Primer"})
        return None

    def asked(self) -> Counter[str]:
        """How often each path was asked for."""
        return Counter(path for _, path in self.log)

    def gaps(self) -> list[float]:
        """Seconds between one request and the next."""
        times = sorted(at for at, _ in self.log)
        return [later - earlier for earlier, later in pairwise(times)]


class Team:
    """One night's process and workers, over one store, one evidence folder and one Redis."""

    def __init__(self, home: Path, *, database: str, redis_url: str) -> None:
        self.home = home
        self.more = {"ADWATCH_DATABASE_URL": database, "ADWATCH_REDIS_URL": redis_url}
        self.store = StoreBuilder(home, database_url=database)
        settings = (home / "adwatch.yml").read_text(encoding="utf-8") if (home / "adwatch.yml").exists() else ""
        (home / "adwatch.yml").write_text(f"{settings}\nlease_seconds: {LEASE_SECONDS}\n", encoding="utf-8")

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A running `adwatch`."""
        process = subprocess.Popen(
            [ADWATCH, *arguments],
            env=environment(self.home, **self.more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    @contextmanager
    def crawling(self) -> Iterator[Callable[[], None]]:
        """The crawl of a night, in a thread of its own. Yields what waits for its end, and closes its evidence."""
        now = datetime.now(UTC)
        night = Night(self.store.night(at=now), self.store.settings, self.store.engine, now)
        manifest = read_manifest(self.home / "sources" / "rs_portal" / "source.yml")
        crawl = SharedCrawl(night, Redis.from_url(self.more["ADWATCH_REDIS_URL"], decode_responses=True))
        with ThreadPoolExecutor(1) as threads:
            report = threads.submit(crawl.run, [manifest])

            def end() -> None:
                assert report.result(PATIENCE).counts == {"sources": 1, "crashed": 0}
                seal_evidence(night)

            yield end

    def count(self, table: Any) -> int:
        """How many rows it has."""
        with reading(self.store.engine) as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def run(self) -> Any:
        """The one run."""
        with reading(self.store.engine) as connection:
            return connection.execute(select(runs).order_by(runs.c.id)).one()

    def must_hold(self, wanted: int) -> None:
        """Every ad once, with one version and one sighting; each kept once; evidence verifies."""
        with reading(self.store.engine) as connection:
            addresses = connection.scalars(select(ads.c.url)).all()
            assert len(addresses) == len(set(addresses)) == wanted
            assert connection.scalar(select(func.count()).select_from(ad_versions)) == wanted
            assert connection.scalar(select(func.count()).select_from(sightings)) == wanted
            kept = connection.scalars(select(captures.c.url).where(captures.c.record_type == "response")).all()
            assert len([url for url in kept if "/oglas/" in url]) == wanted
            found = verify_evidence(connection, self.store.settings.evidence_folder)
        assert found.is_sound, found.failures
        assert found.sealed_files >= 1


@pytest.fixture
def team(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Team]:
    """No source yet."""
    team = Team(tmp_path / "home", database=postgres_url, redis_url=redis_url)
    yield team
    team.store.engine.dispose()


@contextmanager
def portal_source(team: Team, portal: Portal, *, delay: float = 0, **more: Any) -> Iterator[Site]:
    """Serves the portal, and names it as a source."""
    with serve(portal.answer) as site:
        manifest = {
            "kind": "structured",
            "start_urls": [f"{site.url}/oglasi"],
            "listing": {"links": "a.oglas"},
            "paging": {"next": "a.dalje"},
            "expected": {"min": 1, "max": 1000},
            "limits": {"delay_seconds": delay, "max_minutes": 5, "max_pages": 1000},
        }
        source(team.home, "rs_portal", {**manifest, **more})
        yield site
        portal.open.set()


def wait_until(what: Callable[[], bool]) -> None:
    """Until that is so."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "it never came to this"
        time.sleep(0.1)


def stop(*workers: subprocess.Popen[bytes]) -> list[str]:
    """Asks them to end; each must end well. Returns what they told."""
    for worker in workers:
        worker.terminate()
    return end_well(*workers)


def end_well(*processes: subprocess.Popen[bytes]) -> list[str]:
    """Waits for them; each must end well. Returns what they told."""
    told = []
    for process in processes:
        said = process.communicate(timeout=PATIENCE)[1].decode()
        assert process.returncode == 0, said
        told.append(said)
    return told


def test_two_workers_fetch_each_page_once_and_their_figures_add_up(team: Team, redis: Redis) -> None:
    portal = Portal(280, slow=0.05)
    with (
        portal_source(team, portal),
        team.started("worker", "--name", "jedan") as one,
        team.started("worker", "--name", "dva") as two,
        team.started("crawl", "rs_portal") as night,
    ):
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


def test_worker_killed_in_mid_request_loses_nothing(team: Team) -> None:
    portal = Portal(100, slow=0.02)
    portal.held_back = {f"/oglas/{number}" for number in range(30, 100, 2)}
    with (
        portal_source(team, portal),
        team.crawling() as end_of_night,
        team.started("worker", "--name", "jedan") as doomed,
    ):
        wait_until(lambda: len([path for path in portal.asked() if path in portal.held_back]) >= 5)
        wait_until(lambda: team.count(ads) >= 20)
        with team.started("worker", "--name", "dva") as other:
            spiders = psutil.Process(doomed.pid).children()
            doomed.kill()
            psutil.wait_procs(spiders, timeout=20)
            portal.open.set()
            end_of_night()
            stop(other)
    asked = portal.asked()
    assert {path for path in asked if path.startswith("/oglas/")} == {f"/oglas/{number}" for number in range(100)}
    assert sum(asked.values()) - len(asked) <= 40, "only what was under way, or not stored yet, is asked for again"
    team.must_hold(100)
    run = team.run()
    assert (run.outcome, run.ads, run.read, run.listings) == ("ok", 100, 100, 5)


def test_delay_of_a_host_is_kept_by_all_workers_together(team: Team) -> None:
    portal = Portal(20)
    with (
        portal_source(team, portal, delay=0.6),
        team.started("worker", "--name", "jedan") as one,
        team.started("worker", "--name", "dva") as two,
        team.crawling() as end_of_night,
    ):
        end_of_night()
        stop(one, two)
    team.must_hold(20)
    # The site notes the time a little late where the machine is busy, at times by a quarter of a second.
    assert min(portal.gaps()) >= 0.35
    assert len(portal.log) == 20 + 1 + 1
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
