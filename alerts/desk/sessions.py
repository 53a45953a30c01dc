"""Sessions: a signed cookie that says who logged in and until when. Nothing of it is kept on the server."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from alerts.desk.people import Person

COOKIE = "adwatch_session"
LASTS = timedelta(hours=12)
"""A long working day; then one logs in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says."""

    person_id: int
    password_mark: str
    """Changes with the password, so that a new password ends every older session."""
    csrf: str
    """The token that every form of this session carries."""
    until: datetime


class SessionSigner:
    """Writes and reads session cookies."""

    def __init__(self, secret: str) -> None:
        """Signs with that secret; another one makes all earlier cookies worthless."""
        self._serializer = URLSafeSerializer(secret, salt="adwatch desk session")

    def begin(self, person: Person, *, now: datetime) -> str:
        """The cookie of a new session of that person."""
        until = int((now + LASTS).timestamp())
        return self._serializer.dumps([person.id, password_mark(person), secrets.token_urlsafe(24), until])

    def read(self, cookie: str, *, now: datetime) -> Session | None:
        """The session, or None where the cookie is not ours or has run out."""
        try:
            person_id, mark, csrf, until = self._serializer.loads(cookie)
        except (BadSignature, ValueError):
            return None
        session = Session(person_id, mark, csrf, datetime.fromtimestamp(until, UTC))
        return session if now < session.until else None


def password_mark(person: Person) -> str:
    """A short mark of the person's present password hash."""
    return hashlib.sha256(person.password_hash.encode()).hexdigest()[:16]


def same_secret(given: str, expected: str) -> bool:
    """Compares in a time that does not tell how much is right."""
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
