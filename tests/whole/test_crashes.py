"""Killed in mid-crawl, the disk full, the database locked: nothing is lost or doubled after the next run."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Connection, func, select

from crawler.evidence.verify import verify_evidence
from crawler.store.engine import reading
from crawler.store.schema import ad_versions, ads, captures, nights, runs, sightings
from tests.builders import StoreBuilder
from tests.spiders.loopback import Answer, ad_page, links_to, serve, source
from tests.whole.running import ADWATCH, PATIENT, adwatch, allow_files_of, environment

ADS = 130
HELD_BACK = 115
"""Ads answered before the site falls silent: the first transaction is done (100 ads), and the second is not."""
PATIENCE = 600
MANIFEST: dict[str, Any] = {
    "kind": "structured",
    "listing": {"links": "a.oglas"},
    "expected": {"min": 1, "max": 500},
    "limits": {"delay_seconds": 0, "max_minutes": 5, "max_pages": 500},
}


class Portal:
    """A portal of many ads that can fall silent, and the data folder that collects it."""

    def __init__(self, home: Path, *, page_bytes: int = 0, database_url: str | None = None, **settings: Any) -> None:
        self.open = threading.Event()
        self.open.set()
        self.page_bytes = page_bytes
        self.home = home
        self.database_url = database_url
        home.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{name}: {value}\n" for name, value in settings.items())
        (home / "adwatch.yml").write_text(lines, encoding="utf-8")

    def answer(self, path: str) -> Answer | None:
        """The listing, or an ad with as many bytes that no compression makes fewer."""
        if path == "/":
            return Answer(links_to(*(f"/oglas/{number}" for number in range(ADS))))
        if not path.startswith("/oglas/"):
            return None
        number = int(path.rsplit("/", 1)[1])
        if number >= HELD_BACK:
            self.open.wait(PATIENCE)
        noise = random.Random(number).randbytes(self.page_bytes // 2).hex()  # noqa: S311 - noise, not secrecy
        page = ad_page(f"Zidar {number}", hiringOrganization={"name": f"Primer {number}"})
        return Answer(f"{page.body!s}<!-- {noise} -->")

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Serves the portal and names it as a source."""
        with serve(self.answer) as site:
            source(self.home, "demo_portal", {**MANIFEST, "start_urls": [f"{site.url}/"]})
            yield
            self.open.set()

    @contextmanager
    def night(self, *, before: Callable[[], None] | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """A running `adwatch nightly`."""
        # Nobody reads its words before its end, and a pipe would fill; the file stands on no small disk.
        with tempfile.TemporaryFile() as self.said:
            started = subprocess.Popen(
                [ADWATCH, "nightly"],
                env=environment(self.home, **self._more()),
                preexec_fn=before,  # noqa: PLW1509
                stdout=subprocess.DEVNULL,
                stderr=self.said,
            )
            try:
                yield started
            finally:
                if started.poll() is None:
                    started.kill()
                started.wait()

    def run_night(self) -> subprocess.CompletedProcess[str]:
        """A whole night, with the site open."""
        self.open.set()
        return adwatch(self.home, "nightly", **self._more())

    def told(self) -> str:
        """What the last night said on standard error; it must have ended."""
        self.said.seek(0)
        return self.said.read().decode()

    def _more(self) -> dict[str, str]:
        return {"ADWATCH_DATABASE_URL": self.database_url} if self.database_url else {}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The store as it is."""
        store = StoreBuilder(self.home, database_url=self.database_url, configured=False)
        with reading(store.engine) as connection:
            yield connection
        store.engine.dispose()

    def wait_for(self, enough: Callable[[Portal], bool]) -> None:
        """Until that is so."""
        until = time.monotonic() + PATIENCE
        while not (self.database_url or (self.home / "adwatch.db").exists()) or not enough(self):
            assert time.monotonic() < until, "it never came to this"
            time.sleep(0.1)

    def count(self, *tables: Any) -> list[int]:
        """How many rows each table has."""
        with self.reading() as connection:
            return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    def runs(self) -> list[tuple[str | None, dict[str, int]]]:
        """Outcome and problems of every run, the oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(runs.c.outcome, runs.c.problems).order_by(runs.c.id)).all()
        return [(row.outcome, row.problems) for row in rows]

    def must_be_whole(self, *, nights_seen: Counter[int]) -> None:
        """Every ad once, with one version and one sighting in each of these nights; each page once; all verifies."""
        with self.reading() as connection:
            addresses = connection.scalars(select(ads.c.url)).all()
            assert len(addresses) == len(set(addresses)) == ADS
            assert connection.scalar(select(func.count()).select_from(ad_versions)) == ADS
            seen = connection.execute(select(sightings.c.night_id, func.count()).group_by(sightings.c.night_id))
            assert {row[0]: row[1] for row in seen} == nights_seen
            kept = connection.execute(
                select(captures.c.url, captures.c.digest).where(captures.c.record_type == "response")
            ).all()
            assert len(kept) == len(set(kept))
            # The listing is kept too where it is what saw an ad again.
            assert len([url for url, _ in kept if "/oglas/" in url]) == ADS
            found = verify_evidence(connection, self.home / "evidence")
        assert found.is_sound, found.failures


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PATIENT.items():
        monkeypatch.setenv(name, value)


