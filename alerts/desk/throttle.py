"""Slowing down guesses at passwords and codes: failed attempts are counted by account and by network address.

They are kept in the store, so that a restart or a second process forgets none. A lock ends by itself.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection

from crawler.store.access import add_failure, count_failures, failures_by_account, forget_failures
from crawler.store.locks import Lock, take_lock

WINDOW = timedelta(minutes=15)
PER_EMAIL = 5
PER_ADDRESS = 30
"""An office shares one network address."""


def count_attempt(connection: Connection, *, email: str, address: str, now: datetime) -> int | None:
    """Counts an attempt as failed, before anything is compared, and returns its number; None where it is refused.

    An account that nobody has is counted and refused alike.
    """
    take_lock(connection, Lock.LOG_IN)
    forget_failures(connection, before=now - WINDOW)
    account = account_key(email)
    of_account, of_address = count_failures(connection, account=account, address=address, since=now - WINDOW)
    if of_account >= PER_EMAIL or of_address >= PER_ADDRESS:
        return None
    return add_failure(connection, account=account, address=address, now=now)


def attempt_succeeded(connection: Connection, attempt: int, *, email: str) -> None:
    """Takes the attempt back, and all that failed for the account before."""
    forget_failures(connection, account=account_key(email), only=attempt)


def unlock(connection: Connection, email: str) -> None:
    """The account may try again at once."""
    forget_failures(connection, account=account_key(email))


def locked_accounts(connection: Connection, emails: list[str], *, now: datetime) -> set[str]:
    """Those of the e-mail addresses that may not try now."""
    keys = {account_key(email): email for email in emails}
    counts = failures_by_account(connection, list(keys), since=now - WINDOW)
    return {keys[key] for key, count in counts.items() if count >= PER_EMAIL}


def account_key(email: str) -> str:
    """How an account is counted: what was typed for it may be a password."""
    return hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()
