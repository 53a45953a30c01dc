"""Deciding on a case whether its mediator's name is that of an entry of the register, for pages and the API alike."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from alerts.desk.case_view import case_or_not_found, mark_of
from alerts.desk.failures import Failure, PageError
from alerts.desk.naming import mark_of_decisions
from alerts.desk.people import Person
from alerts.desk.state import Desk
from alerts.naming import decide_name, undo_name
from crawler.assessment import Assessment
from crawler.errors import UsageError
from crawler.register import RegisterEntry
from crawler.store.aliases import AliasRow, list_aliases
from crawler.store.drafts import leading_ad
from crawler.store.register import newest_snapshot
from pipelines.register.names import name_key


@dataclass(frozen=True, slots=True)
class SeenName:
    """What a person saw when they decided."""

    case: str
    """Mark of the case, see `case_view.mark_of`."""
    decisions: str
    """Mark of the decisions on the name, see `naming.mark_of_decisions`."""


def decide_name_of(desk: Desk, person: Person, case_id: int, entry: str, *, belongs: bool, seen: SeenName) -> None:
    """Writes down that the name of the case's mediator is, or is not, that of one of the nearest entries.

    Raises PageError where case or decisions are not what was seen, and for what cannot be decided.
    """
    with desk.engine.begin() as connection:
        judged = _judged(connection, case_id, seen.case)
        name = judged.mediator.name or ""
        if seen.decisions != mark_of_decisions(_decisions(connection, name, with_revoked=True)):
            raise PageError(Failure.CHANGED, case_id=case_id)
        if entry not in {near.name for near in judged.register.nearest}:
            raise PageError(Failure.BAD_FORM, case_id=case_id)
        chosen = _entry(connection, desk, entry, case_id)
        try:
            decide_name(connection, name, chosen, belongs=belongs, person=person, now=desk.clock())
        except UsageError as error:
            raise PageError(Failure.BAD_FORM, case_id=case_id) from error


def undo_name_of(desk: Desk, person: Person, case_id: int, decision: int, *, seen: str) -> None:
    """Takes back a decision on the name of the case's mediator. Raises PageError where it does not stand."""
    with desk.engine.begin() as connection:
        name = _judged(connection, case_id, seen).mediator.name or ""
        if decision not in {row.id for row in _decisions(connection, name)}:
            raise PageError(Failure.CHANGED, case_id=case_id)
        undo_name(connection, decision, person=person, now=desk.clock())


def undo_any_name(desk: Desk, person: Person, decision: int) -> None:
    """Takes a decision on a name back. Raises UsageError where there is none of that number that stands."""
    with desk.engine.begin() as connection:
        undo_name(connection, decision, person=person, now=desk.clock())


def _judged(connection: Connection, case_id: int, seen: str) -> Assessment:
    """What leads the case. Raises PageError where it is not what the person saw."""
    if seen != mark_of(case_or_not_found(connection, case_id)):
        raise PageError(Failure.CHANGED, case_id=case_id)
    return leading_ad(connection, case_id).assessment


def _decisions(connection: Connection, name: str, *, with_revoked: bool = False) -> list[AliasRow]:
    return list_aliases(connection, name_key=name_key(name), with_revoked=with_revoked)


def _entry(connection: Connection, desk: Desk, name: str, case_id: int) -> RegisterEntry:
    stale_after = desk.settings.file.register_stale_after_days
    register = newest_snapshot(connection, on=desk.today(), stale_after_days=stale_after)
    found = [entry for entry in (register.entries if register else ()) if entry.name == name]
    if len(found) != 1:
        raise PageError(Failure.ENTRY, case_id=case_id)
    return found[0]
