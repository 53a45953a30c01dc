"""The whole job on the demo world: one night, the same night again, and nights killed in the middle."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crawler.addresses import url_key
from crawler.config import Settings
from crawler.store.engine import open_store, reading
from crawler.store.schema import ads, assessments, cases, drafts, nights, sightings
from spiders.demo.ads import load_offers, placed_ads
from spiders.demo.sites import address_of
from tests.noon import at_noon
from tests.whole.running import ADWATCH, adwatch, adwatch_json, environment

STABLE = ("pages", "ads", "series", "cases", "drafts", "sources")
"""Counts that a second, unchanged night must leave as they are."""


@pytest.fixture(scope="module", autouse=True)
def _noon() -> Iterator[None]:
    """Known ads are due for a visit on a day, and the nights here follow one another at once."""
    with at_noon():
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after one night of the demo."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    ended = adwatch(folder, "demo", "--no-serve")
    assert ended.returncode == 0, ended.stderr
    (folder.parent / "summary.txt").write_text(ended.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def counts(home: Path) -> dict[str, int]:
    """`adwatch status --json` after the first night."""
    found: dict[str, int] = adwatch_json(home, "status")
    return found


def test_one_command_ends_with_ads_cases_and_drafts(counts: dict[str, int]) -> None:
    assert counts["ads"] >= 140
    assert counts["series"] < counts["ads"]
    assert counts["sightings"] == counts["ads"]
    assert counts["sources"] == 9
    assert counts["cases"] >= 10
    assert counts["drafts"] >= 10
    assert counts["captures"] > 0


def test_summary_names_every_source_and_the_classes_of_failure(home: Path) -> None:
    summary = (home.parent / "summary.txt").read_text(encoding="utf-8")

    for source in adwatch_json(home, "sources", "list"):
        assert source["id"] in summary
    assert "blocked_login" in summary
    assert "parse_error" in summary


def test_login_wall_is_blocked_and_the_other_sources_bring_ads(home: Path) -> None:
    outcomes = {source["id"]: source["outcome"] for source in adwatch_json(home, "sources", "list")}

    assert outcomes.pop("demo_grupa") == "blocked"
    assert set(outcomes.values()) <= {"ok", "partial"}


def test_disallowed_part_is_never_fetched(home: Path) -> None:
    with reading(open_store(Settings(home))) as connection:
        assert connection.scalars(select(ads.c.url).where(ads.c.url.contains("/arhiva/"))).all() == []


def test_evidence_of_the_night_verifies(home: Path, counts: dict[str, int]) -> None:
    found = adwatch_json(home, "evidence", "verify")

    assert found["ok"]
    assert found["captures"] == counts["captures"]


def test_every_case_has_an_ad_a_capture_and_a_series(home: Path) -> None:
    listed = adwatch_json(home, "cases", "list")

    assert listed
    assert all(case["id"] and case["ads"] >= 1 for case in listed)


def test_no_complaint_about_an_agency_the_register_knows(home: Path) -> None:
    with reading(open_store(Settings(home))) as connection:
        complaints = connection.execute(
            select(assessments.c.verdict)
            .join(cases, cases.c.assessment_id == assessments.c.id)
            .join(drafts, drafts.c.case_id == cases.c.id)
            .where(drafts.c.recipient == "trzisna_inspekcija")
        ).scalars()
        assert set(complaints) == {"not_found", "expired", "revoked"}


def test_copies_are_one_series_and_different_offers_are_not(home: Path) -> None:
    offers = {url_key(address_of(placed)): placed.offer.offer for placed in placed_ads(load_offers())}
    by_series, by_offer = defaultdict(set), defaultdict(set)
    with reading(open_store(Settings(home))) as connection:
        for row in connection.execute(select(ads.c.url_key, ads.c.series_id)):
            by_series[row.series_id].add(offers[row.url_key])
            by_offer[offers[row.url_key]].add(row.series_id)

    assert [mixed for mixed in by_series.values() if len(mixed) > 1] == []
    assert len([split for split in by_offer.values() if len(split) > 1]) <= 2


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("pdf", b"%PDF-"), ("txt", b"")])
def test_draft_of_a_case_comes_out_as_a_document(home: Path, tmp_path: Path, kind: str, start: bytes) -> None:
    with reading(open_store(Settings(home))) as connection:
        case_id = connection.scalar(select(drafts.c.case_id).order_by(drafts.c.id))
    output = tmp_path / f"draft.{kind}"

    ended = adwatch(home, "draft", str(case_id), "--format", kind, "--script", "latn", "-o", str(output))

    assert ended.returncode == 0, ended.stderr
    assert output.read_bytes().startswith(start)
    assert output.stat().st_size > 500


def test_second_night_adds_sightings_and_nothing_else(home: Path, counts: dict[str, int]) -> None:
    ended = adwatch(home, "demo", "--no-serve")
    again = adwatch_json(home, "status")

    assert ended.returncode == 0, ended.stderr
    assert {name: again[name] for name in STABLE} == {name: counts[name] for name in STABLE}
    assert again["sightings"] == 2 * counts["sightings"]
    assert adwatch_json(home, "evidence", "verify")["ok"]


@pytest.mark.parametrize("table", ["nights", "ads", "signatures", "assessments", "cases"])
def test_night_killed_at_any_stage_and_run_again_loses_and_doubles_nothing(
    tmp_path: Path, counts: dict[str, int], table: str
) -> None:
    home = tmp_path / "data"
    with subprocess.Popen(
        [ADWATCH, "demo", "--no-serve"],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as running:
        _wait_for_rows(home, table, running)
        running.send_signal(signal.SIGKILL)

    ended = adwatch(home, "demo", "--no-serve")

    assert ended.returncode == 0, ended.stderr
    after = adwatch_json(home, "status")
    assert {name: after[name] for name in STABLE} == {name: counts[name] for name in STABLE}
    # One night where the kill came in time; two where the first had ended a moment before.
    assert after["sightings"] == counts["sightings"] * _count_nights(home)
    assert adwatch_json(home, "evidence", "verify")["ok"]
    assert _doubled(home) == []


def _count_nights(home: Path) -> int:
    with reading(open_store(Settings(home))) as connection:
        return connection.scalar(select(func.count()).select_from(nights)) or 0


def _wait_for_rows(home: Path, table: str, running: subprocess.Popen[bytes]) -> None:
    """Returns as soon as the table holds its first rows: the night is in the middle of that stage."""
    while running.poll() is None:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(home / "adwatch.db")) as connection:
            if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:  # noqa: S608 - our own names
                return
        time.sleep(0.02)
    raise AssertionError(f"the night ended before {table} held anything")


def _doubled(home: Path) -> list[Any]:
    found: list[Any] = []
    with reading(open_store(Settings(home))) as connection:
        for table, columns in (
            (sightings, (sightings.c.ad_id, sightings.c.night_id)),
            (cases, (cases.c.series_id, cases.c.mediator_key)),
            (drafts, (drafts.c.case_id, drafts.c.recipient)),
        ):
            statement = select(*columns).select_from(table).group_by(*columns).having(func.count() > 1)
            found += connection.execute(statement).all()
    return found


def test_demo_refuses_a_folder_with_real_data(tmp_path: Path) -> None:
    (tmp_path / "adwatch.yml").write_text("contact: mail@ngo.example\n", encoding="utf-8")

    ended = adwatch(tmp_path, "demo", "--no-serve")

    assert ended.returncode == 2
    assert "holds real data" in ended.stderr
