"""Nights after the first: what is asked for again on a web site on loopback, and what is known afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import OperationalError

from crawler import crawling
from crawler.crawling import order_for, run_spiders
from crawler.evidence.verify import verify_evidence
from crawler.manifest import read_manifest
from crawler.night import Night
from crawler.store.engine import reading
from crawler.store.schema import ad_versions, ad_visits, ads, captures, misses, runs, sightings
from tests.builders import StoreBuilder
from tests.noon import at_noon
from tests.spiders.loopback import Answer, Site, ad_page, links_to, serve, source

SOURCE = "rs_portal"
ON_A_PAGE = 3


@dataclass(slots=True)
class Portal:
    """A portal that lists its newest ads first, and the nights that collect it."""

    store: StoreBuilder
    numbers: list[int]
    """Of its ads, the newest first."""
    titles: dict[int, str] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    """Ads whose page answers 404."""
    unchanged: bool = False
    """Pages answer 304 to conditional requests."""
    site: Site = field(init=False)

    def answer(self, path: str) -> Answer | None:
        """A page of the listing, or an ad."""
        if path.startswith("/oglasi"):
            number = int(path.partition("p=")[2] or 1)
            shown = self.numbers[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
            following = f'<a class="dalje" href="/oglasi?p={number + 1}">dalje</a>'
            return Answer(links_to(*(f"/oglas/{one}" for one in shown)) + (following if shown else ""))
        one = int(path.rpartition("/")[2]) if path.startswith("/oglas/") else None
        if one is None or one in self.removed:
            return None
        if self.unchanged and self.site.headers[-1].get("if-none-match") == f'"{one}"':
            return Answer(status=304)
        page = ad_page(self.titles.get(one, f"Oglas {one}"))
        return Answer(page.body, headers={**page.headers, "ETag": f'"{one}"'})

    def night(self) -> list[str]:
        """Runs one night, and tells the paths that were asked for."""
        asked = len(self.site.asked)
        night = Night(self.store.night(at=datetime.now(UTC)), self.store.settings, self.store.engine, datetime.now(UTC))
        manifest = read_manifest(self.store.settings.home / "sources" / SOURCE / "source.yml")
        assert run_spiders(night, [order_for(manifest)]).counts["crashed"] == 0
        return sorted(self.site.asked[asked:])

    def let_days_pass(self, days: int) -> None:
        """Makes all that is stored so much older."""
        aged = timedelta(days=days)
        columns = (
            (ads, ("first_seen", "last_seen")),
            (ad_versions, ("first_seen",)),
            (ad_visits, ("visited_at", "due")),
            (sightings, ("seen_at",)),
            (misses, ("at",)),
        )
        with self.store.engine.begin() as connection:
            for table, names in columns:
                key = table.primary_key.columns[0]
                for row in connection.execute(select(table)).all():
                    older = {name: getattr(row, name) - aged for name in names if getattr(row, name)}
                    connection.execute(update(table).where(key == row[0]).values(older))

    def newest(self, *columns: Any) -> Any:
        """These columns of the newest run."""
        with self.store.connect() as connection:
            return connection.execute(select(*columns).order_by(runs.c.id.desc()).limit(1)).one()

    def seen(self) -> dict[str, list[str]]:
        """By path of an ad: how it was seen, night by night."""
        found: dict[str, list[str]] = {}
        statement = (
            select(ads.c.url, sightings.c.how)
            .join(ads, ads.c.id == sightings.c.ad_id)
            .order_by(sightings.c.night_id, ads.c.id)
        )
        with self.store.connect() as connection:
            for url, how in connection.execute(statement):
                found.setdefault(url.removeprefix(self.site.url), []).append(how)
        return found


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """Known ads are due for a visit on a day, and one night of a test follows the other at once."""
    with at_noon():
        yield


@pytest.fixture
def portal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Portal]:
    """Twelve ads on four pages."""
    with _opened(StoreBuilder(tmp_path / "data"), **getattr(request, "param", {})) as portal:
        yield portal


@pytest.fixture
def portal_anywhere(store: StoreBuilder) -> Iterator[Portal]:
    """The same, collected on either database."""
    with _opened(store) as portal:
        yield portal


@contextmanager
def _opened(store: StoreBuilder, **limits: int) -> Iterator[Portal]:
    portal = Portal(store, numbers=list(range(12, 0, -1)))
    with serve(portal.answer) as site:
        portal.site = site
        manifest = {
            "kind": "structured",
            "start_urls": [f"{site.url}/oglasi"],
            "listing": {"links": "a.oglas"},
            "paging": {"next": "a.dalje"},
            "limits": {"delay_seconds": 0, "max_minutes": 10, "max_pages": 60, "stop_at_known": 1, **limits},
        }
        source(store.settings.home, SOURCE, manifest)
        yield portal


def test_the_second_night_reads_only_what_is_new_and_stops_at_known_ads(portal_anywhere: Portal) -> None:
    portal = portal_anywhere
    first = portal.night()
    portal.numbers.insert(0, 13)
    second = portal.night()
    assert len([path for path in first if path.startswith("/oglas/")]) == 12
    assert portal.newest(runs.c.paged, runs.c.ads, runs.c.new_ads, runs.c.listings, runs.c.read) == (
        "known",
        6,
        1,
        2,
        1,
    )
    # The first page holds the new one, the second known ones only.
    assert second == ["/oglas/13", "/oglasi", "/oglasi?p=2"]
    assert portal.seen()["/oglas/12"] == ["page", "listing"]
    assert portal.seen()["/oglas/1"] == ["page"]
    with portal.store.connect() as connection:
        assert verify_evidence(connection, portal.store.settings.evidence_folder).is_sound


def test_a_night_that_stopped_at_known_ads_says_nothing_of_those_behind(portal: Portal) -> None:
    portal.night()
    assert portal.newest(runs.c.reached)[0] is not None
    portal.night()
    assert portal.newest(runs.c.paged, runs.c.reached) == ("known", None)


@pytest.mark.parametrize("portal", [{"stop_at_known": 0}], indirect=True)
def test_a_source_may_be_read_to_its_end_every_night(portal: Portal) -> None:
    portal.night()
    assert portal.night() == ["/oglasi", *(f"/oglasi?p={number}" for number in range(2, 6))]
    assert portal.newest(runs.c.paged, runs.c.ads, runs.c.read) == ("end", 12, 0)


def test_an_ad_that_is_listed_and_due_for_a_visit_counts_as_listed(portal_anywhere: Portal) -> None:
    portal = portal_anywhere
    portal.night()
    portal.let_days_pass(1)
    portal.night()
    # Paging stops after the first page, which shows three; the others are only visited.
    assert portal.newest(runs.c.revisited, runs.c.read, runs.c.ads, runs.c.health) == (12, 12, 3, "ok")
    assert Counter(way for _, way in portal.seen().values()) == {"page": 3, "revisit": 9}


def test_a_database_that_is_away_when_a_spider_ends_is_asked_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = iter([False, True, True])

    def reading_later(engine: Engine) -> Connection:
        if next(away, False):
            raise OperationalError("connecting", None, Exception("the database system is starting up"))
        return reading(engine)

    monkeypatch.setattr(crawling, "reading", reading_later)
    portal.night()
    assert next(away, None) is None
    assert portal.newest(runs.c.outcome, runs.c.ads) == ("ok", 12)


@pytest.mark.parametrize("portal", [{"max_pages": 6}], indirect=True)
def test_paging_does_not_stop_before_all_pages_were_read_once(portal: Portal) -> None:
    for _ in range(2):
        portal.night()
        assert portal.newest(runs.c.paged)[0] is None
    while portal.newest(runs.c.paged)[0] is None:
        portal.night()
    assert len(portal.seen()) == 12


def test_due_ads_are_visited_and_edits_and_the_unchanged_are_told_apart(portal_anywhere: Portal) -> None:
    portal = portal_anywhere
    portal.night()
    portal.let_days_pass(1)
    portal.titles[12], portal.unchanged = "Izmenjen oglas", True
    visited = [path for path in portal.night() if path.startswith("/oglas/")]
    assert len(visited) == 12
    assert portal.newest(runs.c.revisited, runs.c.ads) == (12, 3)
    assert portal.seen()["/oglas/1"] == ["page", "revisit"]
    with portal.store.connect() as connection:
        assert verify_evidence(connection, portal.store.settings.evidence_folder).is_sound
        kinds = set(connection.scalars(select(captures.c.record_type).where(captures.c.status == 304)))
    assert kinds == {"revisit"}
    portal.unchanged = False
    portal.let_days_pass(1)
    portal.night()
    with portal.store.connect() as connection:
        edited = connection.execute(
            select(ads.c.url)
            .join(ad_versions, ad_versions.c.ad_id == ads.c.id)
            .where(ad_versions.c.title == "Izmenjen oglas")
        ).scalars()
        assert [url.removeprefix(portal.site.url) for url in edited] == ["/oglas/12"]
    # The next visit is due after four days.
    portal.let_days_pass(1)
    assert not [path for path in portal.night() if path.startswith("/oglas/") and path != "/oglas/12"]


def test_an_ad_whose_page_is_gone_is_asked_for_once_more_and_then_left(portal: Portal) -> None:
    portal.night()
    portal.removed, portal.numbers = {2}, [number for number in portal.numbers if number != 2]
    for _ in range(2):
        portal.let_days_pass(1)
        assert "/oglas/2" in portal.night()
    portal.let_days_pass(1)
    assert "/oglas/2" not in portal.night()
    with portal.store.connect() as connection:
        assert connection.scalars(select(misses.c.status)).all() == [404, 404]
    assert portal.newest(runs.c.outcome)[0] == "ok"


def test_an_ad_that_is_listed_again_after_it_was_gone_is_read_again(portal: Portal) -> None:
    portal.night()
    portal.removed = {12}
    portal.let_days_pass(1)
    portal.night()
    portal.removed = set()
    assert "/oglas/12" in portal.night()
    assert portal.seen()["/oglas/12"][-1] == "page"
