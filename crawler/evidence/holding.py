"""Who may do what beside whom: evidence is not deleted while somebody copies it, and the other way round.

A lease is given back by the system when its process dies, however it dies.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from crawler.config import Settings
from crawler.errors import BusyError
from crawler.store.locks import Lock

FILE = "purge.lock"


@contextmanager
def evidence_stays(settings: Settings, engine: Engine) -> Iterator[None]:
    """Nothing is purged meanwhile. Raises BusyError where a purge runs."""
    with _lease(settings, engine, shared=True, busy="a purge is running; wait for its end"):
        yield


@contextmanager
def evidence_goes(settings: Settings, engine: Engine) -> Iterator[None]:
    """Nobody copies evidence meanwhile, and no second purge runs. Raises BusyError where somebody does."""
    with _lease(settings, engine, shared=False, busy="a backup or another purge is running; wait for its end"):
        yield


@contextmanager
def _lease(settings: Settings, engine: Engine, *, shared: bool, busy: str) -> Iterator[None]:
    if engine.dialect.name != "postgresql":
        with _file_lease(settings.home / FILE, shared=shared, busy=busy):
            yield
        return
    suffix = "_shared" if shared else ""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        lock = {"lock": int(Lock.PURGE)}
        if not connection.scalar(text(f"SELECT pg_try_advisory_lock{suffix}(:lock)"), lock):
            raise BusyError(busy)
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock{suffix}(:lock)"), lock)


@contextmanager
def _file_lease(path: Path, *, shared: bool, busy: str) -> Iterator[None]:
    with path.open("a") as lease:
        try:
            fcntl.flock(lease, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(busy) from error
        yield
