"""The scheduler: its jobs survive a restart, a missed hour is caught up or left, and two of them run one night."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest
from apscheduler.job import Job
from sqlalchemy import func, insert, select, update

from crawler.config import Settings
from crawler.leases import held, lease_of
from crawler.scheduling import CATCH_UP_SECONDS, NIGHT_JOB, Lookout, start_scheduler
from crawler.store.locks import Lock
from crawler.store.nights import BY_HAND, finish_night
from crawler.store.schedulers import NO_WATCH, give_sign, note_stop, read_watch
from crawler.store.schema import nights, runs
from crawler.turns import TIMEZONE
from tests.builders import NOW, StoreBuilder, end_sessions
from tests.spiders.loopback import Answer, links_to, serve, source
from tests.whole.running import ADWATCH, adwatch, adwatch_json, environment

PATIENCE = 600.0
WEEKLY = {"kind": "structured", "start_urls": ["http://127.0.0.1:9/"], "listing": {"links": "a"}}


def hour_far_away() -> int:
    """Of the day in Belgrade: it does not come while a test runs, and has not just gone by."""
    return (datetime.now(ZoneInfo(TIMEZONE)).hour + 12) % 24


def plan_night_far_away(home: Path) -> None:
    """No night becomes due by itself."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "adwatch.yml").open("a", encoding="utf-8") as file:
        file.write(f"night_hour: {hour_far_away()}\n")


@contextmanager
def planned(home: Path) -> Iterator[Mapping[str, Job]]:
    """The jobs of a scheduler that has started and runs nothing, by id."""
    scheduler = start_scheduler(Settings(home))
    try:
        yield {job.id: job for job in scheduler.get_jobs()}
    finally:
        scheduler.shutdown()


def test_night_is_due_daily_at_its_hour_in_belgrade(tmp_path: Path) -> None:
    (tmp_path / "adwatch.yml").write_text("night_hour: 3\n", encoding="utf-8")

    with planned(tmp_path) as jobs:
        assert set(jobs) == {NIGHT_JOB}
        assert str(jobs[NIGHT_JOB].trigger) == "cron[hour='3']"
        assert str(jobs[NIGHT_JOB].trigger.timezone) == "Europe/Belgrade"
        assert jobs[NIGHT_JOB].kwargs == {"home": str(tmp_path)}


def test_restart_keeps_one_night_job_and_its_due_time(tmp_path: Path) -> None:
    with planned(tmp_path) as jobs:
        due = jobs[NIGHT_JOB].next_run_time

    with planned(tmp_path) as jobs:
        job = jobs[NIGHT_JOB]
        assert job.next_run_time == due
        assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (1, True, CATCH_UP_SECONDS)


def test_night_missed_while_the_service_was_down_is_still_due(tmp_path: Path) -> None:
    missed = datetime(2026, 11, 20, 1, tzinfo=UTC)
    # Left as a killed service leaves it: never shut down.
    start_scheduler(Settings(tmp_path)).modify_job(NIGHT_JOB, next_run_time=missed)

    with planned(tmp_path) as jobs:
        assert jobs[NIGHT_JOB].next_run_time == missed


def test_changed_hour_is_taken_over(tmp_path: Path) -> None:
    with planned(tmp_path):
        pass
    (tmp_path / "adwatch.yml").write_text("night_hour: 4\n", encoding="utf-8")

    with planned(tmp_path) as jobs:
        assert str(jobs[NIGHT_JOB].trigger) == "cron[hour='4']"


def test_source_with_a_time_of_its_own_has_a_job_until_it_has_none(tmp_path: Path) -> None:
    source(tmp_path, "rs_nedeljni", {**WEEKLY, "schedule": "30 6 * * mon"})
    source(tmp_path, "rs_svaku_noc", WEEKLY)
    source(tmp_path, "rs_ugasen", {**WEEKLY, "schedule": "30 6 * * mon", "enabled": False})

    with planned(tmp_path) as jobs:
        assert set(jobs) == {NIGHT_JOB, "source:rs_nedeljni"}
        assert jobs["source:rs_nedeljni"].kwargs == {"home": str(tmp_path), "source": "rs_nedeljni"}
        assert jobs["source:rs_nedeljni"].next_run_time.strftime("%a %H:%M") == "Mon 06:30"
    source(tmp_path, "rs_nedeljni", WEEKLY)
    with planned(tmp_path) as jobs:
        assert set(jobs) == {NIGHT_JOB}


