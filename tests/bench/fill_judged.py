"""Fills a store with `ADWATCH_BENCH_ADS` (100000) judged ads, a fifth as many cases, two contacts an ad, and runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from crawler.assessment import Indicator
from crawler.store.assessments import counted_by
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    case_events,
    cases,
    contact_mentions,
    nights,
    runs,
    series,
)
from crawler.store.writing import chunks
from tests.builders import StoreBuilder, complaint_assessment

ADS = int(os.environ.get("ADWATCH_BENCH_ADS", "100000"))
BEGIN = datetime(2024, 7, 1, tzinfo=UTC)
SPAN = timedelta(days=549)
"""Two calendar years have ads of theirs."""
COUNTRIES = ("DE", "AT", "HR", "SI", "SK", "IT", "MT", "PL")
LEVELS = ("low", "medium", "high", "critical")


def fill_judged(store: StoreBuilder) -> None:
    """Rows that differ as those of real nights do, and that share what real ones share."""
    capture_id = store.capture("http://bench.example/", body=b"bench")
    with store.engine.begin() as connection:
        _fill(connection, capture_id)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _fill(connection: Connection, capture_id: int) -> None:
    moments = [BEGIN + SPAN * number / ADS for number in range(ADS)]
    numbered = list(enumerate(moments, 1))
    _add(connection, series, ({"id": number, "opened_at": at} for number, at in numbered))
    _add(connection, ads, (_ad(number, at) for number, at in numbered))
    _add(connection, ad_versions, (_version(number, at, capture_id) for number, at in numbered))
    _add(connection, assessments, (_judgement(number, at) for number, at in numbered))
    _add(connection, contact_mentions, _mentions())
    _add(connection, cases, (_case(number, at) for number, at in numbered[::5]))
    _add(connection, case_events, (_event(number, at) for number, at in numbered[::5]))
    _add(
        connection,
        nights,
        ({"id": day, "started_at": BEGIN + timedelta(days=day), "summary": {}} for day in range(1, 549)),
    )
    _add(connection, runs, (_run(day, source) for day in range(1, 549) for source in range(40)))


def _add(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    for some in chunks(rows):
        connection.execute(insert(table), [*some])


def _ad(number: int, at: datetime) -> dict[str, Any]:
    basis = {"version_id": number, "assessed_version_id": number, "assessed_basis": "bench"}
    url = f"http://bench.example/{number}"
    seen = {"first_seen": at, "last_seen": at, "series_id": max(number - number % 3, 1)}
    return {"id": number, "source": f"source_{number % 40}", "url": url, "url_key": url, **seen, **basis}


def _version(number: int, at: datetime, capture_id: int) -> dict[str, Any]:
    hashed = {"content_hash": str(number), "first_seen": at, "capture_id": capture_id}
    return {"id": number, "ad_id": number, "text": "Oglas", "posting": {}, **hashed}


CODES = ("upfront_fee", "urgency", "photo_request", "high_wage", "secrecy", "visa_arranged")
RESULTS = [
    complaint_assessment(
        destinations=COUNTRIES[number % 8 : number % 8 + 1 + number % 2],
        indicators=tuple(Indicator(code, "Kotizacija 200 evra", 0, 19) for code in CODES[: number % 7]),
    )
    for number in range(56)
]
JUDGED = [{"result": result.to_json(), **counted_by(result)} for result in RESULTS]


def _judgement(number: int, at: datetime) -> dict[str, Any]:
    judged = {"is_job_ad": True, "abroad": number % 10 > 0, "level": LEVELS[number % 4], "score": 0.5}
    about = {"verdict": "not_found", "mediator_key": f"posrednik {number % 3000}", "proposed": False}
    made = {"id": number, "version_id": number, "basis": "bench", "assessed_at": at}
    return {**made, **judged, **about, **JUDGED[number % 56]}


def _mentions() -> Iterator[dict[str, Any]]:
    for number in range(1, ADS + 1):
        about = {"version_id": number, "ad_id": number, "assessment_id": number}
        yield {"kind": "phone", "value": f"+38160{number % (ADS // 4):07}", **about}
        yield {"kind": "email", "value": f"posao{number % (ADS // 10)}@bench.example", **about}


def _case(number: int, at: datetime) -> dict[str, Any]:
    judged = {"assessment_id": number, "state": "confirmed", "level": LEVELS[number % 4], "score": 0.5}
    return {"id": number, "series_id": number, "mediator_key": "posrednik", "opened_at": at, "changed_at": at, **judged}


def _event(number: int, at: datetime) -> dict[str, Any]:
    moved = {"before": "open", "after": "confirmed", "note": "", "decision": "confirm"}
    return {"case_id": number, "at": at + timedelta(hours=number % 90), "person": "ana@primer.example", **moved}


def _run(day: int, source: int) -> dict[str, Any]:
    at = BEGIN + timedelta(days=day)
    return {"night_id": day, "source": f"source_{source}", "started_at": at, "outcome": "ok", "problems": {}}
