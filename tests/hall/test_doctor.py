"""The look-over names what is wrong and how to mend it, and changes nothing; what we write only its owner may read."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import insert, update

from crawler.doctor.findings import Finding, Patient, State, look_over
from crawler.doctor.machine import check_clock, check_disk, check_permissions
from crawler.doctor.store import check_database, check_evidence, check_migrations
from crawler.doctor.work import check_night, check_register, check_sources
from crawler.nightly import one_night_at_a_time
from crawler.store.engine import connect, migrate
from crawler.store.nights import begin_run_by_hand
from crawler.store.schedulers import give_sign
from crawler.store.schema import captures, nights
from tests.builders import NOW, StoreBuilder
from tests.whole.running import adwatch


def patient_of(store: StoreBuilder, *, now: datetime | None = None) -> Patient:
    return Patient(store.settings, store.engine, now or datetime.now(UTC))


def only(found: Iterator[Finding] | list[Finding], check: str) -> Finding:
    (one,) = [finding for finding in found if finding.check == check]
    return one


def test_fresh_store_is_well(store: StoreBuilder) -> None:
    store.settings.home.chmod(0o700)
    found = list(look_over(patient_of(store)))

    assert [finding for finding in found if finding.state is State.BAD] == []
    assert {"database", "schema", "disk", "clock", "time zone", "browser", "documents", "evidence"} <= {
        finding.check for finding in found
    }
    assert all(finding.mend for finding in found if finding.state is not State.OK)


def test_check_that_breaks_keeps_no_other_from_being_made(small_store: StoreBuilder) -> None:
    with mock.patch("crawler.doctor.machine.check_disk", side_effect=RuntimeError("no disk")):
        found = list(look_over(patient_of(small_store)))

    assert only(found, "disk").state is State.BAD
    assert any(finding.check == "evidence" for finding in found)


def test_database_out_of_reach_is_bad(small_store: StoreBuilder) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = connect(f"postgresql+psycopg://nobody@127.0.0.1:{taken.getsockname()[1]}/none")
        found = only(check_database(replace(patient_of(small_store), engine=engine)), "database")

    assert found.state is State.BAD
    assert "cannot be opened" in found.says


def test_damaged_database_is_bad(small_store: StoreBuilder) -> None:
    for _ in range(50):
        small_store.series()
    small_store.engine.dispose()
    path = small_store.settings.home / "adwatch.db"
    content = bytearray(path.read_bytes())
    content[8192:40960] = b"\xff" * (40960 - 8192)
    path.write_bytes(content)

    assert only(check_database(patient_of(small_store)), "database").state is State.BAD


def test_older_schema_waits_for_its_migrations(small_store: StoreBuilder, tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrate(connection, "0010")

    found = only(check_migrations(replace(patient_of(small_store), engine=engine)), "schema")

    assert found.state is State.WARN
    assert "0010" in found.says


def test_little_room_is_told_with_how_long_it_lasts(small_store: StoreBuilder) -> None:
    small_store.ad(at=NOW)
    with small_store.engine.begin() as connection:
        connection.execute(update(captures).values(length=14 * 2**30))
    with mock.patch("shutil.disk_usage", return_value=mock.Mock(free=5 * 2**30)):
        found = only(check_disk(patient_of(small_store, now=NOW + timedelta(days=1))), "disk")

    assert found.state is State.BAD
    assert "5 days" in found.says


def test_clock_behind_the_newest_evidence_is_bad(small_store: StoreBuilder) -> None:
    small_store.ad(at=NOW)

    assert only(check_clock(patient_of(small_store, now=NOW - timedelta(days=1))), "clock").state is State.BAD


def test_file_that_others_may_read_is_named(small_store: StoreBuilder) -> None:
    home = small_store.settings.home
    home.chmod(0o755)
    (home / "adwatch.db").chmod(0o644)

    found = only(check_permissions(patient_of(small_store)), "permissions")

    assert found.state is State.BAD
    assert f"chmod -R go= {home}" in found.mend


def test_missing_evidence_is_bad_and_a_torn_end_says_how_to_mend_it(small_store: StoreBuilder) -> None:
    small_store.ad()
    small_store.ad()
    first, second = sorted((small_store.settings.evidence_folder / "warc").iterdir())
    first.unlink()
    with second.open("ab") as stream:
        stream.write(b"\x1f\x8b torn")

    found = [finding for finding in check_evidence(patient_of(small_store)) if finding.state is not State.OK]

    assert [finding.state for finding in found] == [State.BAD, State.WARN]
    assert first.name in found[0].says
    assert "evidence repair" in found[1].mend


def test_register_that_is_missing_is_told(small_store: StoreBuilder) -> None:
    assert only(check_register(patient_of(small_store)), "register").state is State.WARN


def test_source_that_cannot_be_read_is_bad(small_store: StoreBuilder) -> None:
    folder = small_store.settings.home / "sources" / "rs_krivi"
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text("id: rs_krivi\nkind: none\n", encoding="utf-8")

    found = next(iter(check_sources(patient_of(small_store))))

    assert found.state is State.BAD
    assert "rs_krivi" in found.says


def test_night_that_works_is_told_from_one_that_was_cut_off(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        connection.execute(insert(nights).values(started_at=NOW, owner="x:1", summary={}))

    with one_night_at_a_time(store.settings, store.engine):
        working = only(check_night(patient_of(store)), "locks")
    cut_off = only(check_night(patient_of(store)), "locks")

    assert (working.state, cut_off.state) == (State.OK, State.WARN)
    lease = {"sqlite": "night.lock", "postgresql": "night"}[store.engine.dialect.name]
    assert working.says.startswith(f"{lease}: held by")


def test_run_by_hand_that_was_cut_off_is_no_night_to_go_on_with(small_store: StoreBuilder) -> None:
    with small_store.engine.begin() as connection:
        connection.execute(insert(nights).values(started_at=NOW, finished_at=NOW, owner="x:1", summary={}))
        begin_run_by_hand(connection, now=NOW)

    assert only(check_night(patient_of(small_store)), "locks").state is State.OK


def test_scheduler_that_fell_silent_is_bad_unless_another_one_lives(small_store: StoreBuilder) -> None:
    def told() -> list[tuple[State, str]]:
        found = check_night(patient_of(small_store, now=NOW))
        return [(one.state, one.says.split()[0]) for one in found if one.check == "scheduler"]

    assert told() == [(State.WARN, "none")]
    with small_store.engine.begin() as connection:
        give_sign(connection, "a:/srv", now=NOW - timedelta(minutes=16))
    assert told() == [(State.BAD, "a:/srv")]
    with small_store.engine.begin() as connection:
        give_sign(connection, "b:/srv", now=NOW - timedelta(minutes=14))
    assert told() == [(State.WARN, "a:/srv"), (State.OK, "b:/srv")]


def test_command_ends_with_1_when_something_is_bad(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert adwatch(home, "status").returncode == 0

    well = adwatch(home, "doctor", "--json")
    (home / "desk.secret").write_text("short", encoding="ascii")
    ill = adwatch(home, "doctor")

    assert well.returncode == 0, well.stdout
    assert json.loads(well.stdout)["ok"] is True
    assert ill.returncode == 1
    assert "bad  secret" in ill.stdout


def test_command_makes_no_database(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()

    assert "there is no store yet" in adwatch(tmp_path / "home", "doctor").stdout
    assert list((tmp_path / "home").iterdir()) == []
    assert adwatch(tmp_path / "none", "doctor").returncode == 2


def test_what_the_program_writes_only_its_owner_may_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    brought = adwatch(
        home, "users", "add", "ana@ngo.example", "--name", "Ana", "--password-stdin", given="duga-lozinka-1\n"
    )
    assert brought.returncode == 0, brought.stderr
    kept = adwatch(home, "intake", "--text", "-", "--person", "ana@ngo.example", given="Posao u Nemačkoj, 060 000 0001")
    assert kept.returncode == 0, kept.stderr

    paths = [home, *home.rglob("*")]
    assert any(path.name.endswith(".warc.gz") for path in paths)
    modes = {path.relative_to(tmp_path): stat.S_IMODE(path.stat().st_mode) for path in paths}
    assert {path for path, mode in modes.items() if mode & 0o077} == set()
