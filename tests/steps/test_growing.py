"""A night must not pay for what is stored: no statement of its steps walks through a table that grows with the ads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from crawler.addresses import short_key
from crawler.night import CRAWL, FETCH_REGISTER, STEPS, Night, step_name
from crawler.nightly import named
from crawler.store.ads import SeenAd, count_run, save_seen_ads
from crawler.store.nights import begin_run
from crawler.store.visits import SeenWay, read_known
from tests.builders import NOW, StoreBuilder, complaint_assessment

GROWING = {
    *("ads", "ad_versions", "ad_visits", "misses", "sightings", "series", "signatures", "bands"),
    *("pages", "captures", "custody", "assessments", "contact_mentions"),
    *("cases", "case_events", "case_facets", "case_words", "drafts", "draft_versions"),
}
OF_WHAT_IS_LEFT = frozenset(
    ("ix_ads_ungrouped", "ix_ads_unassessed", "ix_ads_unlinked", "ix_ads_unexamined", "ix_cases_unindexed",
     "ix_cases_unlaid")
)  # fmt: skip
"""Indexes that hold only what a step has yet to do; walking through them is its work."""
SHARED = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX (ix_case_events_person_at|ix_assessments_mediator_key)")
"""Indexes of which one key holds ever more rows: all events of the program, all ads of a mediator or of nobody."""
SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
LATER = NOW + timedelta(days=1)


@pytest.fixture
def filled(small_store: StoreBuilder) -> StoreBuilder:
    """A store on SQLite with ads of a night before, cases and drafts among them, and new ones."""
    small_store.register()
    for number in range(4):
        known = small_store.ad(text=f"Potrebni radnici u magacinu, Nemačka, ugovor {number}.")
        small_store.assess(known, complaint_assessment())
    night = small_store.night_now()
    for step in ("alerts.steps:open_cases", "alerts.indexing:index_cases", "alerts.steps:prepare_drafts"):
        named(step)(night)
    for number in range(3):
        small_store.ad(text=f"Traže se kuvari za rad u Austriji, plata {2000 + number} evra, kotizacija.", at=LATER)
    return small_store


def test_no_step_walks_through_a_growing_table(filled: StoreBuilder) -> None:
    night, walked = filled.night_now(at=LATER), dict[str, list[str]]()
    for step in STEPS:
        if step in (FETCH_REGISTER, CRAWL):
            continue
        with _statements(filled) as found:
            named(step)(night)
        walked[step_name(step)] = _walked(filled, found)

    assert {step: told for step, told in walked.items() if told} == {}


def test_no_spider_walks_through_a_growing_table(filled: StoreBuilder) -> None:
    night = filled.night_now(at=LATER)
    with _statements(filled) as found:
        _collect(filled, night)

    assert _walked(filled, found) == []


def _collect(store: StoreBuilder, night: Night) -> None:
    """What a spider asks of the store and puts into it."""
    way = SeenWay("http://demo.example/1", short_key("http://demo.example/1"), has_own_page=True)
    seen = SeenAd("demo_portal", way.url, "0" * 64, LATER, 1, None, "Oglas", None, None, None, None, {}, way=way)
    with store.engine.begin() as connection:
        begin_run(connection, night_id=night.id, source="demo_portal", now=LATER)
        read_known(connection, "demo_portal", night_id=night.id, now=LATER, most_visits=10)
        save_seen_ads(connection, [seen, replace(seen, url="http://demo.example/2", way=None)], night_id=night.id)
        count_run(connection, night_id=night.id, source="demo_portal")


@contextmanager
def _statements(store: StoreBuilder) -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        # Rows that are put in at once come with their parameters one after another.
        found.append((statement, parameters[0] if many and isinstance(parameters, list) else parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    yield found
    event.remove(store.engine, "before_cursor_execute", note)


def _walked(store: StoreBuilder, found: Sequence[tuple[str, Any]]) -> list[str]:
    """Statements whose plan goes through all rows of a growing table, each with the table."""
    walked = []
    with store.connect() as connection:
        for statement, parameters in {one: (one, given) for one, given in found}.values():
            if not statement.startswith(("SELECT", "UPDATE", "DELETE")):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            if " WHERE " not in statement and " LIMIT " in statement and len(plan) == 1:
                # The first rows by the key, and no more.
                continue
            hits = (hit.groups() for row in plan for form in (SCAN, SHARED) for hit in form.finditer(row.detail))
            for table, index in hits:
                if table in GROWING and index not in OF_WHAT_IS_LEFT:
                    walked.append(f"{table} by {index}: {' '.join(statement.split())}")
    return walked
