"""Slowing down guesses at passwords and codes: failed attempts are counted by account and by network address.

They are kept in the store, so that a restart or a second process forgets none. A lock ends by itself. Browsers that
are known by `alerts.desk.devices` are counted by themselves, and all those of one account together besides.
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
BY_DEVICES = 30
"""In all known browsers of an account together: whoever made many cookies while they could gains little."""
LEAD = 32
"""Hex digits with which all keys of an account begin: its own, and those of its known browsers."""
OF_ONE_CUSTOMER = 64
"""Bits of an IPv6 address; the other 64 its owner chooses anew for each attempt."""


def count_attempt(
    connection: Connection, *, email: str, address: str, now: datetime, device: str | None = None
) -> int | None:
    """Counts an attempt as failed, before anything is compared, and returns its number; None where it is refused.

    An account that nobody has is counted and refused alike. `device`: the `device_key` of a known browser, which what
    strangers fail at the account or from the address does not hold up.
    """
    take_lock(connection, Lock.LOG_IN)
    forget_failures(connection, before=now - WINDOW)
    own, network = account_key(email), network_of(address)
    failed = failures_by_account(connection, [own[:LEAD]], since=now - WINDOW)
    if device is None:
        is_full = count_failures(connection, address=network, since=now - WINDOW) >= PER_ADDRESS
    else:
        is_full = _by_devices(failed, own) >= BY_DEVICES
    if is_full or failed.get(device or own, 0) >= PER_EMAIL:
        return None
    return add_failure(connection, account=device or own, address=network, now=now)


def attempt_succeeded(connection: Connection, attempt: int, *, email: str, device: str | None = None) -> None:
    """Takes the attempt back, and all that failed before for the account; on a known device, what failed there."""
    forget_failures(connection, account=device or account_key(email), only=attempt)


def unlock(connection: Connection, email: str) -> None:
    """The account may try again at once, in its known browsers too."""
    forget_failures(connection, start=account_key(email)[:LEAD])


def locked_accounts(connection: Connection, emails: list[str], *, now: datetime) -> set[str]:
    """Those of the e-mail addresses that may not try now, in a known browser or from elsewhere."""
    keys = {account_key(email): email for email in emails}
    failed = failures_by_account(connection, [key[:LEAD] for key in keys], since=now - WINDOW)
    full = {account[:LEAD] for account, count in failed.items() if count >= PER_EMAIL}
    return {email for key, email in keys.items() if key[:LEAD] in full or _by_devices(failed, key) >= BY_DEVICES}


def account_key(email: str) -> str:
    """How an account is counted: what was typed for it may be a password."""
    return hashlib.sha256(email.strip().lower().encode(errors="replace")).hexdigest()


def device_key(email: str, device: str) -> str:
    """How a known browser of an account is counted. `device`: a hash in hex that tells it from others."""
    return account_key(email)[:LEAD] + device[:LEAD]


def _by_devices(failed: dict[str, int], own: str) -> int:
    """How often the account with that key failed in its known browsers."""
    return sum(count for account, count in failed.items() if account != own and account.startswith(own[:LEAD]))


def network_of(address: str) -> str:
    """Whom a network address stands for: itself, or of IPv6 the part that one customer is given."""
    try:
        given = ip_address(address)
    except ValueError:
        return address
    if not isinstance(given, IPv6Address):
        return address
    return str(given.ipv4_mapped or IPv6Network((int(given), OF_ONE_CUSTOMER), strict=False))
