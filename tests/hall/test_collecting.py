"""The item pipeline: capture first, then the ad; the same page twice is one capture and a revisit."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import DropItem
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from zyte_common_items import BaseSalary, HiringOrganization, JobLocation

from crawler import collecting
from crawler.batch import BATCH_BYTES, Batch
from crawler.collecting import StorePipeline
from crawler.config import Settings
from crawler.evidence.verify import verify_evidence
from crawler.health import Problem, problem_stat
from crawler.items import AdPosting, FetchedPage, Way
from crawler.personal_numbers import find_jmbg, storable
from crawler.shown import content_hash, shown_fields
from crawler.store.ads import save_seen_ads
from crawler.store.schema import ad_versions, ad_visits, captures, runs, sightings
from crawler.store.status import count_all
from tests.builders import StoreBuilder

PAGE = FetchedPage("http://portal.example/oglas/1", datetime(2026, 11, 20, 1, tzinfo=UTC), 200, (), b"<html>1</html>")


def posting(**fields: Any) -> AdPosting:
    given = {
        "url": PAGE.url,
        "source": "demo_portal",
        "page": PAGE,
        "jobTitle": "Radnici",
        "description": "Potrebni radnici.\nPlata 2.000 evra.",
        **fields,
    }
    return AdPosting(**given)


def crawl(
    store: StoreBuilder, items: list[AdPosting], *, problems: dict[Problem, int] | None = None, manifest: Any = None
) -> None:
    """One spider run that brings these items, in a night of its own."""
    asyncio.run(_run(spider_run(store, problems=problems, manifest=manifest), items))


async def _run(pipeline: StorePipeline, items: list[AdPosting]) -> None:
    for item in items:
        await pipeline.process_item(item)
    await pipeline.close_spider()


def spider_run(
    store: StoreBuilder,
    *,
    problems: dict[Problem, int] | None = None,
    manifest: Any = None,
    settings: Settings | None = None,
) -> StorePipeline:
    """The pipeline of a spider that has just been opened."""
    counted = Counter({problem_stat(problem): count for problem, count in (problems or {}).items()})
    stats = SimpleNamespace(get_value=counted.get, inc_value=lambda name, count: counted.update({name: count}))
    limits = SimpleNamespace(getfloat=lambda _: 0.0)
    spider = SimpleNamespace(name="demo_portal", manifest=manifest)
    crawler: Any = SimpleNamespace(spider=spider, stats=stats, settings=limits, engine=None)
    pipeline = StorePipeline(crawler, settings or store.settings)
    pipeline.open_spider()
    return pipeline


@pytest.fixture(autouse=True)
def _no_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADWATCH_NIGHT", raising=False)


def test_ads_of_one_page_share_one_capture(store: StoreBuilder) -> None:
    crawl(store, [posting(url=f"http://portal.example/oglas/{number}") for number in range(5)])

    with store.connect() as connection:
        counts = count_all(connection)
        assert verify_evidence(connection, store.settings.evidence_folder).is_sound
    assert (counts["ads"], counts["sightings"], counts["captures"]) == (5, 5, 1)


def test_same_page_another_night_is_a_revisit(store: StoreBuilder) -> None:
    for _ in range(2):
        crawl(store, [posting()])

    with store.connect() as connection:
        kinds = connection.scalars(select(captures.c.record_type).order_by(captures.c.id)).all()
        counts = count_all(connection)
        assert verify_evidence(connection, store.settings.evidence_folder).is_sound
    assert kinds == ["response", "revisit"]
    assert (counts["ads"], counts["sightings"]) == (1, 2)


def test_edited_page_is_a_capture_and_a_version_of_its_own(store: StoreBuilder) -> None:
    crawl(store, [posting()])
    edited = FetchedPage(PAGE.url, PAGE.fetched_at, 200, (), b"<html>2</html>")
    crawl(store, [posting(page=edited, description="Potrebni radnici.\nPlata 3.000 evra.")])

    with store.connect() as connection:
        assert len(connection.execute(select(ad_versions.c.id)).all()) == 2
        assert len(connection.execute(select(sightings.c.id)).all()) == 2


def test_run_is_closed_with_its_class_and_counts(store: StoreBuilder) -> None:
    crawl(store, [posting()], problems={Problem.PARSE_ERROR: 2})

    with store.connect() as connection:
        row = connection.execute(select(runs.c.outcome, runs.c.ads, runs.c.new_ads, runs.c.problems)).one()
    assert tuple(row) == ("partial", 1, 1, {"parse_error": 2})


def test_run_that_brings_nothing_is_silent_and_a_wall_is_blocked(store: StoreBuilder) -> None:
    crawl(store, [])
    crawl(store, [], problems={Problem.LOGIN_WALL: 1})

    with store.connect() as connection:
        assert connection.scalars(select(runs.c.outcome).order_by(runs.c.id)).all() == ["empty", "blocked"]


def test_ad_without_its_page_is_refused(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    with pytest.raises(DropItem):
        crawl(store, [posting(page=None)])


def test_text_no_database_takes_is_stored_without_it(store: StoreBuilder) -> None:
    crawl(store, [posting(jobTitle="Rad\x00nik \ud83d", description="a\udc00b", contactRaw="\x00")])

    with store.connect() as connection:
        row = connection.execute(select(ad_versions.c.title, ad_versions.c.text, ad_versions.c.contact)).one()
    assert tuple(row) == ("Radnik", "ab", None)


def test_address_and_headers_no_database_takes_cost_no_ad(store: StoreBuilder) -> None:
    page = FetchedPage(PAGE.url, PAGE.fetched_at, 200, (("ETag", '"a\x00b"'), ("Last-Modified", "\x00")), PAGE.body)
    way = Way("http://portal.example/vodi/1\x00", facts=1, has_own_page=True)
    crawl(store, [posting(page=page, way=way)])

    with store.connect() as connection:
        kept = connection.execute(select(ad_visits.c.link, ad_visits.c.etag, ad_visits.c.last_modified)).one()
        assert connection.scalar(select(runs.c.outcome)) == "ok"
    assert tuple(kept) == ("http://portal.example/vodi/1", '"ab"', "")


def test_ads_that_could_not_be_kept_are_kept_at_the_next_try_and_the_failure_is_told(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first transaction fails half-way: nothing of it may stay, and the numbers it gave must not be used."""
    other = FetchedPage("http://portal.example/oglas/2", PAGE.fetched_at, 200, (), b"<html>two</html>")
    failing = iter([OperationalError("INSERT", {}, Exception("disk full"))])

    def save_once(*arguments: Any, **named: Any) -> Any:
        for error in failing:
            raise error
        return save_seen_ads(*arguments, **named)

    monkeypatch.setattr(collecting, "save_seen_ads", save_once)
    pipeline = spider_run(store)

    async def run() -> None:
        await pipeline.process_item(posting(page=other, url=other.url))
        await pipeline.flush()
        await pipeline.process_item(posting())
        await pipeline.close_spider()

    asyncio.run(run())

    with store.connect() as connection:
        kept = select(ad_versions.c.posting, captures.c.url).join(captures, captures.c.id == ad_versions.c.capture_id)
        assert all(row.posting["url"] == row.url for row in connection.execute(kept))
        assert count_all(connection)["ads"] == 2
        row = connection.execute(select(runs.c.outcome, runs.c.problems)).one()
        assert verify_evidence(connection, store.settings.evidence_folder).is_sound
    assert tuple(row) == ("partial", {"store_failed": 1})


