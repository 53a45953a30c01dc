"""Backups: consistent while the program runs, checked before anything is touched, restored on either database."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import stat
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
import pytest
from sqlalchemy import insert, inspect, make_url, select

from crawler.backup.archive import MANIFEST
from crawler.backup.making import make_backup
from crawler.backup.restoring import DATABASE, STAGING, restore_backup
from crawler.config import Settings
from crawler.errors import BusyError, StoreError, UsageError
from crawler.evidence.heads import current_head, note_head
from crawler.evidence.holding import evidence_goes
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.scheduling import JOBS_FILE
from crawler.store.captures import save_captures
from crawler.store.engine import connect, migrate, open_store, reading
from crawler.store.schema import metadata, runs, series
from tests.builders import NOW, StoreBuilder
from tests.whole.running import adwatch

Everything = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def other_url(postgres: str) -> str:
    """A second, empty database."""
    name = f"other_{os.urandom(8).hex()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(postgres).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["to sqlite", "to postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An empty place."""
    url = request.getfixturevalue("other_url") if request.param == "to postgresql" else None
    return Settings(tmp_path / "restored", url)


def fill(store: StoreBuilder) -> None:
    """Two ads, a case, a run with figures, own files, a head that was noted."""
    store.complaint_case()
    store.ad(text="Тражимо раднике — “навод” \\ \n 🙂")
    with store.engine.begin() as connection:
        row = {"source": "demo_portal", "started_at": NOW, "pages": 3, "ads": 2, "new_ads": 1, "problems": {"č": 1}}
        connection.execute(insert(runs).values(night_id=1, fields={"jobTitle": 2}, bytes=2**40, **row))
    home = store.settings.home
    (home / "sources" / "rs_nas").mkdir(parents=True)
    (home / "sources" / "rs_nas" / "source.yml").write_text("id: rs_nas\n", encoding="utf-8")
    (home / "desk.secret").write_text("0" * 64, encoding="ascii")
    (home / "logs").mkdir()
    (home / "logs" / "noc.log").write_text("ništa", encoding="utf-8")
    with store.connect() as connection:
        head = current_head(connection)
    assert head is not None
    note_head(store.settings.evidence_folder, head)


def everything(settings: Settings) -> Everything:
    """All rows of all tables."""
    engine = open_store(settings)
    with reading(engine) as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def verified(settings: Settings) -> int:
    """How many captures verify; nothing may fail."""
    engine = open_store(settings)
    with reading(engine) as connection:
        found = verify_evidence(connection, settings.evidence_folder)
    engine.dispose()
    assert found.failures == ()
    return found.captures


def test_everything_comes_back_on_either_database(store: StoreBuilder, target: Settings, tmp_path: Path) -> None:
    fill(store)
    make_backup(store.settings, store.engine, tmp_path / "kopija.zip", now=NOW)

    done = restore_backup(target, tmp_path / "kopija.zip")

    assert everything(target) == everything(store.settings)
    assert verified(target) == 2
    assert done.rows == sum(map(len, everything(target).values()))
    assert (target.home / "sources" / "rs_nas" / "source.yml").read_text(encoding="utf-8") == "id: rs_nas\n"
    assert (target.home / "adwatch.yml").read_bytes() == (store.settings.home / "adwatch.yml").read_bytes()
    assert (target.home / "desk.secret").exists()
    assert not (target.home / "logs").exists()
    assert not (target.home / STAGING).exists()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in target.home.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "kopija.zip").stat().st_mode) == 0o600


def test_number_of_a_deleted_row_is_not_given_again_after_restoring(
    store: StoreBuilder, target: Settings, tmp_path: Path
) -> None:
    store.series()
    gone = store.series()
    with store.engine.begin() as connection:
        connection.execute(series.delete().where(series.c.id == gone))
    make_backup(store.settings, store.engine, tmp_path / "kopija.zip", now=NOW)
    restore_backup(target, tmp_path / "kopija.zip")

    engine = open_store(target)
    with engine.begin() as connection:
        number = connection.scalar(insert(series).values(opened_at=NOW).returning(series.c.id))
    engine.dispose()

    assert number == gone + 1


def test_backup_made_while_a_spider_writes_is_consistent(store: StoreBuilder, tmp_path: Path) -> None:
    store.ad()
    ended, written = threading.Event(), list[FetchedPage]()

    def write() -> None:
        with CaptureWriter(store.settings.evidence_folder, "spider") as writer:
            while not ended.is_set():
                page = FetchedPage(f"https://portal.example/{len(written)}", NOW, 200, (), os.urandom(3000))
                kept = writer.keep(page)
                writer.sync()
                with store.engine.begin() as connection:
                    save_captures(connection, kept)
                # A record that no row speaks of yet, torn by whoever copies it just now.
                writer.keep(page)
                written.append(page)

    def wait_for_more(pages: int) -> None:
        enough = len(written) + pages
        while len(written) < enough:
            assert thread.is_alive()
            time.sleep(0.01)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        wait_for_more(20)
        for number in range(3):
            make_backup(store.settings, store.engine, tmp_path / f"{number}.zip", now=NOW)
            # One may have been under way since before the backup began.
            wait_for_more(2)
    finally:
        ended.set()
        thread.join()

    counts = []
    for number in range(3):
        target = Settings(tmp_path / f"restored {number}")
        restore_backup(target, tmp_path / f"{number}.zip")
        counts.append(verified(target))
    assert 21 <= counts[0] < counts[1] < counts[2]


