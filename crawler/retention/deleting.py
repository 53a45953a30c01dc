"""Deleting rows with all that depends on them, as the schema says it: a new table is never forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, exists, not_, select

from crawler.errors import StoreError
from crawler.store.schema import metadata
from crawler.store.writing import chunks


def delete_rows(
    connection: Connection, table: Table, ids: Iterable[Any], *, never: Collection[Table] = ()
) -> Counter[str]:
    """Deletes the rows with these keys, and first whatever refers to them. Returns how many went, by table.

    Raises StoreError where a row of `never` would have to go: then the caller chose wrongly, and nothing may go.
    """
    (key,) = table.primary_key.columns
    counts: Counter[str] = Counter()
    for some in chunks(ids):
        for column in pointing_at(table):
            if column.table is not table:
                counts += _delete_children(connection, column, some, never)
        counts[table.name] += connection.execute(delete(table).where(key.in_(some))).rowcount
    return +counts


def pointing_at(table: Table) -> list[Column[Any]]:
    """Every column of the schema that refers to the table's key."""
    (key,) = table.primary_key.columns
    return [
        column
        for other in metadata.sorted_tables
        for column in other.columns
        if any(foreign.column is key for foreign in column.foreign_keys)
    ]


def delete_unused(connection: Connection, table: Table, ids: Iterable[int]) -> Counter[str]:
    """Deletes those of the rows that nothing refers to."""
    (key,) = table.primary_key.columns
    unused = [not_(exists().where(column == key)) for column in pointing_at(table)]
    counts: Counter[str] = Counter()
    for some in chunks(sorted(ids)):
        counts[table.name] += connection.execute(delete(table).where(key.in_(some), *unused)).rowcount
    return +counts


def _delete_children(
    connection: Connection, column: Column[Any], keys: tuple[Any, ...], never: Collection[Table]
) -> Counter[str]:
    child = column.table
    assert isinstance(child, Table)  # noqa: S101 - columns of the schema stand in tables
    if child in never:
        if connection.execute(select(column).where(column.in_(keys)).limit(1)).first():
            raise StoreError(f"rows of {child.name} rest on what was to be deleted; nothing was deleted")
        return Counter()
    keys_of_child = child.primary_key.columns
    if len(keys_of_child) == 1 and pointing_at(child):
        (key,) = keys_of_child
        below = connection.scalars(select(key).where(column.in_(keys))).all()
        return delete_rows(connection, child, below, never=never)
    return Counter({child.name: connection.execute(delete(child).where(column.in_(keys))).rowcount})
