"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for who lost it.

A code counts once. The secret lies sealed in the store; of recovery codes only hashes are kept.
"""

from __future__ import annotations

import io
import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import Connection

from alerts.desk.people import Person
from alerts.desk.secret import Seal
from alerts.desk.sessions import hash_of, same_secret
from crawler.errors import UsageError
from crawler.store.audit import Act, record
from crawler.store.people import (
    change_person,
    read_person,
    replace_recovery_codes,
    take_totp_step,
    use_recovery_code,
)

ISSUER = "adwatch"
STEP_SECONDS = 30
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def begin_setup(connection: Connection, person: Person, seal: Seal) -> None:
    """Makes a new secret that is not asked for until `finish_setup`. Raises UsageError where one is in use."""
    if person.has_second_factor:
        raise UsageError("a second factor is in use already")
    sealed = seal.close(pyotp.random_base32())
    change_person(connection, person.id, totp_secret=sealed, totp_since=None, totp_step=None)


def setup_secret(connection: Connection, person: Person, seal: Seal) -> str | None:
    """The secret that is being set up; None where none is."""
    row = read_person(connection, person.id)
    if row is None or row.totp_secret is None or row.totp_since is not None:
        return None
    return seal.open(row.totp_secret)


def finish_setup(connection: Connection, person: Person, seal: Seal, code: str, *, now: datetime) -> list[str] | None:
    """Asks for codes from now on and returns the recovery codes; None where the code is wrong."""
    secret = setup_secret(connection, person, seal)
    step = _step_of(secret, code, now=now) if secret else None
    if step is None:
        return None
    change_person(connection, person.id, totp_since=now, totp_step=step)
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    replace_recovery_codes(connection, person.id, [hash_of(_bare(one)) for one in codes])
    record(connection, Act.SECOND_FACTOR_ON, person=person.email, now=now, subject=person.email)
    return codes


def remove(connection: Connection, person: Person, *, by: str, now: datetime) -> None:
    """Asks for no code any more."""
    change_person(connection, person.id, totp_secret=None, totp_since=None, totp_step=None)
    replace_recovery_codes(connection, person.id, [])
    record(connection, Act.SECOND_FACTOR_OFF, person=by, now=now, subject=person.email)


def accepts(connection: Connection, person: Person, seal: Seal, code: str, *, now: datetime) -> bool:
    """Whether the code is right now; then it is spent. A recovery code serves as well."""
    row = read_person(connection, person.id)
    secret = seal.open(row.totp_secret) if row and row.totp_secret and row.totp_since else None
    step = _step_of(secret, code, now=now) if secret else None
    if step is not None:
        return take_totp_step(connection, person.id, step)
    return use_recovery_code(connection, person.id, hash_of(_bare(code)), now=now)


def address_for_app(person: Person, secret: str) -> str:
    """What the app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=ISSUER)


def qr_code(address: str) -> bytes:
    """The address as an SVG picture, dark on white on every page."""
    stream = io.BytesIO()
    segno.make(address, error="m").save(stream, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return stream.getvalue()


def _step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The time step whose code this is: now, or one before or after, for clocks that differ."""
    given = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    steps = (current - 1, current, current + 1)
    return next((step for step in steps if same_secret(given, pyotp.HOTP(secret).at(step))), None)


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _bare(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isalnum())