def test_backup_waits_for_no_purge(store: StoreBuilder, tmp_path: Path) -> None:
    with evidence_goes(store.settings, store.engine), pytest.raises(BusyError, match="purge"):
        make_backup(store.settings, store.engine, tmp_path / "kopija.zip", now=NOW)

    assert not (tmp_path / "kopija.zip").exists()


def test_backup_that_fails_leaves_the_older_one(small_store: StoreBuilder, tmp_path: Path) -> None:
    path = tmp_path / "kopija.zip"
    path.write_bytes(b"older")
    with (
        mock.patch("crawler.backup.making._content", side_effect=OSError(28, "No space left on device")),
        pytest.raises(StoreError, match="No space left"),
    ):
        make_backup(small_store.settings, small_store.engine, path, now=NOW)

    assert path.read_bytes() == b"older"
    assert [one.name for one in tmp_path.glob("*kopija*")] == ["kopija.zip"]


@pytest.fixture
def backup(small_store: StoreBuilder, tmp_path: Path) -> Path:
    """A backup of a small store."""
    fill(small_store)
    make_backup(small_store.settings, small_store.engine, tmp_path / "kopija.zip", now=NOW)
    return tmp_path / "kopija.zip"


def test_damaged_member_is_named_and_nothing_is_touched(backup: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(backup) as content:
        info = next(info for info in content.infolist() if info.filename.endswith(".warc.gz"))
    damaged = bytearray(backup.read_bytes())
    at = info.header_offset + 30 + len(info.filename) + info.file_size // 2 + 20
    damaged[at] ^= 0xFF
    backup.write_bytes(damaged)

    with pytest.raises(StoreError, match=info.filename.replace(".", r"\.")):
        restore_backup(Settings(tmp_path / "restored"), backup)

    assert list((tmp_path / "restored").iterdir()) == []


def test_backup_that_was_cut_short_is_refused(backup: Path, tmp_path: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-500])

    with pytest.raises(StoreError, match="no whole backup"):
        restore_backup(Settings(tmp_path / "restored"), backup)


