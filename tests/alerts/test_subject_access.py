"""Who asks what is stored about them gets all of it, nothing of others, and the asking is logged."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from alerts.subject_access.asking import NO_MAIL, NO_PHONE, STAFF, SubjectKind, redacted, subject_of
from alerts.subject_access.finding import find_subject
from alerts.subject_access.packing import NOTHING, pack
from crawler.errors import UsageError
from crawler.evidence.verify import verify_evidence
from crawler.intake import Brought, take_in
from crawler.store.audit import AuditFilter, read_audit
from crawler.store.schema import custody, people
from tests.builders import NOW, StoreBuilder
from tests.whole.running import adwatch

TEXT = "Zovite 060/000-00-11 ili Petra Perića. Drugi broj 064 000 0022, pisite i na drugi@posta.example."


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("060/000-0011", SubjectKind.PHONE, "+381600000011"),
        ("+381 60 000 0011", SubjectKind.PHONE, "+381600000011"),
        ("Ana@Posta.example", SubjectKind.EMAIL, "ana@posta.example"),
        ("100000001", SubjectKind.NUMBER, "100000001"),
        ("Петар Перић", SubjectKind.NAME, "petar peric"),
    ],
)
def test_value_is_understood(written: str, kind: SubjectKind, value: str) -> None:
    subject = subject_of(written)

    assert (subject.kind, subject.value) == (kind, value)


def test_value_that_could_be_anybody_is_refused() -> None:
    with pytest.raises(UsageError, match="at least three letters"):
        subject_of("M.")


NOTATIONS = ("060 000 00 11", "+381 (0)60 000-0011", "00381600000011", "0600000011", "+381600000011")


@pytest.mark.parametrize("text", NOTATIONS)
def test_phone_is_found_in_any_notation(text: str) -> None:
    assert subject_of("060/000-0011").is_in(f"Tel. {text}, zvati posle 9")
    assert not subject_of("060/000-0012").is_in(f"Tel. {text}, zvati posle 9")
    assert not subject_of("060/000-0011").is_in(f"broj 9{text}5")


@pytest.mark.parametrize("text", ["zovite Petra Perića", "Перић Петар", "PETAR PERIC", "kod Petra  Perića,"])
def test_name_is_found_in_case_order_and_script(text: str) -> None:
    assert subject_of("Petra Perića").is_in(text) or subject_of("Petar Perić").is_in(text)


def test_contacts_of_others_are_left_out() -> None:
    row = {"text": TEXT, "at": "2026-11-20T01:00:00+00:00", "phones": ["+381640000022"]}
    shown = redacted(row, subject_of("0600000011"))

    assert shown["text"] == f"Zovite 060/000-00-11 ili Petra Perića. Drugi broj {NO_PHONE}, pisite i na {NO_MAIL}."
    assert shown["at"] == "2026-11-20T01:00:00+00:00"
    assert shown["phones"] == [NO_PHONE]


def packed(store: StoreBuilder, value: str, output: Path) -> tuple[dict[str, Any], dict[str, str]]:
    subject = subject_of(value)
    with store.connect() as connection:
        found = find_subject(connection, subject)
    pack(store.engine, subject, found, output, now=NOW)
    with zipfile.ZipFile(output) as content:
        files = {name: content.read(name).decode("utf-8-sig") for name in content.namelist()}
    return json.loads(files["podaci.json"]), files


def test_package_holds_what_is_stored_and_nothing_of_others(store: StoreBuilder, tmp_path: Path) -> None:
    store.complaint_case(text=TEXT)
    store.ad(text="Sasvim drugi oglas, 064 000 0022")
    take_in(
        store.settings,
        store.engine,
        Brought("ana@ngo.example", "Ana Anić", text="Pozvao me 0600000011", note="kaže da ga zovu sa 060 000 0011"),
        now=NOW,
    )

    document, files = packed(store, "060 000 0011", tmp_path / "uvid.zip")

    assert len(document["ads"]) == 2
    assert [case["state"] for case in document["cases"]] == ["open"]
    everything = "\n".join(files.values())
    assert "060/000-00-11" in everything
    assert "064 000 0022" not in everything
    assert "drugi@posta.example" not in everything
    assert "ana@ngo.example" not in everything
    assert document["tables"]["intakes"][0]["person"] == STAFF
    assert "tabele/ad_versions.csv" in files
    assert "ZZPL" in files["PROCITAJ.txt"]


def test_asking_is_logged_without_saying_who_it_was_about(store: StoreBuilder, tmp_path: Path) -> None:
    store.ad(text=TEXT)
    packed(store, "060 000 0011", tmp_path / "uvid.zip")

    with store.connect() as connection:
        entry = connection.execute(select(custody).order_by(custody.c.seq.desc())).first()
        (line,) = read_audit(connection, AuditFilter())
        assert verify_evidence(connection, store.settings.evidence_folder).failures == ()
    assert entry is not None
    assert entry.event == "subject_access"
    assert entry.digest == hashlib.sha256((tmp_path / "uvid.zip").read_bytes()).hexdigest()
    assert (line.act, line.subject) == ("exported", entry.subject)
    assert "0011" not in f"{entry.subject}{line.detail.replace(entry.digest, '')}"


def test_staff_and_entries_of_the_register_are_found_without_secrets(store: StoreBuilder, tmp_path: Path) -> None:
    with store.engine.begin() as connection:
        row = {
            "email": "ana@ngo.example",
            "name": "Ana Anić",
            "role": "admin",
            "password_hash": "tajna",
            "created_at": NOW,
        }
        connection.execute(insert(people).values(row))
    store.register(names=("Ana Anić PR Primer",))

    document, files = packed(store, "Ana Anić", tmp_path / "uvid.zip")

    assert {"people", "register_entries"} <= document["tables"].keys()
    assert "tajna" not in "".join(files.values())


def test_page_of_an_ad_is_text_and_never_markup(store: StoreBuilder, tmp_path: Path) -> None:
    store.ad(title="<script>alert(1)</script>", text="=cmd 060 000 0011")

    _, files = packed(store, "060 000 0011", tmp_path / "uvid.zip")

    assert "<script>" not in files["podaci.html"]


def test_command_says_clearly_that_nothing_is_stored(tmp_path: Path) -> None:
    home = tmp_path / "home"
    output = tmp_path / "uvid.zip"

    ended = adwatch(home, "subject-access", "060 000 0099", "-o", str(output))

    assert ended.returncode == 0, ended.stderr
    assert "Nothing is stored about that phone" in ended.stdout
    with zipfile.ZipFile(output) as content:
        assert NOTHING in content.read("PROCITAJ.txt").decode()
