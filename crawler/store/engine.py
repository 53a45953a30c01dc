"""Opening the store: SQLite in WAL mode by default, PostgreSQL for teams; migrated to the newest version on opening."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError

from crawler.config import Settings
from crawler.errors import ConfigError, StoreError
from crawler.store.locks import Lock, take_lock

MIGRATIONS = Path(__file__).parent / "migrations"


def open_store(settings: Settings) -> Engine:
    """An engine on the migrated store of `settings`; makes the data folder if needed.

    Raises ConfigError where the address cannot be opened, StoreError where the database is newer than the program.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"the data folder {settings.home} cannot be made: {error.strerror}") from error
    engine = connect(settings.database_url, wait_seconds=settings.file.database_wait_seconds)
    try:
        upgrade(engine)
    except OperationalError as error:
        raise ConfigError(f"the database cannot be opened: {reason_of(error)}") from error
    except DatabaseError as error:
        raise ConfigError(f"the database cannot be read: {reason_of(error)}") from error
    return engine


def connect(url: str, *, wait_seconds: int = 60) -> Engine:
    """An engine with the settings both databases need; nothing is opened yet."""
    if make_url(url).get_backend_name() != "sqlite":
        waiting = f"-c lock_timeout={wait_seconds}s"
        return _engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10, "options": waiting})
    engine = _engine(url, connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _engine(url: str, **options: Any) -> Engine:
    # Parameters hold ads with names and phones: they must not stand in an error that somebody logs.
    return create_engine(url, json_serializer=_readable_json, hide_parameters=True, **options)


def reading(engine: Engine) -> Connection:
    """A connection that only reads: on SQLite it waits for no writer and holds none up."""
    return engine.connect().execution_options(read_only=True)


def upgrade(engine: Engine) -> None:
    """Brings the schema to the newest migration. Safe to call from many processes at once.

    Raises StoreError where the database is newer than the program.
    """
    with reading(engine) as connection:
        if _is_newest(connection):
            return
    with engine.begin() as connection:
        take_lock(connection, Lock.MIGRATION)
        if not _is_newest(connection):
            migrate(connection, "head")


def migrate(connection: Connection, revision: str) -> None:
    """Brings the schema up to that migration, or to `head`, within the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - takes half a second to load, and is needed once a release
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def known_revisions() -> list[str]:
    """All migrations of this program, the oldest first."""
    return sorted(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _is_newest(connection: Connection) -> bool:
    known = known_revisions()
    current = current_revision(connection)
    if current is not None and current not in known:
        raise StoreError("the database was made by a newer adwatch; update the program")
    return current == known[-1]


def current_revision(connection: Connection) -> str | None:
    """The newest migration that the database has; None: it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _readable_json(value: Any) -> str:
    """JSON with Serbian letters as they are: half the size, and readable with any database tool."""
    return json.dumps(value, ensure_ascii=False)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN is deferred and cannot wait for a writer once it has read; see _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # 16 MiB of pages a connection, however large the store: copies are looked up all over it.
    cursor.execute("PRAGMA cache_size=-16384")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Every transaction takes the write lock at once: spiders, the night and the desk then queue instead of failing.
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def reason_of(error: DatabaseError) -> str:
    """What the database said, in one line."""
    return str(error.orig).splitlines()[0] if error.orig else "unknown reason"
