"""What people filed, outside of the program, and what became of it. Rules stand in `alerts.filing`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from crawler.store.schema import approvals, case_events, cases, filing_outcomes, filings
from crawler.store.writing import chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFacts:
    """What a person said of a filing."""

    case_id: int
    recipient: str
    channel: str
    filed_on: date
    reference: str
    receipt: str | None
    """The kept file, relative to the evidence folder."""
    receipt_digest: str | None
    receipt_name: str | None
    first_id: int | None
    """The earlier filing that it repeats."""
    again: str
    """Why it was filed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFiling(FilingFacts):
    """A filing to be recorded."""

    approval_id: int
    event_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingRow(FilingFacts):
    """One filing as recorded."""

    id: int
    case_state: str
    series_id: int
    person: str
    recorded_at: datetime
    version: int
    """Of the draft that was filed."""
    digest: str
    """SHA-256 of its text as approved."""


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of a filing."""

    filing_id: int
    outcome: str
    happened_on: date
    note: str
    person: str
    recorded_at: datetime


def add_filing(connection: Connection, filing: NewFiling) -> int:
    """Records the filing and returns its number."""
    return int(connection.scalar(insert(filings).values(asdict(filing)).returning(filings.c.id)) or 0)


def add_outcome(
    connection: Connection, filing_id: int, *, outcome: str, happened_on: date, note: str, event_id: int
) -> None:
    """Records what became of the filing."""
    row = {"filing_id": filing_id, "outcome": outcome, "happened_on": happened_on, "note": note, "event_id": event_id}
    connection.execute(insert(filing_outcomes).values(row))


def restore_or_revoke_filings(connection: Connection, *, undone: int, by: int) -> None:
    """An event was undone: what it recorded counts no more."""
    for table in (filings, filing_outcomes):
        connection.execute(update(table).where(table.c.event_id == undone).values(revoked_event_id=by))


def filings_of(connection: Connection, case_ids: Iterable[int]) -> list[FilingRow]:
    """Filings of these cases that count, in the order they were recorded."""
    found: list[FilingRow] = []
    for some in chunks(sorted(case_ids)):
        statement = _filings().where(filings.c.case_id.in_(some), filings.c.revoked_event_id.is_(None))
        found.extend(_filing(row) for row in connection.execute(statement))
    return found


def all_filings(connection: Connection, *, states: Collection[str] = ()) -> list[FilingRow]:
    """All filings that count, or those of cases in these states, in the order they were recorded."""
    statement = _filings().where(filings.c.revoked_event_id.is_(None))
    if states:
        statement = statement.where(cases.c.state.in_(tuple(states)))
    return [_filing(row) for row in connection.execute(statement)]


def filings_on_series(
    connection: Connection, series_ids: Collection[int], recipient: str, *, since: date, until: date
) -> list[FilingRow]:
    """Filings to the recipient on these series from one day to another, the earliest first."""
    statement = _filings().where(
        cases.c.series_id.in_(tuple(series_ids)),
        filings.c.recipient == recipient,
        filings.c.filed_on.between(since, until),
        filings.c.revoked_event_id.is_(None),
    )
    found = [_filing(row) for row in connection.execute(statement)]
    return sorted(found, key=lambda filing: (filing.filed_on, filing.id))


def outcomes_of(connection: Connection, filing_ids: Iterable[int]) -> dict[int, list[OutcomeRow]]:
    """By filing: what became of it, in the order it was recorded."""
    found: dict[int, list[OutcomeRow]] = {}
    for some in chunks(sorted(filing_ids)):
        names = ("filing_id", "outcome", "happened_on", "note")
        statement = (
            select(
                *(filing_outcomes.c[name] for name in names),
                case_events.c.person,
                case_events.c.at.label("recorded_at"),
            )
            .join(case_events, case_events.c.id == filing_outcomes.c.event_id)
            .where(filing_outcomes.c.filing_id.in_(some), filing_outcomes.c.revoked_event_id.is_(None))
            .order_by(filing_outcomes.c.id)
        )
        for row in connection.execute(statement):
            found.setdefault(row.filing_id, []).append(OutcomeRow(**row._mapping))
    return found


def series_of_cases(connection: Connection, case_ids: Sequence[int]) -> set[int]:
    """The series of these cases."""
    return set(connection.scalars(select(cases.c.series_id).where(cases.c.id.in_(tuple(case_ids)))))


def _filings() -> Select[Any]:
    names = ("id", *(field.name for field in fields(FilingFacts)))
    return (
        select(
            *(filings.c[name] for name in names),
            cases.c.state.label("case_state"),
            cases.c.series_id,
            case_events.c.person,
            case_events.c.at.label("recorded_at"),
            approvals.c.version,
            approvals.c.digest,
        )
        .join(cases, cases.c.id == filings.c.case_id)
        .join(case_events, case_events.c.id == filings.c.event_id)
        .join(approvals, approvals.c.id == filings.c.approval_id)
        .order_by(filings.c.id)
    )


def _filing(row: Row[Any]) -> FilingRow:
    return FilingRow(**row._mapping)
