from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from alerts.desk.silence import NightState, RegisterState, SilenceReport, report_silence
from alerts.desk.sources import Sources
from crawler.config import Settings
from crawler.errors import SourceError
from crawler.health import Problem
from crawler.manifest import AnySource, ManifestsRead, RegisterSource, TelegramSource
from crawler.store.nights import begin_run, fail_run, finish_night
from crawler.store.register import SnapshotFile, SnapshotRow
from crawler.store.schedulers import Watch, give_sign
from crawler.store.schema import nights
from crawler.store.silence import NightRow, RunRow
from tests.builders import StoreBuilder
from tests.desk.conftest import MORNING, DeskUnderTest

GOOD = """\
id: portal_b
name: Portal B
owner: izmišljen
kind: telegram
start_urls: ["http://portal.example/s/posao"]
legal_note: Izmišljeno.
checked: 2026-11-20
"""
REGISTER_SOURCE = """\
id: xx_registar
name: Spisak agencija (primer)
owner: izmišljen
kind: register
start_urls: ["http://registar.example/"]
legal_note: Izmišljeno.
checked: 2026-11-20
"""
LAST_NIGHT = datetime(2026, 11, 20, 1, 0, tzinfo=MORNING.tzinfo)


def _source(source: str = "source_a", *, schedule: str | None = None, enabled: bool = True) -> AnySource:
    return TelegramSource(
        kind="telegram",
        id=source,
        name="Portal A",
        owner="izmišljen",
        start_urls=("http://portal.example/",),
        schedule=schedule,
        enabled=enabled,
        legal_note="izmišljen",
        checked=LAST_NIGHT.date(),
    )


def _report(
    *runs: RunRow,
    night: NightRow | None = None,
    register_day: date | None = date(2026, 11, 1),
    confirmed_on: date | None = None,
    source: AnySource | None = None,
    faults: dict[str, SourceError] | None = None,
) -> SilenceReport:
    whole = night or NightRow(LAST_NIGHT, LAST_NIGHT + timedelta(minutes=30))
    manifest = source or _source()
    sources = ManifestsRead({manifest.id: manifest}, faults or {})
    register = _register(register_day, confirmed_on) if register_day else None
    return report_silence(whole, runs, register, sources=sources, now=MORNING, stale_after_days=45)


def _register(day: date, confirmed_on: date | None = None) -> SnapshotRow:
    return SnapshotRow("sha256:0", day, SnapshotFile("spisak.csv", "register/0.csv"), LAST_NIGHT, confirmed_on)


def _run(outcome: str | None = "ok", *, began: datetime = LAST_NIGHT, **problems: int) -> RunRow:
    finished = began + timedelta(minutes=5) if outcome else None
    return RunRow("source_a", began, finished, outcome, 10, problems)


def test_a_good_night_is_calm() -> None:
    assert _report(_run()).is_calm


@pytest.mark.parametrize("outcome", ["empty", "blocked", "failed", "partial"])
def test_every_other_outcome_is_told(outcome: str) -> None:
    report = _report(_run(outcome))
    assert [(trouble.name, trouble.kind) for trouble in report.troubles] == [("Portal A", outcome)]
    assert not report.is_calm


def test_ads_that_are_gone_are_no_fault() -> None:
    (trouble,) = _report(_run("partial", gone=9, unreachable=1, parse_error=3)).troubles
    assert trouble.problems == ("parse_error", "unreachable")


def test_a_run_that_is_not_as_usual_is_told_although_nothing_failed() -> None:
    unusual = replace(_run(), health="flagged", reasons=("few_ads", "field_empty:baseSalary"))
    (trouble,) = _report(unusual).troubles
    assert (trouble.kind, trouble.missed, trouble.empty_fields) == ("flagged", ("few_ads",), ("baseSalary",))


def test_the_failure_class_comes_before_what_was_met_more_often() -> None:
    run = replace(_run("partial", parse_error=1, timeout=9, over_limit=1), failure="over_limit")
    assert _report(run).troubles[0].problems == ("over_limit", "timeout", "parse_error")


