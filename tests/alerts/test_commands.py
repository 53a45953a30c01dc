"""The commands of cases and drafts, as people and programs call them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.errors import DraftError, UsageError
from crawler.store.drafts import drafts_of_case
from tests.alerts.conftest import run_adwatch
from tests.builders import StoreBuilder


@pytest.fixture
def case_id(store: StoreBuilder, people: None) -> int:
    return store.complaint_case()


def test_cases_list_prints_what_other_programs_read(case_id: int) -> None:
    (line,) = json.loads(run_adwatch("cases", "list", "--json").stdout)
    assert line.pop("opened_at") == "2026-11-20T01:00:00+00:00"
    assert line == {
        "id": case_id,
        "state": "open",
        "level": "high",
        "score": 0.7,
        "title": "Radnici za rad u Nemačkoj",
        "mediator": "Primer Rad",
        "verdict": "not_found",
        "destinations": ["DE"],
        "ads": 1,
    }


def test_cases_list_keeps_to_the_states_asked_for(case_id: int) -> None:
    assert json.loads(run_adwatch("cases", "list", "--json", "--state", "dismissed").stdout) == []
    assert (
        len(json.loads(run_adwatch("cases", "list", "--json", "--state", "dismissed", "--state", "open").stdout)) == 1
    )


def test_a_title_is_no_markup_of_the_terminal(store: StoreBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADWATCH_HOME", str(store.settings.home))
    ad = store.ad(title="[bold]x[/nije]")
    store.case(ad, store.assess(ad))
    assert "[bold]" in run_adwatch("cases", "list").stdout


def test_a_decision_is_recorded(case_id: int) -> None:
    made = run_adwatch(
        "cases", "decide", str(case_id), "dismiss", "--person", "ana@primer.example", "--reason", "poznato"
    )
    assert made.exit_code == 0
    assert json.loads(run_adwatch("cases", "list", "--json").stdout)[0]["state"] == "dismissed"


def test_a_dismissal_without_reason_is_wrong_use(case_id: int) -> None:
    made = run_adwatch("cases", "decide", str(case_id), "dismiss", "--person", "ana@primer.example")
    assert isinstance(made.exception, UsageError)


@pytest.mark.parametrize(("kind", "begin"), [("docx", b"PK"), ("pdf", b"%PDF-1.7"), ("txt", "Удружење".encode())])
def test_a_draft_is_written_in_every_format(
    store: StoreBuilder, case_id: int, tmp_path: Path, kind: str, begin: bytes
) -> None:
    store.register()
    file = tmp_path / f"draft.{kind}"
    made = run_adwatch("draft", str(case_id), "--format", kind, "--script", "cyrl", "-o", str(file))
    assert made.exit_code == 0
    assert file.read_bytes().startswith(begin)


def test_the_script_is_chosen(store: StoreBuilder, case_id: int, tmp_path: Path) -> None:
    store.register()
    file = tmp_path / "draft.txt"
    run_adwatch("draft", str(case_id), "--format", "txt", "--script", "latn", "-o", str(file))
    assert file.read_text(encoding="utf-8").startswith("Udruženje „Primer“")


def test_what_is_left_out_and_a_time_limit_that_is_near_are_told_beside_the_draft(
    store: StoreBuilder, people: None, tmp_path: Path
) -> None:
    store.register()
    old = store.complaint_case(at=datetime.now(UTC) - timedelta(days=330))
    made = run_adwatch("draft", str(old), "--format", "txt", "-o", str(tmp_path / "nacrt.txt"))
    assert made.exit_code == 0
    assert "the time limit of one year ends on" in made.stderr
    assert "left out until a lawyer confirms them in law.yml: c181_7" in made.stderr


def test_a_time_limit_that_is_far_is_not_told(store: StoreBuilder, case_id: int, tmp_path: Path) -> None:
    store.register()
    made = run_adwatch("draft", str(case_id), "--format", "txt", "-o", str(tmp_path / "nacrt.txt"))
    assert "time limit" not in made.stderr


@pytest.mark.parametrize("wrong", [("--format", "odt"), ("--script", "glag"), ("--recipient", "nepostojeci")])
def test_wrong_choices_are_wrong_use_and_write_nothing(
    store: StoreBuilder, case_id: int, tmp_path: Path, wrong: tuple[str, str]
) -> None:
    store.register()
    file = tmp_path / "draft"
    made = run_adwatch("draft", str(case_id), *wrong, "-o", str(file))
    assert isinstance(made.exception, UsageError)
    assert not file.exists()
    with store.connect() as connection:
        assert drafts_of_case(connection, case_id) == []


@pytest.mark.parametrize("person", ["nobody@primer.example", "iva@primer.example", "", "no address"])
def test_decision_needs_a_person_who_may_decide(case_id: int, person: str) -> None:
    made = run_adwatch("cases", "decide", str(case_id), "confirm", "--person", person)

    assert isinstance(made.exception, UsageError)
    assert json.loads(run_adwatch("cases", "list", "--json").stdout)[0]["state"] == "open"


def test_no_document_goes_out_on_evidence_that_was_touched(store: StoreBuilder, case_id: int, tmp_path: Path) -> None:
    store.register()
    file = tmp_path / "draft.txt"
    arguments = ("draft", str(case_id), "--format", "txt", "--script", "latn", "-o", str(file))
    assert run_adwatch(*arguments).exit_code == 0
    file.unlink()
    for capture in (store.settings.evidence_folder / "warc").iterdir():
        capture.write_bytes(capture.read_bytes()[:-30])

    made = run_adwatch(*arguments)

    assert isinstance(made.exception, DraftError)
    assert not file.exists()
