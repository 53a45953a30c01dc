"""Slowing down guesses at passwords and codes: failed attempts are counted by account and by network address.

They are kept in the store, so that a restart or a second process forgets none. A lock ends by itself. Browsers that
are known by `alerts.desk.devices` are counted by themselves.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import Connection

from crawler.store.access import add_failure, count_failures, failures_by_account, forget_failures
from crawler.store.locks import Lock, take_lock

WINDOW = timedelta(minutes=15)
PER_EMAIL = 5
PER_ADDRESS = 30
"""An office shares one network address."""
OF_ONE_CUSTOMER = 64
"""Bits of an IPv6 address; the other 64 its owner chooses anew for each attempt."""


def count_attempt(
    connection: Connection, *, email: str, address: str, now: datetime, device: str | None = None
) -> int | None:
    """Counts an attempt as failed, before anything is compared, and returns its number; None where it is refused.

    An account that nobody has is counted and refused alike. `device`: a known one, which what others fail at the
    account or from the address does not hold up.
    """
    take_lock(connection, Lock.LOG_IN)
    forget_failures(connection, before=now - WINDOW)
    account, network = device or account_key(email), network_of(address)
    of_account, of_address = count_failures(connection, account=account, address=network, since=now - WINDOW)
    if of_account >= PER_EMAIL or (device is None and of_address >= PER_ADDRESS):
        return None
    return add_failure(connection, account=account, address=network, now=now)


def attempt_succeeded(connection: Connection, attempt: int, *, email: str, device: str | None = None) -> None:
    """Takes the attempt back, and all that failed before for the account; on a known device, what failed there."""
    forget_failures(connection, account=device or account_key(email), only=attempt)


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


def network_of(address: str) -> str:
    """Whom a network address stands for: itself, or of IPv6 the part that one customer is given."""
    try:
        given = ip_address(address)
    except ValueError:
        return address
    if not isinstance(given, IPv6Address):
        return address
    return str(given.ipv4_mapped or IPv6Network((int(given), OF_ONE_CUSTOMER), strict=False))
