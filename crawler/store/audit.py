"""The audit log: who did what, when and from where. Lines are added and read; the database refuses to change them.

It lets lines go only after it was written down for good that all older than a day are to go, which the purge does.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from crawler.store.schema import audit_log, audit_purges

LONGEST_SUBJECT = 200
LONGEST_DETAIL = 1000


class Act(StrEnum):
    """What was done."""

    LOG_IN = "log_in"
    LOG_IN_FAILED = "log_in_failed"
    LOCKED_OUT = "locked_out"
    LOG_OUT = "log_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an act
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    PERSON_ADDED = "person_added"
    ROLE_CHANGED = "role_changed"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    PERSON_UNLOCKED = "person_unlocked"
    TOKEN_MADE = "token_made"  # noqa: S105 - the name of an act
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an act
    DECIDED = "decided"
    """On a case: also approving, filing and what became of it."""
    NOTED = "noted"
    """A note on a case."""
    NAME_DECIDED = "name_decided"
    NAME_UNDONE = "name_undone"
    DRAFT_CHANGED = "draft_changed"
    DOWNLOADED = "downloaded"
    """A draft, an annex, a receipt or a picture."""
    EXPORTED = "exported"
    REGISTER_IMPORTED = "register_imported"
    SOURCE_SWITCHED = "source_switched"
    RUN_STARTED = "run_started"
    SERIES_CHANGED = "series_changed"
    BROUGHT = "brought"
    """An ad by hand, or an offer that was checked."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the log."""

    id: int
    at: datetime
    person: str
    act: str
    subject: str
    detail: str
    address: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines are asked for; None and the empty string leave a question open."""

    person: str = ""
    act: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    before: int = 0
    """Only lines of a lower number; 0: all."""


_FROM: ContextVar[str] = ContextVar("acting_from", default="")


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """What is recorded in the body comes from that network address."""
    token = _FROM.set(address[:60])
    try:
        yield
    finally:
        _FROM.reset(token)


def acting_address() -> str:
    """The network address on whose behalf the program acts now; empty for commands."""
    return _FROM.get()


def whoever() -> str:
    """Who gives a command, as far as the computer knows."""
    return f"command of {getpass.getuser()}"


def record(
    connection: Connection, act: Act, *, person: str, now: datetime, subject: str = "", detail: str = ""
) -> None:
    """Adds a line, in the caller's transaction: what is taken back was not done.

    `person` is an e-mail address, empty where nobody is known. `detail` holds no password, token or text of an ad.
    """
    connection.execute(
        insert(audit_log).values(
            at=now,
            person=person[:200],
            act=act.value,
            subject=subject[:LONGEST_SUBJECT],
            detail=detail[:LONGEST_DETAIL],
            address=acting_address(),
        )
    )


def read_audit(connection: Connection, asked: AuditFilter, *, page: int = 1, size: int = 50) -> list[AuditRow]:
    """One page of the log, the newest first."""
    statement = select(audit_log).where(*_conditions(asked)).order_by(audit_log.c.id.desc())
    rows = connection.execute(statement.limit(size).offset((page - 1) * size))
    return [AuditRow(**row._mapping) for row in rows]


def count_audit(connection: Connection, asked: AuditFilter) -> int:
    """How many lines answer the filter."""
    return connection.scalar(select(func.count()).select_from(audit_log).where(*_conditions(asked))) or 0


def oldest_line(connection: Connection) -> datetime | None:
    """When the first line that is left was written."""
    at: datetime | None = connection.scalar(select(func.min(audit_log.c.at)))
    return at


def delete_old_lines(connection: Connection, *, before: datetime, now: datetime) -> int:
    """Deletes the lines older than that, after noting for good that they go; returns how many went.

    The database refuses where lines of its last year would go, whatever adwatch.yml says.
    """
    connection.execute(insert(audit_purges).values(at=now, before=before))
    return connection.execute(delete(audit_log).where(audit_log.c.at < before)).rowcount


def _conditions(asked: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if asked.person:
        yield audit_log.c.person == asked.person.strip().lower()
    if asked.act:
        yield audit_log.c.act == asked.act
    if asked.subject:
        yield audit_log.c.subject == asked.subject.strip()
    if asked.since:
        yield audit_log.c.at >= asked.since
    if asked.until:
        yield audit_log.c.at < asked.until
    if asked.before:
        yield audit_log.c.id < asked.before
