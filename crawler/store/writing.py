"""How rows are written so that doing it twice, or from two processes at once, leaves one row."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

logger = logging.getLogger(__name__)

# Far below the 32,766 bound parameters SQLite takes in one statement.
CHUNK = 500

TRIES = 5
"""Of one transaction, beside others that come up against it."""

PAUSE_SECONDS = 0.1
"""Before the second try, and so much longer before each further one: who begins anew at once takes the same row again
before the one that waited for it wakes up, and both stand as before.
"""

GIVEN_UP = ("40P01", "40001")
"""SQLSTATE of `deadlock_detected` and `serialization_failure`: nothing of the transaction is stored, and nothing was
wrong with it. SQLite has neither: its transactions wait for each other before they begin.
"""

Value = TypeVar("Value")


def in_transaction(engine: Engine, work: Callable[[Connection], Value]) -> Value:
    """What the work gives, in a transaction of its own, begun anew where the database gave it up for another one.

    Two transactions may want the same rows in opposite orders; then PostgreSQL ends one of them after a second. So the
    work must leave nothing behind outside of the database that a second time would double.
    """
    for tried in range(1, TRIES):
        try:
            with engine.begin() as connection:
                return work(connection)
        except OperationalError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state not in GIVEN_UP:
                raise
            logger.warning("transaction given up by the database and begun anew sqlstate=%s", state)
        time.sleep(PAUSE_SECONDS * tried)
    with engine.begin() as connection:
        return work(connection)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows; one that breaks a unique constraint is already there and is left as it is."""
    if rows:
        connection.execute(_insert_into(table, connection.dialect.name), [dict(row) for row in rows])


@cache
def _insert_into(table: Table, dialect: str) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def chunks(values: Iterable[Value]) -> Iterator[tuple[Value, ...]]:
    """The values in tuples small enough for one IN (…)."""
    rest = iter(values)
    while some := tuple(islice(rest, CHUNK)):
        yield some
