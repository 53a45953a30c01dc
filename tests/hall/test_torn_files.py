"""What a crash left at the end of a WARC file is named, moved aside and never destroyed."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text

from crawler.evidence.custody import CustodyEvent
from crawler.evidence.sealing import seal_evidence
from crawler.evidence.verify import Verification, verify_evidence
from crawler.evidence.warc import CaptureWriter
from crawler.store.schema import captures, custody
from tests.builders import NOW, StoreBuilder
from tests.hall.test_evidence import ASKED, page
from tests.whole.running import adwatch, adwatch_json


@pytest.fixture
def kept(tmp_path: Path) -> StoreBuilder:
    """A store of two captured pages."""
    store = StoreBuilder(tmp_path / "home")
    store.ad()
    store.ad(text="Drugi oglas")
    return store


def verified(store: StoreBuilder) -> Verification:
    """What verifying finds."""
    with store.connect() as connection:
        return verify_evidence(connection, store.settings.evidence_folder)


def last_capture(store: StoreBuilder) -> tuple[str, Path]:
    """WARC-Record-ID and file of the newest capture."""
    with store.connect() as connection:
        row = connection.execute(select(captures).order_by(captures.c.id.desc()).limit(1)).one()
    return row.record_id, store.settings.evidence_folder / row.file


def half_a_record(folder: Path) -> tuple[str, bytes]:
    """WARC-Record-ID and the first part of a record, as a process leaves it that is killed while writing."""
    with CaptureWriter(folder, "other") as writer:
        kept = writer.keep(page(b"x" + bytes(range(256)) * 40))[-1]
    whole = (folder / kept.file).read_bytes()[kept.offset :]
    return kept.record_id, whole[: len(whole) * 2 // 3]


@pytest.mark.parametrize("kind", ["half", "garbage", "no_record"])
def test_torn_end_is_named_moved_on_request_and_kept(kept: StoreBuilder, tmp_path: Path, kind: str) -> None:
    record_id, file = last_capture(kept)
    torn_id, half = half_a_record(tmp_path / "elsewhere")
    left = {"half": half, "garbage": b"\x00" * 700, "no_record": gzip.compress(b"no record")}[kind]
    whole = file.read_bytes()
    file.write_bytes(whole + left)

    found = verified(kept)
    assert found.first_broken is not None
    assert len(found.failures) == 1
    assert f"torn at byte {len(whole)} ({len(left)} bytes to the end)" in found.first_broken
    assert f"after record {record_id}" in found.first_broken
    assert (f"record {torn_id} breaks off" in found.first_broken) == (kind == "half")

    told = adwatch(kept.settings.home, "evidence", "repair")
    assert "Nothing was changed" in told.stdout
    assert file.read_bytes() == whole + left

    (moved,) = adwatch_json(kept.settings.home, "evidence", "repair", "--apply")
    assert file.read_bytes() == whole
    assert (kept.settings.evidence_folder / moved["moved_to"]).read_bytes() == left
    with kept.connect() as connection:
        logged = connection.execute(select(custody.c.event, custody.c.subject, custody.c.digest)).all()[-1]
    assert tuple(logged) == (CustodyEvent.TORN_END_MOVED, moved["moved_to"], hashlib.sha256(left).hexdigest())
    assert verified(kept).is_sound
    assert adwatch_json(kept.settings.home, "evidence", "repair", "--apply") == []

    (kept.settings.evidence_folder / moved["moved_to"]).unlink()
    assert "cannot be read" in str(verified(kept).first_broken)


def test_capture_whose_bytes_are_torn_stays_named_after_the_repair(kept: StoreBuilder) -> None:
    record_id, file = last_capture(kept)
    file.write_bytes(file.read_bytes()[:-30])

    found = verified(kept)
    assert found.first_broken is not None
    assert found.first_broken.startswith("capture 2: ")
    assert any(f"record {record_id} breaks off" in failure for failure in found.failures)

    (moved,) = adwatch_json(kept.settings.home, "evidence", "repair", "--apply")
    assert moved["captures_lost"] == [record_id]
    assert [failure.split(":")[0] for failure in verified(kept).failures] == ["capture 2"]


def test_file_that_is_being_written_is_not_taken_for_torn(kept: StoreBuilder) -> None:
    with CaptureWriter(kept.settings.evidence_folder, "running") as writer:
        writer.keep(page(exchange=ASKED))
        file = next((kept.settings.evidence_folder / "warc").glob("running-*"))
        with file.open("ab") as stream:
            stream.write(b"\x1f\x8b half")
        assert verified(kept).is_sound
    assert not verified(kept).is_sound


def test_end_of_a_night_mends_what_was_left_and_seals_every_file(kept: StoreBuilder) -> None:
    _, file = last_capture(kept)
    whole = file.read_bytes()
    file.write_bytes(whole + b"\x1f\x8b half")

    first, second = seal_evidence(kept.night_now()), seal_evidence(kept.night_now())

    assert first.counts == {"mended": 1, "sealed": 2, "noted": 1}
    assert second.counts == {"mended": 0, "sealed": 0, "noted": 1}
    assert file.read_bytes() == whole
    assert verified(kept).is_sound
    assert verified(kept).sealed_files == 2


def test_seal_shows_a_change_of_what_no_payload_hash_covers(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    with CaptureWriter(store.settings.evidence_folder, "night") as writer:
        kept = writer.keep(page(exchange=ASKED))[-1]
    seal_evidence(store.night_now())
    file = store.settings.evidence_folder / kept.file
    raw = gzip.decompress(file.read_bytes()).replace(b"X-Bad: a Injected", b"X-Bad: b Injected")
    file.write_bytes(gzip.compress(raw))

    assert any("do not match the recorded SHA-256" in failure for failure in verified(store).failures)


def test_torn_end_that_the_store_refers_to_waits_for_a_person(kept: StoreBuilder) -> None:
    _, file = last_capture(kept)
    file.write_bytes(file.read_bytes()[:-30])
    torn = file.read_bytes()

    assert seal_evidence(kept.night_now()).counts["mended"] == 0
    assert file.read_bytes() == torn


def restore(store: StoreBuilder, *, entries: int) -> None:
    """Leaves of the log and of the captures what an older backup holds."""
    with store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER custody_no_delete"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        lost = select(custody.c.subject).where(custody.c.seq > entries)
        connection.execute(text("DELETE FROM sightings"))
        connection.execute(text("DELETE FROM ad_versions"))
        connection.execute(delete(captures).where(captures.c.record_id.in_(lost)))
        connection.execute(delete(custody).where(custody.c.seq > entries))


def test_log_of_an_older_backup_is_named(kept: StoreBuilder) -> None:
    seal_evidence(kept.night_now())
    restore(kept, entries=1)

    assert "custody log: it ends with entry 1, and entry 4 was noted" in str(verified(kept).first_broken)


def test_log_that_went_on_from_an_older_backup_is_named(kept: StoreBuilder) -> None:
    seal_evidence(kept.night_now())
    restore(kept, entries=1)
    for number in range(4):
        kept.capture(f"http://portal.example/{number}", body=b"later", at=NOW)

    failure = str(verified(kept).first_broken)
    assert failure.startswith("custody entry 4: another one was noted")


def test_verify_prints_what_it_counted(kept: StoreBuilder) -> None:
    seal_evidence(kept.night_now())
    ended = adwatch(kept.settings.home, "evidence", "verify", "--json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["ok"], told["captures"], told["sealed_files"]) == (0, True, 2, 2)
