"""Lists of cases that people saved under a name, for themselves or for everybody at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select

from crawler.errors import UsageError
from crawler.store.schema import people, saved_views

MOST_VIEWS = 30
"""Of one person."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """One saved list."""

    id: int
    person_id: int
    person: str
    """Whose it is, by name."""
    name: str
    query: str
    is_shared: bool


def views_for(connection: Connection, person_id: int) -> list[SavedView]:
    """What that person sees: their own first, then what others share, by name."""
    columns = saved_views.c.id, saved_views.c.person_id, people.c.name.label("person")
    statement = (
        select(*columns, saved_views.c.name, saved_views.c.query, saved_views.c.is_shared)
        .join(people, people.c.id == saved_views.c.person_id)
        .where(or_(saved_views.c.person_id == person_id, saved_views.c.is_shared))
        .order_by(saved_views.c.person_id != person_id, saved_views.c.name, saved_views.c.id)
    )
    return [SavedView(**row._mapping) for row in connection.execute(statement)]


def save_view(connection: Connection, person_id: int, *, name: str, query: str, is_shared: bool, now: datetime) -> None:
    """Keeps the list under that name, in the place of the person's other one of that name.

    Raises UsageError where the person has too many.
    """
    own = select(saved_views.c.name).where(saved_views.c.person_id == person_id)
    others = [known for known in connection.scalars(own) if known != name]
    if len(others) >= MOST_VIEWS:
        raise UsageError(f"more than {MOST_VIEWS} saved views; delete one first")
    same = saved_views.c.person_id == person_id, saved_views.c.name == name
    connection.execute(delete(saved_views).where(*same))
    row = {"person_id": person_id, "name": name, "query": query, "is_shared": is_shared, "created_at": now}
    connection.execute(insert(saved_views).values(row))


def delete_view(connection: Connection, view_id: int, *, person_id: int) -> bool:
    """Takes away a view of that person; whether there was one."""
    its_own = saved_views.c.id == view_id, saved_views.c.person_id == person_id
    return connection.execute(delete(saved_views).where(*its_own)).rowcount > 0
