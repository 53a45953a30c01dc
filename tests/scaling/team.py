"""A portal, workers and the night's process over one store, for tests of several machines."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import func, select

from crawler.evidence.sealing import seal_evidence
from crawler.evidence.verify import verify_evidence
from crawler.manifest import read_manifest
from crawler.night import Night
from crawler.shared.night import SharedCrawl
from crawler.store.engine import reading
from crawler.store.schema import ad_versions, ads, captures, runs, sightings
from tests.builders import StoreBuilder
from tests.spiders.loopback import Answer, Site, ad_page, links_to, serve, source
from tests.whole.running import ADWATCH, PATIENT, environment

PATIENCE = 600
ON_A_LISTING = 20


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

    def answer_all(self) -> float:
        """Answers what was held back, from now on, by the monotonic clock."""
        self.open.set()
        return time.monotonic()


class Team:
    """One night's process and workers, over one store, one evidence folder and one Redis."""

    def __init__(self, home: Path, *, database: str, redis_url: str) -> None:
        self.home = home
        self.more = {"ADWATCH_DATABASE_URL": database, "ADWATCH_REDIS_URL": redis_url, **PATIENT}
        self.store = StoreBuilder(home, database_url=database)

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


def holders(redis: Redis) -> set[str]:
    """Who holds a request just now."""
    return {holder for key in redis.scan_iter("adwatch:run:*:holder") for holder in redis.hvals(key)}


def let_leases_run_out(redis: Redis, holder: str) -> None:
    """As if the minute were over for which that process, which has died, holds its requests and its part in the run."""
    (held,) = redis.scan_iter("adwatch:run:*:holder")
    run = held.removesuffix("holder")
    for request in [request for request, who in redis.hgetall(held).items() if who == holder]:
        redis.zadd(f"{run}leased", {request: 0}, xx=True)
    redis.zrem(f"{run}spiders", holder)


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
