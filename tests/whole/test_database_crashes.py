"""PostgreSQL is killed in mid transaction: the night says so in a line, and the next one has all, each once."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from crawler.store.locks import Lock
from crawler.store.mentions import count_unlinked
from crawler.store.schema import contact_mentions, nights
from tests.postgres import crash, postgres_server, start_again
from tests.whole.test_crashes import ADS, Portal, first_batch_is_kept, spider_of

PATIENCE = 300
DATABASE_PATIENCE = 600
"""Longer than anything here takes: no wait of the program ends before the server is back."""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL of this test alone."""
    with postgres_server() as started:
        yield started


@contextmanager
def _holding(server: Any, lock: str) -> Iterator[Callable[[], None]]:
    """Holds the lock that this statement takes; yields what waits until somebody is stopped by it."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND (locktype = 'advisory' OR relation IS NOT NULL)"
    with closing(psycopg.connect(server.get_uri())) as holder:
        holder.execute(lock)  # type: ignore[arg-type]

        def wait() -> None:
            until = time.monotonic() + PATIENCE
            while not holder.execute(waiting).fetchone()[0]:  # type: ignore[index]
                assert time.monotonic() < until, "nobody came"
                time.sleep(0.05)

        yield wait


def test_server_killed_while_a_spider_keeps_its_ads(tmp_path: Path, server: Any) -> None:
    portal = Portal(tmp_path / "home", database_url=server.get_uri(), database_wait_seconds=DATABASE_PATIENCE)
    portal.open.clear()
    with portal.serving():
        with portal.night() as night:
            portal.wait_for(first_batch_is_kept)
            spider = spider_of(night)
            with _holding(server, f"SELECT pg_advisory_lock({Lock.CUSTODY:d})") as wait_until_it_is_met:
                portal.open.set()
                wait_until_it_is_met()
                crash(server)
            spider.wait(PATIENCE)
            start_again(server)
            assert _ended(night) == 0
            told = portal.told()
        assert told.count("end not noted yet source=demo_portal: ") == 1
        assert "Traceback" not in told
        assert portal.runs() == [("failed", {"crashed": 1})]

        assert portal.run_night().returncode == 0

    portal.must_be_whole(nights_seen=_by_night(portal, 100, ADS))


def test_server_killed_in_the_midst_of_a_step(tmp_path: Path, server: Any) -> None:
    portal = Portal(tmp_path / "home", database_url=server.get_uri(), database_wait_seconds=DATABASE_PATIENCE)
    assert portal.count(contact_mentions) == [0]
    with portal.serving():
        lock = "LOCK TABLE contact_mentions IN ACCESS EXCLUSIVE MODE"
        with _holding(server, lock) as wait_until_it_is_met, portal.night() as night:
            wait_until_it_is_met()
            crash(server)
            start_again(server)
            assert _ended(night) == 1
            told = portal.told()
        assert told.count("step failed step=file_contacts: ") == 1
        assert "Traceback" not in told
        with portal.reading() as connection:
            summary = connection.scalar(select(nights.c.summary))["steps"]
            assert [name for name, step in summary.items() if step["failure"]] == ["file_contacts"]
            assert "the database did not take it: " in summary["file_contacts"]["failure"]
            assert count_unlinked(connection) == ADS

        assert portal.run_night().returncode == 0

    portal.must_be_whole(nights_seen=_by_night(portal, ADS, ADS))
    with portal.reading() as connection:
        assert count_unlinked(connection) == 0


def _by_night(portal: Portal, *seen: int) -> Counter[int]:
    """By number, which are not one after another: those that a server had in hand are lost with it."""
    with portal.reading() as connection:
        numbers = connection.scalars(select(nights.c.id).order_by(nights.c.id)).all()
    return Counter(dict(zip(numbers, seen, strict=True)))


def _ended(night: subprocess.Popen[bytes]) -> int:
    return night.wait(PATIENCE)
