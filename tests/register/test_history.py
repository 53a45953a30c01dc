"""`adwatch register diff`, `snapshots`, `show --on`, and what an import says it changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.errors import RegisterError, UsageError
from pipelines.register.commands import register_app
from tests.register.lists import HEADER, ROWS, Rows, write_csv

NEW = ("6.", "Ariš Kadar d.o.o. Bor", "Bor", "102-6/2026", "01.10.2026.", "", "", "", "")
REVOKED = (*ROWS[2][:-1], "dozvola oduzeta rešenjem 102-8/2026 od 01.11.2026.")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("ADWATCH_DATABASE_URL", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(register_app, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def import_rows(home: Path, rows: Rows, day: str, *options: str) -> Result:
    return run("import", str(write_csv(home / f"spisak-{day}.csv", [HEADER, *rows])), "--as-of", day, *options)


@pytest.fixture
def two_lists(home: Path) -> None:
    import_rows(home, ROWS, "2026-10-01")
    import_rows(home, [*ROWS[1:2], REVOKED, *ROWS[3:], NEW], "2026-11-20")


def names(document: dict[str, list[dict[str, str]]], group: str) -> list[str]:
    return [agency["name"] for agency in document[group]]


@pytest.mark.usefixtures("two_lists")
def test_diff_compares_the_newest_two_lists() -> None:
    found = json.loads(run("diff", "--json").stdout)
    assert (found["from"]["as_of"], found["to"]["as_of"]) == ("2026-10-01", "2026-11-20")
    assert names(found, "added") == ["Ariš Kadar d.o.o. Bor"]
    assert names(found, "removed") == ["Kestenjar Posao d.o.o. Beograd"]
    assert names(found, "revoked") == [ROWS[2][1]]
    shown = run("diff").stdout
    assert "Ariš Kadar" in shown
    assert "licence revoked" in shown


@pytest.mark.usefixtures("two_lists")
def test_a_day_judges_licences_on_that_day() -> None:
    same_list = json.loads(run("diff", "--from", "2026-10-01", "--to", "2026-11-01", "--json").stdout)
    assert same_list["from"]["snapshot"] == same_list["to"]["snapshot"]
    assert (same_list["to"]["on"], names(same_list, "added")) == ("2026-11-01", [])


def test_a_licence_that_runs_out_between_two_days_of_one_list_is_told(home: Path) -> None:
    import_rows(home, [*ROWS[2:3], (*ROWS[0][:5], "15.10.2026.", "", "", "")], "2026-10-01")
    found = json.loads(run("diff", "--from", "2026-10-15", "--to", "2026-10-16", "--json").stdout)
    assert names(found, "expired") == [ROWS[0][1]]


@pytest.mark.usefixtures("two_lists")
def test_lists_are_named_by_their_hash() -> None:
    newest, oldest = json.loads(run("snapshots", "--json").stdout)
    found = json.loads(run("diff", "--from", newest["snapshot"], "--to", oldest["snapshot"][:15], "--json").stdout)
    assert names(found, "removed") == ["Ariš Kadar d.o.o. Bor"]


@pytest.mark.usefixtures("two_lists")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("juče", "neither a day"),
        ("2026-09-30", "no list is known of 2026-09-30; the oldest is of 2026-10-01"),
        ("ffffffffff", "no imported list has the hash"),
    ],
)
def test_a_list_that_is_not_there_is_wrong_use(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run("diff", "--from", name)


def test_with_one_list_there_is_nothing_to_compare_with(home: Path) -> None:
    import_rows(home, ROWS, "2026-10-01")
    assert "Nothing to compare with yet" in run("diff").stdout
    assert json.loads(run("diff", "--json").stdout)["from"] is None


def test_without_any_list_diff_says_so() -> None:
    with pytest.raises(RegisterError, match="no register was imported"):
        run("diff")
    assert "none yet" in run("snapshots").stdout


@pytest.mark.usefixtures("two_lists")
def test_snapshots_count_licences_as_of_their_day() -> None:
    newest, oldest = json.loads(run("snapshots", "--json").stdout)
    assert (oldest["as_of"], oldest["agencies"], oldest["revoked"]) == ("2026-10-01", 5, 1)
    assert (newest["agencies"], newest["revoked"], newest["file"]) == (5, 2, "spisak-2026-11-20.csv")
    assert newest["snapshot"].removeprefix("sha256:")[:12] in run("snapshots").stdout


@pytest.mark.usefixtures("two_lists")
def test_show_asks_the_register_as_of_any_day() -> None:
    then = json.loads(run("show", "--on", "2026-11-01", "--json").stdout)
    assert then["as_of"] == "2026-10-01"
    assert {entry["name"]: entry["verdict"] for entry in then["entries"]}[str(ROWS[2][1])] == "registered"
    with pytest.raises(RegisterError, match="no list is known of 2026-09-01"):
        run("show", "--on", "2026-09-01")


def test_an_import_says_what_it_changed(home: Path) -> None:
    first = json.loads(import_rows(home, ROWS, "2026-10-01", "--json").stdout)
    second = json.loads(import_rows(home, [*ROWS, NEW], "2026-11-20", "--json").stdout)
    assert first["changes"] is None
    assert names(second["changes"], "added") == ["Ariš Kadar d.o.o. Bor"]
    assert second["verdict_changes"] == []
    assert "against the list of 2026-11-20: no differences" in import_rows(home, [*ROWS, NEW], "2026-11-21").stdout
