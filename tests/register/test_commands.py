"""`adwatch register` from the command line, with a real data folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.errors import RegisterError, UsageError
from pipelines.register.commands import register_app
from tests.register.lists import HEADER, ROWS, write_csv

QUESTIONS = (
    '{"id": "b", "name": "Тихи Јавор", "on": "2024-06-10"}',
    '{"id": 1, "name": "Tihi Javor", "on": "2026-11-20"}',
    "",
    '{"id": "c", "name": "Posao", "phone": "011/555-001", "pib": null, "on": "2026-11-20"}',
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ADWATCH_DATABASE_URL", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(register_app, arguments, catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def import_list(home: Path) -> Result:
    path = write_csv(home / "spisak.csv", [HEADER, *ROWS, ("6.", "", "Bor", "1-1", "", "", "", "", "")])
    return run("import", str(path), "--as-of", "2024-01-01", "--json")


def test_import_prints_one_json_document(home: Path) -> None:
    printed = json.loads(import_list(home).stdout)
    assert (printed["imported"], printed["as_of"]) == (5, "2024-01-01")
    assert printed["refused"] == [{"row": 7, "reason": "no name of an agency"}]
    assert printed["snapshot"].startswith("sha256:")


def test_match_answers_every_line_in_order(home: Path) -> None:
    import_list(home)
    asked = home / "imena.jsonl"
    asked.write_text("\n".join(QUESTIONS), encoding="utf-8")
    answers = [json.loads(line) for line in run("match", "--jsonl", str(asked)).stdout.splitlines()]
    assert [(answer["id"], answer["verdict"]) for answer in answers] == [
        ("b", "registered"),
        (1, "expired"),
        ("c", "ambiguous"),
    ]
    assert answers[0]["entry"] == "Tihi Javor d.o.o. Niš"
    assert answers[0]["nearest"][0]["reasons"]


@pytest.mark.parametrize("parted", ["\u2028", "\x85", "\u2029"])
def test_a_sign_that_parts_lines_of_text_ends_no_question(parted: str, home: Path) -> None:
    import_list(home)
    asked = home / "imena.jsonl"
    asked.write_text(f'{{"id": 1, "name": "Tihi{parted}Javor", "on": "2024-06-10"}}\n', encoding="utf-8")
    assert json.loads(run("match", "--jsonl", str(asked)).stdout)["verdict"] == "registered"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2"),
        ('{"name": "Javor"}', 'line 2: it has no "id"'),
        ("[1]", "line 2 is not a JSON object"),
        ('{"id": 1, "name": 5}', 'line 2: "name" is no text'),
        ('{"id": 1, "on": "juče"}', "line 2"),
    ],
)
def test_a_malformed_line_is_named(line: str, message: str, home: Path) -> None:
    import_list(home)
    asked = home / "imena.jsonl"
    asked.write_text(f"{QUESTIONS[0]}\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        run("match", "--jsonl", str(asked))


def test_without_a_register_nothing_is_matched(home: Path) -> None:
    asked = home / "imena.jsonl"
    asked.write_text(QUESTIONS[0], encoding="utf-8")
    with pytest.raises(RegisterError, match="no register was imported"):
        run("match", "--jsonl", str(asked))


def test_a_day_before_the_first_list_is_not_checked(home: Path) -> None:
    import_list(home)
    asked = home / "imena.jsonl"
    asked.write_text('{"id": 1, "name": "Tihi Javor", "on": "2023-12-31"}', encoding="utf-8")
    assert json.loads(run("match", "--jsonl", str(asked)).stdout)["verdict"] is None


def test_show_lists_the_newest_register(home: Path) -> None:
    import_list(home)
    shown = json.loads(run("show", "--json").stdout)
    assert [entry["name"] for entry in shown["entries"]] == [row[1] for row in ROWS]
    assert shown["entries"][3]["verdict"] == "revoked"
    assert shown["stale"]
    assert "Kestenjar" in run("show").stdout
