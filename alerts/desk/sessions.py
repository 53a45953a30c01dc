"""Sessions of people at the desk. They are kept in the store, so that ending one truly ends it.

The browser holds a random token in a cookie; the store holds its hash. Who may begin a session: `alerts.desk.entering`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.desk.people import Person, person_of
from crawler.config import FileSettings
from crawler.store.access import (
    SessionRow,
    forget_sessions,
    insert_session,
    session_with_person,
    sessions_of,
    touch_session,
)

COOKIE = "adwatch_session"
LONGEST = timedelta(hours=24)
"""No setting lets a session last longer."""
PENDING_LASTS = timedelta(minutes=10)
"""Between the password and the second factor."""
TOUCHED_EVERY = timedelta(minutes=1)
"""Not each page writes: the night may be writing too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long sessions last."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One session that counts now."""

    id: int
    csrf: str = field(repr=False)
    """The token that every form of this session carries."""
    seen_at: datetime
    is_pending: bool


def limits_of(settings: FileSettings) -> Limits:
    """The limits that the settings name."""
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def begin_session(
    connection: Connection, person: Person, *, address: str, browser: str, now: datetime, is_pending: bool = False
) -> str:
    """The cookie of a new session of that person; what has long run out is forgotten on the way."""
    token = secrets.token_urlsafe(32)
    forget_sessions(connection, began_before=now - 30 * LONGEST)
    insert_session(
        connection,
        token_hash=hash_of(token),
        person_id=person.id,
        csrf=secrets.token_urlsafe(24),
        is_pending=is_pending,
        address=address,
        browser=browser,
        now=now,
    )
    return token


def find_session(
    connection: Connection, cookie: str, limits: Limits, *, now: datetime
) -> tuple[Session, Person] | None:
    """The session of that cookie with its person, or None where it ended, ran out, or the person is disabled."""
    found = session_with_person(connection, hash_of(cookie)) if cookie else None
    if found is None:
        return None
    row, of = found
    if of.disabled_at is not None or not counts(row, limits, now=now):
        return None
    return Session(row.id, row.csrf, row.seen_at, row.is_pending), person_of(of)


def own_sessions(connection: Connection, person: Person, limits: Limits, *, now: datetime) -> list[SessionRow]:
    """The person's sessions that count now, the newest first."""
    found = sessions_of(connection, person.id, began_after=now - limits.whole)
    return [row for row in found if counts(row, limits, now=now)]


def touch(connection: Connection, session: Session, *, now: datetime) -> None:
    """Notes that the session was used."""
    touch_session(connection, session.id, now=now)


def is_touch_due(session: Session, *, now: datetime) -> bool:
    """Whether the use of the session is to be noted again."""
    return now - session.seen_at >= TOUCHED_EVERY


def counts(row: SessionRow, limits: Limits, *, now: datetime) -> bool:
    """Whether the session neither stood idle nor lasted too long."""
    whole = PENDING_LASTS if row.is_pending else limits.whole
    return now < row.began_at + whole and now < row.seen_at + limits.idle


def hash_of(token: str) -> str:
    """How a random token is kept: it is long enough that no slow hash is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def same_secret(given: str, expected: str) -> bool:
    """Compares in a time that does not tell how much is right."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
