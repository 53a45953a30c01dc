"""Links by which one case goes on for another. Who may join what is the business of `alerts.joining`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, or_, select, update

from crawler.store.schema import case_links
from crawler.store.writing import chunks


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A link that stands."""

    id: int
    kept_id: int
    joined_id: int
    event_id: int


def add_link(connection: Connection, *, kept_id: int, joined_id: int, event_id: int) -> None:
    """Lets the first case go on for the second."""
    connection.execute(insert(case_links).values(kept_id=kept_id, joined_id=joined_id, event_id=event_id))


def restore_or_end_links(connection: Connection, *, undone: int, by: int) -> None:
    """An event was undone: what it linked is parted, what it parted is linked again."""
    connection.execute(update(case_links).where(case_links.c.event_id == undone).values(ended_event_id=by))
    connection.execute(update(case_links).where(case_links.c.ended_event_id == undone).values(ended_event_id=None))


def links_of(connection: Connection, case_id: int) -> list[CaseLink]:
    """The links that stand in which the case has a part, oldest first."""
    has_part = or_(case_links.c.kept_id == case_id, case_links.c.joined_id == case_id)
    columns = [case_links.c[name] for name in CaseLink.__slots__]
    statement = select(*columns).where(has_part, case_links.c.ended_event_id.is_(None)).order_by(case_links.c.id)
    return [CaseLink(**row._mapping) for row in connection.execute(statement)]


def kept_cases(connection: Connection, case_ids: Iterable[int]) -> dict[int, int]:
    """For those of the cases that are joined to another: that other."""
    found: dict[int, int] = {}
    for some in chunks(sorted(case_ids)):
        statement = select(case_links.c.joined_id, case_links.c.kept_id).where(
            case_links.c.joined_id.in_(some), case_links.c.ended_event_id.is_(None)
        )
        found.update((row.joined_id, row.kept_id) for row in connection.execute(statement))
    return found


def with_joined(connection: Connection, case_id: int) -> tuple[int, ...]:
    """The case and those that it goes on for."""
    joined = (link.joined_id for link in links_of(connection, case_id) if link.kept_id == case_id)
    return (case_id, *joined)
