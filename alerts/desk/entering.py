"""Logging in: the password, then the code where one is asked for, each attempt counted before it is looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine

from alerts.desk import second_factor
from alerts.desk.people import Person, check_password, renewed_hash, tidy_email
from alerts.desk.secret import Seal
from alerts.desk.sessions import Session, begin_session
from alerts.desk.throttle import WINDOW, attempt_succeeded, count_attempt
from crawler.store.access import end_sessions, forget_failures
from crawler.store.audit import Act, AuditFilter, acting_address, count_audit, record
from crawler.store.engine import reading
from crawler.store.people import change_person, find_person


class Refusal(StrEnum):
    """Why nobody was let in."""

    WRONG = "wrong"
    """It is not said whether there is such an account, or whether it is disabled."""
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that began."""

    cookie: str = field(repr=False)
    needs_code: bool


def enter_by_password(
    engine: Engine, *, email: str, password: str, browser: str, now: datetime, device: str | None = None
) -> Entered | Refusal:
    """Begins a session where the password is right: a pending one where a code is asked for as well.

    `device`: by `alerts.desk.devices.known_device`, also below.
    """
    attempt = _counted(engine, email, now=now, device=device)
    if attempt is None:
        return Refusal.THROTTLED
    with reading(engine) as connection:
        person = check_password(connection, email=email, password=password)
    if person is None:
        _note_failure(engine, email, now=now)
        return Refusal.WRONG
    renewed = renewed_hash(person, password)
    with engine.begin() as connection:
        if renewed:
            change_person(connection, person.id, password_hash=renewed)
        if person.has_second_factor:
            # What failed for the account stays counted: whoever has the password must not get more guesses at the code.
            forget_failures(connection, only=attempt)
        else:
            attempt_succeeded(connection, attempt, email=email, device=device)
            record(connection, Act.LOG_IN, person=person.email, now=now)
        cookie = begin_session(
            connection,
            person,
            address=acting_address(),
            browser=browser,
            now=now,
            is_pending=person.has_second_factor,
        )
    return Entered(cookie, person.has_second_factor)


def enter_by_code(
    engine: Engine,
    seal: Seal,
    person: Person,
    pending: Session,
    *,
    code: str,
    browser: str,
    now: datetime,
    device: str | None = None,
) -> Entered | Refusal:
    """Turns a pending session into one that counts, with a new cookie, where the code is right."""
    attempt = _counted(engine, person.email, now=now, device=device)
    if attempt is None:
        return Refusal.THROTTLED
    with engine.begin() as connection:
        if not second_factor.accepts(connection, person, seal, code, now=now):
            told = "wrong code"
            record(connection, Act.LOG_IN_FAILED, person=person.email, now=now, subject=person.email, detail=told)
            return Refusal.WRONG
        attempt_succeeded(connection, attempt, email=person.email, device=device)
        end_sessions(connection, person.id, now=now, only=pending.id)
        record(connection, Act.LOG_IN, person=person.email, now=now, detail="with a code")
        cookie = begin_session(connection, person, address=acting_address(), browser=browser, now=now)
    return Entered(cookie, needs_code=False)


def _counted(engine: Engine, email: str, *, now: datetime, device: str | None) -> int | None:
    with engine.begin() as connection:
        attempt = count_attempt(connection, email=email, address=acting_address(), now=now, device=device)
        if attempt is None:
            _note_lock(connection, _known(connection, email), now=now)
    return attempt


def _note_lock(connection: Connection, subject: str, *, now: datetime) -> None:
    """Once for as long as the lock holds: who goes on trying must not bury all else that the log tells."""
    if not count_audit(connection, AuditFilter(act=Act.LOCKED_OUT, subject=subject, since=now - WINDOW)):
        record(connection, Act.LOCKED_OUT, person="", now=now, subject=subject)


def _note_failure(engine: Engine, email: str, *, now: datetime) -> None:
    with engine.begin() as connection:
        record(connection, Act.LOG_IN_FAILED, person="", now=now, subject=_known(connection, email))


def _known(connection: Connection, email: str) -> str:
    """The address of somebody who is known; what else was typed may be a password, and is not written down."""
    address = tidy_email(email)
    found = find_person(connection, email=address) if address else None
    return found.email if found else "unknown account"
