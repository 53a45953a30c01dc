"""The exported package stands alone: the wacz package finds it valid, and every record replays to the byte."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from cdxj_indexer.main import CDXJIndexer
from sqlalchemy import select, update
from surt import surt
from warcio.archiveiterator import ArchiveIterator

from crawler.evidence.custody import seal
from crawler.evidence.sealing import seal_evidence
from crawler.evidence.wacz import sort_key
from crawler.evidence.warc import CaptureWriter, read_payload
from crawler.items import FetchedPage
from crawler.store.captures import captures_by_digest, save_captures
from crawler.store.schema import ad_versions, captures, sightings
from crawler.store.screenshots import note_screenshot
from tests.builders import NOW, StoreBuilder
from tests.hall.test_evidence import ASKED
from tests.whole.running import adwatch

BODY = "<h1>Tražimo radnike</h1>".encode()
URL = "https://www.primer.example:8443/Oglasi/1?b=2&a=1"


@pytest.fixture
def store(tmp_path: Path) -> StoreBuilder:
    """An ad seen again by a revisit, with a listing and a screenshot; a case on it, and another ad."""
    built = StoreBuilder(tmp_path / "home")
    built.ad(text="Oglas koji nikog ne zanima")
    ad = built.ad(title="Radnici")
    built.case(ad, built.assess(ad))
    page = FetchedPage(URL, NOW, 200, (("Content-Type", "text/html; charset=utf-8"),), BODY, exchange=ASKED)
    again = FetchedPage(URL, NOW + timedelta(days=1), 200, (), BODY, exchange=ASKED)
    with CaptureWriter(built.settings.evidence_folder, "night", facts={"operator": "Primer"}) as writer:
        kept = writer.keep(page)
        shot = writer.keep_screenshot(page, b"PNG", of=kept[0].record_id)
        other = writer.keep(FetchedPage("https://primer.example/tudje", NOW, 200, (), b"other"))
    with built.engine.begin() as connection:
        first = save_captures(connection, [*kept, shot, *other])
        earlier = captures_by_digest(connection, [page.digest])[URL, page.digest]
    with CaptureWriter(built.settings.evidence_folder, "later") as writer:
        revisit = writer.keep_revisit(again, of=earlier)
    listing = built.capture("https://primer.example/lista", body=b"lista")
    with built.engine.begin() as connection:
        second = save_captures(connection, [revisit])
        values = {"capture_id": second[revisit.record_id], "listing_capture_id": listing}
        connection.execute(update(ad_versions).where(ad_versions.c.id == ad.version_id).values(values))
        seen = sightings.c.ad_id == ad.ad_id
        connection.execute(update(sightings).where(seen).values(capture_id=second[revisit.record_id]))
        note_screenshot(connection, ad.version_id, at=NOW, problem=None, capture_id=first[shot.record_id])
    seal_evidence(built.night_now())
    return built


def exported(store: StoreBuilder, *arguments: str) -> Path:
    """The package that the command writes."""
    path = store.settings.home / "predmet.wacz"
    ended = adwatch(store.settings.home, "evidence", "export", *arguments, "-o", str(path))
    assert ended.returncode == 0, ended.stderr
    return path


def index_of(package: zipfile.ZipFile) -> list[tuple[str, str, dict[str, Any]]]:
    """Key, time and fields of each line of the index."""
    lines = package.read("indexes/index.cdx").decode().splitlines()
    assert lines == sorted(lines)
    return [(key, stamp, json.loads(said)) for key, stamp, said in (line.split(" ", 2) for line in lines)]


def records_of(package: zipfile.ZipFile) -> list[Any]:
    """Type and WARC headers of each record, in order."""
    with package.open("archive/data.warc.gz") as stream:
        return [(one.rec_type, dict(one.rec_headers.headers)) for one in ArchiveIterator(BytesIO(stream.read()))]


@pytest.mark.parametrize("arguments", [("1",), ("--ad", "2"), ("--all",)])
def test_package_is_valid_for_the_makers_of_the_format(store: StoreBuilder, arguments: tuple[str, ...]) -> None:
    path = exported(store, *arguments)
    wacz = Path(sys.executable).parent / "wacz"
    judged = subprocess.run([wacz, "validate", "-f", str(path)], capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "Validation succeeded" in judged.stdout


def test_changed_package_is_not_valid(store: StoreBuilder, tmp_path: Path) -> None:
    path, changed = exported(store, "1"), tmp_path / "changed.wacz"
    with zipfile.ZipFile(path) as package, zipfile.ZipFile(changed, "w") as copy:
        for name in package.namelist():
            copy.writestr(name, package.read(name) + (b" " if name == "pages/pages.jsonl" else b""))
    wacz = Path(sys.executable).parent / "wacz"
    judged = subprocess.run([wacz, "validate", "-f", str(changed)], capture_output=True, text=True, check=False)
    assert judged.returncode == 1


def test_case_takes_along_what_matters_and_nothing_else(store: StoreBuilder) -> None:
    with zipfile.ZipFile(exported(store, "1")) as package:
        found = records_of(package)
        pages = [json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()]
    addresses = {headers.get("WARC-Target-URI") for _, headers in found}
    assert addresses == {None, URL, f"urn:screenshot:{URL}", "https://primer.example/lista"}
    kinds = [kind for kind, _ in found]
    assert kinds.count("warcinfo") == 3, "one for each file that records come from"
    assert (kinds.count("response"), kinds.count("revisit"), kinds.count("resource")) == (2, 1, 1)
    assert (kinds.count("request"), kinds.count("metadata")) == (2, 3), "what stands beside a record goes with it"
    assert pages[0]["format"] == "json-pages-1.0"
    assert [(page["url"], page["title"]) for page in pages[1:]] == [(URL, "Radnici")]


def test_every_line_of_the_index_replays_to_the_byte(store: StoreBuilder) -> None:
    with store.connect() as connection:
        kept = {row.record_id: row for row in connection.execute(select(captures))}
    with zipfile.ZipFile(exported(store, "--all")) as package:
        index, archive = index_of(package), package.read("archive/data.warc.gz")
    assert len(index) == len(kept)
    for _, _, said in index:
        member = archive[int(said["offset"]) : int(said["offset"]) + int(said["length"])]
        record = next(ArchiveIterator(BytesIO(member)))
        row = kept[record.rec_headers.get_header("WARC-Record-ID").strip("<>")]
        assert said["url"] == row.url
        if row.record_type != "revisit":
            payload = record.content_stream().read()
            assert payload == read_payload(store.settings.evidence_folder, row)
            assert said["digest"] == f"sha256:{hashlib.sha256(payload).hexdigest()}"


def test_index_is_the_one_that_another_program_makes(store: StoreBuilder, tmp_path: Path) -> None:
    with zipfile.ZipFile(exported(store, "--all")) as package:
        ours = [(key, stamp, said) for key, stamp, said in index_of(package) if key.startswith("example,")]
        file = tmp_path / "data.warc.gz"
        file.write_bytes(package.read("archive/data.warc.gz"))
    output = StringIO()
    CDXJIndexer(output, [str(file)], sort=True).process_all()
    lines = [line.split(" ", 2) for line in output.getvalue().splitlines() if line.startswith("example,")]
    theirs = [(key, stamp, json.loads(said)) for key, stamp, said in lines]
    assert [(key, stamp) for key, stamp, _ in ours] == [(key, stamp) for key, stamp, _ in theirs]
    for name in ("url", "mime", "length", "offset", "filename", "digest"):
        assert [said.get(name) for *_, said in ours] == [said.get(name) for *_, said in theirs], name


@pytest.mark.parametrize(
    "url",
    ["http://primer.example", "https://www.a.primer.example/B?x=%C5%A1&a=", "http://primer.example:8080/a/?q=1+2"],
)
def test_sort_key_is_the_usual_one(url: str) -> None:
    assert sort_key(url) == surt(url)


def test_package_carries_its_custody(store: StoreBuilder) -> None:
    with zipfile.ZipFile(exported(store, "1")) as package:
        entries = [json.loads(line) for line in package.read("custody/log.jsonl").decode().splitlines()]
        noted = [name for name in package.namelist() if name.startswith("custody/0")]
    assert {entry["event"] for entry in entries} == {"captured", "sealed"}
    assert len(noted) == 1
    for entry in entries:
        parts = {name: entry[name] for name in ("seq", "event", "subject", "digest", "previous")}
        assert entry["hash"] == seal(at=NOW.fromisoformat(entry["at"]), **parts)


def test_broken_evidence_is_not_exported(store: StoreBuilder) -> None:
    for file in (store.settings.evidence_folder / "warc").glob("night-*"):
        file.write_bytes(file.read_bytes()[:-200] + bytes(200))
    path = store.settings.home / "predmet.wacz"

    ended = adwatch(store.settings.home, "evidence", "export", "--all", "-o", str(path))

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert not list(store.settings.home.glob("*predmet*")), "nothing is left half-written"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-o", "a.wacz"), "name a case"),
        (("1", "--all", "-o", "a.wacz"), "name a case"),
        (("1", "-o", "a.zip"), "must be a file name.wacz"),
        (("99", "-o", "a.wacz"), "there is no case 99"),
        (("--ad", "99", "-o", "a.wacz"), "there is no ad 99"),
    ],
)
def test_wrong_use_is_told_in_one_line(store: StoreBuilder, arguments: tuple[str, ...], told: str) -> None:
    ended = adwatch(store.settings.home, "evidence", "export", *arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
