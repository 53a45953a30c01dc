"""What people do with sources beside their manifests: switching them off and on, and starting one by hand.

Rows are only ever added; the newest switch of a source counts. A manifest that is not enabled stays so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, Select, func, insert, select

from crawler.belgrade import day_in_belgrade
from crawler.errors import UsageError
from crawler.personal_numbers import storable
from crawler.store.audit import Act, record
from crawler.store.schema import source_actions


class SourceAction(StrEnum):
    """What was done."""

    DISABLE = "disable"
    ENABLE = "enable"
    """A switch-off was taken back."""
    RUN = "run"


LONGEST_REASON = 500
"""Characters."""
SWITCHES = (SourceAction.DISABLE, SourceAction.ENABLE)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing that a person did with a source."""

    source: str
    at: datetime
    action: SourceAction
    person: str
    """E-mail."""
    person_name: str
    """What the person was called then."""
    why: str


def note_action(connection: Connection, action: ActionRow) -> None:
    """Writes it down, also in the audit log."""
    act = Act.RUN_STARTED if action.action is SourceAction.RUN else Act.SOURCE_SWITCHED
    subject, detail = f"source {action.source}", f"{action.action} {action.why}".strip()
    record(connection, act, person=action.person, now=action.at, subject=subject, detail=detail)
    connection.execute(
        insert(source_actions).values(
            source=action.source,
            at=action.at,
            action=action.action.value,
            person=action.person,
            person_name=action.person_name,
            why=action.why,
        )
    )


def switch(
    connection: Connection,
    source: str,
    action: SourceAction,
    *,
    person: str,
    person_name: str,
    why: str,
    now: datetime,
) -> None:
    """Switches the source off or on. Raises UsageError where it stands so already, or nobody says why it goes off."""
    said = " ".join((storable(why) or "").split())[:LONGEST_REASON]
    off = switched_off(connection)
    if action is SourceAction.DISABLE and source in off:
        raise UsageError(f"{source} is switched off already ({said_of(off[source])})")
    if action is SourceAction.ENABLE and source not in off:
        raise UsageError(f"{source} is not switched off")
    if action is SourceAction.DISABLE and not said:
        raise UsageError("say why the source is switched off")
    note_action(connection, ActionRow(source, now, action, person, person_name, said))


def switched_off(connection: Connection) -> dict[str, ActionRow]:
    """By source: who switched it off, when and why. Sources that were switched on again are not among them."""
    newest = (
        select(func.max(source_actions.c.id))
        .where(source_actions.c.action.in_([one.value for one in SWITCHES]))
        .group_by(source_actions.c.source)
    )
    found = connection.execute(_rows().where(source_actions.c.id.in_(newest)))
    rows = map(_row, found)
    return {row.source: row for row in rows if row.action is SourceAction.DISABLE}


def actions_of(connection: Connection, source: str, *, limit: int) -> list[ActionRow]:
    """What was done with the source, the newest first."""
    statement = _rows().where(source_actions.c.source == source).order_by(source_actions.c.id.desc()).limit(limit)
    return list(map(_row, connection.execute(statement)))


def said_of(action: ActionRow) -> str:
    """'by Ana Anić, 2026-11-20: the site asked us to', for the terminal."""
    return f"by {action.person_name}, {day_in_belgrade(action.at)}{f': {action.why}' if action.why else ''}"


def _rows() -> Select[tuple[str, datetime, str, str, str, str]]:
    columns = source_actions.c
    return select(columns.source, columns.at, columns.action, columns.person, columns.person_name, columns.why)


def _row(row: Row[tuple[str, datetime, str, str, str, str]]) -> ActionRow:
    return ActionRow(**{**row._mapping, "action": SourceAction(row.action)})
