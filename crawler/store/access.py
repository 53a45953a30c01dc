"""Rows of sessions, failed log-ins and tokens of programs. What they mean is the business of `alerts.desk`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from crawler.store.people import PersonRow
from crawler.store.schema import api_tokens, desk_sessions, login_failures, people


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session as stored."""

    id: int
    token_hash: str = field(repr=False)
    person_id: int
    csrf: str = field(repr=False)
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    is_pending: bool
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of a program as stored."""

    id: int
    person_id: int
    name: str
    token_hash: str = field(repr=False)
    scope: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def insert_session(
    connection: Connection,
    *,
    token_hash: str,
    person_id: int,
    csrf: str,
    is_pending: bool,
    address: str,
    browser: str,
    now: datetime,
) -> int:
    """The new session's number."""
    row = insert(desk_sessions).values(
        token_hash=token_hash,
        person_id=person_id,
        csrf=csrf,
        began_at=now,
        seen_at=now,
        is_pending=is_pending,
        address=address[:60],
        browser=browser[:200],
    )
    return int(connection.scalar(row.returning(desk_sessions.c.id)) or 0)


def session_with_person(connection: Connection, token_hash: str) -> tuple[SessionRow, PersonRow] | None:
    """The session that has not been ended, with its person; None where there is none."""
    session, person = desk_sessions, people
    statement = (
        select(*[column.label(f"s_{column.name}") for column in session.c], *person.c)
        .join_from(session, person, session.c.person_id == person.c.id)
        .where(session.c.token_hash == token_hash, session.c.ended_at.is_(None))
    )
    row = connection.execute(statement).mappings().first()
    if row is None:
        return None
    of_session = {column.name: row[f"s_{column.name}"] for column in session.c}
    return SessionRow(**of_session), PersonRow(**{column.name: row[column.name] for column in person.c})


def sessions_of(connection: Connection, person_id: int, *, began_after: datetime) -> list[SessionRow]:
    """The person's sessions that have not been ended, the newest first."""
    table = desk_sessions
    own = (table.c.person_id == person_id) & table.c.ended_at.is_(None) & table.c.is_pending.is_(False)
    statement = select(table).where(own, table.c.began_at > began_after).order_by(table.c.id.desc())
    return [SessionRow(**row._mapping) for row in connection.execute(statement)]


def person_of_form(connection: Connection, csrf: str) -> int | None:
    """Whose session gave out forms with that token, also one that has ended; None where none is known."""
    table = desk_sessions
    return connection.scalar(select(table.c.person_id).where(table.c.csrf == csrf).limit(1)) if csrf else None


def touch_session(connection: Connection, session_id: int, *, now: datetime) -> None:
    """Notes that the session was used."""
    connection.execute(update(desk_sessions).where(desk_sessions.c.id == session_id).values(seen_at=now))


def end_sessions(
    connection: Connection, person_id: int, *, now: datetime, only: int | None = None, but: int | None = None
) -> int:
    """Ends the person's sessions (only that one, all but that one) and returns how many it were."""
    table = desk_sessions
    chosen = (table.c.person_id == person_id) & table.c.ended_at.is_(None)
    if only is not None:
        chosen &= table.c.id == only
    if but is not None:
        chosen &= table.c.id != but
    return connection.execute(update(table).where(chosen).values(ended_at=now)).rowcount


def forget_sessions(connection: Connection, *, began_before: datetime) -> None:
    """Removes sessions that nobody can use any more."""
    connection.execute(delete(desk_sessions).where(desk_sessions.c.began_at < began_before))


def add_failure(connection: Connection, *, account: str, address: str, now: datetime) -> int:
    """Writes down a failed log-in and returns its number."""
    row = insert(login_failures).values(account=account, address=address[:60], at=now)
    return int(connection.scalar(row.returning(login_failures.c.id)) or 0)


def count_failures(connection: Connection, *, address: str, since: datetime) -> int:
    """Failed log-ins from the address after that time."""
    table = login_failures
    statement = select(func.count()).where(table.c.address == address[:60], table.c.at > since)
    return connection.scalar(statement) or 0


def failures_by_account(connection: Connection, starts: Sequence[str], *, since: datetime) -> dict[str, int]:
    """Failed log-ins after that time, by account, of accounts that begin with one of these, all of one length."""
    table = login_failures
    start = func.substr(table.c.account, 1, len(starts[0]) if starts else 0)
    statement = (
        select(table.c.account, func.count()).where(table.c.at > since, start.in_(starts)).group_by(table.c.account)
    )
    return {account: int(count) for account, count in connection.execute(statement)}


def forget_failures(
    connection: Connection,
    *,
    account: str | None = None,
    start: str | None = None,
    only: int | None = None,
    before: datetime | None = None,
) -> None:
    """Removes the failures of an account, of those that begin so, one failure, or those up to a time."""
    table = login_failures
    if account is not None:
        connection.execute(delete(table).where(table.c.account == account))
    if start is not None:
        connection.execute(delete(table).where(table.c.account.startswith(start, autoescape=True)))
    if only is not None:
        connection.execute(delete(table).where(table.c.id == only))
    if before is not None:
        connection.execute(delete(table).where(table.c.at <= before))


def insert_token(
    connection: Connection,
    *,
    person_id: int,
    name: str,
    token_hash: str,
    scope: str,
    expires_at: datetime,
    now: datetime,
) -> int:
    """The new token's number."""
    row = insert(api_tokens).values(
        person_id=person_id, name=name, token_hash=token_hash, scope=scope, created_at=now, expires_at=expires_at
    )
    return int(connection.scalar(row.returning(api_tokens.c.id)) or 0)


def find_token(connection: Connection, token_hash: str) -> TokenRow | None:
    """The token, also one that ran out or was revoked."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.token_hash == token_hash)).first()
    return TokenRow(**row._mapping) if row else None


def tokens_of(connection: Connection, person_id: int) -> list[TokenRow]:
    """The person's tokens, the newest first."""
    statement = select(api_tokens).where(api_tokens.c.person_id == person_id).order_by(api_tokens.c.id.desc())
    return [TokenRow(**row._mapping) for row in connection.execute(statement)]


def revoke_tokens(connection: Connection, person_id: int, *, now: datetime) -> list[str]:
    """Revokes all tokens of the person that were not, and returns their names."""
    own = (api_tokens.c.person_id == person_id) & api_tokens.c.revoked_at.is_(None)
    return list(connection.scalars(update(api_tokens).where(own).values(revoked_at=now).returning(api_tokens.c.name)))


def revoke_token(connection: Connection, person_id: int, token_id: int, *, now: datetime) -> str | None:
    """Revokes the person's token and returns its name; None where there is none such that counts."""
    table = api_tokens
    own = (table.c.id == token_id) & (table.c.person_id == person_id) & table.c.revoked_at.is_(None)
    name: str | None = connection.scalar(update(table).where(own).values(revoked_at=now).returning(table.c.name))
    return name
