"""Counts for machines that watch: a few statements over the store, whatever its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from crawler.store.schema import ads, captures, cases


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """The store as it is now."""

    open_cases: Mapping[str, int]
    """Level -> cases that wait for a decision."""
    captures: int
    ads: int
    database_bytes: int


def read_figures(connection: Connection) -> StoreFigures:
    """The figures, by four statements."""
    by_level = select(cases.c.level, func.count().label("cases")).where(cases.c.state == "open").group_by(cases.c.level)
    return StoreFigures(
        open_cases={row.level: row.cases for row in connection.execute(by_level)},
        captures=connection.scalar(select(func.count()).select_from(captures)) or 0,
        ads=connection.scalar(select(func.count()).select_from(ads)) or 0,
        database_bytes=_database_bytes(connection),
    )


def _database_bytes(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
    return connection.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")) or 0
