"""Deciding whether a trade name belongs to an entry of the register, and what that changes; the caller commits.

What the decision means for the register's answer stands in `pipelines.register.aliases`.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from alerts.desk.people import Person
from alerts.script import storable
from crawler.assessment import Assessment, RegisterAnswer
from crawler.errors import UsageError
from crawler.register import Register, RegisterEntry
from crawler.store.aliases import NewAlias, add_alias, list_aliases, revoke_alias
from crawler.store.audit import Act, record
from crawler.store.register import newest_snapshot
from pipelines.assess import query_of
from pipelines.register.aliases import identity_of, tells_apart
from pipelines.register.index import licence_key
from pipelines.register.matching import match
from pipelines.register.names import name_key
from pipelines.text.folding import fold_key

LONGEST_NAME = 300
LONGEST_NOTE = 2000
MOST_NAMED = 3


def decide_name(
    connection: Connection,
    name: str,
    entry: RegisterEntry,
    *,
    belongs: bool,
    person: Person,
    now: datetime,
    note: str = "",
) -> int:
    """Writes down that the name is, or is not, that of the entry; returns the decision's number.

    Raises UsageError for a name that is none, or a confirmed one that has no word of its own.
    """
    written = " ".join(storable(name).split())
    if not written or len(written) > LONGEST_NAME:
        raise UsageError(f"a trade name has 1 to {LONGEST_NAME} letters")
    if belongs and not tells_apart(written):
        raise UsageError(f"`{written}` has no word of its own: confirming it would clear everybody who uses it")
    decided = NewAlias(
        name=written,
        name_key=name_key(written),
        entry=identity_of(entry),
        belongs=belongs,
        person=person.email,
        person_name=person.name,
        note=" ".join(storable(note).split())[:LONGEST_NOTE],
    )
    told = f"{'is' if belongs else 'is not'} {decided.entry.name}"
    record(connection, Act.NAME_DECIDED, person=person.email, now=now, subject=f"name {written}", detail=told)
    return add_alias(connection, decided, now=now)


def undo_name(connection: Connection, decision: int, *, person: Person, now: datetime) -> None:
    """Takes a decision on a name back. Raises UsageError where there is none of that number that stands."""
    revoke_alias(connection, decision, person=person.email, now=now)
    record(connection, Act.NAME_UNDONE, person=person.email, now=now, subject=f"name decision {decision}")


def answer_by_decisions(
    connection: Connection, assessment: Assessment, *, today: date, stale_after_days: int
) -> RegisterAnswer | None:
    """The register's answer by now, where people decided about the mediator's name and the judgement rests on another.

    None where nobody did, or nothing changes by it.
    """
    name = assessment.mediator.name
    if not name or not list_aliases(connection, name_key=name_key(name), with_revoked=True):
        return None
    register = newest_snapshot(connection, on=today, stale_after_days=stale_after_days)
    answer, known = match(query_of(assessment.mediator, assessment.contacts), register, on=today), assessment.register
    return answer if (answer.verdict, answer.entry) != (known.verdict, known.entry) else None


def find_entry(
    register: Register, *, name: str | None = None, pib: str | None = None, licence: str | None = None
) -> RegisterEntry:
    """The one entry of that name (whole, else words of it), PIB or licence number.

    Raises UsageError unless exactly one of them is given, and where none or several entries have it.
    """
    given = [value for value in (name, pib, licence) if value is not None and value.strip()]
    if len(given) != 1:
        raise UsageError("name the entry by one of --entry, --pib, --licence")
    found = _entries(register, name=name, pib=pib, licence=licence)
    if not found:
        raise UsageError(f"no entry of the register of {register.as_of} fits `{given[0]}`")
    if len(found) > 1:
        names = "; ".join(f"{entry.name} ({entry.licence_number or '–'})" for entry in found[:MOST_NAMED])
        raise UsageError(f"{len(found)} entries fit `{given[0]}`; name one by --pib or --licence: {names}")
    return found[0]


def _entries(register: Register, *, name: str | None, pib: str | None, licence: str | None) -> list[RegisterEntry]:
    if pib:
        return [entry for entry in register.entries if entry.pib == pib.strip()]
    if licence:
        wanted = licence_key(licence)
        return [entry for entry in register.entries if licence_key(entry.licence_number or "") == wanted]
    asked = name or ""
    whole = [entry for entry in register.entries if _folded(entry.name) == _folded(asked)]
    words = set(name_key(asked).split())
    return whole or [entry for entry in register.entries if words <= set(name_key(entry.name).split())]


def _folded(name: str) -> str:
    return " ".join(fold_key(name).split())