def test_source_runs_at_its_own_time_once_and_the_night_of_that_hour_leaves_it_alone(tmp_path: Path) -> None:
    with serve(lambda path: Answer(links_to())) as site:
        manifest = {**WEEKLY, "start_urls": [f"{site.url}/oglasi"], "schedule": f"0 {hour_far_away()} * * *"}
        source(tmp_path, "rs_dnevni", manifest)

        first = adwatch(tmp_path, "crawl", "rs_dnevni", "--due")
        second = adwatch(tmp_path, "crawl", "rs_dnevni", "--due")
        adwatch(tmp_path, "nightly", "--due")

    assert "rs_dnevni" in first.stdout
    assert second.returncode == 0
    assert second.stderr.strip() == "adwatch: rs_dnevni has run since its time came; it is not due"
    store = StoreBuilder(tmp_path, configured=False)
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(runs)) == 1


def test_due_night_is_run_once_and_by_hand_again(tmp_path: Path) -> None:
    plan_night_far_away(tmp_path)
    first = adwatch(tmp_path, "nightly", "--due")
    second = adwatch(tmp_path, "nightly", "--due")
    by_hand = adwatch(tmp_path, "nightly")

    assert "Night 1" in first.stdout
    assert second.returncode == 0
    assert "the night has been run" in second.stderr
    assert not second.stdout
    assert "Night 2" in by_hand.stdout


def test_due_night_waits_for_another_one_and_then_finds_it_was_that_very_night(store: StoreBuilder) -> None:
    plan_night_far_away(store.settings.home)
    lease = lease_of(store.settings, store.engine, Lock.NIGHT)
    more = {"ADWATCH_DATABASE_URL": store.settings.database_url}
    with held(lease, busy="busy"):
        night_id = store.night(at=datetime.now(UTC))
        waiting = subprocess.Popen(
            [ADWATCH, "nightly", "--due"],
            env=environment(store.settings.home, **more),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr
        assert "another night is running" in waiting.stderr.readline()
        with store.engine.begin() as connection:
            finish_night(connection, night_id, now=datetime.now(UTC), summary={})
    with waiting:
        assert "the night has been run" in waiting.stderr.read()
        assert waiting.wait(PATIENCE) == 0
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(nights)) == 1


