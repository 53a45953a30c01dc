from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from alerts.desk.silence import NightState, RegisterState, SilenceReport, report_silence
from crawler.store.silence import NightRow, RunRow
from tests.desk.conftest import MORNING

LAST_NIGHT = datetime(2026, 11, 20, 1, 0, tzinfo=MORNING.tzinfo)


def _report(
    *runs: RunRow, night: NightRow | None = None, register_day: date | None = date(2026, 11, 1)
) -> SilenceReport:
    whole = night or NightRow(LAST_NIGHT, LAST_NIGHT + timedelta(minutes=30))
    return report_silence(whole, runs, register_day, now=MORNING, stale_after_days=45, names={"a": "Portal A"})


def _run(outcome: str | None = "ok", *, began: datetime = LAST_NIGHT, **problems: int) -> RunRow:
    finished = began + timedelta(minutes=5) if outcome else None
    return RunRow("a", began, finished, outcome, 10, problems)


def test_a_good_night_is_calm() -> None:
    assert _report(_run()).is_calm


@pytest.mark.parametrize("outcome", ["silent", "blocked", "failed", "partial"])
def test_every_other_outcome_is_told(outcome: str) -> None:
    report = _report(_run(outcome))
    assert [(trouble.name, trouble.kind) for trouble in report.troubles] == [("Portal A", outcome)]
    assert not report.is_calm


def test_ads_that_are_gone_are_no_fault() -> None:
    (trouble,) = _report(_run("partial", gone=9, unreachable=1, broken_page=3)).troubles
    assert trouble.problems == ("broken_page", "unreachable")


def test_a_run_that_never_ended_is_told_once_it_cannot_be_running() -> None:
    assert _report(_run(None)).is_calm
    (trouble,) = _report(_run(None, began=LAST_NIGHT - timedelta(days=1))).troubles
    assert trouble.kind == "cut_off"


def test_a_source_that_did_not_run_for_long_is_told() -> None:
    (trouble,) = _report(_run(began=LAST_NIGHT - timedelta(days=9))).troubles
    assert trouble.kind == "overdue"


@pytest.mark.parametrize(
    ("began_hours_ago", "finished", "state"),
    [
        (6, True, NightState.DONE),
        (3, False, NightState.RUNNING),
        (13, False, NightState.CUT_OFF),
        (30, True, NightState.OVERDUE),
    ],
)
def test_the_night_is_told_as_it_stands(began_hours_ago: int, finished: bool, state: NightState) -> None:
    began = MORNING - timedelta(hours=began_hours_ago)
    night = NightRow(began, began + timedelta(hours=1) if finished else None)
    assert _report(night=night).night_state is state


def test_without_any_night_nothing_is_calm() -> None:
    report = report_silence(None, (), date(2026, 11, 19), now=MORNING, stale_after_days=45, names={})
    assert report.night_state is NightState.NEVER
    assert not report.is_calm


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 11, 20), RegisterState.FRESH),
        (date(2026, 10, 6), RegisterState.FRESH),
        (date(2026, 10, 5), RegisterState.STALE),
        (None, RegisterState.MISSING),
    ],
)
def test_the_register_is_told_as_old_as_it_is(day: date | None, state: RegisterState) -> None:
    assert _report(register_day=day).register_state is state
