"""Tokens by which programs speak for a person at `/api/v1`. One is shown once; the store holds its hash."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from alerts.desk.people import Person, person_of
from alerts.desk.sessions import hash_of
from alerts.script import storable
from crawler.errors import UsageError
from crawler.store.access import find_token, insert_token
from crawler.store.access import revoke_token as revoke_stored
from crawler.store.audit import Act, record
from crawler.store.people import read_person

PREFIX = "adw_"
"""So that a token that leaked into a text is recognised."""
LONGEST_DAYS = 366
LONGEST_NAME = 100


class Scope(StrEnum):
    """What a token allows, within what the person may do."""

    READ = "read"
    WRITE = "write"


def make_token(connection: Connection, person: Person, *, name: str, scope: Scope, days: int, now: datetime) -> str:
    """A new token of that person. Raises UsageError for an empty name or more than a year."""
    called = " ".join(storable(name).split())
    if not called or len(called) > LONGEST_NAME:
        raise UsageError(f"a token needs a name of at most {LONGEST_NAME} letters")
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(f"a token lasts 1 to {LONGEST_DAYS} days")
    token = PREFIX + secrets.token_urlsafe(32)
    insert_token(
        connection,
        person_id=person.id,
        name=called,
        token_hash=hash_of(token),
        scope=scope.value,
        expires_at=now + timedelta(days=days),
        now=now,
    )
    record(connection, Act.TOKEN_MADE, person=person.email, now=now, subject=f"token {called}", detail=scope.value)
    return token


def revoke(connection: Connection, person: Person, token_id: int, *, now: datetime) -> bool:
    """Revokes the person's own token; False where there is none such."""
    name = revoke_stored(connection, person.id, token_id, now=now)
    if name is not None:
        record(connection, Act.TOKEN_REVOKED, person=person.email, now=now, subject=f"token {name}")
    return name is not None


def find_bearer(connection: Connection, token: str, *, now: datetime) -> tuple[Person, Scope] | None:
    """Whom the token speaks for, and how far; None where it ran out, was revoked, or the person is disabled."""
    found = find_token(connection, hash_of(token)) if token.startswith(PREFIX) else None
    if found is None or found.revoked_at is not None or now >= found.expires_at:
        return None
    row = read_person(connection, found.person_id)
    if row is None or row.disabled_at is not None:
        return None
    return person_of(row), Scope(found.scope)
