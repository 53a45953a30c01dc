"""Slowing down guesses at passwords: failed log-ins are counted by e-mail address and by network address.

Counted in the memory of the one desk process; a restart forgets them.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=15)
PER_EMAIL = 5
PER_ADDRESS = 30
"""An office shares one network address."""
MOST_KEYS = 10_000


class Throttle:
    """Remembers attempts to log in. An attempt counts as failed until `succeeded` says otherwise."""

    def __init__(self) -> None:
        """Begins with no attempt known."""
        self._attempts: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def admits(self, *, email: str, address: str, now: datetime) -> bool:
        """Counts the attempt, before the password is looked at; False where there were too many lately."""
        limits = {f"email {email}": PER_EMAIL, f"address {address}": PER_ADDRESS}
        with self._lock:
            self._forget(now)
            if any(len(self._attempts.get(key, ())) >= limit for key, limit in limits.items()):
                return False
            for key in limits:
                self._attempts.setdefault(key, deque()).append(now)
            return True

    def succeeded(self, *, email: str, address: str) -> None:
        """Takes the address's last attempt back, and all of the e-mail address."""
        with self._lock:
            self._attempts.pop(f"email {email}", None)
            attempts = self._attempts.get(f"address {address}")
            if attempts:
                attempts.pop()

    def _forget(self, now: datetime) -> None:
        for key in [key for key, attempts in self._attempts.items() if not attempts or attempts[-1] <= now - WINDOW]:
            del self._attempts[key]
        for attempts in self._attempts.values():
            while attempts[0] <= now - WINDOW:
                attempts.popleft()
        while len(self._attempts) > MOST_KEYS:
            del self._attempts[next(iter(self._attempts))]
