"""The purge: what is due goes whole and is logged, what a case needs stays, and evidence verifies before and after."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from crawler.config import Settings
from crawler.errors import StoreError
from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import CaptureWriter, read_payload
from crawler.files import write_whole
from crawler.intake import Brought, take_in
from crawler.items import FetchedPage
from crawler.night import STEPS
from crawler.retention.deleting import delete_rows, pointing_at
from crawler.retention.due import Clock
from crawler.retention.purging import OF_PEOPLE, foresee, purge_by_night
from crawler.store.captures import save_captures
from crawler.store.schema import (
    ad_versions,
    ads,
    approvals,
    assessments,
    bands,
    captures,
    case_events,
    case_links,
    cases,
    custody,
    desk_sessions,
    drafts,
    filings,
    intakes,
    metadata,
    pages,
    people,
    series,
    sightings,
    signatures,
)
from crawler.thumbnails import thumbnail_file
from pipelines.steps import group_new_ads
from tests.builders import NOW, StoreBuilder
from tests.hall.purging import LATER, ORDINARY, count, ordinary_ad, run, seal, verify, words_on_disk
from tests.whole.running import adwatch, adwatch_json

LONG_AGO = NOW - timedelta(days=1000)


def set_case(store: StoreBuilder, case_id: int, *, state: str, at: datetime) -> None:
    with store.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == case_id).values(state=state, changed_at=at))


def test_ad_that_was_never_flagged_goes_with_all_that_is_of_it(store: StoreBuilder) -> None:
    ad = ordinary_ad(store, text="Posao koji nestaje, 060 000 0001")
    group_new_ads(store.night_now())
    kept = ordinary_ad(store, at=LATER, text="Posao koji ostaje")

    done = run(store)

    assert done.counts == {"cases": 0, "ads": 1, "captures": 1, "files": 1}
    for table in (ads, ad_versions, sightings, assessments, captures):
        assert count(store, table) == 1, table.name
    assert count(store, signatures) == count(store, bands) == 0
    with store.connect() as connection:
        assert connection.scalar(select(ads.c.id)) == kept.ad_id
        assert connection.scalar(select(series.c.id).where(series.c.id == ad.series_id)) is None
    assert b"nestaje" not in words_on_disk(store)
    assert b"ostaje" in words_on_disk(store)
    found = verify(store)
    assert found.captures == 1
    assert found.deleted == 1


def test_ad_that_was_flagged_has_the_longer_clock(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    store.assess(ad, ORDINARY)

    assert run(store).counts["ads"] == 0
    assert run(store, now=NOW + timedelta(days=366)).counts["ads"] == 1
    verify(store)


def test_deletion_names_clock_count_and_digest_in_the_custody_chain(store: StoreBuilder) -> None:
    ordinary_ad(store)
    with store.connect() as connection:
        digest = connection.scalar(select(captures.c.digest))
    run(store)

    with store.connect() as connection:
        entries = connection.execute(select(custody).order_by(custody.c.seq)).all()
    last = [(entry.event, entry.digest) for entry in entries[-3:]]
    assert last[0] == ("deleted", digest)
    assert [event for event, _ in last] == ["deleted", "deleted", "purged"]
    record = json.loads((store.settings.evidence_folder / entries[-1].subject).read_text(encoding="utf-8"))
    assert (record["clock"], record["days"], record["rows"]) == ("unflagged_days", 90, {"captures": 1})
    assert record["records"] == [{"record_id": entries[0].subject, "sha256": digest}]


def test_record_of_a_deletion_that_was_changed_is_named(store: StoreBuilder) -> None:
    ordinary_ad(store)
    run(store)
    record = next((store.settings.evidence_folder / "deletions").iterdir())
    record.write_text(record.read_text(encoding="utf-8").replace("90", "9"), encoding="utf-8")

    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)
    assert found.failures[0].startswith("record of a deletion deletions/")


@pytest.mark.parametrize(
    "state", ["open", "unsure", "confirmed", "drafted", "approved", "filed", "answered", "referred"]
)
def test_case_that_is_not_closed_keeps_everything_for_ever(store: StoreBuilder, state: str) -> None:
    store.complaint_case(state=state)

    assert run(store, now=NOW + timedelta(days=10_000)).counts == {"cases": 0, "ads": 0, "captures": 0, "files": 0}
    verify(store)


@pytest.mark.parametrize(("state", "days"), [("closed", 730), ("dismissed", 365)])
def test_closed_case_goes_by_its_clock_and_its_evidence_with_it(store: StoreBuilder, state: str, days: int) -> None:
    case = store.complaint_case()
    set_case(store, case, state=state, at=NOW)

    assert run(store, now=NOW + timedelta(days=days - 1)).counts["cases"] == 0
    done = run(store, now=NOW + timedelta(days=days + 1))

    assert done.counts == {"cases": 1, "ads": 1, "captures": 1, "files": 1}
    assert count(store, cases) == count(store, ads) == count(store, captures) == 0
    verify(store)


def test_joined_cases_stay_until_both_are_due(store: StoreBuilder) -> None:
    kept, joined = store.complaint_case(), store.complaint_case()
    set_case(store, kept, state="filed", at=LONG_AGO)
    set_case(store, joined, state="dismissed", at=LONG_AGO)
    with store.engine.begin() as connection:
        event = {"case_id": joined, "at": NOW, "person": "ana@ngo.example", "before": "open", "after": "dismissed"}
        event_id = connection.scalar(insert(case_events).values(event).returning(case_events.c.id))
        connection.execute(insert(case_links).values(kept_id=kept, joined_id=joined, event_id=event_id))

    assert run(store).counts["cases"] == 0
    set_case(store, kept, state="closed", at=LONG_AGO)
    assert run(store).counts["cases"] == 2
    verify(store)


def test_what_a_draft_cites_stays_though_it_stands_in_no_case_any_more(store: StoreBuilder) -> None:
    case = store.complaint_case(state="filed")
    moved, gone = ordinary_ad(store), ordinary_ad(store, text="Drugi oglas")
    with store.engine.begin() as connection:
        url = connection.scalar(select(ads.c.url).where(ads.c.id == moved.ad_id))
        record = connection.scalar(select(captures.c.record_id).where(captures.c.id == moved.capture_id))
        facts = {"places": [{"url": url}], "evidence": [{"record_id": record}]}
        row = {"case_id": case, "recipient": "trzisna_inspekcija", "created_at": NOW, "facts": facts}
        connection.execute(insert(drafts).values(row))

    run(store)

    with store.connect() as connection:
        left = set(connection.scalars(select(ads.c.id)))
    assert moved.ad_id in left
    assert gone.ad_id not in left
    verify(store)


def test_capture_that_kept_ads_share_stays_and_the_file_is_replaced_whole(store: StoreBuilder) -> None:
    listing = [FetchedPage(f"https://p.example/{name}", NOW, 200, (), name.encode() * 50) for name in ("a", "b", "c")]
    with CaptureWriter(store.settings.evidence_folder, "shared") as writer:
        kept = [one for page in listing for one in writer.keep(page)]
        kept.append(writer.keep_revisit(replace(listing[2], fetched_at=NOW + timedelta(days=1)), of=kept[2]))
    with store.engine.begin() as connection:
        ids = save_captures(connection, kept)
    old = ordinary_ad(store)
    live = ordinary_ad(store, at=LATER, text="Ostaje")
    with store.engine.begin() as connection:
        for ad, record in ((old, kept[0]), (live, kept[3])):
            of_ad = sightings.c.ad_id == ad.ad_id
            connection.execute(update(sightings).where(of_ad).values(capture_id=ids[record.record_id]))
        connection.execute(update(captures).values(fetched_at=NOW))
    seal(store)

    run(store)

    with store.connect() as connection:
        rows = connection.execute(select(captures).where(captures.c.file.like("%shared%"))).all()
    holder = next(row for row in rows if row.record_type == "response")
    payload = read_payload(store.settings.evidence_folder, holder)
    # The holder of the bytes stays with the record that refers to it.
    assert {row.record_id for row in rows} == {kept[2].record_id, kept[3].record_id}
    assert payload == b"c" * 50
    assert {row.file.rsplit(".r1.", 1)[-1] for row in rows} == {"warc.gz"}
    assert b"aaaa" not in words_on_disk(store)
    verify(store)

    with store.engine.begin() as connection:
        connection.execute(update(sightings).values(capture_id=live.capture_id))
    run(store)
    assert not list(store.settings.evidence_folder.rglob("*shared*"))
    verify(store)


def test_near_copy_is_still_found_by_the_parts_of_a_copy_that_went(store: StoreBuilder) -> None:
    text = "Potrebni radnici za berbu jabuka u Austriji, smeštaj obezbeđen, prijave na 060 000 0001 svakog dana"
    first = ordinary_ad(store, text=text, series_id=None)
    group_new_ads(store.night_now())
    with store.connect() as connection:
        series_id = connection.scalar(select(ads.c.series_id).where(ads.c.id == first.ad_id))
    copy = ordinary_ad(store, text=text, at=LATER, series_id=series_id)
    group_new_ads(store.night_now(at=LATER))
    before = count(store, bands)

    run(store)

    with store.connect() as connection:
        assert set(connection.scalars(select(bands.c.version_id))) == {copy.version_id}
    assert count(store, bands) == before


def test_what_a_person_brought_has_its_own_clock_and_goes_with_its_ad(store: StoreBuilder) -> None:
    take_in(store.settings, store.engine, Brought("ana@ngo.example", "Ana", text="Posao u Nemačkoj"), now=NOW)

    assert run(store).counts["ads"] == 0
    done = run(store, now=NOW + timedelta(days=366))

    assert done.counts["ads"] == done.counts["captures"] == 1
    assert count(store, intakes) == 0
    assert "Nemačkoj".encode() not in words_on_disk(store)
    verify(store)


def test_receipt_of_a_closed_case_goes_with_it_and_is_logged(store: StoreBuilder) -> None:
    case = store.complaint_case()
    content = b"%PDF- potvrda"
    write_whole(store.settings.evidence_folder / "receipts" / "a.pdf", content)
    digest = hashlib.sha256(content).hexdigest()
    with store.engine.begin() as connection:
        event = {"case_id": case, "at": NOW, "person": "iva@ngo.example", "before": "approved", "after": "filed"}
        event_id = connection.scalar(insert(case_events).values(event).returning(case_events.c.id))
        text = {"document": "{}", "digest": "a" * 64, "event_id": event_id, "version": 1}
        row = {"case_id": case, "recipient": "x", **text}
        approval = connection.scalar(insert(approvals).values(row).returning(approvals.c.id))
        filing = {"case_id": case, "approval_id": approval, "recipient": "x", "channel": "post", "filed_on": NOW.date()}
        receipt = {"receipt": "receipts/a.pdf", "receipt_digest": digest, "event_id": event_id}
        first = connection.scalar(insert(filings).values({**filing, **receipt}).returning(filings.c.id))
        connection.execute(insert(filings).values({**filing, "event_id": event_id, "first_id": first, "again": "x"}))
        append_custody(connection, [CustodyEntry(CustodyEvent.RECEIPT_KEPT, "receipts/a.pdf", digest)], at=NOW)
    set_case(store, case, state="closed", at=LONG_AGO)

    run(store)

    assert count(store, filings) == count(store, approvals) == 0
    assert not (store.settings.evidence_folder / "receipts" / "a.pdf").exists()
    verify(store)


def test_dry_run_says_what_the_purge_then_does_and_changes_nothing(store: StoreBuilder) -> None:
    ordinary_ad(store)
    case = store.complaint_case()
    set_case(store, case, state="closed", at=LONG_AGO)
    before = {table.name: count(store, table) for table in metadata.sorted_tables}
    disk = words_on_disk(store)
    now = NOW + timedelta(days=1000)

    seen = foresee(store.settings, store.engine, now=now)

    assert {table.name: count(store, table) for table in metadata.sorted_tables} == before
    assert words_on_disk(store) == disk
    done = run(store, now=now)
    assert seen.counts == done.counts == {"cases": 1, "ads": 2, "captures": 2, "files": 2}
    assert [(one.clock, one.rows) for one in seen.by_clock] == [(one.clock, one.rows) for one in done.by_clock]


def test_second_purge_finds_nothing(store: StoreBuilder) -> None:
    ordinary_ad(store)
    run(store)
    entries = count(store, custody)

    assert run(store).by_clock == ()
    assert count(store, custody) == entries


def test_log_ins_and_addresses_of_pages_go_by_their_clocks(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        person = {"email": "ana@ngo.example", "name": "Ana", "role": "admin", "password_hash": "x", "created_at": NOW}
        person_id = connection.scalar(insert(people).values(person).returning(people.c.id))
        session = {"person_id": person_id, "csrf": "x", "is_pending": False, "address": "", "browser": ""}
        for token, at in (("a", NOW), ("b", LATER)):
            connection.execute(insert(desk_sessions).values(token_hash=token * 64, began_at=at, seen_at=at, **session))
        page = {"source": "x", "url": "https://p.example/", "url_key": "a" * 64, "status": 200}
        connection.execute(insert(pages).values(first_fetched=NOW, last_fetched=NOW, **page))

    done = run(store)

    assert {one.clock: dict(one.rows) for one in done.by_clock} == {
        Clock.UNFLAGGED: {"pages": 1},
        Clock.SESSION: {"desk_sessions": 1},
    }


def test_bytes_that_the_store_never_spoke_of_go_too(small_store: StoreBuilder) -> None:
    page = FetchedPage("https://p.example/", NOW, 200, (), b"nikad zabelezeno")
    with CaptureWriter(small_store.settings.evidence_folder, "killed") as writer:
        writer.keep(page)
    path = next((small_store.settings.evidence_folder / "warc").iterdir())
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    run(small_store)

    assert not path.exists()
    verify(small_store)


def test_row_of_a_case_is_never_deleted_along_with_an_ad(store: StoreBuilder) -> None:
    ad = store.ad()
    store.case(ad, store.assess(ad))

    with pytest.raises(StoreError, match="rows of cases rest on"), store.engine.begin() as connection:
        delete_rows(connection, ads, [ad.ad_id], never=OF_PEOPLE)

    assert count(store, ads) == count(store, sightings) == 1


def test_every_table_that_refers_to_an_ad_is_known_to_the_purge() -> None:
    assert {column.table.name for column in pointing_at(ads)} >= {"ad_versions", "sightings", "intakes", "misses"}


def test_night_purges_only_where_it_is_told_to(small_store: StoreBuilder) -> None:
    ordinary_ad(small_store)
    night = small_store.night_now(at=LATER)

    assert purge_by_night(night).counts == {}
    (small_store.settings.home / "adwatch.yml").write_text("purge: nightly\nretention: {unflagged_days: 30}\n")
    told = replace(night, settings=Settings(small_store.settings.home))
    assert purge_by_night(told).counts["ads"] == 1
    order = [step.rpartition(":")[2] for step in STEPS]
    assert order.index("purge_by_night") < order.index("seal_evidence")


def test_command_says_what_would_go_and_then_deletes_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    store = StoreBuilder(home)
    ordinary_ad(store, at=LONG_AGO)
    store.engine.dispose()

    seen = adwatch(home, "purge", "--dry-run")
    done = adwatch_json(home, "purge")
    verified = adwatch_json(home, "evidence", "verify")

    assert "ads never flagged, not seen for 90 days" in seen.stdout
    assert "Nothing was deleted" in seen.stdout
    assert (done["ads"], done["captures"]) == (1, 1)
    assert (verified["ok"], verified["deleted"]) == (True, 1)
    assert "1 deleted by retention" in adwatch(home, "evidence", "verify").stdout


def test_small_pictures_go_with_the_captures_they_were_made_from(small_store: StoreBuilder) -> None:
    store = small_store
    store.assess(store.ad())
    with store.connect() as connection:
        kept = connection.scalars(select(captures.c.digest)).one()
    gone = hashlib.sha256(b"a picture that was purged").hexdigest()
    for digest in (kept, gone):
        write_whole(thumbnail_file(store.settings.home, digest), b"small")

    run(store, now=NOW)

    assert thumbnail_file(store.settings.home, kept).exists()
    assert not thumbnail_file(store.settings.home, gone).exists()
