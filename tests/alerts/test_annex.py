"""The annex opens with a ZIP program, a spreadsheet and a text editor, and everything in it can be checked."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from typer.testing import Result

from alerts.script import Script
from alerts.tables import FORMULA_BEGINS, table_of
from crawler.errors import AdwatchError, DraftError, EvidenceError, UsageError
from crawler.evidence.custody import seal
from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.store.captures import save_captures
from crawler.store.schema import sightings
from crawler.store.screenshots import note_screenshot
from tests.alerts.conftest import run_adwatch
from tests.builders import NOW, REGISTER_FILE, StoreBuilder

PNG = b"\x89PNG\r\n\x1a\n of a page"
HOSTILE_URL = "http://demo-portal.example/oglas?x=;\"'=1+1&\u202egnp"


@pytest.fixture
def case_id(store: StoreBuilder, people: None) -> int:
    """A case with a screenshot, and the register that it was checked against."""
    store.register()
    kept = store.settings.evidence_folder / "register" / "registar-agencija.xlsx"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(REGISTER_FILE)
    ad = store.ad(url=HOSTILE_URL)
    shot = store.capture("http://demo-portal.example/izgled", body=PNG)
    with store.engine.begin() as connection:
        note_screenshot(connection, ad.version_id, at=NOW, problem=None, capture_id=shot)
    return store.case(ad, store.assess(ad))


def annexed(case_id: int, folder: Path, *arguments: str) -> tuple[Result, Path]:
    file = folder / "prilog.zip"
    return run_adwatch("annex", case_id, "-o", file, *arguments), file


def opened(case_id: int, folder: Path, *arguments: str) -> zipfile.ZipFile:
    made, file = annexed(case_id, folder, *arguments)
    assert made.exit_code == 0, made.output
    return zipfile.ZipFile(file)


def rows_of(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(package.read(name).decode("utf-8-sig")), delimiter=";"))


def test_the_annex_holds_manifest_records_pictures_register_and_custody(case_id: int, tmp_path: Path) -> None:
    assert opened(case_id, tmp_path).namelist() == [
        "popis-dokaza.csv",
        "dokazi.wacz",
        "slike/dokaz-2.png",
        "evidencija-cuvanja.csv",
        "registar/izvod.csv",
        "registar/registar.xlsx",
        "PROCITAJ.txt",
        "SHA256SUMS",
    ]


def test_every_file_is_checked_by_sha256sum(case_id: int, tmp_path: Path) -> None:
    package = opened(case_id, tmp_path)
    package.extractall(tmp_path / "raspakovano")
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "raspakovano", capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count(": OK") == len(package.namelist()) - 1


def test_the_manifest_lists_the_evidence_as_the_draft_does(case_id: int, store: StoreBuilder, tmp_path: Path) -> None:
    package = opened(case_id, tmp_path, "--script", "latn")
    first, second = rows_of(package, "popis-dokaza.csv")
    assert run_adwatch("draft", case_id, "--format", "txt", "-o", tmp_path / "nacrt.txt").exit_code == 0
    draft = (tmp_path / "nacrt.txt").read_text(encoding="utf-8")
    for row in (first, second):
        assert row["SHA-256"] in draft
        assert row["WARC-Record-ID"] in draft
    assert (first["Dokaz"], first["Vreme snimanja (UTC)"]) == ("1", "2026-11-20 01:00:00")
    assert first["Vreme snimanja (Beograd)"] == "2026-11-20 02:00:00"
    assert first["Adresa ili oznaka"] == HOSTILE_URL.replace("\u202e", " ")
    assert second["Slika u prilogu"] == "slike/dokaz-2.png"
    assert hashlib.sha256(package.read("slike/dokaz-2.png")).hexdigest() == second["SHA-256"]


def test_how_a_page_looked_is_named_beside_its_record(case_id: int, store: StoreBuilder, tmp_path: Path) -> None:
    with CaptureWriter(store.settings.evidence_folder, "later") as writer:
        shown = FetchedPage("http://demo-portal.example/oglas/x", NOW, 200, (), b"<p>x</p>", "browser")
        kept = writer.keep(shown)
        shot = writer.keep_screenshot(shown, PNG, of=kept[-1].record_id)
    page, night_id = replace(kept[-1], screenshot_record_id=shot.record_id), store.night()
    with store.engine.begin() as connection:
        rows = save_captures(connection, [page, shot])
        seen = connection.execute(select(sightings.c.ad_id, sightings.c.version_id)).mappings().one()
        again = {"night_id": night_id, "capture_id": rows[page.record_id], "seen_at": NOW + timedelta(hours=1)}
        connection.execute(insert(sightings).values({**seen, **again}))
    last = rows_of(opened(case_id, tmp_path, "--script", "latn"), "popis-dokaza.csv")[-1]
    assert (last["WARC-Record-ID"], last["Slika u prilogu"]) == (page.record_id, "slike/dokaz-3-izgled.png")


def test_the_records_are_a_valid_wacz_of_the_drafts_evidence_only(
    case_id: int, store: StoreBuilder, tmp_path: Path
) -> None:
    store.ad(text="Oglas koji nikog ne zanima")
    package = opened(case_id, tmp_path)
    named = {row["WARC-Record-ID"] for row in rows_of(package, "popis-dokaza.csv")}
    file = tmp_path / "dokazi.wacz"
    file.write_bytes(package.read("dokazi.wacz"))
    with zipfile.ZipFile(file) as wacz:
        described = json.loads(wacz.read("datapackage.json"))
        index = wacz.read("indexes/index.cdx").decode().splitlines()
        for resource in described["resources"]:
            assert f"sha256:{hashlib.sha256(wacz.read(resource['path'])).hexdigest()}" == resource["hash"]
    assert len(index) == len(named) == 2


def test_the_custody_extract_proves_each_entry_by_its_own_seal(case_id: int, tmp_path: Path) -> None:
    package = opened(case_id, tmp_path, "--script", "latn")
    rows = rows_of(package, "evidencija-cuvanja.csv")
    with zipfile.ZipFile(BytesIO(package.read("dokazi.wacz"))) as wacz:
        entries = [json.loads(line) for line in wacz.read("custody/log.jsonl").decode().splitlines()]
    assert [row["Pečat"] for row in rows] == [entry["hash"] for entry in entries]
    assert {row["Događaj"] for row in rows} == {"snimljeno"}
    for entry in entries:
        sealed = {**entry, "at": datetime.fromisoformat(entry["at"])}
        assert sealed.pop("hash") == seal(**sealed)


def test_the_register_comes_as_it_was_imported_with_the_entries_named(case_id: int, tmp_path: Path) -> None:
    package = opened(case_id, tmp_path, "--script", "latn")
    assert package.read("registar/registar.xlsx") == REGISTER_FILE
    (row,) = rows_of(package, "registar/izvod.csv")
    assert (row["Naziv"], row["Zašto je naveden"]) == ("Primer Radnik d.o.o.", "sličan naziv, 71%")
    assert row["Važi do"] == "15.1.2029."


@pytest.mark.parametrize("script", Script)
def test_the_readme_names_every_file_in_the_chosen_script(case_id: int, tmp_path: Path, script: Script) -> None:
    package = opened(case_id, tmp_path, "--script", script)
    text = package.read("PROCITAJ.txt").decode("utf-8-sig")
    assert all(name in text for name in package.namelist() if name != "PROCITAJ.txt")
    assert "sha256sum -c SHA256SUMS" in text
    assert ("Како се проверава" in text) is (script is Script.CYRL)


def test_a_notice_to_one_portal_brings_that_portals_evidence_only(
    case_id: int, store: StoreBuilder, tmp_path: Path
) -> None:
    package = opened(case_id, tmp_path, "--recipient", "obavestenje_portalu", "--script", "latn")
    assert {row["Adresa ili oznaka"].split("/")[2] for row in rows_of(package, "popis-dokaza.csv")} == {
        "demo-portal.example"
    }


@pytest.mark.parametrize("broken", ["records", "register", "folder"])
def test_what_does_not_verify_leaves_no_annex(case_id: int, store: StoreBuilder, tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "izlaz"
    folder.mkdir()
    annexed(case_id, folder)[1].unlink()
    if broken == "records":
        for file in store.settings.evidence_folder.rglob("*.warc.gz"):
            file.write_bytes(file.read_bytes()[:-30])
    elif broken == "register":
        (store.settings.evidence_folder / "register" / "registar-agencija.xlsx").write_bytes(b"changed")
    else:
        folder = tmp_path / "nema"
    made, file = annexed(case_id, folder)
    assert isinstance(made.exception, (DraftError, EvidenceError, UsageError))
    assert isinstance(made.exception, AdwatchError)
    assert not file.exists()
    assert not folder.exists() or list(folder.iterdir()) == []


@given(st.text(max_size=50))
def test_no_cell_is_a_formula_and_every_cell_is_one_line(text: str) -> None:
    (row,) = csv.reader(StringIO(table_of((), [(text,)]).decode("utf-8-sig").split("\r\n", 1)[1]), delimiter=";")
    assert not row[0].startswith(FORMULA_BEGINS)
    assert row[0].isprintable()