LOCKING = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "LOCK TABLE captures IN ACCESS EXCLUSIVE MODE"}


@pytest.mark.parametrize("released", [True, False])
def test_lock_held_for_too_long_fails_the_batch_and_nothing_is_lost_or_doubled(
    store: StoreBuilder, released: bool
) -> None:
    file = store.settings.home / "adwatch.yml"
    file.write_text(file.read_text(encoding="utf-8") + "database_wait_seconds: 1\n", encoding="utf-8")
    impatient = Settings(store.settings.home, store.settings.database_url)
    pipeline = spider_run(store, settings=impatient)
    other = store.engine.connect().execution_options(read_only=True)
    backend = store.engine.dialect.name

    async def run() -> None:
        await pipeline.process_item(posting())
        other.exec_driver_sql("COMMIT" if backend == "sqlite" else "SELECT 1")
        other.exec_driver_sql(LOCKING[backend])
        await pipeline.flush()
        assert pipeline._counted()[problem_stat(Problem.STORE_FAILED)] == 1
        if released:
            other.close()
        # PostgreSQL's lock is on one table: there the run can still be closed.
        with pytest.raises(OperationalError) if not released and backend == "sqlite" else nullcontext():
            await pipeline.close_spider()
        other.close()

    asyncio.run(run())
    if not released:
        crawl(store, [posting()])

    with store.connect() as connection:
        counts = count_all(connection)
        assert verify_evidence(connection, store.settings.evidence_folder).is_sound
        row = connection.execute(select(runs.c.outcome, runs.c.problems).order_by(runs.c.id.desc())).first()
    assert (counts["ads"], counts["sightings"], counts["captures"]) == (1, 1, 1)
    assert row is not None
    assert tuple(row) == (("partial", {"store_failed": 1}) if released else ("ok", {}))


