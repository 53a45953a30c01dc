"""The store: the same on both databases, and the same after doing things twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import StatementError

from crawler.addresses import url_key
from crawler.config import Settings
from crawler.errors import ConfigError, StoreError
from crawler.store.ads import FetchedUrl, SeenAd, save_pages, save_seen_ads
from crawler.store.engine import MIGRATIONS, open_store
from crawler.store.nights import begin_night, begin_run_by_hand, finish_night
from crawler.store.schema import ad_versions, ads, metadata, pages, sightings
from crawler.store.status import count_all
from tests.builders import NOW, StoreBuilder


def seen(store: StoreBuilder, number: int = 1, **changes: object) -> SeenAd:
    capture_id = store.capture(f"http://portal.example/{number}", body=b"page")
    ad = SeenAd(
        source="demo_portal",
        url=f"http://portal.example/{number}",
        content_hash="a" * 64,
        seen_at=NOW,
        capture_id=capture_id,
        listing_capture_id=None,
        text="Potrebni radnici",
        title="Radnici",
        organization=None,
        contact=None,
        published_on=None,
        posting={"jobTitle": "Radnici"},
    )
    return replace(ad, **changes)  # type: ignore[arg-type]


def rows(store: StoreBuilder, table: object) -> int:
    with store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def test_migrations_follow_one_another_by_their_names() -> None:
    """Opening compares with the last name: in another order every opening would migrate, or none."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    chain = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    assert chain[::-1] == sorted(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def test_migrations_give_the_schema_of_the_code(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_same_ad_in_the_same_night_is_one_sighting(store: StoreBuilder) -> None:
    ad, night = seen(store), store.night()
    with store.engine.begin() as connection:
        assert save_seen_ads(connection, [ad, ad], night_id=night) == 1
    with store.engine.begin() as connection:
        assert save_seen_ads(connection, [ad], night_id=night) == 0

    assert (rows(store, ads), rows(store, ad_versions), rows(store, sightings)) == (1, 1, 1)


def test_next_night_adds_a_sighting_and_no_ad(store: StoreBuilder) -> None:
    ad = seen(store)
    for night in (store.night(), store.night()):
        with store.engine.begin() as connection:
            save_seen_ads(connection, [ad], night_id=night)

    assert (rows(store, ads), rows(store, ad_versions), rows(store, sightings)) == (1, 1, 2)


def test_edited_ad_gets_a_version_and_points_to_it(store: StoreBuilder) -> None:
    first = seen(store)
    edited = replace(first, content_hash="b" * 64, text="Novo")
    for night, ad in ((store.night(), first), (store.night(), edited)):
        with store.engine.begin() as connection:
            save_seen_ads(connection, [ad], night_id=night)

    with store.connect() as connection:
        newest = select(ad_versions.c.text).join(ads, ads.c.version_id == ad_versions.c.id)
        assert connection.scalars(newest).all() == ["Novo"]
    assert rows(store, ad_versions) == 2


def test_two_spiders_that_save_the_same_ad_at_once_leave_one(store: StoreBuilder) -> None:
    night = store.night()
    found = [seen(store, number) for number in range(20)]

    def save(order: int) -> None:
        with store.engine.begin() as connection:
            save_seen_ads(connection, found[::order], night_id=night)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, (1, -1, 1, -1)))

    assert (rows(store, ads), rows(store, sightings)) == (20, 20)


def test_page_fetched_twice_is_one_page_with_its_newest_status(store: StoreBuilder) -> None:
    later = NOW + timedelta(days=1)
    with store.engine.begin() as connection:
        save_pages(connection, "demo", [FetchedUrl("http://portal.example/a?utm_source=x", 200, NOW)])
        save_pages(connection, "demo", [FetchedUrl("https://www.portal.example/a", 404, later)])

    with store.connect() as connection:
        row = connection.execute(select(pages.c.status, pages.c.first_fetched, pages.c.last_fetched)).one()
    assert tuple(row) == (404, NOW, later)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://portal.example/a?b=1&a=2", "https://portal.example/a?a=2&b=1#contact"),
        ("http://portal.example/a?fbclid=zz", "http://portal.example/a"),
        ("http://www.portal.example/a/", "http://PORTAL.example/a"),
    ],
)
def test_addresses_of_one_page_have_one_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://portal.example/oglas?id=1", "http://portal.example/oglas?id=2"),
        ("http://portal.example/zid#posting-0a1b", "http://portal.example/zid#posting-2c3d"),
    ],
)
def test_addresses_of_two_ads_have_two_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


def test_cut_off_night_is_resumed_and_a_finished_one_is_not(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        first = begin_night(connection, now=NOW, owner="host:1")
        resumed = begin_night(connection, now=NOW + timedelta(minutes=5), owner="host:2")
        finish_night(connection, first, now=NOW + timedelta(hours=1), summary={})
        next_one = begin_night(connection, now=NOW + timedelta(hours=2), owner="host:3")

    assert resumed == first
    assert next_one != first


def test_night_cut_off_long_ago_is_left_alone(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        first = begin_night(connection, now=NOW, owner="host:1")
        assert begin_night(connection, now=NOW + timedelta(days=1), owner="host:1") != first


def test_run_by_hand_is_never_resumed_as_a_night(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        by_hand = begin_run_by_hand(connection, now=NOW)
        assert begin_night(connection, now=NOW, owner="host:1") != by_hand


def test_new_store_counts_nothing(store: StoreBuilder) -> None:
    with store.connect() as connection:
        counts = count_all(connection)

    named = (
        "pages",
        "ads",
        "series",
        "sightings",
        "cases",
        "drafts",
        "captures",
        "images",
        "sources",
        "sources_flagged",
        "sources_failing",
    )
    assert counts == dict.fromkeys(named, 0)


def test_times_without_zone_are_refused(store: StoreBuilder) -> None:
    naive = datetime(2026, 11, 20)  # noqa: DTZ001 - the very thing to be refused
    with pytest.raises(StatementError, match="time without zone"), store.engine.begin() as connection:
        begin_run_by_hand(connection, now=naive)


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "sqlite:////no/such/folder/file.db"])
def test_bad_database_address_is_wrong_use(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError):
        open_store(Settings(tmp_path, url))


def test_address_with_a_password_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_store(Settings(tmp_path, "mysql://user:tajna@localhost/x"))
    assert "tajna" not in str(caught.value)


def test_file_that_is_no_database_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "adwatch.db").write_bytes(b"not a database at all, but long enough to be looked at" * 50)
    with pytest.raises(ConfigError, match="database"):
        open_store(Settings(tmp_path))


def test_database_of_a_newer_program_is_refused(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer"):
        open_store(store.settings)
