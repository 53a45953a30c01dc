"""Rows of all tables as lines of JSON: read from one database, taken in by another of either kind.

Which file they stand in is the business of `crawler.backup.archive`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from crawler.errors import StoreError
from crawler.store.engine import reading
from crawler.store.schema import UtcTime, metadata
from crawler.store.writing import chunks

ROWS_AT_ONCE = 1000


class Kind(StrEnum):
    """How a value is written down."""

    NUMBER = "number"
    FRACTION = "fraction"
    TEXT = "text"
    FLAG = "flag"
    TIME = "time"
    DAY = "day"
    JSON = "json"


_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.NUMBER: BigInteger(),
    Kind.FRACTION: Float(),
    Kind.TEXT: Text(),
    Kind.FLAG: Boolean(),
    Kind.TIME: UtcTime(),
    Kind.DAY: Date(),
    Kind.JSON: JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"),
}
_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (UtcTime, Kind.TIME),
    (Boolean, Kind.FLAG),
    (Integer, Kind.NUMBER),
    (Float, Kind.FRACTION),
    (Date, Kind.DAY),
    (JSON, Kind.JSON),
)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as it was when it was read."""

    name: str
    columns: tuple[tuple[str, Kind], ...]


def table_shapes() -> list[TableShape]:
    """Every table of the program; those that others refer to stand first."""
    return [
        TableShape(table.name, tuple((column.name, _kind_of(column)) for column in _given(table)))
        for table in metadata.sorted_tables
    ]


@contextmanager
def one_snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the whole store as it is now, whoever writes meanwhile, and holds no writer up."""
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection:
            yield connection
    else:
        with reading(engine) as connection:
            # The snapshot of a deferred transaction begins with its first read.
            connection.execute(text("SELECT 1 FROM alembic_version")).all()
            yield connection


def written_rows(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    """The table's rows, in the order of their keys, each as one line: an array of its values."""
    table = metadata.tables[shape.name]
    statement = select(*_given(table)).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS_AT_ONCE)
    for row in connection.execute(statement):
        yield (
            json.dumps([_written(value) for value in row], ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
        )


def take_rows(connection: Connection, shape: TableShape, lines: Iterable[bytes]) -> int:
    """Inserts the rows as they were written, and returns how many. Raises StoreError where a line is none."""
    table = Table(shape.name, MetaData(), *(Column(name, _TYPES[kind]) for name, kind in shape.columns))
    taken = 0
    for some in chunks(lines):
        rows = [_read_row(shape, line) for line in some]
        connection.execute(insert(table), rows)
        taken += len(rows)
    return taken


def read_counters(connection: Connection) -> dict[str, int]:
    """By table: the highest number that was ever given to a row. It may be gone, and is not to be given again."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all()
        return {row.name: int(row.seq) for row in rows if row.name in metadata.tables and row.seq}
    counters = {}
    for name, sequence in _sequences(connection).items():
        # The name is the database's own answer, quoted by it.
        row = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608
        if row.is_called:
            counters[name] = int(row.last_value)
    return counters


def set_counters(connection: Connection, counters: Mapping[str, int]) -> None:
    """Lets numbers go on behind these."""
    if connection.dialect.name == "sqlite":
        for name, value in counters.items():
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :value)"), {"name": name, "value": value}
            )
        return
    for name, sequence in _sequences(connection).items():
        if name in counters:
            connection.execute(select(func.setval(sequence, counters[name])))


def has_tables(connection: Connection) -> bool:
    """Whether anything of the program, or of anybody, stands in the database."""
    return bool(inspect(connection).get_table_names())


def require_tables(connection: Connection, shapes: Iterable[TableShape]) -> None:
    """Raises StoreError for a table that the program does not have there: the database has some of its own."""
    known = set(inspect(connection).get_table_names()) - {"alembic_version"}
    strange = next((shape.name for shape in shapes if shape.name not in known), None)
    if strange is not None:
        raise StoreError(f"the backup holds {strange!r}, which is no table of the program")


def _sequences(connection: Connection) -> dict[str, str]:
    there = set(inspect(connection).get_table_names())
    found = {}
    for table in metadata.sorted_tables:
        if table.name in there and "id" in table.c:
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
            if sequence:
                found[table.name] = str(sequence)
    return found


def _given(table: Table) -> list[Column[Any]]:
    """Columns that rows are given; others the database works out itself."""
    return [column for column in table.columns if column.computed is None]


def _kind_of(column: Column[Any]) -> Kind:
    return next((kind for of_type, kind in _KINDS if isinstance(column.type, of_type)), Kind.TEXT)


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read_row(shape: TableShape, line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8", "surrogatepass"))
        return {name: _read(kind, value) for (name, kind), value in zip(shape.columns, values, strict=True)}
    except (ValueError, TypeError) as error:
        raise StoreError(f"the backup's table {shape.name} holds a line that is no row") from error


def _read(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.TIME:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind is Kind.DAY else value


def shapes_from(described: Sequence[Mapping[str, Any]]) -> list[TableShape]:
    """The shapes as a backup describes them. Raises StoreError where it does not."""
    try:
        return [
            TableShape(str(one["name"]), tuple((str(name), Kind(kind)) for name, kind in one["columns"]))
            for one in described
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError("the backup does not say what its tables look like") from error