def test_a_run_that_never_ended_is_told_once_it_cannot_be_running() -> None:
    assert _report(_run(None)).is_calm
    (trouble,) = _report(_run(None, began=LAST_NIGHT - timedelta(hours=10))).troubles
    assert trouble.kind == "cut_off"


@pytest.mark.parametrize("days", [2, 9, 400])
def test_a_source_of_every_night_that_did_not_run_is_told_and_never_forgotten(days: int) -> None:
    (trouble,) = _report(_run(began=LAST_NIGHT - timedelta(days=days))).troubles
    assert (trouble.name, trouble.kind) == ("Portal A", "overdue")


@pytest.mark.parametrize(
    ("schedule", "days", "is_late"),
    [("0 1 * * mon", 4, False), ("0 1 * * mon", 11, True), ("0 1 1 * *", 18, False), ("0 1 1 * *", 49, True)],
)
def test_a_source_with_a_schedule_is_late_by_its_own_rhythm(schedule: str, days: int, is_late: bool) -> None:
    report = _report(_run(began=LAST_NIGHT - timedelta(days=days)), source=_source(schedule=schedule))
    assert [trouble.kind for trouble in report.troubles] == (["overdue"] if is_late else [])


def test_a_source_whose_turn_just_came_waits_for_the_night() -> None:
    friday_morning = _source(schedule="0 6 * * fri")
    assert _report(_run(began=LAST_NIGHT - timedelta(days=7, hours=-6)), source=friday_morning).is_calm


def test_a_source_that_waits_for_its_turn_in_a_running_night_is_not_late() -> None:
    running = NightRow(MORNING - timedelta(hours=4), None)
    assert _report(_run(began=MORNING - timedelta(hours=27)), night=running).is_calm


def test_an_enabled_source_that_never_ran_is_told() -> None:
    (trouble,) = _report().troubles
    assert (trouble.name, trouble.kind) == ("Portal A", "never")


def test_a_source_that_was_switched_off_is_no_trouble_but_none_at_all_is() -> None:
    report = _report(_run(began=LAST_NIGHT - timedelta(days=9)), source=_source(enabled=False))
    assert (report.sources, report.troubles) == (0, ())
    assert not report.is_calm


def test_a_source_with_a_wrong_manifest_is_named() -> None:
    report = _report(_run(), faults={"portal_b": SourceError("id: no")})
    assert [(trouble.name, trouble.kind) for trouble in report.troubles] == [("portal_b", "bad_manifest")]


def test_a_failed_step_is_not_calm() -> None:
    night = NightRow(LAST_NIGHT, LAST_NIGHT + timedelta(minutes=30), ("open_cases",))
    assert not _report(_run(), night=night).is_calm


def test_the_desk_says_which_part_of_the_night_failed(desk: DeskUnderTest) -> None:
    desk.enter()
    night_id = desk.store.night()
    steps = {
        "crawl_due_sources": {"sources": 3, "failure": None},
        "group_new_ads": {"failure": "StoreError: locked"},
        "assess_new_ads": {"failure": "KeyError: 'x'"},
    }
    with desk.store.engine.begin() as connection:
        finish_night(connection, night_id, now=LAST_NIGHT, summary={"steps": steps})
    assert "Deo noćne obrade nije uspeo: sparivanje kopija, procena oglasa." in desk.page("/")
    with desk.store.engine.begin() as connection:
        connection.execute(update(nights).values(summary={}))
    assert "nije uspeo" not in desk.page("/")


def test_a_manifest_broken_while_the_desk_runs_is_named(tmp_path: Path) -> None:
    own = tmp_path / "sources" / "portal_b"
    own.mkdir(parents=True)
    sources = Sources(Settings(tmp_path))
    (own / "source.yml").write_text(GOOD, encoding="utf-8")
    assert sources.names()["portal_b"] == "Portal B"
    (own / "source.yml").write_text(GOOD.replace("telegram", "nothing"), encoding="utf-8")
    assert set(sources.read().faults) == {"portal_b"}


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


