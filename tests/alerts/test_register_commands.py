"""`adwatch register alias …`, as people and programs call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import Result

from crawler.errors import UsageError
from crawler.store.schema import register_entries
from tests.alerts.conftest import run_adwatch
from tests.builders import StoreBuilder

ANA = ("--person", "ana@primer.example")
NAMES = ("Primer Radnik d.o.o. Beograd", "Primer Kadar d.o.o. Niš")


@pytest.fixture
def home(store: StoreBuilder, people: None) -> Path:
    store.register(names=NAMES)
    with store.engine.begin() as connection:
        connection.execute(update(register_entries).where(register_entries.c.number == 2).values(pib="990000002"))
    return store.settings.home


def run(*arguments: str) -> Result:
    return run_adwatch("register", *arguments)


def listed(*options: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("alias", "list", "--json", *options).stdout)
    return found


@pytest.mark.parametrize(
    ("option", "entry"),
    [
        (("--entry", "primer radnik doo beograd"), NAMES[0]),
        (("--entry", "Радник"), NAMES[0]),
        (("--licence", "000-01-00001/2024-01"), NAMES[0]),
        (("--pib", "990000002"), NAMES[1]),
    ],
)
def test_a_decision_is_recorded_on_the_entry_named(home: Path, option: tuple[str, str], entry: str) -> None:
    made = run("alias", "add", "Orlovo Gnezdo", *option, *ANA, "--note", "poziv 20.11.")
    assert made.exit_code == 0, made.exception
    (row,) = listed()
    assert (row["name"], row["entry"], row["belongs"]) == ("Orlovo Gnezdo", entry, True)
    assert (row["person"], row["note"], row["revoked_at"]) == ("ana@primer.example", "poziv 20.11.", None)
    assert "Orlovo Gnezdo" in run("alias", "list").stdout


def test_match_answers_by_the_decision_until_it_is_taken_back(home: Path) -> None:
    asked = home / "imena.jsonl"
    asked.write_text('{"id": 1, "name": "Орлово гнездо", "on": "2026-11-20"}', encoding="utf-8")

    def verdict() -> object:
        return json.loads(run("match", "--jsonl", str(asked)).stdout)["verdict"]

    assert verdict() == "not_found"
    run("alias", "add", "Orlovo Gnezdo", "--entry", NAMES[0], *ANA)
    assert verdict() == "registered"
    run("alias", "add", "Orlovo Gnezdo", "--entry", NAMES[0], *ANA, "--not")
    assert verdict() == "not_found"
    assert len(listed()) == 2
    assert run("alias", "remove", "2", *ANA).exit_code == 0
    assert verdict() == "registered"
    assert [row["revoked_by"] for row in listed("--all")] == [None, "ana@primer.example"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Orlovo", "--entry", "Nepostojeća", *ANA), "no entry"),
        (("Orlovo", "--entry", "Primer", *ANA), "2 entries fit"),
        (("Orlovo", "--pib", "990000019", *ANA), "no entry"),
        (("Orlovo", *ANA), "one of --entry"),
        (("Orlovo", "--entry", "Radnik", "--pib", "990000002", *ANA), "one of --entry"),
        (("Orlovo", "--entry", "Radnik", "--person", "niko@primer.example"), "nobody is known"),
        (("Orlovo", "--entry", "Radnik", "--person", "iva@primer.example"), "read only"),
        (("Agencija za zapošljavanje", "--entry", "Radnik", *ANA), "no word of its own"),
        ((" ", "--entry", "Radnik", *ANA), "1 to 300 letters"),
    ],
)
def test_a_wrong_decision_is_wrong_use_and_writes_nothing(home: Path, arguments: tuple[str, ...], message: str) -> None:
    made = run("alias", "add", *arguments)
    assert isinstance(made.exception, UsageError)
    assert message in str(made.exception)
    assert listed("--all") == []


def test_only_a_decision_that_stands_can_be_taken_back(home: Path) -> None:
    run("alias", "add", "Orlovo", "--entry", "Radnik", *ANA)
    assert run("alias", "remove", "1", *ANA).exit_code == 0
    assert isinstance(run("alias", "remove", "1", *ANA).exception, UsageError)
    assert isinstance(run("alias", "remove", "9", *ANA).exception, UsageError)
