"""The item pipeline: capture first, then the ad; the same page twice is one capture and a revisit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import DropItem
from sqlalchemy import select
from zyte_common_items import BaseSalary, HiringOrganization, JobLocation

from crawler.collecting import StorePipeline, content_hash, shown_fields, storable
from crawler.evidence.verify import verify_evidence
from crawler.health import Problem, problem_stat
from crawler.items import AdPosting, FetchedPage
from crawler.personal_numbers import find_jmbg
from crawler.store.schema import ad_versions, captures, runs, sightings
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


def crawl(store: StoreBuilder, items: list[AdPosting], *, problems: dict[Problem, int] | None = None) -> None:
    """One spider run that brings these items, in a night of its own."""
    counted = {problem_stat(problem): count for problem, count in (problems or {}).items()}
    stats = SimpleNamespace(get_value=counted.get)
    crawler: Any = SimpleNamespace(spider=SimpleNamespace(name="demo_portal"), stats=stats)
    pipeline = StorePipeline(crawler, store.settings)

    async def run() -> None:
        for item in items:
            await pipeline.process_item(item)
        await pipeline.close_spider()

    pipeline.open_spider()
    asyncio.run(run())


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
    crawl(store, [posting()], problems={Problem.BROKEN_PAGE: 2})

    with store.connect() as connection:
        row = connection.execute(select(runs.c.outcome, runs.c.ads, runs.c.new_ads, runs.c.problems)).one()
    assert tuple(row) == ("partial", 1, 1, {"broken_page": 2})


def test_run_that_brings_nothing_is_silent_and_a_wall_is_blocked(store: StoreBuilder) -> None:
    crawl(store, [])
    crawl(store, [], problems={Problem.LOGIN_WALL: 1})

    with store.connect() as connection:
        assert connection.scalars(select(runs.c.outcome).order_by(runs.c.id)).all() == ["silent", "blocked"]


def test_ad_without_its_page_is_refused(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    with pytest.raises(DropItem):
        crawl(store, [posting(page=None)])


def test_text_no_database_takes_is_stored_without_it(store: StoreBuilder) -> None:
    crawl(store, [posting(jobTitle="Rad\x00nik \ud83d", description="a\udc00b", contactRaw="\x00")])

    with store.connect() as connection:
        row = connection.execute(select(ad_versions.c.title, ad_versions.c.text, ad_versions.c.contact)).one()
    assert tuple(row) == ("Radnik", "ab", None)


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
