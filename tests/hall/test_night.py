"""The night: its lease, its boundary for failing steps, and what a dead spider leaves behind."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from crawler import nightly
from crawler.config import Settings
from crawler.crawling import SpiderOrder, crawl_due_sources, is_due, run_spiders
from crawler.errors import AdwatchError
from crawler.night import Night, StepReport
from crawler.nightly import one_night_at_a_time, run_night
from crawler.store.schema import nights, runs
from tests.builders import NOW, StoreBuilder


def count_one(night: Night) -> StepReport:
    """A step that works."""
    return StepReport({"done": 1})


def break_down(night: Night) -> StepReport:
    """A step that does not."""
    raise RuntimeError("the disk is full\nand more")


@pytest.fixture
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night of a failing and a working step."""
    steps = (f"{__name__}:break_down", f"{__name__}:count_one")
    monkeypatch.setattr(nightly, "STEPS", steps)


@pytest.mark.usefixtures("two_steps")
def test_failing_step_is_named_and_the_next_one_runs(store: StoreBuilder) -> None:
    result = run_night(store.settings, store.engine, now=NOW)

    assert [step.failure for step in result.steps] == ["RuntimeError: the disk is full", None]
    assert result.failed
    with store.connect() as connection:
        summary = connection.scalar(select(nights.c.summary).where(nights.c.finished_at.is_not(None)))
    assert summary["steps"]["count_one"] == {"done": 1, "failure": None}


def test_second_night_at_once_is_refused_and_afterwards_allowed(store: StoreBuilder) -> None:
    night = partial(one_night_at_a_time, store.settings, store.engine)

    with night(), pytest.raises(AdwatchError, match="another night"), night():
        pass
    with night():
        pass


@pytest.mark.usefixtures("two_steps")
def test_run_by_hand_is_a_night_of_its_own(store: StoreBuilder) -> None:
    unfinished = store.night(at=NOW - timedelta(minutes=10))

    result = run_night(store.settings, store.engine, now=NOW, crawl=count_one)

    assert result.night_id != unfinished
    assert result.steps[0].counts == {"done": 1}


def test_spider_that_cannot_start_is_recorded_as_crashed(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    night = store.night_now()

    report = run_spiders(night, [SpiderOrder("no_such_spider", minutes=1)])

    assert report.counts["crashed"] == 1
    with store.connect() as connection:
        row = connection.execute(select(runs.c.outcome, runs.c.problems).where(runs.c.night_id == night.id)).one()
    assert tuple(row) == ("failed", {"crashed": 1})


def test_source_that_finished_is_not_run_again_in_the_same_night(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    night = store.night_now()
    orders = [SpiderOrder("no_such_spider", minutes=1)]
    run_spiders(night, orders)

    assert run_spiders(night, orders).counts["crashed"] == 0


def test_log_of_a_spider_is_kept_for_as_many_days_as_are_set(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    night, folder = store.night_now(), store.settings.logs_folder
    folder.mkdir()
    days = {"000001-rs_a.log": 61, "000002-rs_a-first.log": 61, "by-hand-rs_a.log": 61, "000003-rs_a.log": 59}
    for name, age in {**days, "adwatch.log": 61}.items():
        (folder / name).write_text("ended\n", encoding="ascii")
        os.utime(folder / name, (time.time() - age * 24 * 3600,) * 2)

    run_spiders(night, [SpiderOrder("no_such_spider", minutes=1)])

    left = {path.name for path in folder.iterdir()}
    assert left == {"000003-rs_a.log", "adwatch.log", f"{night.id:06d}-no_such_spider.log"}


def test_source_with_a_wrong_manifest_fails_alone(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    broken = store.settings.home / "sources" / "xx_broken"
    broken.mkdir(parents=True)
    (broken / "source.yml").write_text("id: xx_broken\nkind: nothing\n", encoding="utf-8")
    night = Night(store.night(), Settings(store.settings.home), store.engine, NOW)

    crawl_due_sources(night)

    with store.connect() as connection:
        row = connection.execute(select(runs.c.source, runs.c.outcome, runs.c.problems)).one()
    assert tuple(row) == ("xx_broken", "failed", {"bad_manifest": 1})


@pytest.mark.parametrize(
    ("schedule", "last", "due"),
    [
        (None, NOW - timedelta(hours=1), True),
        ("0 2 * * mon", None, True),
        ("0 2 * * mon", NOW - timedelta(days=1), False),
        ("0 2 * * mon", NOW - timedelta(days=5), True),
        ("0 2 * * fri", NOW - timedelta(days=7), True),
    ],
)
def test_source_is_due_when_its_schedule_came_round(schedule: str | None, last: datetime | None, due: bool) -> None:
    manifest: Any = SimpleNamespace(schedule=schedule)

    assert is_due(manifest, last=last, now=NOW) is due
