"""Evidence: what is kept comes back to the byte, and what was touched is named."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from warcio.archiveiterator import ArchiveIterator

from crawler.errors import EvidenceError
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import CaptureWriter, read_payload
from crawler.items import FetchedPage
from crawler.register import Register, RegisterEntry
from crawler.store.register import SnapshotFile, save_snapshot
from crawler.store.schema import captures, custody, register_snapshots
from tests.builders import NOW, StoreBuilder

AT = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)


def page(body: bytes = b"<html>oglas \xc5\xa1</html>", **more: object) -> FetchedPage:
    fields = {
        "url": "https://portal.example/oglas/1",
        "fetched_at": AT,
        "status": 200,
        "headers": (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("X-Bad", "a\r\nInjected: b")),
        "body": body,
        **more,
    }
    return FetchedPage(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 5000, "Оглас".encode(), b"\r\n\r\nHTTP/1.1 200\r\n"])
def test_payload_comes_back_to_the_byte(tmp_path: Path, body: bytes) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        kept = [writer.keep(page(b"first"))[-1], writer.keep(page(body))[-1]]

    assert read_payload(tmp_path, kept[1]) == body


def test_rendered_page_keeps_its_screenshot_as_a_record_of_its_own(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        screenshot, rendered = writer.keep(page(method="browser", screenshot=b"\x89PNG picture"))

    assert rendered.screenshot_record_id == screenshot.record_id
    assert read_payload(tmp_path, screenshot) == b"\x89PNG picture"


def test_file_is_readable_by_other_warc_programs(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        first = writer.keep(page())[-1]
        writer.keep_revisit(page(), of=first)

    (file,) = (tmp_path / "warc").iterdir()
    with file.open("rb") as stream:
        records = [(r.rec_type, r.rec_headers.get_header("WARC-Payload-Digest")) for r in ArchiveIterator(stream)]
    assert records == [("response", f"sha256:{page().digest}"), ("revisit", f"sha256:{page().digest}")]


def test_headers_of_a_page_cannot_inject_lines(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        kept = writer.keep(page())[-1]

    raw = gzip.decompress((tmp_path / kept.file).read_bytes())
    assert b"\r\nInjected:" not in raw
    assert b"\r\nX-Archive-Orig-Content-Encoding: gzip\r\n" in raw


def test_changed_byte_is_an_evidence_error(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        kept = writer.keep(page())[-1]
    file = tmp_path / kept.file
    raw = gzip.decompress(file.read_bytes()).replace(b"oglas", b"dogla")
    member = gzip.compress(raw)
    file.write_bytes(member)
    forged = type(kept)(**{**{name: getattr(kept, name) for name in kept.__slots__}, "length": len(member)})

    with pytest.raises(EvidenceError, match="SHA-256"):
        read_payload(tmp_path, forged)


def test_torn_file_is_an_evidence_error(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        kept = writer.keep(page())[-1]
    file = tmp_path / kept.file
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(EvidenceError, match="ends before"):
        read_payload(tmp_path, kept)


def test_untouched_store_verifies(store: StoreBuilder) -> None:
    store.ad()
    store.ad()

    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)

    assert found.is_sound
    assert (found.captures, found.custody_entries) == (2, 2)


def test_first_broken_capture_is_named(store: StoreBuilder) -> None:
    store.ad()
    broken = store.ad()
    with store.engine.begin() as connection:
        file = connection.scalar(select(captures.c.file).where(captures.c.id == broken.capture_id))
    (store.settings.evidence_folder / str(file)).unlink()

    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)

    assert found.first_broken is not None
    assert found.first_broken.startswith(f"capture {broken.capture_id}:")


def test_capture_row_rewritten_to_match_other_bytes_is_found(store: StoreBuilder) -> None:
    ad, other = store.ad(), store.ad(text="Drugi oglas")
    with store.engine.begin() as connection:
        row = connection.execute(select(captures).where(captures.c.id == other.capture_id)).one()
        places = {name: getattr(row, name) for name in ("digest", "file", "offset", "length")}
        connection.execute(update(captures).where(captures.c.id == ad.capture_id).values(**places))

    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)

    assert any("not in the custody log" in failure for failure in found.failures)


def test_capture_deleted_without_a_trace_is_found(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    capture_id = store.capture("http://portal.example/1", body=b"page")
    with store.engine.begin() as connection:
        connection.execute(delete(captures).where(captures.c.id == capture_id))

    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)

    assert any("no longer in the store" in failure for failure in found.failures)


@pytest.mark.parametrize("statement", ["UPDATE custody SET subject = 'x'", "DELETE FROM custody"])
def test_custody_log_takes_no_change(store: StoreBuilder, statement: str) -> None:
    store.ad()

    with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))


def test_chain_broken_behind_the_databases_back_is_found(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    store.ad()
    store.ad()
    with store.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER custody_no_update"))
        connection.execute(update(custody).where(custody.c.seq == 1).values(subject="urn:uuid:other"))

    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)

    assert found.first_broken == "custody entry 1: the chain is broken here"


@pytest.fixture
def imported(store: StoreBuilder) -> tuple[StoreBuilder, list[Path]]:
    """A store with two imported registers and their kept files, the older first."""
    files = []
    for day in (1, 2):
        content = f"register {day}".encode()
        digest = hashlib.sha256(content).hexdigest()
        file = store.settings.evidence_folder / "register" / f"{digest}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        entry = RegisterEntry("Primer d.o.o.", valid_until=date(2030, 1, 1))
        register = Register((entry,), date(2026, 11, day), f"sha256:{digest}")
        with store.engine.begin() as connection:
            save_snapshot(connection, register, SnapshotFile("spisak.csv", f"register/{file.name}"), now=NOW)
        files.append(file)
    return store, files


def test_kept_register_files_verify(imported: tuple[StoreBuilder, list[Path]]) -> None:
    store, _ = imported
    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)
    assert (found.first_broken, found.register_files) == (None, 2)


def test_the_first_broken_register_file_is_named(imported: tuple[StoreBuilder, list[Path]]) -> None:
    store, (older, newer) = imported
    older.write_bytes(b"register 1, changed")
    newer.unlink()
    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)
    assert found.first_broken == f"register file register/{older.name}: its bytes do not match the recorded SHA-256"
    assert found.failures[1].startswith(f"register file register/{newer.name}: cannot be read")


def test_a_snapshot_pointed_to_another_file_is_found(imported: tuple[StoreBuilder, list[Path]]) -> None:
    store, (_, newer) = imported
    with store.engine.begin() as connection:
        older = register_snapshots.c.as_of == date(2026, 11, 1)
        connection.execute(update(register_snapshots).where(older).values(file=f"register/{newer.name}"))
    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)
    assert found.first_broken is not None
    assert "not in the custody log" in found.first_broken
