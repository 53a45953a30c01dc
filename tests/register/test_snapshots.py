"""Imported registers in the store and among the evidence, on both databases."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.errors import RegisterError, UsageError
from crawler.store.engine import reading
from crawler.store.register import list_snapshots, newest_snapshot
from crawler.store.schema import custody, register_entries
from pipelines.register.importing import ImportReport, import_file, read_register
from tests.builders import StoreBuilder
from tests.register.lists import HEADER, ROWS, Rows, write_csv

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def imported(store: StoreBuilder, path: Path, *, as_of: date = AS_OF, force: bool = False) -> ImportReport:
    return import_file(store.settings, store.engine, path, as_of=as_of, now=NOW, force=force)


def list_of(folder: Path, rows: Rows = ROWS, name: str = "spisak.csv") -> Path:
    return write_csv(folder / name, [HEADER, *rows])


def test_what_was_imported_is_what_the_store_gives_back(tmp_path: Path, store: StoreBuilder) -> None:
    path = list_of(tmp_path)
    report = imported(store, path)
    read = read_register(path, as_of=AS_OF, stale_after_days=store.settings.file.register_stale_after_days)
    with reading(store.engine) as connection:
        kept = newest_snapshot(connection, on=AS_OF, stale_after_days=45)
    assert kept == read.register
    assert (report.imported, report.snapshot, report.is_new) == (len(ROWS), read.register.snapshot, True)


def test_the_file_is_kept_under_its_hash(tmp_path: Path, store: StoreBuilder) -> None:
    path = list_of(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    imported(store, path)
    kept = store.settings.evidence_folder / "register" / f"{digest}.csv"
    assert kept.read_bytes() == path.read_bytes()
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_an_import_is_in_the_custody_log(tmp_path: Path, store: StoreBuilder) -> None:
    path = list_of(tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    imported(store, path)
    with reading(store.engine) as connection:
        logged = connection.execute(select(custody.c.event, custody.c.subject, custody.c.digest)).one()
    assert tuple(logged) == ("register_imported", f"register/{digest}.csv", digest)


def test_the_same_file_again_changes_nothing(tmp_path: Path, store: StoreBuilder) -> None:
    path = list_of(tmp_path)
    imported(store, path)
    again = imported(store, path)
    with reading(store.engine) as connection:
        assert len(list_snapshots(connection)) == 1
        assert connection.scalar(select(func.count()).select_from(register_entries)) == len(ROWS)
    assert not again.is_new


def test_each_day_has_the_register_that_was_newest_then(tmp_path: Path, store: StoreBuilder) -> None:
    imported(store, list_of(tmp_path), as_of=date(2026, 10, 1))
    imported(store, list_of(tmp_path, ROWS[:4], "noviji.csv"), as_of=date(2026, 11, 1))
    with reading(store.engine) as connection:
        sizes = {
            day: len(found.entries) if (found := newest_snapshot(connection, on=day, stale_after_days=45)) else None
            for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1), None)
        }
        days = [row.as_of for row in list_snapshots(connection)]
    assert list(sizes.values()) == [None, 5, 5, 4, 4]
    assert days == [date(2026, 11, 1), date(2026, 10, 1)]


def test_a_list_of_less_than_half_is_refused_unless_forced(tmp_path: Path, store: StoreBuilder) -> None:
    imported(store, list_of(tmp_path), as_of=date(2026, 11, 19))
    short = list_of(tmp_path, ROWS[:2], "kratak.csv")
    with pytest.raises(RegisterError, match=r"2 agencies, and the list before had 5.*--force"):
        imported(store, short, as_of=date(2026, 11, 20))
    with reading(store.engine) as connection:
        assert len(list_snapshots(connection)) == 1
    assert imported(store, short, as_of=date(2026, 11, 20), force=True).imported == 2


def test_a_list_mostly_unreadable_is_refused_unless_forced(tmp_path: Path, store: StoreBuilder) -> None:
    broken = [("1.", "Omorika d.o.o.", "Bor", "1-1", "40.40.2024.", "", "", "", "")] * 6
    path = list_of(tmp_path, [*ROWS[:2], *broken])
    with pytest.raises(RegisterError, match="2 rows were read and 6 refused"):
        imported(store, path)
    assert imported(store, path, force=True).imported == 2


def test_staleness_is_counted_from_the_day_of_the_list(tmp_path: Path, store: StoreBuilder) -> None:
    imported(store, list_of(tmp_path), as_of=date(2026, 9, 1))
    with reading(store.engine) as connection:
        found = newest_snapshot(connection, on=None, stale_after_days=45)
    assert found is not None
    assert not found.is_stale(on=date(2026, 10, 16))
    assert found.is_stale(on=date(2026, 10, 17))
    assert not replace(found, stale_after_days=90).is_stale(on=date(2026, 10, 17))


def test_a_list_of_a_day_to_come_is_wrong_use(tmp_path: Path, store: StoreBuilder) -> None:
    with pytest.raises(UsageError, match="2026-11-21 has not come yet"):
        imported(store, list_of(tmp_path), as_of=AS_OF + timedelta(days=1))
    with reading(store.engine) as connection:
        assert list_snapshots(connection) == []
