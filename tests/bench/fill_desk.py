"""Fills a store, on either database, with judged ads and the cases of a desk that has been at work for a year.

Texts and their judgements are those of a few hundred generated ads, over and over; every case has a telephone number
of its own, and some share one. Captures are kept once a text, with their bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from sqlalchemy import Connection, insert

from alerts.gathering import gather_facts
from alerts.indexing import index_cases
from crawler.assessment import Assessment, Contacts, Proposal, Verdict
from crawler.register import Register, RegisterEntry
from crawler.store.assessments import counted_by
from crawler.store.drafts import NewDraft, save_drafts
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    case_events,
    cases,
    contact_mentions,
    series,
    sightings,
)
from pipelines.assess import assess, mediator_key
from tests.bench.generated_ads import generated_ads
from tests.builders import NOW, REGISTER_DIGEST, StoreBuilder

TEXTS = 300
COPIES = 5
"""Ads a case."""
SHARED = 40
"""Cases that share one telephone number, each tenth."""
SOURCES = tuple(f"portal_{number}" for number in range(12))
STATES = ("open",) * 6 + ("dismissed", "dismissed", "confirmed", "unsure")
STEP = 1000


def fill_desk(store: StoreBuilder, count: int) -> None:
    """That many cases with `COPIES` ads each, indexed."""
    judged = list(_judged())
    store.register()
    captures = [
        store.capture(f"http://bench.example/{place}", body=one[1].encode()) for place, one in enumerate(judged)
    ]
    night = store.night_now()
    for first in range(1, count + 1, STEP):
        with store.engine.begin() as connection:
            _insert(connection, range(first, min(first + STEP, count + 1)), judged, captures, night.id)
    index_cases(night)


def lay_drafts(store: StoreBuilder, case_ids: list[int]) -> None:
    """The proposed drafts of these cases."""
    with store.engine.begin() as connection:
        made = [
            NewDraft(
                case_id,
                "trzisna_inspekcija",
                gather_facts(connection, store.settings, case_id, "trzisna_inspekcija", now=NOW).to_json(),
            )
            for case_id in case_ids
        ]
        save_drafts(connection, made, now=NOW)


def _judged() -> Iterator[tuple[str | None, str, Assessment]]:
    """Titles and texts with what is judged of them; each as worrying as a case is."""
    entries = tuple(RegisterEntry(f"Primer {number} d.o.o.", valid_until=date(2029, 5, 1)) for number in range(50))
    register = Register(entries, as_of=date(2026, 11, 1), snapshot=f"sha256:{REGISTER_DIGEST}")
    for one in islice(generated_ads(2 * TEXTS, seed=11), TEXTS):
        found = assess(one.ad, register, on=NOW.date())
        answer = replace(found.register, verdict=Verdict.NOT_FOUND)
        complaint = Proposal(True, ("trzisna_inspekcija",), ("posrednik nije pronađen u registru",))
        yield (
            one.ad.title,
            one.ad.text,
            replace(found, is_job_ad=True, abroad=True, register=answer, complaint=complaint),
        )


def _insert(
    connection: Connection,
    numbers: range,
    judged: list[tuple[str | None, str, Assessment]],
    captures: list[int],
    night_id: int,
) -> None:
    connection.execute(insert(series), [{"id": number, "opened_at": NOW} for number in numbers])
    copies = [(number, number * COPIES + place, place) for number in numbers for place in range(COPIES)]
    connection.execute(insert(ads), [_ad(number, ad_id, place) for number, ad_id, place in copies])
    connection.execute(
        insert(ad_versions),
        [_version(ad_id, captures[number % TEXTS], *judged[number % TEXTS][:2]) for number, ad_id, _ in copies],
    )
    results = {number: _told(judged[number % TEXTS][2], number) for number in numbers}
    told = [(_assessment(results[number]), range(number * COPIES, (number + 1) * COPIES)) for number in numbers]
    connection.execute(
        insert(assessments),
        [{**row, "id": ad_id, "version_id": ad_id} for row, ads_of_case in told for ad_id in ads_of_case],
    )
    connection.execute(
        insert(contact_mentions),
        [
            {"kind": "phone", "value": phone, "version_id": ad_id, "ad_id": ad_id, "assessment_id": ad_id}
            for number, ad_id, _ in copies
            for phone in results[number].contacts.phones
        ],
    )
    connection.execute(
        insert(sightings),
        [
            {
                "ad_id": ad_id,
                "version_id": ad_id,
                "night_id": night_id,
                "capture_id": captures[number % TEXTS],
                "seen_at": NOW,
            }
            for number, ad_id, _ in copies
        ],
    )
    connection.execute(insert(cases), [_case(results[number], number) for number in numbers])
    connection.execute(insert(case_events), [event for number in numbers for event in _events(number)])


def _ad(number: int, ad_id: int, place: int) -> dict[str, object]:
    seen = NOW - timedelta(days=number % 365) + timedelta(hours=place)
    url = f"http://bench.example/{ad_id}"
    return {
        "id": ad_id, "source": SOURCES[(number + place) % len(SOURCES)], "url": url, "url_key": _hash(ad_id),
        "first_seen": seen, "last_seen": NOW, "version_id": ad_id, "series_id": number,
        "grouped_version_id": ad_id, "assessed_version_id": ad_id, "assessed_basis": "bench",
        "linked_version_id": ad_id, "linked_basis": "bench",
    }  # fmt: skip


def _version(ad_id: int, capture_id: int, title: str | None, text: str) -> dict[str, object]:
    return {
        "id": ad_id, "ad_id": ad_id, "content_hash": _hash(ad_id), "first_seen": NOW, "capture_id": capture_id,
        "title": title, "text": text, "organization": None, "posting": {},
    }  # fmt: skip


def _told(judged: Assessment, number: int) -> Assessment:
    """The judgement, with the numbers that this case is reached at."""
    phones = [f"+38160{number:07}"]
    if number % 10 == 0:
        phones.append(f"+38161{number // (10 * SHARED):07}")
    return replace(judged, contacts=Contacts(phones=tuple(phones)))


def _assessment(judged: Assessment) -> dict[str, object]:
    return {
        "basis": "bench", "assessed_at": NOW, "is_job_ad": True, "abroad": True,
        "level": judged.risk.level.value, "score": judged.risk.score, "verdict": "not_found",
        "mediator_key": mediator_key(judged), "proposed": True, "result": judged.to_json(),
        **counted_by(judged),
    }  # fmt: skip


def _case(judged: Assessment, number: int) -> dict[str, object]:
    opened = NOW - timedelta(days=number % 365, seconds=number)
    return {
        "id": number, "series_id": number, "mediator_key": mediator_key(judged), "assessment_id": number * COPIES,
        "state": STATES[number % len(STATES)], "level": ("high", "medium", "critical", "low")[number % 4],
        "score": judged.risk.score, "opened_at": opened, "changed_at": opened,
    }  # fmt: skip


def _events(number: int) -> Iterator[dict[str, object]]:
    opened = NOW - timedelta(days=number % 365, seconds=number)
    event = {
        "case_id": number,
        "at": opened,
        "person": "system",
        "before": "",
        "after": "open",
        "note": "",
        "decision": None,
    }
    yield event
    state = STATES[number % len(STATES)]
    if state != "open":
        decision = {"dismissed": "dismiss", "confirmed": "confirm", "unsure": "unsure"}[state]
        yield {**event, "person": "ana@primer.example", "before": "open", "after": state, "decision": decision}
    elif number % 50 == 0:
        yield {**event, "before": "dismissed", "decision": "revise", "note": "novi broj telefona +381600000001"}


def _hash(number: int) -> str:
    return hashlib.sha256(b"bench %d" % number).hexdigest()
