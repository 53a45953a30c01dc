"""Evidence: what is kept comes back to the byte, and what was touched is named."""

from __future__ import annotations

import gzip
import hashlib
import random
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.config import Settings
from crawler.errors import EvidenceError
from crawler.evidence.records import COMPRESSION, file_facts, resource
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import Capture, CaptureWriter, read_payload
from crawler.items import Exchange, FetchedPage
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


@pytest.mark.parametrize("size", [0, 1, 300, 900, 5_000, 15_000, 40_000, 200_000])
def test_record_of_any_size_is_as_small_as_with_the_largest_window(size: int) -> None:
    chance = random.Random(size)  # noqa: S311 - variety, not secrecy
    body = b" ".join(b"rubrika %d" % chance.randrange(9_999) for _ in range(size // 10))
    member = resource("http://x.example/", body, at=NOW, digest="", content_type="text/plain").member
    whole = gzip.decompress(member)
    assert whole.rstrip().endswith(body.rstrip())
    largest = zlib.compressobj(COMPRESSION, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    assert len(member) <= 1.02 * len(largest.compress(whole) + largest.flush())


def test_rendered_page_keeps_its_screenshot_as_a_record_of_its_own(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        screenshot, rendered = writer.keep(page(method="browser", screenshot=b"\x89PNG picture"))

    assert rendered.screenshot_record_id == screenshot.record_id
    assert read_payload(tmp_path, screenshot) == b"\x89PNG picture"


ASKED = Exchange(
    method="GET",
    sent=(("User-Agent", "adwatch/0.1 (+kontakt@ngo.example)"), ("X-Bad", "a\r\nInjected: b")),
    redirects=("https://portal.example/o/1",),
    ip="192.0.2.7",
    seconds=0.25,
)


def records_in(folder: Path) -> list[tuple[str, dict[str, str], str]]:
    """Type, headers and content of each record of the folder's only WARC file, as another program reads them."""
    (file,) = (folder / "warc").iterdir()
    with file.open("rb") as stream:
        return [
            (found.rec_type, dict(found.rec_headers.headers), found.content_stream().read().decode())
            for found in ArchiveIterator(stream)
        ]


def test_file_passes_the_check_of_another_warc_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        first = writer.keep(page(exchange=ASKED))[-1]
        writer.keep_revisit(page(exchange=ASKED), of=first)
        writer.keep_not_modified(page(b"", status=304), of=first)
        writer.keep(page(method="browser", screenshot=b"PNG"))
    (file,) = (tmp_path / "warc").iterdir()

    assert Checker(SimpleNamespace(inputs=[str(file)], verbose=True)).process_all() == 0
    assert "no digest" not in capsys.readouterr().out


def test_large_file_is_followed_by_another_between_two_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.evidence.warc.LARGEST_FILE", 1)
    kept: list[Capture] = []
    with CaptureWriter(tmp_path, "night") as writer:
        for batch in (b"1", b"2"):
            with writer.all_or_nothing():
                kept += [*writer.keep(page(batch)), *writer.keep(page(batch * 2))]
        with pytest.raises(OSError, match="full"), writer.all_or_nothing():
            writer.keep(page(b"3"))
            raise OSError("full")

    assert [read_payload(tmp_path, capture) for capture in kept] == [b"1", b"11", b"2", b"22"]
    first, second = kept[0].file, kept[2].file
    assert [capture.file for capture in kept] == [first, first, second, second]
    assert {f"warc/{file.name}" for file in (tmp_path / "warc").iterdir()} == {first, second}
    for file in (first, second):
        with (tmp_path / file).open("rb") as stream:
            assert next(iter(ArchiveIterator(stream))).rec_type == "warcinfo"


def test_revisit_says_whose_bytes_it_stands_for(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        first = writer.keep(page())[-1]
        writer.keep_revisit(page(), of=first)

    found = [(kind, headers) for kind, headers, _ in records_in(tmp_path) if kind in ("response", "revisit")]
    assert [headers["WARC-Payload-Digest"] for _, headers in found] == [f"sha256:{page().digest}"] * 2
    assert found[1][1]["WARC-Refers-To"] == f"<{first.record_id}>"


def test_every_file_begins_with_who_made_it_and_by_which_rules(tmp_path: Path) -> None:
    (tmp_path / "adwatch.yml").write_text("contact: kontakt@ngo.example\norganisation: {name: Primer}\n")
    facts = file_facts(Settings(tmp_path), night_id=7, source="xx_portal")
    with CaptureWriter(tmp_path, "night", facts=facts) as writer:
        writer.keep(page())
        writer.keep(page(b"other"))

    found = records_in(tmp_path)
    assert [kind for kind, *_ in found] == ["warcinfo", "response", "response"]
    told = dict(line.split(": ", 1) for line in found[0][2].splitlines())
    assert told["software"].startswith("adwatch/")
    assert told["operator"] == "Primer"
    assert told["robots"] == "classic"
    assert told["http-header-user-agent"] == "adwatch/0.1 (+kontakt@ngo.example)"
    assert told["isPartOf"] == "night 7, source xx_portal"
    assert f"warc/{found[0][1]['WARC-Filename']}" in {
        str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.gz")
    }


@pytest.mark.parametrize("again", [False, True])
def test_page_stands_with_the_request_as_sent_and_the_way_to_it(tmp_path: Path, again: bool) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        kept = writer.keep(page(exchange=ASKED))[-1]
        if again:
            kept = writer.keep_revisit(page(exchange=ASKED), of=kept)

    (kind, headers, _), (_, asked, _), (_, way, told) = records_in(tmp_path)[-3:]
    assert kind == kept.record_type
    assert headers["WARC-IP-Address"] == "192.0.2.7"
    assert asked["WARC-Concurrent-To"] == way["WARC-Concurrent-To"] == f"<{kept.record_id}>"
    assert told.splitlines() == ["redirectedFrom: https://portal.example/o/1", "fetchTimeMs: 250"]
    raw = gzip.decompress((tmp_path / kept.file).read_bytes()).decode()
    assert "\r\n\r\nGET /oglas/1 HTTP/1.1\r\nHost: portal.example\r\nUser-Agent: adwatch/0.1 (+kontakt" in raw
    assert "\r\nInjected:" not in raw


def test_request_that_came_straight_away_needs_no_words(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        writer.keep(page(exchange=replace(ASKED, redirects=())))

    assert [kind for kind, *_ in records_in(tmp_path)] == ["warcinfo", "response", "request"]


def test_rendered_page_says_that_a_browser_fetched_it(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "night") as writer:
        writer.keep(page(method="browser", screenshot=b"PNG", exchange=ASKED))

    kinds = [kind for kind, *_ in records_in(tmp_path)]
    assert kinds == ["warcinfo", "resource", "resource", "metadata"]
    assert "fetchedBy: browser" in records_in(tmp_path)[-1][2]


def test_file_of_an_older_version_stays_readable(tmp_path: Path) -> None:
    """As written before: no warcinfo, and another compression."""
    body = b"<html>stari oglas</html>"
    (tmp_path / "warc").mkdir()
    with (tmp_path / "warc" / "old.warc.gz").open("wb") as stream:
        old = WARCWriter(stream, gzip=True, warc_version="1.1")
        headers = StatusAndHeaders("200", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = old.create_warc_record(
            page().url, "response", payload=BytesIO(body), length=len(body), http_headers=headers
        )
        old.write_record(record)
        length = stream.tell()
    record_id = record.rec_headers.get_header("WARC-Record-ID").strip("<>")
    digest = hashlib.sha256(body).hexdigest()
    capture = Capture(record_id, "response", page().url, AT, 200, "http", digest, "warc/old.warc.gz", 0, length)

    assert read_payload(tmp_path, capture) == body


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
    before, member = file.read_bytes()[: kept.offset], file.read_bytes()[kept.offset :]
    forged = gzip.compress(gzip.decompress(member).replace(b"oglas", b"dogla"))
    file.write_bytes(before + forged)

    with pytest.raises(EvidenceError, match="SHA-256"):
        read_payload(tmp_path, replace(kept, length=len(forged)))


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
