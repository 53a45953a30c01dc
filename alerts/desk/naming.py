"""What people decided about the name that an ad's mediator goes by, as the case page shows it and takes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from alerts.naming import LONGEST_NAME, answer_by_decisions
from crawler.assessment import Assessment, RegisterAnswer
from crawler.store.aliases import AliasRow, list_aliases
from pipelines.register.aliases import tells_apart
from pipelines.register.names import name_key


@dataclass(frozen=True, slots=True)
class NameDecisions:
    """The decisions on one name."""

    by_entry: dict[str, AliasRow]
    """The decision that stands, by the entry's name as it was written then."""
    elsewhere: tuple[AliasRow, ...]
    """Those on entries that are not among the nearest."""
    known: str
    """Mark of what the person sees; a decision beside one they have not seen is refused."""
    is_possible: bool
    """There is a name to decide about."""
    may_confirm: bool
    """It has a word of its own; a generic one would clear everybody."""
    answer_now: RegisterAnswer | None
    """The register's answer with these decisions, where it is not the one that the case rests on."""


def read_decisions(
    connection: Connection, assessment: Assessment, *, today: date, stale_after_days: int
) -> NameDecisions:
    """What was decided about the mediator's name, and what it changes."""
    name = assessment.mediator.name or ""
    rows = list_aliases(connection, name_key=name_key(name), with_revoked=True) if name else []
    by_entry = {row.alias.entry.name: row for row in rows if row.revoked_at is None}
    near = {entry.name for entry in assessment.register.nearest}
    return NameDecisions(
        by_entry=by_entry,
        elsewhere=tuple(row for entry, row in by_entry.items() if entry not in near),
        known=mark_of_decisions(rows),
        is_possible=0 < len(name) <= LONGEST_NAME,
        may_confirm=tells_apart(name),
        answer_now=answer_by_decisions(connection, assessment, today=today, stale_after_days=stale_after_days),
    )


def mark_of_decisions(rows: list[AliasRow]) -> str:
    """Changes with every decision on the name, and with every one taken back."""
    return f"{len(rows)}.{sum(row.revoked_at is not None for row in rows)}"