def rewritten(path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """The backup with other members; those the manifest names get the hashes that they have then."""
    with zipfile.ZipFile(path) as content:
        members = {name: content.read(name) for name in content.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    change(members, manifest)
    for name, one in manifest["members"].items():
        if name in members and one is None:
            digest = hashlib.sha256(members[name]).hexdigest()
            manifest["members"][name] = {"size": len(members[name]), "sha256": digest}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as content:
        for name, member in members.items():
            content.writestr(name, member)
        content.writestr(MANIFEST, json.dumps(manifest))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "home/../../zlo",
        "/etc/zlo",
        "home//zlo",
        "home/a/../../b",
        "home/.restoring/x",
        "zlo",
        # What the program itself would open and believe.
        f"home/{JOBS_FILE}",
        f"home/{DATABASE}",
        f"home/{DATABASE}-wal",
        "home/night.lock",
    ],
)
def test_name_that_leads_out_of_the_data_folder_is_refused(backup: Path, tmp_path: Path, name: str) -> None:
    def smuggle(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members[name] = b"x"
        manifest["members"][name] = None

    with pytest.raises(StoreError, match="no name that a backup holds"):
        restore_backup(Settings(tmp_path / "restored"), rewritten(backup, smuggle))

    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("name", ["pg_authid", "sqlite_master", "alembic_version", 'people"; DROP TABLE people; --'])
def test_table_that_is_not_the_program_s_is_refused(backup: Path, target: Settings, name: str) -> None:
    def smuggle(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["tables/zlo.jsonl"] = b'["x"]\n'
        manifest["members"]["tables/zlo.jsonl"] = None
        described = {"name": name, "member": "tables/zlo.jsonl", "rows": 1, "columns": [["version_num", "text"]]}
        manifest["tables"].append(described)

    with pytest.raises(StoreError, match="no table of the program"):
        restore_backup(target, rewritten(backup, smuggle))

    assert list(target.home.iterdir()) == []


def test_member_that_unpacks_to_more_than_it_says_is_refused(backup: Path, tmp_path: Path) -> None:
    def swell(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["home/adwatch.yml"] = b"#" * 50_000_000
        manifest["members"]["home/adwatch.yml"]["size"] = 10

    with pytest.raises(StoreError, match=r"home/adwatch\.yml is damaged: it has another size"):
        restore_backup(Settings(tmp_path / "restored"), rewritten(backup, swell))


def test_backup_larger_than_the_disk_is_refused(backup: Path, tmp_path: Path) -> None:
    def swell(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del manifest, members

    with mock.patch("shutil.disk_usage", return_value=mock.Mock(free=10_000)), pytest.raises(StoreError, match="free"):
        restore_backup(Settings(tmp_path / "restored"), rewritten(backup, swell))


def test_member_that_the_manifest_does_not_name_is_refused(backup: Path, tmp_path: Path) -> None:
    def add(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members["home/evidence/dodatak.txt"] = b"x"

    with pytest.raises(StoreError, match="not named in its manifest"):
        restore_backup(Settings(tmp_path / "restored"), rewritten(backup, add))


def test_backup_of_a_newer_program_is_refused(backup: Path, tmp_path: Path) -> None:
    def age(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["revision"] = "9999"

    with pytest.raises(StoreError, match="newer adwatch"):
        restore_backup(Settings(tmp_path / "restored"), rewritten(backup, age))


def test_backup_of_an_older_schema_is_brought_up_to_date(
    backup: Path, small_store: StoreBuilder, target: Settings, tmp_path: Path
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrate(connection, "0012")
        old = inspect(connection)
        columns = {name: {one["name"] for one in old.get_columns(name)} for name in old.get_table_names()}
    engine.dispose()

    def age(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["revision"] = "0012"
        manifest["tables"] = [table for table in manifest["tables"] if table["name"] in columns]
        for name in [name for name in members if name.startswith("tables/") and name[7:-6] not in columns]:
            del members[name], manifest["members"][name]
        for table in manifest["tables"]:
            at = [number for number, (name, _) in enumerate(table["columns"]) if name in columns[table["name"]]]
            rows = [json.loads(line) for line in members[table["member"]].splitlines()]
            lines = [json.dumps([row[number] for number in at]) + "\n" for row in rows]
            members[table["member"]] = "".join(lines).encode()
            table["columns"] = [table["columns"][number] for number in at]
            manifest["members"][table["member"]] = None

    done = restore_backup(target, rewritten(backup, age))

    assert done.revision == "0012"
    assert verified(target) == 2
    assert everything(target) == everything(small_store.settings)


def test_place_that_is_not_empty_is_left_alone(backup: Path, tmp_path: Path) -> None:
    target = Settings(tmp_path / "restored")
    target.home.mkdir()
    (target.home / "adwatch.yml").write_text("contact: a@b.example\n", encoding="utf-8")

    with pytest.raises(UsageError, match="not empty"):
        restore_backup(target, backup)

    assert (target.home / "adwatch.yml").read_text(encoding="utf-8") == "contact: a@b.example\n"


def test_database_that_is_not_empty_is_left_alone(backup: Path, tmp_path: Path, postgres_url: str) -> None:
    open_store(Settings(tmp_path / "home of it", postgres_url)).dispose()

    with pytest.raises(UsageError, match="database is not empty"):
        restore_backup(Settings(tmp_path / "restored", postgres_url), backup)

    assert list((tmp_path / "restored").iterdir()) == []


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_after_the_first_move(path: Path, target: Path) -> Path:
    os.rename(path, target)  # noqa: PTH104 - the method itself is replaced
    if target.name != "ready":
        die()
    return target


@pytest.mark.parametrize(
    ("name", "does", "is_finished"),
    [
        ("crawler.backup.restoring._fill", die, False),
        ("crawler.backup.restoring.set_counters", die, False),
        ("crawler.backup.restoring._mark_ready", die, False),
        ("crawler.backup.restoring._settle", die, True),
        ("crawler.backup.restoring._move_in", die, True),
        ("pathlib.Path.replace", dies_after_the_first_move, True),
    ],
)
def test_restore_that_is_killed_leaves_an_empty_place_or_one_that_the_next_finishes(
    backup: Path, small_store: StoreBuilder, target: Settings, name: str, does: Any, *, is_finished: bool
) -> None:
    small_store.engine.dispose()

    def attempt() -> None:
        with mock.patch(name, does):
            restore_backup(target, backup)

    process = multiprocessing.get_context("fork").Process(target=attempt)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    if not is_finished:
        assert [path.name for path in target.home.iterdir()] == [STAGING]
        if "postgresql" in target.database_url:
            engine = connect(target.database_url)
            with reading(engine) as connection:
                assert inspect(connection).get_table_names() == []
            engine.dispose()

    restore_backup(target, backup)

    assert not (target.home / STAGING).exists()
    assert verified(target) == 2
    assert everything(target) == everything(small_store.settings)


def test_commands_move_a_store_from_one_folder_to_another(small_store: StoreBuilder, tmp_path: Path) -> None:
    fill(small_store)
    home = small_store.settings.home

    made = adwatch(home, "backup", "-o", str(tmp_path / "kopija.zip"), "--json")
    back = adwatch(
        tmp_path / "unused", "restore", str(tmp_path / "kopija.zip"), "--into", str(tmp_path / "new"), "--json"
    )
    again = adwatch(tmp_path / "unused", "restore", str(tmp_path / "kopija.zip"), "--into", str(tmp_path / "new"))

    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["tables"]["ads"] == 2
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["evidence"] == {"ok": True, "first_broken": None}
    assert again.returncode == 2
    assert "not empty" in again.stderr
    assert not (tmp_path / "unused").exists()
