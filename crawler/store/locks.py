"""Letting one transaction at a time do what must not interleave. SQLite's write lock does it already."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import Connection, text


class Lock(IntEnum):
    """Numbers of PostgreSQL advisory locks."""

    MIGRATION = 4_178_202_611
    CUSTODY = 4_178_202_612
    SERIES = 4_178_202_613
    NIGHT = 4_178_202_614
    FILING = 4_178_202_615
    LOG_IN = 4_178_202_616
    MESSAGES = 4_178_202_617
    ALARMS = 4_178_202_618
    PURGE = 4_178_202_620


def take_lock(connection: Connection, lock: Lock) -> None:
    """Waits for the lock and holds it until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(lock)})
