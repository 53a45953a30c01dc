"""Browsers in which somebody has logged in: their attempts are counted apart, so that no stranger locks anybody out.

Whoever knows an address can fail at it all day. The browser of its owner shows by a sealed cookie that it was let in
before, and is held up by its own mistakes and those of the owner's other browsers. The cookie is no log-in: it only
names who counts, and ends with the password.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from alerts.desk.secret import Seal
from alerts.desk.sessions import hash_of
from alerts.desk.throttle import account_key, device_key

COOKIE = "adwatch_device"
LASTS = timedelta(days=90)
"""Since the last log-in in this browser."""
_MARK = "device"
"""Nothing else that is sealed begins so."""


def device_cookie(seal: Seal, email: str, password_hash: str, *, now: datetime) -> str:
    """What a browser keeps in which the person of that address has just logged in."""
    owner = f"{account_key(email)} {_short(password_hash)}"
    return seal.close(f"{_MARK} {owner} {now.date().isoformat()} {secrets.token_hex(16)}")


def known_device(seal: Seal, cookie: str, email: str, password_hash: str, *, now: datetime) -> str | None:
    """Under what the attempts of such a browser are counted.

    None: the cookie is not of that address, is too old, or was made while the account had another password.
    """
    sealed = seal.open(cookie) or ""
    owner = [_MARK, account_key(email), _short(password_hash)]
    match sealed.split(" "):
        case [*of, day, _] if of == owner:
            is_old = now.date() > date.fromisoformat(day) + LASTS
            # Not of the cookie as it came: the same can be written in several ways.
            return None if is_old else device_key(email, hash_of(sealed))
    return None


def _short(password_hash: str) -> str:
    """Tells one password from the next, and nothing else of it."""
    return hash_of(password_hash)[:16]
