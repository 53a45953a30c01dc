"""The request to the ministry for the whole register: what it says, and when it is not written at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import Result

from alerts.document import plain_text
from alerts.information_requests import request_document, state_request
from alerts.law import Law, ProvisionStatus, built_in_law
from alerts.script import Script
from crawler.config import Organisation
from crawler.errors import AdwatchError, ConfigError, UsageError
from tests.alerts.conftest import run_adwatch
from tests.alerts.sample import MADE_AT, ORGANISATION, expected_request_path, sample_request
from tests.builders import ORGANISATION as ORGANISATION_FILE

REASON = "osoba kojoj je oduzet pasoš ne može da napusti smeštaj."


def _text(urgent_reason: str | None = None) -> str:
    return plain_text(request_document(sample_request(urgent_reason), Script.LATN))


@pytest.mark.parametrize("script", Script)
def test_the_sample_request_reads_as_expected(script: Script) -> None:
    expected = expected_request_path(script).read_text(encoding="utf-8")
    assert plain_text(request_document(sample_request(), script)) == expected


def test_the_time_limit_is_15_days_and_48_hours_only_with_a_reason() -> None:
    assert "najkasnije u roku od 15 dana od dana prijema" in _text()
    assert "48 sati od prijema" not in _text()
    assert f"Razlog: {REASON}" in _text(REASON)
    assert "48 sati od prijema" in _text(REASON)
    assert "15 dana od dana prijema" not in _text(REASON)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_urgency_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(UsageError, match="urgent"):
        sample_request(reason)


def test_what_no_lawyer_confirmed_is_cited_as_our_knowledge_only() -> None:
    law = built_in_law()
    confirmed = tuple(one.model_copy(update={"status": ProvisionStatus.CONFIRMED}) for one in law.provisions)
    read = {name: statute.model_copy(update={"read": "20.11.2026."}) for name, statute in law.laws.items()}
    sure = Law(laws=read, provisions=confirmed, rules=law.rules)
    request = state_request(ORGANISATION, sure, changes_since=MADE_AT.date(), urgent_reason=None, now=MADE_AT)
    assert "Prema našem saznanju: Zakon o slobodnom pristupu" in _text()
    assert "Prema našem saznanju" not in plain_text(request_document(request, Script.LATN))


@pytest.mark.parametrize("field", ["name", "seat", "mb", "pib", "representative", "email", "phone"])
def test_a_missing_value_is_named_and_leaves_no_blank(field: str) -> None:
    blank = Organisation(**{**ORGANISATION.model_dump(exclude={field}), **({} if field == "name" else {field: " "})})
    with pytest.raises(ConfigError, match=rf"organisation\.{field}$"):
        state_request(blank, built_in_law(), changes_since=MADE_AT.date(), urgent_reason=None, now=MADE_AT)


def test_without_a_delivery_address_the_seat_is_given() -> None:
    seated = ORGANISATION.model_copy(update={"delivery_address": ""})
    request = state_request(seated, built_in_law(), changes_since=MADE_AT.date(), urgent_reason=None, now=MADE_AT)
    assert f"Adresa za dostavu: {ORGANISATION.seat}" in plain_text(request_document(request, Script.LATN))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADWATCH_HOME", str(tmp_path))
    (tmp_path / "adwatch.yml").write_text(ORGANISATION_FILE, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return run_adwatch("register", "request", *arguments)


@pytest.mark.parametrize(("kind", "begin"), [("docx", b"PK"), ("pdf", b"%PDF-1.7"), ("txt", "Удружење".encode())])
def test_the_command_writes_the_file_and_touches_nothing_else(home: Path, kind: str, begin: bytes) -> None:
    file = home / f"zahtev.{kind}"
    assert run("--format", kind, "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(begin)
    assert {path.name for path in home.iterdir()} == {"adwatch.yml", file.name}


def test_script_day_and_reason_are_chosen(home: Path) -> None:
    file = home / "zahtev.txt"
    options = ("--format", "txt", "--script", "latn", "--since", "2026-01-15", "--urgent", "--reason", REASON)
    assert run(*options, "-o", str(file)).exit_code == 0
    text = file.read_text(encoding="utf-8")
    assert "od 15.1.2026. do dana postupanja" in text
    assert REASON in text


@pytest.mark.parametrize(
    "wrong",
    [
        ("--urgent",),
        ("--reason", REASON),
        ("--format", "odt"),
        ("--script", "glag"),
        ("--since", "2999-01-01"),
    ],
)
def test_wrong_use_writes_nothing(home: Path, wrong: tuple[str, ...]) -> None:
    made = run(*wrong, "-o", str(home / "zahtev"))
    assert isinstance(made.exception, AdwatchError)
    assert made.exception.exit_code == 2
    assert not (home / "zahtev").exists()