def first_batch_is_kept(portal: Portal) -> bool:
    """A transaction of the spider is done."""
    return portal.count(sightings)[0] >= 100


def spider_of(night: subprocess.Popen[bytes]) -> psutil.Process:
    """The spider's process."""
    (spider,) = psutil.Process(night.pid).children()
    return spider


def test_spider_killed_in_mid_crawl_is_made_up_for_by_the_next_night(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "home")
    portal.open.clear()
    with portal.serving():
        with portal.night() as night:
            portal.wait_for(first_batch_is_kept)
            spider_of(night).kill()
            assert night.wait(PATIENCE) == 0
        assert portal.runs() == [("failed", {"crashed": 1})]

        assert portal.run_night().returncode == 0

    portal.must_be_whole(nights_seen=Counter({1: 100, 2: ADS}))


def test_night_killed_in_mid_crawl_is_resumed_and_leaves_no_spider_behind(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "home")
    portal.open.clear()
    with portal.serving():
        with portal.night() as night:
            portal.wait_for(first_batch_is_kept)
            spider = spider_of(night)
            night.kill()
            spider.wait(PATIENCE)
        assert portal.runs() == [(None, {})]

        assert portal.run_night().returncode == 0

    portal.must_be_whole(nights_seen=Counter({1: ADS}))
    assert [outcome for outcome, _ in portal.runs()] == ["ok"]


def test_file_that_may_not_grow_keeps_nothing_by_half(tmp_path: Path) -> None:
    """As on a full disk, for the WARC file alone: the database has room, and can tell of it."""
    portal = Portal(tmp_path / "home", page_bytes=200_000)
    with portal.serving():
        with portal.night(before=allow_files_of(8_000_000)) as night:
            assert night.wait(PATIENCE) == 0
        ((outcome, problems),) = portal.runs()
        assert outcome == "failed"
        assert problems["store_failed"] >= 1
        assert portal.count(captures) == portal.count(ads) == [0]
        assert [path for path in (portal.home / "evidence" / "warc").iterdir() if path.stat().st_size] == []

        assert portal.run_night().returncode == 0

    portal.must_be_whole(nights_seen=Counter({2: ADS}))


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Callable[[], None] | None]:
    """A file system of that size; where mounting is not allowed, what holds a program to files of half of it."""
    folder.mkdir(parents=True)
    size = f"size={megabytes}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=False).returncode == 0
    try:
        yield None if mounted else allow_files_of(megabytes * 500_000)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def make_larger(folder: Path) -> None:
    """Room for all, where the folder is a small disk."""
    if folder.is_mount():
        subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)


def test_full_disk_under_evidence_and_database_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, megabytes=11) as limit:
        portal = Portal(disk / "home", page_bytes=150_000)
        with portal.serving():
            with portal.night(before=limit) as night:
                night.wait(PATIENCE)
            assert portal.count(captures) == portal.count(ads)
            (kept,) = portal.count(sightings)
            assert kept < ADS

            make_larger(disk)
            assert portal.run_night().returncode == 0

        # A night that could not be closed either is resumed; else the next one brings what is missing.
        portal.must_be_whole(nights_seen=Counter({1: kept}) | Counter({portal.count(nights)[0]: ADS}))


def test_database_locked_for_too_long_ends_the_run_clearly_and_the_next_one_has_all(tmp_path: Path) -> None:
    portal = Portal(tmp_path / "home", database_wait_seconds=1)
    portal.open.clear()
    with portal.serving():
        with portal.night() as night:
            portal.wait_for(first_batch_is_kept)
            spider = spider_of(night)
            other = sqlite3.connect(portal.home / "adwatch.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            portal.open.set()
            spider.wait(PATIENCE)
            assert night.wait(PATIENCE) == 1
            told = portal.told()
            other.execute("ROLLBACK")
            other.close()
        assert told.splitlines()[-1] == "adwatch: the database did not take it: database is locked"
        assert "batch not kept" in (portal.home / "logs" / "000001-demo_portal.log").read_text()

        assert portal.run_night().returncode == 0

    portal.must_be_whole(nights_seen=Counter({1: ADS}))
