"""What keeps a message from being delivered."""

from __future__ import annotations


class UndeliveredError(Exception):
    """A message was not accepted, for a reason in one line that holds no secret."""

    def __init__(self, reason: str, *, for_good: bool = False, mend: str = "") -> None:
        """`for_good`: no later try will change it. `mend`: what to do about it, where that can be said."""
        super().__init__(reason)
        self.for_good = for_good
        self.mend = mend
