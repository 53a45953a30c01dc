"""What sources of the register brought: each fetched list with its capture, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from crawler.evidence.warc import Capture
from crawler.store.captures import capture_of
from crawler.store.schema import captures, register_fetches
from crawler.store.writing import insert_new


class FetchOutcome(StrEnum):
    """What became of a fetched list."""

    IMPORTED = "imported"
    CONFIRMED = "confirmed"
    """The newest register, unchanged, of a later day."""
    UNCHANGED = "unchanged"
    """Nothing new, of no later day; or a newer register came another way."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NewFetch:
    """A list as it was fetched."""

    source: str
    capture_id: int
    page_capture_id: int | None
    """Capture of the page that linked to it."""
    url: str
    """Asked for, before redirects."""
    said: str
    """What the page said around the link."""
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Fetch:
    """A stored one."""

    id: int
    night_id: int
    source: str
    url: str
    said: str
    etag: str | None
    last_modified: str | None
    capture: Capture
    """Its `digest` is that of the list also where only its being unchanged was captured."""


def save_fetch(connection: Connection, fetch: NewFetch, *, night_id: int) -> None:
    """Stores it as not imported yet; a run that starts again in the same night keeps the first."""
    insert_new(connection, register_fetches, [{"night_id": night_id, "reason": "", **asdict(fetch)}])


def pending_fetches(connection: Connection) -> list[Fetch]:
    """Those not imported yet, oldest first."""
    statement = _fetches().where(register_fetches.c.outcome.is_(None)).order_by(register_fetches.c.id)
    return [_fetch(row) for row in connection.execute(statement)]


def last_list(connection: Connection, source: str) -> Fetch | None:
    """What the source published when it was last fetched and accepted."""
    accepted = register_fetches.c.outcome.is_not(None) & (register_fetches.c.outcome != FetchOutcome.REFUSED.value)
    statement = (
        _fetches().where(register_fetches.c.source == source, accepted).order_by(register_fetches.c.id.desc()).limit(1)
    )
    row = connection.execute(statement).first()
    return _fetch(row) if row else None


def close_fetch(connection: Connection, fetch_id: int, outcome: FetchOutcome, *, reason: str = "") -> None:
    """Notes what became of it."""
    connection.execute(
        update(register_fetches).where(register_fetches.c.id == fetch_id).values(outcome=outcome.value, reason=reason)
    )


_OWN = ("id", "night_id", "source", "url", "said", "etag", "last_modified")


def _fetches() -> Select[Any]:
    own = [register_fetches.c[name].label(f"fetch_{name}") for name in _OWN]
    return select(*own, captures).join(captures, captures.c.id == register_fetches.c.capture_id)


def _fetch(row: Row[Any]) -> Fetch:
    own = {name: row._mapping[f"fetch_{name}"] for name in _OWN}
    return Fetch(**own, capture=capture_of(row))
