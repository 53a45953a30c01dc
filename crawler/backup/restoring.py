"""Bringing a backup back into an empty place: everything is checked first, and nothing half-restored is ever in use.

What is unpacked waits in a folder of its own within the data folder. Only when all of it is there and on the disk is it
moved to its place; a process killed before leaves that folder alone, one killed in between is finished by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DatabaseError

from crawler.backup.archive import HOME, BackupReader
from crawler.backup.tables import has_tables, require_tables, set_counters, shapes_from, take_rows
from crawler.config import Settings
from crawler.errors import StoreError, UsageError
from crawler.files import sync_folder, write_whole
from crawler.night import Progress, silent
from crawler.store.engine import connect, known_revisions, migrate, reading, reason_of

STAGING = ".restoring"
READY = "ready"
"""Stands in the folder once all is unpacked; then it holds nothing that is not checked."""
DATABASE = "adwatch.db"
SPARE = 64 << 20
"""Bytes that are to stay free on the disk."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back."""

    made_at: str
    revision: str
    """Of the backup; the database has the newest by now."""
    tables: int
    rows: int
    files: int


def restore_backup(settings: Settings, path: Path, *, progress: Progress = silent) -> Restored:
    """Restores into the data folder and the database of `settings`, both of which must be empty.

    Raises UsageError where they are not, StoreError where the file is damaged or of a newer program: nothing was
    changed then.
    """
    with BackupReader(path) as backup, _alone(settings.home):
        _require_known(backup)
        _require_empty_home(settings.home)
        _check(backup, settings.home, progress)
        staging = settings.home / STAGING
        if _is_ready(staging, backup) and _is_filled(settings, staging):
            _move_in(staging, settings.home)
            return _told(backup)
        _require_empty_database(settings)
        shutil.rmtree(staging, ignore_errors=True)
        try:
            _unpack(backup, staging, progress)
            _fill(backup, settings, staging, progress)
        except OSError as error:
            shutil.rmtree(staging, ignore_errors=True)
            raise StoreError(f"the backup cannot be unpacked: {error.strerror or error}") from error
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        _move_in(staging, settings.home)
        return _told(backup)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Holds the data folder, which is made if needed."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise UsageError(f"the data folder {home} cannot be made: {error.strerror}") from error
    try:
        _lock(handle, home)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, home: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(f"another restore is running into {home}") from error


def _require_known(backup: BackupReader) -> None:
    if backup.manifest.revision not in known_revisions():
        raise StoreError("the backup was made by a newer adwatch; update the program")
    shapes_from(backup.manifest.tables)


def _require_empty_home(home: Path) -> None:
    ready = (home / STAGING / READY).exists()
    there = sorted(path.name for path in home.iterdir() if path.name != STAGING)
    # Of a restore that was killed while it moved things in, some stand in their place already.
    if there and not ready:
        raise UsageError(f"the data folder {home} is not empty (it holds {there[0]}); restore into a new one")


def _check(backup: BackupReader, home: Path, progress: Progress) -> None:
    free = shutil.disk_usage(home).free
    if backup.size + SPARE > free:
        raise StoreError(f"the backup holds {backup.size >> 20} MB, and only {free >> 20} MB are free")
    done = 0

    def advance(size: int) -> None:
        nonlocal done
        done += size
        progress("checking", done, backup.size)

    backup.check_all(advance)


def _own_database(settings: Settings) -> bool:
    """It stands in the data folder under its usual name."""
    return settings.database_url == f"sqlite:///{settings.home / DATABASE}"


def _is_ready(staging: Path, backup: BackupReader) -> bool:
    """Whether a restore that was killed had unpacked all. Raises UsageError where it was that of another backup."""
    mark = staging / READY
    if not mark.exists():
        return False
    if mark.read_text(encoding="ascii") != backup.identity:
        raise UsageError(
            f"a restore of another backup was cut short in {staging.parent}; finish it, or use a new folder"
        )
    return True


def _is_filled(settings: Settings, staging: Path) -> bool:
    """Whether that restore had filled the database too."""
    if not _own_database(settings):
        return _has_tables(settings.database_url)
    return any(_has_tables(f"sqlite:///{folder / DATABASE}") for folder in (staging, settings.home))


def _require_empty_database(settings: Settings) -> None:
    if not _own_database(settings) and _has_tables(settings.database_url):
        raise UsageError("the database is not empty; restore into a new one")


def _has_tables(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return False
    engine = connect(url)
    try:
        with reading(engine) as connection:
            return has_tables(connection)
    except DatabaseError as error:
        raise UsageError(f"the database cannot be opened: {reason_of(error)}") from error
    finally:
        engine.dispose()


def _unpack(backup: BackupReader, staging: Path, progress: Progress) -> None:
    names = [name for name in backup.manifest.members if name.startswith(HOME)]
    staging.mkdir(mode=0o700)
    for done, name in enumerate(names, 1):
        target = staging / "files" / name.removeprefix(HOME)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            for part in backup.parts(name):
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
        progress("unpacking", done, len(names))


def _fill(backup: BackupReader, settings: Settings, staging: Path, progress: Progress) -> None:
    url = settings.database_url
    if _own_database(settings):
        (staging / DATABASE).touch(mode=0o600)
        url = f"sqlite:///{staging / DATABASE}"
    engine = connect(url)
    try:
        with engine.begin() as connection:
            _take_tables(connection, backup, progress)
            # Before the commit: a full database without it would be nobody's.
            _mark_ready(staging, backup)
        _settle(engine)
    except DatabaseError as error:
        raise StoreError(f"the database did not take the backup: {reason_of(error)}") from error
    finally:
        engine.dispose()


def _take_tables(connection: Connection, backup: BackupReader, progress: Progress) -> None:
    migrate(connection, backup.manifest.revision)
    shapes, rows = shapes_from(backup.manifest.tables), backup.manifest.rows
    require_tables(connection, shapes)
    for done, (shape, described) in enumerate(zip(shapes, backup.manifest.tables, strict=True), 1):
        taken = take_rows(connection, shape, backup.lines(str(described["member"])))
        if taken != rows[shape.name]:
            raise StoreError(f"{backup.path}: the table {shape.name} holds {taken} rows instead of {rows[shape.name]}")
        progress("filling", done, len(shapes))
    set_counters(connection, backup.manifest.counters)
    migrate(connection, "head")


def _mark_ready(staging: Path, backup: BackupReader) -> None:
    (staging / "files").mkdir(exist_ok=True, mode=0o700)
    write_whole(staging / READY, backup.identity.encode())
    sync_folder(staging)


def _settle(engine: Engine) -> None:
    """Puts all of an SQLite database into its one file."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is not None:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _move_in(staging: Path, home: Path) -> None:
    """The database first: whoever opens the folder meanwhile must not make an empty one."""
    database = [staging / DATABASE] if (staging / DATABASE).exists() else []
    for path in (*database, *sorted((staging / "files").iterdir())):
        path.replace(home / path.name)
    sync_folder(home)
    shutil.rmtree(staging)


def _told(backup: BackupReader) -> Restored:
    manifest = backup.manifest
    return Restored(
        made_at=manifest.made_at,
        revision=manifest.revision,
        tables=len(manifest.tables),
        rows=sum(manifest.rows.values()),
        files=sum(name.startswith(HOME) for name in manifest.members),
    )
