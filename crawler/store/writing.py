"""How rows are written so that doing it twice, or from two processes at once, leaves one row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

# Far below the 32,766 bound parameters SQLite takes in one statement.
CHUNK = 500

Value = TypeVar("Value")


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