def test_a_night_that_was_stopped_is_cut_off_at_once() -> None:
    stopped = NightRow(MORNING - timedelta(hours=3), None, is_cut_off=True)
    assert _report(night=stopped).night_state is NightState.CUT_OFF


@pytest.mark.parametrize(
    "watch", [Watch(LAST_NIGHT, is_silent=True), Watch(LAST_NIGHT, missed=(date(2026, 11, 19),), missed_lately=1)]
)
def test_a_silent_scheduler_and_missed_nights_are_not_calm(watch: Watch) -> None:
    calm = _report(_run())
    report = replace(calm, **dict(_watched(watch)))
    assert calm.is_calm
    assert not report.is_calm


def _watched(watch: Watch) -> Iterator[tuple[str, Any]]:
    nothing = ManifestsRead({}, {})
    read = report_silence(None, (), None, sources=nothing, now=MORNING, stale_after_days=45, watch=watch)
    yield "missed_nights", read.missed_nights
    yield "scheduler_silent_since", read.scheduler_silent_since


def test_the_desk_names_missed_nights_and_says_that_the_scheduler_is_silent(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.night(at=MORNING - timedelta(days=3))
    with desk.store.engine.begin() as connection:
        give_sign(connection, "a:/srv", now=MORNING - timedelta(days=3))
    page = desk.page("/")
    assert "Noćna obrada nije rađena: 18.\u00a011.\u00a02026., 19.\u00a011.\u00a02026." in page
    assert "Program koji pokreće noćnu obradu ne javlja se od 17." in page


def test_without_any_night_nothing_is_calm() -> None:
    nothing = ManifestsRead({}, {})
    report = report_silence(None, (), _register(date(2026, 11, 19)), sources=nothing, now=MORNING, stale_after_days=45)
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


def test_a_list_seen_again_unchanged_is_as_fresh_as_that_day() -> None:
    report = _report(register_day=date(2026, 9, 1), confirmed_on=date(2026, 11, 19))
    assert (report.register_state, report.register_age) == (RegisterState.FRESH, 1)
    assert (report.register_day, report.register_confirmed) == (date(2026, 9, 1), date(2026, 11, 19))


def _register_source() -> AnySource:
    return RegisterSource(
        kind="register",
        id="source_a",
        name="Registar",
        owner="izmišljen",
        start_urls=("http://registar.example/",),
        legal_note="izmišljen",
        checked=LAST_NIGHT.date(),
    )


def test_a_failed_fetch_of_the_register_is_told_and_alone_it_brings_no_ads() -> None:
    report = _report(_run("failed", list_refused=1), source=_register_source())
    (trouble,) = report.troubles
    assert (trouble.name, trouble.kind, trouble.problems) == ("Registar", "failed", ("list_refused",))
    assert not report.brings_ads
    assert not _report(_run(), source=_register_source()).is_calm


def test_the_desk_tells_a_refused_list_and_changed_verdicts(tmp_path: Path) -> None:
    own = tmp_path / "home" / "sources" / "xx_registar"
    own.mkdir(parents=True)
    (own / "source.yml").write_text(REGISTER_SOURCE, encoding="utf-8")
    desk = DeskUnderTest(StoreBuilder(tmp_path / "home"))
    desk.enter()
    night_id = desk.store.night()
    with desk.store.engine.begin() as connection:
        begin_run(connection, night_id=night_id, source="xx_registar", now=LAST_NIGHT)
        fail_run(connection, night_id=night_id, source="xx_registar", problem=Problem.LIST_REFUSED, now=LAST_NIGHT)
        summary = {"steps": {"assess_new_ads": {"verdict_changed": 3}}}
        finish_night(connection, night_id, now=LAST_NIGHT, summary=summary)
    page = desk.page("/")
    assert "Odgovor registra je promenjen: 3\u00a0oglasa." in page
    assert "Spisak agencija (primer)" in page
    assert "preuzeti spisak agencija je odbijen" in page