def test_run_that_could_not_keep_all_has_failed_whatever_it_kept(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = spider_run(store)

    async def run() -> None:
        await pipeline.process_item(posting())
        await pipeline.flush()
        monkeypatch.setattr("crawler.evidence.warc.os.fsync", _full)
        other = FetchedPage("http://portal.example/oglas/2", PAGE.fetched_at, 200, (), b"<html>2</html>")
        await pipeline.process_item(posting(page=other, url=other.url))
        await pipeline.flush()
        await pipeline.close_spider()

    with pytest.raises(OSError, match="No space"):
        asyncio.run(run())
    with store.connect() as connection:
        row = connection.execute(select(runs.c.outcome, runs.c.ads, runs.c.problems)).one()
    assert tuple(row) == ("failed", 1, {"store_failed": 2})


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("low", "high", "told"), [(1, 9, {}), (2, 9, {"below_expected": 1}), (0, 0, {"above_expected": 1})]
)
def test_number_of_ads_outside_of_what_is_expected_is_a_signal(
    store: StoreBuilder, low: int, high: int, told: dict[str, int]
) -> None:
    expected = SimpleNamespace(min=low, max=high)
    crawl(store, [posting()], manifest=SimpleNamespace(expected=expected, required_fields={}, unchecked_certificate=""))

    with store.connect() as connection:
        row = connection.execute(select(runs.c.outcome, runs.c.problems)).one()
    assert tuple(row) == ("partial" if told else "ok", told)


def test_listing_that_said_part_of_the_ad_is_kept_too(store: StoreBuilder) -> None:
    listing = FetchedPage("http://portal.example/lista", PAGE.fetched_at, 200, (), b"<html>list</html>")
    crawl(store, [posting(listingPage=listing)])

    with store.connect() as connection:
        kept = select(captures.c.url).join(ad_versions, ad_versions.c.listing_capture_id == captures.c.id)
        assert connection.scalars(kept).all() == [listing.url]


def test_huge_pages_are_kept_before_they_fill_the_memory() -> None:
    half = FetchedPage(PAGE.url, PAGE.fetched_at, 200, (), b"x" * (BATCH_BYTES // 2))
    whole = FetchedPage(PAGE.url, PAGE.fetched_at, 200, (), b"y" * (BATCH_BYTES // 2 + 1))

    assert not Batch([posting(page=half), posting(page=half)]).is_full
    assert Batch([posting(page=half), posting(page=whole)]).is_full


def test_personal_number_is_never_stored(store: StoreBuilder) -> None:
    number = "0101990710008"
    assert find_jmbg(number)
    crawl(store, [posting(description=f"Javiti se sa JMBG {number}.", contactRaw=number, jobTitle=number)])

    with store.connect() as connection:
        row = connection.execute(
            select(*(ad_versions.c[name] for name in ("title", "text", "contact", "posting")))
        ).one()
    assert number not in str(tuple(row))
    assert row.text == f"Javiti se sa JMBG {'*' * 13}."


def test_pay_and_place_in_fields_of_their_own_stand_in_the_text_once() -> None:
    stated = posting(
        jobLocation=JobLocation(raw="Beč, Austrija"),
        baseSalary=BaseSalary(raw="2.000 evra"),
        hiringOrganization=HiringOrganization(name="Primer Rad"),
    )

    fields = shown_fields(stated)

    assert fields["text"] == "Potrebni radnici.\nPlata 2.000 evra.\nMesto rada: Beč, Austrija"
    assert fields["organization"] == "Primer Rad"


def test_change_a_reader_would_see_changes_the_hash_and_another_page_does_not() -> None:
    same = content_hash(shown_fields(posting()))

    assert content_hash(shown_fields(posting(page=FetchedPage(PAGE.url, PAGE.fetched_at, 203, (), b"other")))) == same
    assert content_hash(shown_fields(posting(contactRaw="060 000 0002"))) != same


@pytest.mark.parametrize(("given", "kept"), [(None, None), ("", None), ("  a ", "a"), ("\x00", None), ("š\n", "š")])
def test_storable(given: str | None, kept: str | None) -> None:
    assert storable(given) == kept
