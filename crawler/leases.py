"""Leases: what one process at a time may do, across processes of a data folder and machines of a PostgreSQL.

The system gives a lease back when its process dies, however it dies; nobody has to judge one stale.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from crawler.config import Settings
from crawler.errors import BusyError
from crawler.store.locks import Lock

POLL_SECONDS = 2.0


class DatabaseLease:
    """An advisory lock of one PostgreSQL session."""

    place = "on this database"

    def __init__(self, engine: Engine, lock: Lock) -> None:
        self._engine = engine
        self._lock = int(lock)
        self._session: Connection | None = None

    def take(self) -> bool:
        """Takes it, unless another session holds it."""
        session = self._engine.connect()
        if session.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": self._lock}):
            session.commit()
            self._session = session
            return True
        session.close()
        return False

    def keep(self) -> bool:
        """Whether it is still held; one that went with the server's end is taken again where nobody else has it."""
        try:
            if self._session is not None:
                self._session.execute(text("SELECT 1"))
                self._session.commit()
                return True
        except SQLAlchemyError:
            self.give()
        return self.take()

    def give(self) -> None:
        """Gives it back; a session that is gone has done so already."""
        session, self._session = self._session, None
        if session is None:
            return
        with suppress(SQLAlchemyError):
            session.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": self._lock})
            session.commit()
        with suppress(SQLAlchemyError):
            session.close()


class FileLease:
    """A lock on a file of the data folder."""

    place = "in this data folder"

    def __init__(self, settings: Settings, lock: Lock) -> None:
        self._path = settings.home / f"{lock.name.lower()}.lock"
        self._file: TextIOWrapper | None = None

    def take(self) -> bool:
        """Takes it, unless another process holds it."""
        opened = self._path.open("a", encoding="ascii")
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            opened.close()
            return False
        self._file = opened
        return True

    def keep(self) -> bool:
        """It is held as long as this process lives."""
        return True

    def give(self) -> None:
        """Gives it back."""
        if self._file is not None:
            self._file.close()


Lease = DatabaseLease | FileLease


def lease_of(settings: Settings, engine: Engine, lock: Lock) -> Lease:
    """The lease of that name, not taken yet."""
    return DatabaseLease(engine, lock) if engine.dialect.name == "postgresql" else FileLease(settings, lock)


@contextmanager
def held(
    lease: Lease, *, busy: str, wait_seconds: float = 0.0, waiting: Callable[[], None] = lambda: None
) -> Iterator[Lease]:
    """Holds the lease in the block. Another one's end is waited for so long; `waiting` is called once where it is.

    Raises BusyError with `busy` and the place where it is held.
    """
    give_up = time.monotonic() + wait_seconds
    is_told = False
    while not lease.take():
        if time.monotonic() >= give_up:
            raise BusyError(f"{busy} {lease.place}; wait for its end")
        if not is_told:
            waiting()
            is_told = True
        time.sleep(POLL_SECONDS)
    try:
        yield lease
    finally:
        lease.give()


def is_free(lease: Lease) -> bool:
    """Whether nobody holds it just now."""
    if not lease.take():
        return False
    lease.give()
    return True
