"""Deciding, changing drafts and recording filings from a terminal, each by who may."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from alerts.commands import cases_app
from alerts.desk.people import add_person
from crawler.belgrade import day_in_belgrade
from crawler.errors import AdwatchError, UsageError
from crawler.store.schema import filings
from tests.alerts.conftest import run_adwatch
from tests.alerts.test_calendar import parse_calendar
from tests.builders import NOW, StoreBuilder

MARKET = "trzisna_inspekcija"
ANA, IVA, LEA = "ana@primer.example", "iva@primer.example", "lea@primer.example"
TODAY = day_in_belgrade(NOW).isoformat()


@pytest.fixture
def case_id(store: StoreBuilder, people: None, tmp_path: Path) -> int:
    """A case with its draft; ana reviews, iva only reads, lea is of the legal staff."""
    with store.engine.begin() as connection:
        add_person(connection, email=LEA, name="lea", role="legal", password="dovoljno dugačka", now=NOW)
    store.register()
    case_id = store.complaint_case()
    _cases("list")
    run_adwatch("draft", case_id, "--format", "txt", "--recipient", MARKET, "-o", tmp_path / "nacrt.txt")
    return case_id


def _cases(*arguments: object) -> Any:
    made = run_adwatch("cases", *arguments)
    if made.exception and not isinstance(made.exception, SystemExit):
        raise made.exception
    assert made.exit_code == 0, made.stderr
    return made


def _read(*arguments: object) -> Any:
    return json.loads(_cases(*arguments, "--json").stdout)


def _approve(case_id: int) -> None:
    _cases("confirm", case_id, "--person", ANA)
    _cases("approve", case_id, "--person", LEA)


def _file(case_id: int, *more: object, person: str = LEA) -> None:
    _cases("filed", case_id, "--recipient", MARKET, "--channel", "post", "--on", TODAY, "--person", person, *more)


def test_a_case_is_taken_from_review_to_answer_in_a_terminal(case_id: int, tmp_path: Path) -> None:
    receipt = tmp_path / "potvrda.pdf"
    receipt.write_bytes(b"%PDF-1.7 invented")
    _approve(case_id)
    (row,) = _read("batch")
    assert (row["case"], row["recipient"], row["ready"], row["filed_before"]) == (case_id, MARKET, True, None)
    _file(case_id, "--reference", "353-1/2026", "--receipt", receipt)
    assert _read("batch") == []
    (waiting,) = _read("deadlines")
    assert [one["standing"] for one in waiting["deadlines"]] == ["running", "running"]
    assert _read("overdue") == []
    _cases("outcome", case_id, "procedure_started", "--on", TODAY, "--person", LEA)
    _cases("close", case_id, "--person", LEA)
    found = _read("show", case_id)
    assert found["state"] == "closed"
    (filing,) = found["filings"]
    assert (filing["reference"], filing["receipt"][:9], filing["outcomes"][0]["outcome"]) == (
        "353-1/2026",
        "receipts/",
        "procedure_started",
    )
    assert filing["approved_sha256"] == found["approvals"][0]["sha256"]
    assert _read("deadlines") == []


@pytest.mark.parametrize("person", [ANA, IVA, "niko@primer.example"])
def test_only_legal_staff_approve(case_id: int, person: str) -> None:
    _cases("confirm", case_id, "--person", ANA)
    with pytest.raises(UsageError, match=person):
        _cases("approve", case_id, "--person", person)
    with pytest.raises(UsageError, match=person):
        _cases("decide", case_id, "approve", "--person", person)
    assert _read("show", case_id)["state"] == "drafted"


def test_only_legal_staff_file_change_drafts_and_take_that_back(case_id: int) -> None:
    with pytest.raises(UsageError, match="legal staff"):
        _cases("provisions", case_id, "--on", "c181_7", "--person", ANA)
    with pytest.raises(UsageError, match="nobody is known"):
        _cases("text", case_id, "--restore", 1)
    _approve(case_id)
    for refused in ("withdraw", "undo", "close"):
        with pytest.raises(UsageError, match="legal staff"):
            _cases(refused, case_id, "--person", ANA)
    with pytest.raises(UsageError, match="legal staff"):
        _file(case_id, person=ANA)


@pytest.mark.parametrize("decision", ["confirm", "unsure", "refer"])
def test_who_only_reads_decides_nothing(case_id: int, decision: str) -> None:
    with pytest.raises(UsageError, match="may read only"):
        _cases(decision, case_id, "--person", IVA)


def test_a_dismissal_names_its_reason_and_undo_takes_it_back(case_id: int) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        _cases("dismiss", case_id, "--reason", "other", "--person", ANA)
    _cases("dismiss", case_id, "--reason", "own_employer", "--note", "sajt firme", "--person", ANA)
    assert _read("show", case_id)["history"][-1]["reason"] == "own_employer"
    _cases("undo", case_id, "--person", ANA)
    found = _read("show", case_id)
    assert (found["state"], found["history"][-1]["decision"]) == ("open", "undo")


def test_a_decision_on_what_somebody_else_decided_is_refused(case_id: int) -> None:
    _cases("unsure", case_id, "--person", ANA, "--seen", "open")
    with pytest.raises(UsageError, match="somebody else"):
        _cases("confirm", case_id, "--person", LEA, "--seen", "open")


def test_provisions_and_passages_are_changed_and_told(case_id: int) -> None:
    _cases("provisions", case_id, "--on", "c181_7", "--off", "zin_30", "--person", LEA)
    rows = {row["id"]: row for row in _read("provisions", case_id)}
    assert (rows["c181_7"]["on"], rows["c181_7"]["confirmed"], rows["c181_7"]["switched_by"]) == (True, False, LEA)
    assert not rows["zin_30"]["on"]
    passage = next(row for row in _read("text", case_id) if "proverite" in row["text"])
    _cases("text", case_id, "--edit", passage["number"], "--with", "Molimo da ovo proverite.", "--person", LEA)
    edited = _read("text", case_id)[passage["number"] - 1]
    assert (edited["text"], edited["original"]) == ("Molimo da ovo proverite.", passage["text"])
    _cases("text", case_id, "--restore-all", "--person", LEA)
    assert not any(row["edited_by"] for row in _read("text", case_id))
    assert [one["version"] for one in _read("show", case_id)["drafts"][0]["versions"]] == [1, 2, 3, 4]
    with pytest.raises(UsageError, match="--restore-all"):
        _cases("text", case_id, "--restore", 1, "--restore-all", "--person", LEA)


def test_matters_and_their_calendar_tell_what_is_waited_for(case_id: int, tmp_path: Path) -> None:
    _approve(case_id)
    assert [(row["stage"], row["due_what"]) for row in _read("matters", "--stage", "approved")] == [
        ("approved", "limitation")
    ]
    _file(case_id)
    (row,) = _read("matters")
    assert (row["case"], row["stage"], row["due_what"], row["overdue"]) == (case_id, "filed", "handling", False)
    assert _read("matters", "--stage", "closed") == []
    output = tmp_path / "rokovi.ics"
    _cases("calendar", "-o", output)
    days = {event["DTSTART;VALUE=DATE"] for event in parse_calendar(output.read_bytes())}
    assert row["due"].replace("-", "") in days and len(days) == 2


def test_the_same_is_not_filed_twice(case_id: int) -> None:
    _approve(case_id)
    _file(case_id, "--reference", "353-1/2026")
    with pytest.raises(UsageError, match=rf"already filed: case {case_id} .* 353-1/2026"):
        _file(case_id)


def test_nobody_is_reminded_before_the_answer_is_overdue(store: StoreBuilder, case_id: int, tmp_path: Path) -> None:
    arguments = ("remind", case_id, "--recipient", MARKET, "-o", tmp_path / "pozurnica.txt", "--format", "txt")
    with pytest.raises(UsageError, match="was not filed"):
        _cases(*arguments)
    _approve(case_id)
    _file(case_id, "--reference", "353-1/2026")
    with pytest.raises(UsageError, match="no follow-up before"):
        _cases(*arguments)
    with store.engine.begin() as connection:
        connection.execute(update(filings).values(filed_on=date(2026, 3, 2)))
    _cases(*arguments)
    assert "353-1/2026" in (tmp_path / "pozurnica.txt").read_text(encoding="utf-8")


def test_a_receipt_that_is_none_records_nothing(case_id: int, tmp_path: Path) -> None:
    _approve(case_id)
    file = tmp_path / "potvrda.pdf"
    file.write_text("nije PDF")
    for receipt in (file, tmp_path / "nema.pdf"):
        with pytest.raises(UsageError, match="receipt"):
            _file(case_id, "--receipt", receipt)
    assert _read("show", case_id)["state"] == "approved"


def test_cases_are_joined_and_parted(store: StoreBuilder, case_id: int) -> None:
    other = store.complaint_case()
    _cases("join", case_id, other, "--person", ANA, "--note", "isti broj")
    assert _read("show", case_id)["joined"] == [{"case": other, "role": "goes along with this one"}]
    _cases("part", other, "--person", ANA)
    assert _read("show", other)["state"] == "open"


@pytest.mark.parametrize("command", ["batch", "matters", "deadlines", "overdue"])
def test_an_empty_list_says_so(people: None, command: str) -> None:
    assert "none yet" in _cases(command).stdout
    assert _read(command) == []


def test_tables_and_the_count_of_a_deadline_are_shown(case_id: int) -> None:
    _approve(case_id)
    _file(case_id)
    shown = _cases("show", case_id).stdout
    assert f"Case {case_id}: filed" in shown
    told = _cases("deadlines", case_id).stdout
    assert "dan od kog rok teče, ne računa se" in told
    assert MARKET[:8] in _cases("provisions", case_id).stdout or _cases("text", case_id).stdout.startswith("1: ")


@pytest.mark.parametrize("command", ["show", "confirm", "undo", "approve", "deadlines"])
def test_an_unknown_case_is_one_line(people: None, case_id: int, command: str) -> None:
    person = () if command in ("show", "deadlines") else ("--person", LEA)
    with pytest.raises(AdwatchError, match="no case 99"):
        _cases(command, 99, *person)


@pytest.mark.parametrize("command", cases_app.registered_commands, ids=lambda command: command.name)
def test_every_command_has_help_with_an_example(command: Any) -> None:
    assert re.search(rf"Example:.*adwatch cases {command.name}\b", command.callback.__doc__, re.DOTALL)
