"""Rows of captures: what was kept, where it stands, and which bytes were already there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.evidence.warc import Capture
from crawler.items import FetchedPage
from crawler.store.schema import captures
from crawler.store.writing import chunks

_FIELDS = tuple(field.name for field in fields(Capture))


def save_captures(connection: Connection, kept: Sequence[Capture]) -> dict[str, int]:
    """Stores the captures with their custody entries. Returns record_id -> row id."""
    if not kept:
        return {}
    statement = insert(captures).returning(captures.c.record_id, captures.c.id)
    rows = [{name: getattr(capture, name) for name in _FIELDS} for capture in kept]
    saved = {row.record_id: row.id for row in connection.execute(statement, rows)}
    append_custody(
        connection,
        [CustodyEntry(CustodyEvent.CAPTURED, capture.record_id, capture.digest) for capture in kept],
        at=max(capture.fetched_at for capture in kept),
    )
    return saved


def captures_by_digest(connection: Connection, digests: Iterable[str]) -> dict[tuple[str, str], Capture]:
    """Captures that hold one of these payloads in full, by (address, digest); the earliest of each."""
    found: dict[tuple[str, str], Capture] = {}
    for some in chunks(sorted(set(digests))):
        statement = (
            select(captures)
            .where(captures.c.digest.in_(some), captures.c.record_type != "revisit")
            .order_by(captures.c.id)
        )
        for row in connection.execute(statement):
            found.setdefault((row.url, row.digest), capture_of(row))
    return found


def capture_of(row: Row[Any]) -> Capture:
    """The capture in a row that holds all columns of `captures` under their own names, whatever else it holds."""
    return Capture(**{name: row._mapping[name] for name in _FIELDS})


def same_fetches(connection: Connection, pages: Iterable[FetchedPage]) -> dict[tuple[str, str], int]:
    """Row ids of captures that hold these very fetches, by (address, digest): another process kept them."""
    found: dict[tuple[str, str], int] = {}
    wanted = {(page.url, page.digest): page.fetched_at for page in pages}
    columns = captures.c.id, captures.c.url, captures.c.digest, captures.c.fetched_at
    for some in chunks(sorted({digest for _, digest in wanted})):
        for row in connection.execute(select(*columns).where(captures.c.digest.in_(some)).order_by(captures.c.id)):
            if wanted.get((row.url, row.digest)) == row.fetched_at:
                found.setdefault((row.url, row.digest), row.id)
    return found
