"""Fills a SQLite store with a network's years: `python -m tests.bench.fill_night HOME COUNT`.

Judged, grouped and filed ads as nights leave them, each with its page, sighting, way and day of the next visit; one in
five has a case that people decided or that waits, with drafts laid. Texts and judgements are those of a few hundred
generated ads; parts are as in `fill_store`. In a process of its own, so that nobody else's memory is measured.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, event, insert

from alerts.indexing import index_case
from crawler.addresses import short_key, url_key
from crawler.assessment import Ad, Assessment, Proposal
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.store.assessments import counted_by
from crawler.store.case_index import Facet, IndexedCase, UnindexedCase
from crawler.store.engine import open_store, reading
from crawler.store.register import newest_snapshot
from crawler.store.schema import (
    ad_versions,
    ad_visits,
    ads,
    assessments,
    bands,
    captures,
    case_events,
    case_facets,
    case_words,
    cases,
    contact_mentions,
    custody,
    drafts,
    nights,
    pages,
    series,
    sightings,
    signatures,
)
from crawler.visiting import due_on
from pipelines.assess import assess, mediator_key
from pipelines.steps import basis_of
from tests.bench.fill_store import parts_of_numbers, shared_parts
from tests.bench.generated_ads import generated_ads

TEXTS = 400
STEP = 10_000
SOURCES = 40
SPAN = timedelta(days=730)
ALIVE = timedelta(days=30)
"""An ad is seen for so long after it was new."""
WORRYING = 5
"""One ad in so many has a case."""
STATES = ("dismissed",) * 5 + ("open", "drafted", "filed", "closed", "referred")


@dataclass(frozen=True, slots=True)
class Filled:
    """What all rows share."""

    now: datetime
    basis: str
    texts: Sequence[tuple[str | None, str]]
    judged: Sequence[Assessment]
    indexed: Sequence[IndexedCase]
    shared: Sequence[int]
    count: int

    def first_seen(self, number: int) -> datetime:
        """The newest was new a day ago."""
        return self.now - timedelta(days=1) - SPAN * ((self.count - number) / self.count)

    def last_seen(self, number: int) -> datetime:
        """Old ads are gone by now."""
        return min(self.first_seen(number) + ALIVE, self.now - timedelta(days=1))


def fill(home: Path, count: int) -> None:
    """Ads 1 to `count` with all that belongs to them, in a store that was migrated and has its register."""
    settings, now = Settings(home), datetime.now(UTC)
    opened = open_store(settings)
    with reading(opened) as connection:
        on = day_in_belgrade(now)
        register = newest_snapshot(connection, on=on, stale_after_days=settings.file.register_stale_after_days)
    opened.dispose()
    told = [one.ad for one in islice(generated_ads(2 * TEXTS, seed=11), TEXTS)]
    judged = [_as_case(assess(ad, register, on=on), number) for number, ad in enumerate(told)]
    filled = Filled(
        now,
        basis_of(register, on=on).key,
        [(ad.title, ad.text) for ad in told],
        judged,
        [_indexed(ad, one, now) for ad, one in zip(told, judged, strict=True)],
        shared_parts([ad.text for ad in told]),
        count,
    )
    engine = create_engine(opened.url)
    event.listen(engine, "connect", _hurry)
    _write(engine, nights, [{"id": 1, "started_at": now - SPAN, "finished_at": now - SPAN, "summary": {}}])
    for first in range(1, count + 1, STEP):
        for table, rows in _rows(filled, range(first, min(first + STEP, count + 1))):
            _write(engine, table, rows)
    engine.dispose()


def _hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")


def _write(engine: Any, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    if found := list(rows):
        with engine.begin() as connection:
            connection.execute(insert(table).prefix_with("OR IGNORE"), found)


def _as_case(judged: Assessment, number: int) -> Assessment:
    """One in `WORRYING` asks for a complaint, the others for nothing."""
    recipients = ("trzisna_inspekcija",) if number % WORRYING == 0 else ()
    proposal = Proposal(bool(recipients), recipients, ("posrednik nije pronađen u registru",) if recipients else ())
    return replace(judged, is_job_ad=True, abroad=True, complaint=proposal)


def _rows(filled: Filled, numbers: range) -> Iterator[tuple[Table, Iterable[dict[str, Any]]]]:
    with_case = [number for number in numbers if number % WORRYING == 0]
    yield series, ({"id": number, "opened_at": filled.first_seen(number)} for number in numbers)
    yield pages, (_page(filled, number) for number in numbers)
    yield captures, (_capture(filled, number) for number in numbers)
    yield custody, (_custody(filled, number) for number in numbers)
    yield ads, (_ad(filled, number) for number in numbers)
    yield ad_versions, (_version(filled, number) for number in numbers)
    yield sightings, (_sighting(filled, number) for number in numbers)
    yield ad_visits, (_visit(filled, number) for number in numbers)
    yield signatures, ({"version_id": one, "series_id": one, "text_key": _hash(one)[:32]} for one in numbers)
    yield bands, ({"band": key, "version_id": one} for key, one in sorted(parts_of_numbers(numbers, filled.shared)))
    yield assessments, (_assessment(filled, number) for number in numbers)
    yield contact_mentions, (row for number in numbers for row in _mentions(filled, number))
    yield cases, (_case(filled, number) for number in with_case)
    yield case_events, (_event(filled, number) for number in with_case)
    yield drafts, (_draft(filled, number) for number in with_case)
    yield case_words, (row for number in with_case for row in _words(filled, number))
    yield case_facets, (row for number in with_case for row in _facets(filled, number))


def _source(number: int) -> str:
    return f"years_{number % SOURCES}"


def _url(number: int) -> str:
    return f"http://years.example/{number}"


def _page(filled: Filled, number: int) -> dict[str, Any]:
    fetched = {"first_fetched": filled.first_seen(number), "last_fetched": filled.last_seen(number)}
    return {"id": number, "source": _source(number), "url": _url(number), "url_key": url_key(_url(number)), **fetched,
            "status": 200}  # fmt: skip


def _capture(filled: Filled, number: int) -> dict[str, Any]:
    file = f"warc/{number // 500:06d}-years.warc.gz"
    return {
        "id": number, "record_id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}", "record_type": "response",
        "url": _url(number), "fetched_at": filled.first_seen(number), "status": 200, "method": "http",
        "digest": _hash(number), "file": file, "offset": number % 500 * 5000, "length": 5000,
    }  # fmt: skip


def _custody(filled: Filled, number: int) -> dict[str, Any]:
    told = {"event": "captured", "subject": f"urn:uuid:00000000-0000-4000-8000-{number:012d}", "digest": _hash(number)}
    return {
        "seq": number,
        "at": filled.first_seen(number),
        **told,
        "previous": _hash(number - 1),
        "hash": _hash(number),
    }


def _ad(filled: Filled, number: int) -> dict[str, Any]:
    basis = filled.basis
    return {
        "id": number, "source": _source(number), "url": _url(number), "url_key": url_key(_url(number)),
        "first_seen": filled.first_seen(number), "last_seen": filled.last_seen(number), "version_id": number,
        "series_id": number, "grouped_version_id": number, "assessed_version_id": number, "assessed_basis": basis,
        "linked_version_id": number, "linked_basis": basis, "examined_version_id": number, "examined_basis": basis,
        "examined_series_id": number,
    }  # fmt: skip


def _version(filled: Filled, number: int) -> dict[str, Any]:
    title, text = filled.texts[number % TEXTS]
    return {
        "id": number, "ad_id": number, "content_hash": _hash(number), "first_seen": filled.first_seen(number),
        "capture_id": number, "title": title, "text": text, "posting": {},
    }  # fmt: skip


def _sighting(filled: Filled, number: int) -> dict[str, Any]:
    return {"ad_id": number, "version_id": number, "night_id": 1, "capture_id": number,
            "seen_at": filled.first_seen(number), "how": "page"}  # fmt: skip


def _visit(filled: Filled, number: int) -> dict[str, Any]:
    """Visited by the plan so far, so that a share of the ads is due tonight as it would be."""
    changed, today = filled.first_seen(number).date(), filled.now.date()
    visited, due = changed, due_on(changed, changed)
    while due is not None and due < today and visited < filled.last_seen(number).date():
        visited, due = due, due_on(changed, due)
    is_gone = filled.last_seen(number) < filled.now - timedelta(days=2)
    return {
        "ad_id": number, "link": _url(number), "link_key": short_key(_url(number)), "facts": number,
        "visited_at": datetime.combine(visited, datetime.min.time(), UTC), "due": None if is_gone else due,
        "capture_id": number,
    }  # fmt: skip


def _assessment(filled: Filled, number: int) -> dict[str, Any]:
    judged = filled.judged[number % TEXTS]
    worrying = number % WORRYING == 0
    return {
        "id": number, "version_id": number, "basis": filled.basis, "assessed_at": filled.first_seen(number),
        "is_job_ad": True, "abroad": True, "level": "high" if worrying else "low", "score": 0.7 if worrying else 0.1,
        "verdict": "not_found", "mediator_key": mediator_key(judged)[:200], "proposed": worrying,
        "result": judged.to_json(), **counted_by(judged),
    }  # fmt: skip


def _mentions(filled: Filled, number: int) -> Iterator[dict[str, Any]]:
    about = {"version_id": number, "ad_id": number, "assessment_id": number}
    yield {"kind": "phone", "value": f"+38160{number // 3:07}", **about}
    yield {"kind": "email", "value": f"posao{number // 10}@years.example", **about}


def _state(number: int) -> str:
    return STATES[number // WORRYING % len(STATES)]


def _case(filled: Filled, number: int) -> dict[str, Any]:
    opened = filled.first_seen(number)
    return {
        "id": number, "series_id": number, "mediator_key": mediator_key(filled.judged[number % TEXTS])[:200],
        "assessment_id": number, "state": _state(number), "level": "high", "score": 0.7, "opened_at": opened,
        "changed_at": opened, "indexed_assessment_id": number, "laid_assessment_id": number,
    }  # fmt: skip


def _event(filled: Filled, number: int) -> dict[str, Any]:
    return {"case_id": number, "at": filled.first_seen(number), "person": "system", "before": "", "after": "open",
            "note": ""}  # fmt: skip


def _draft(filled: Filled, number: int) -> dict[str, Any]:
    return {"case_id": number, "recipient": "trzisna_inspekcija", "created_at": filled.first_seen(number), "facts": {}}


def _indexed(ad: Ad, judged: Assessment, seen: datetime) -> IndexedCase:
    """What a case that the ad leads is found by; the day is each case's own."""
    result = json.loads(json.dumps(judged.to_json()))
    return index_case(UnindexedCase(0, 0, ad.title, ad.text, None, None, seen, result))


def _words(filled: Filled, number: int) -> Iterator[dict[str, Any]]:
    for word in filled.indexed[number % TEXTS].words:
        yield {"word": word, "case_id": number}


def _facets(filled: Filled, number: int) -> Iterator[dict[str, Any]]:
    for kind, value in filled.indexed[number % TEXTS].facets:
        own = filled.first_seen(number).date().isoformat() if kind is Facet.SEEN else value
        yield {"kind": kind, "value": own, "case_id": number}


def _hash(number: int) -> str:
    return hashlib.sha256(b"years %d" % number).hexdigest()


if __name__ == "__main__":
    random.seed(1)
    fill(Path(sys.argv[1]), int(sys.argv[2]))
