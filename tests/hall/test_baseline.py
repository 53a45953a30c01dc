"""Whether a run is as usual: pure judgements, and what the store keeps of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.baseline import Baseline, Health, HealthState, Paged, RunRecord, baseline_of, judge_health
from crawler.health import SIGNALS, TELLING, Problem, RunOutcome, failure_class
from crawler.store.ads import count_run
from crawler.store.health import alerts_not_told, health_by_source, mark_alerts_told
from crawler.store.nights import Measured, begin_run, fail_run, finish_run
from tests.builders import NOW, StoreBuilder

FIELDS = {"jobTitle": 40, "baseSalary": 34, "validThrough": 12}
USUAL = RunRecord(RunOutcome.OK, ads=40, listings=2, read=40, fields=FIELDS, paged=Paged.END)
BASELINE = baseline_of([USUAL] * 14)


def _judged(**changes: object) -> Health:
    return judge_health(replace(USUAL, **changes), BASELINE)  # type: ignore[arg-type]


def test_a_run_like_those_before_is_well() -> None:
    assert _judged() == Health(HealthState.OK)


@pytest.mark.parametrize(("ads", "reasons"), [(21, ()), (20, ("few_ads",)), (1, ("few_ads",)), (400, ())])
def test_half_the_usual_ads_or_less_is_flagged(ads: int, reasons: tuple[str, ...]) -> None:
    assert _judged(ads=ads).reasons == reasons


def test_no_ads_where_there_used_to_be_some_is_flagged_as_empty() -> None:
    silent = _judged(outcome=RunOutcome.EMPTY, ads=0, read=0, fields={})
    assert silent == Health(HealthState.FLAGGED, ("no_ads",), RunOutcome.EMPTY)


def test_a_new_source_from_which_nothing_is_expected_may_be_empty() -> None:
    assert judge_health(RunRecord(RunOutcome.EMPTY), Baseline()).state is HealthState.OK


def test_a_field_that_four_in_five_ads_had_and_none_has_now_is_a_changed_layout() -> None:
    emptied = _judged(fields={"jobTitle": 40})
    assert emptied == Health(HealthState.FLAGGED, ("field_empty:baseSalary",), Problem.LAYOUT_CHANGED)


def test_few_new_ads_without_a_field_may_be_chance() -> None:
    assert _judged(read=4, fields={"jobTitle": 4}).state is HealthState.OK


def test_a_night_that_stopped_at_known_ads_is_measured_by_what_a_listing_holds() -> None:
    assert _judged(ads=20, listings=1, paged=Paged.KNOWN, read=0, fields={}).state is HealthState.OK
    assert _judged(ads=11, listings=1, paged=Paged.KNOWN, read=0, fields={}).state is HealthState.OK
    assert _judged(ads=10, listings=1, paged=Paged.KNOWN, read=0, fields={}).reasons == ("few_ads",)
    # A site of one page left of ten is no short night.
    many = baseline_of([replace(USUAL, listings=10, ads=200)] * 14)
    assert judge_health(replace(USUAL, listings=1, ads=20), many).reasons == ("few_ads",)


def test_a_source_that_is_blocked_is_failing_and_says_how() -> None:
    blocked = _judged(outcome=RunOutcome.BLOCKED, ads=0, problems={Problem.CAPTCHA: 3, Problem.TIMEOUT: 9})
    assert (blocked.state, blocked.failure) == (HealthState.FAILING, Problem.CAPTCHA)


def test_what_is_above_expected_is_flagged() -> None:
    above = _judged(outcome=RunOutcome.PARTIAL, problems={Problem.ABOVE_EXPECTED: 1})
    assert above == Health(HealthState.FLAGGED, ("above_expected",), RunOutcome.PARTIAL)


def test_nothing_is_usual_after_two_runs() -> None:
    assert judge_health(replace(USUAL, ads=1, fields={}), baseline_of([USUAL] * 2)).state is HealthState.OK


def test_runs_that_failed_do_not_count_as_usual() -> None:
    failed = replace(USUAL, outcome=RunOutcome.FAILED, ads=0)
    assert baseline_of([failed] * 20 + [USUAL] * 3).ads == 40


@pytest.mark.parametrize(
    ("outcome", "problems", "failure"),
    [
        (RunOutcome.OK, {Problem.GONE: 3}, None),
        (RunOutcome.PARTIAL, {Problem.PARSE_ERROR: 3}, RunOutcome.PARTIAL),
        (RunOutcome.PARTIAL, {Problem.OVER_LIMIT: 1, Problem.TIMEOUT: 3}, Problem.OVER_LIMIT),
        (RunOutcome.FAILED, {Problem.DNS: 1}, Problem.DNS),
        (RunOutcome.FAILED, {Problem.HTTP_5XX: 9, Problem.CRASHED: 1}, Problem.CRASHED),
        (RunOutcome.EMPTY, {Problem.BELOW_EXPECTED: 1}, RunOutcome.EMPTY),
        (RunOutcome.EMPTY, {Problem.BELOW_EXPECTED: 1, Problem.ROBOTS: 1}, Problem.ROBOTS),
    ],
)
def test_one_word_says_what_went_wrong(
    outcome: RunOutcome, problems: dict[Problem, int], failure: Problem | RunOutcome | None
) -> None:
    assert failure_class(outcome, problems) is failure


def test_every_problem_can_name_a_run_unless_it_is_only_a_signal() -> None:
    assert set(Problem) - set(TELLING) == SIGNALS - {Problem.OVER_LIMIT}


def _run(store: StoreBuilder, day: int, *, ads: int, outcome: RunOutcome = RunOutcome.OK) -> int:
    at = NOW + timedelta(days=day)
    night = store.night(at=at)
    problems = {Problem.TIMEOUT: 2} if outcome is RunOutcome.FAILED else {}
    with store.engine.begin() as connection:
        begin_run(connection, night_id=night, source="rs_portal", now=at)
        counts = {**count_run(connection, night_id=night, source="rs_portal"), "ads": ads}
        finish_run(
            connection,
            night_id=night,
            source="rs_portal",
            now=at + timedelta(minutes=5),
            outcome=outcome,
            counts=counts,
            problems=problems,
            measured=Measured(listings=1, read=ads, fields={"jobTitle": ads}, bytes=9_000_000_000, paged=Paged.END),
        )
    return night


def test_one_alert_for_each_change_of_state(store: StoreBuilder) -> None:
    for day in range(4):
        _run(store, day, ads=30)
    for day, ads in ((4, 10), (5, 9), (6, 30), (7, 31)):
        _run(store, day, ads=ads)
    _run(store, 8, ads=0, outcome=RunOutcome.FAILED)
    with store.connect() as connection:
        alerts = alerts_not_told(connection)
    assert [(alert.before, alert.state, alert.reasons, alert.failure) for alert in alerts] == [
        (HealthState.OK, HealthState.FLAGGED, ("few_ads",), None),
        (HealthState.FLAGGED, HealthState.OK, (), None),
        (HealthState.OK, HealthState.FAILING, ("no_ads",), "timeout"),
    ]


def test_an_alert_is_told_once(store: StoreBuilder) -> None:
    _run(store, 0, ads=0, outcome=RunOutcome.FAILED)
    with store.engine.begin() as connection:
        (alert,) = alerts_not_told(connection)
        mark_alerts_told(connection, [alert.id], now=NOW)
        assert alerts_not_told(connection) == []


def test_a_run_that_proves_of_no_use_later_is_judged_again(store: StoreBuilder) -> None:
    night = _run(store, 0, ads=30)
    with store.engine.begin() as connection:
        fail_run(connection, night_id=night, source="rs_portal", problem=Problem.LIST_REFUSED, now=NOW)
        stands = health_by_source(connection)["rs_portal"]
        assert len(alerts_not_told(connection)) == 1
    assert (stands.state, stands.failure, stands.bytes) == (HealthState.FAILING, "list_refused", 9_000_000_000)
