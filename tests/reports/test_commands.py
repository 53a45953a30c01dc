from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.belgrade import day_in_belgrade
from tests.builders import StoreBuilder

OCTOBER = ("--from", "2025-10-01", "--to", "2025-10-31")


def _report(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", "report", *arguments]
    environment = os.environ | {"ADWATCH_HOME": str(home)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def home(small_store: StoreBuilder) -> Path:
    return small_store.settings.home


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.html", b"<!doctype html>"), ("a.XLSX", b"PK"), ("a.zip", b"PK"), ("a.csv", b"\xef\xbb\xbf")],
)
def test_the_suffix_says_what_is_written(home: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    done = _report(home, *OCTOBER, "-o", str(tmp_path / name), "--names", "--tongue", "cyrl")
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / name).read_bytes().lstrip().startswith(begins)


def test_json_is_printed_and_written_alike(home: Path, tmp_path: Path) -> None:
    done = _report(home, *OCTOBER, "-o", str(tmp_path / "a.json"), "--json")
    printed, written = json.loads(done.stdout), json.loads((tmp_path / "a.json").read_bytes())
    assert printed == written
    assert printed["sheets"]["levels"][0] == {"level": "critical", "cases": 0, "cases_before": 0}
    assert "names" not in printed["sheets"]


def test_a_period_that_has_not_ended_is_counted_until_today(home: Path) -> None:
    begun = datetime.now(UTC)
    done = _report(home, "--from", f"{begun - timedelta(days=9):%Y-%m-%d}", "--to", "2999-12-31", "--json")
    assert "2999-12-31 has not come yet" in done.stderr
    assert json.loads(done.stdout)["to"] in {str(day_in_belgrade(at)) for at in (begun, datetime.now(UTC))}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*OCTOBER, "-o", "a.doc"), "a.doc: a report is written as .html"),
        ((*OCTOBER, "-o", "a"), "a: a report is written as .html"),
        (OCTOBER, "name a file with -o, or print the figures with --json"),
        (("--json",), "give --from and --to, or --last month, quarter or year"),
        (("--json", "--last", "decade"), "`decade` is none of month, quarter, year"),
        ((*OCTOBER, "--last", "year", "--json"), "give --from and --to, or --last"),
        (("--from", "2999-01-01", "--to", "2999-12-31", "--json"), "2999-12-31 has not come yet"),
        (("--from", "1025-01-01", "--to", "2025-01-01", "--json"), "1025-01-01 lies before 2000-01-01"),
        ((*OCTOBER, "-o", "a.csv", "--table", "names"), "the table of names is written with --names only"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    done = _report(home, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"adwatch: {said}")
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_cannot_be_written_is_one_line_and_no_half(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    done = _report(home, *OCTOBER, "-o", str(tmp_path / "a.html"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "a"))] == ["a.html"]
