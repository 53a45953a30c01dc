"""The queue of timestamps: which head of the custody log which authority still has to bear witness to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from crawler.evidence.heads import Head
from crawler.store.schema import timestamps
from crawler.store.writing import insert_new


@dataclass(frozen=True, slots=True)
class Awaited:
    """A head without the token of an authority."""

    id: int
    head: Head
    authority: str


def await_timestamps(connection: Connection, head: Head, authorities: Collection[str], *, now: datetime) -> None:
    """Queues the head for each authority; once."""
    rows = [
        {"seq": head.seq, "seal": head.seal, "authority": name, "asked_at": now, "tries": 0} for name in authorities
    ]
    insert_new(connection, timestamps, rows)


def awaited_timestamps(connection: Connection, authorities: Collection[str]) -> list[Awaited]:
    """What these authorities still have to give, the oldest first."""
    statement = (
        select(timestamps)
        .where(timestamps.c.file.is_(None), timestamps.c.authority.in_(authorities))
        .order_by(timestamps.c.id)
    )
    return [Awaited(row.id, Head(row.seq, row.seal), row.authority) for row in connection.execute(statement)]


def note_answer(
    connection: Connection, awaited: Awaited, *, now: datetime, file: str | None = None, problem: str | None = None
) -> None:
    """Notes the token's file, or why there is none yet."""
    connection.execute(
        update(timestamps)
        .where(timestamps.c.id == awaited.id)
        .values(asked_at=now, tries=timestamps.c.tries + 1, file=file, problem=problem)
    )