@contextmanager
def scheduling(home: Path, log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running scheduler, whose words go to that file."""
    with (
        log.open("wb") as words,
        subprocess.Popen(
            [ADWATCH, "schedule"], env=environment(home, ADWATCH_LOG="INFO", **more), stderr=words, stdout=words
        ) as service,
    ):
        try:
            yield service
        finally:
            service.terminate()
            service.wait(PATIENCE)


def _due_in_seconds(home: Path, seconds: float) -> None:
    plan_night_far_away(home)
    scheduler = start_scheduler(Settings(home))
    scheduler.modify_job(NIGHT_JOB, next_run_time=datetime.now(UTC) + timedelta(seconds=seconds))
    scheduler.shutdown()


def _wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("kind", ["one folder", "one database"])
def test_two_schedulers_started_at_once_run_one_night(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    more = {"ADWATCH_DATABASE_URL": request.getfixturevalue("postgres_url")} if kind == "one database" else {}
    homes = [tmp_path / "a", tmp_path / "a" if kind == "one folder" else tmp_path / "b"]
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    store = StoreBuilder(homes[0], database_url=more.get("ADWATCH_DATABASE_URL"), configured=False)
    for home in dict.fromkeys(homes):
        _due_in_seconds(home, 5)

    with scheduling(homes[0], logs[0], **more), scheduling(homes[1], logs[1], **more):
        _wait(lambda: sum("night ended status=0" in log.read_text() for log in logs) == len(set(homes)))

    said = [log.read_text(encoding="utf-8") for log in logs]
    assert sum("Night 1" in words for words in said) == 1
    assert not [words for words in said if "Traceback" in words]
    if kind == "one database":
        assert sum("the night has been run" in words for words in said) == 1
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(nights)) == 1
    store.engine.dispose()


def test_scheduler_service_ends_on_the_system_s_word_and_has_given_signs_of_life(tmp_path: Path) -> None:
    with subprocess.Popen(
        [ADWATCH, "schedule"], env=environment(tmp_path), stderr=subprocess.PIPE, text=True
    ) as service:
        assert service.stderr
        assert "02:00" in service.stderr.readline()
        store = StoreBuilder(tmp_path, configured=False)

        def watch() -> object:
            with store.connect() as connection:
                return read_watch(connection, now=datetime.now(UTC), hour=2).last_sign

        try:
            _wait(watch)
            service.send_signal(signal.SIGTERM)
            assert service.wait(PATIENCE) == 0
        finally:
            service.kill()


def held_back(answered: threading.Event) -> Callable[[str], Answer | None]:
    """A site that keeps its listing to itself until then."""

    def answer(path: str) -> Answer | None:
        if path == "/robots.txt":
            return None
        answered.wait(PATIENCE)
        return Answer(links_to("/oglas/1"))

    return answer


def test_stopped_scheduler_stops_its_night_in_order_and_the_next_one_goes_on(tmp_path: Path) -> None:
    """The spider keeps what it has, its run stays open, and nothing is read twice."""
    home, log = tmp_path / "home", tmp_path / "schedule.log"
    answered = threading.Event()
    with serve(held_back(answered)) as site:
        source(home, "rs_spor", {**WEEKLY, "start_urls": [f"{site.url}/oglasi"]})
        store = StoreBuilder(home, configured=False)
        _due_in_seconds(home, 1)
        with scheduling(home, log) as service:
            _wait(lambda: site.asked)
            service.terminate()
            _wait(lambda: "SIGTERM" in (home / "logs" / "000001-rs_spor.log").read_text(encoding="utf-8"))
            answered.set()
            assert service.wait(PATIENCE) == 0
        assert "is killed" not in log.read_text(encoding="utf-8")
        with store.connect() as connection:
            night = connection.execute(select(nights)).one()
            run = connection.execute(select(runs)).one()
        assert night.finished_at is None
        assert "cut_off" in night.summary
        assert run.finished_at is None
        assert "night 1 was stopped before its end" in log.read_text(encoding="utf-8")
        source(home, "rs_spor", {**WEEKLY, "enabled": False, "start_urls": [f"{site.url}/oglasi"]})

        with scheduling(home, log):
            _wait(lambda: "night ended status=0" in log.read_text(encoding="utf-8"))
    with store.connect() as connection:
        assert connection.execute(select(nights.c.id, nights.c.finished_at.is_not(None))).all() == [(1, True)]


@pytest.mark.parametrize("dies", ["the scheduler alone", "its night too"])
def test_scheduler_that_is_killed_in_a_night_is_told_of_by_the_next_which_ends_the_night(
    dies: str, tmp_path: Path
) -> None:
    home, first, second = tmp_path / "home", tmp_path / "first.log", tmp_path / "second.log"
    answered = threading.Event()
    with serve(held_back(answered)) as site:
        source(home, "rs_spor", {**WEEKLY, "start_urls": [f"{site.url}/oglasi"]})
        store = StoreBuilder(home, configured=False)
        _due_in_seconds(home, 1)
        with scheduling(home, first) as service:
            _wait(lambda: site.asked)
            with_it = psutil.Process(service.pid).children(recursive=True)
            service.kill()
            for process in with_it if dies == "its night too" else ():
                process.kill()
            service.wait(PATIENCE)
        answered.set()

        def is_ended() -> bool:
            with store.connect() as connection:
                return list(connection.scalars(select(nights.c.finished_at.is_not(None)))) == [True]

        with scheduling(home, second):
            told = "the scheduler before this one was not stopped in order"
            _wait(lambda: told in second.read_text(encoding="utf-8"))
            _wait(is_ended)
    said = second.read_text(encoding="utf-8")
    assert ("going on with night=1" in said) == (dies == "its night too")


def test_killed_night_is_gone_on_with_by_the_scheduler_that_lives(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path)
    scheduler = start_scheduler(store.settings)
    try:
        lookout = Lookout(store.settings, store.engine, scheduler)
        lookout.look()
        assert scheduler.get_job("resumed") is None
        store.night(at=datetime.now(UTC))
        with held(lease_of(store.settings, store.engine, Lock.NIGHT), busy="busy"):
            lookout.look()
            assert scheduler.get_job("resumed") is None
        lookout.look()
        assert scheduler.get_job("resumed") is not None
        scheduler.remove_job("resumed")
        for _ in range(5):
            lookout.look()
        scheduler.remove_job("resumed")
        lookout.look()
        assert scheduler.get_job("resumed") is None
    finally:
        scheduler.shutdown()


def test_a_scheduler_is_silent_once_it_gives_no_sign_for_long(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        assert read_watch(connection, now=NOW, hour=2) == NO_WATCH
        give_sign(connection, "a:/srv", now=NOW)
        assert not read_watch(connection, now=NOW + timedelta(minutes=14), hour=2).is_silent
        assert read_watch(connection, now=NOW + timedelta(minutes=16), hour=2).is_silent
        give_sign(connection, "b:/srv", now=NOW + timedelta(minutes=10))
        assert not read_watch(connection, now=NOW + timedelta(minutes=16), hour=2).is_silent


def test_schedulers_stopped_in_order_are_not_missed_while_nights_begin_without_them(store: StoreBuilder) -> None:
    later = NOW + timedelta(days=3)
    with store.engine.begin() as connection:
        # Of a machine that is no more: nobody can stop it in order.
        give_sign(connection, "old:/srv", now=NOW - timedelta(days=9))
        give_sign(connection, "a:/srv", now=NOW)
        note_stop(connection, "a:/srv", now=NOW)
        assert read_watch(connection, now=later, hour=2).is_silent
        connection.execute(insert(nights).values(started_at=later - timedelta(hours=5), owner="cron:1", summary={}))
        assert not read_watch(connection, now=later, hour=2).is_silent


def test_missed_nights_are_named_and_runs_by_hand_make_up_for_none(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        give_sign(connection, "a:/srv", now=NOW - timedelta(hours=3))
    night_id = store.night(at=NOW)
    by_hand = store.night(at=NOW + timedelta(days=2))
    store.night(at=NOW + timedelta(days=3, hours=4))
    with store.engine.begin() as connection:
        connection.execute(update(nights).where(nights.c.id == by_hand).values(owner=BY_HAND))
        watch = read_watch(connection, now=NOW + timedelta(days=3, hours=8), hour=2)
    assert night_id == 1
    assert [day.isoformat() for day in watch.missed] == ["2026-11-21", "2026-11-22"]
    assert watch.missed_lately == 2


def test_status_tells_of_missed_nights_and_a_silent_scheduler(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path)
    with store.engine.begin() as connection:
        give_sign(connection, "a:/srv", now=datetime.now(UTC) - timedelta(days=3))

    counts = adwatch_json(tmp_path, "status")
    said = adwatch(tmp_path, "status")

    assert counts["scheduler_silent"] == 1
    assert counts["nights_missed"] in (2, 3)
    assert "the scheduler gives no sign since" in said.stderr
    assert "nights that nobody ran lately" in said.stderr


def test_lease_lost_with_its_session_is_taken_again_or_given_up(postgres_url: str, tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home", database_url=postgres_url)
    lease = lease_of(store.settings, store.engine, Lock.NIGHT)
    other = lease_of(store.settings, store.engine, Lock.NIGHT)
    with held(lease, busy="busy"):
        assert not other.take()
        end_sessions(store.settings.database_url)
        assert lease.keep()
        assert not other.take()
        end_sessions(store.settings.database_url)
        assert other.take()
        assert not lease.keep()
        other.give()
    store.engine.dispose()
