"""A memory for what is made of short strings that come again and again, like words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
MOST = 100_000
"""Strings a memory holds where nothing else is said; then it begins anew. Most texts are made of far fewer words."""


class Remembered(dict[str, T]):
    """What a function makes of each string. A look-up costs a fifth of a call to a cached function."""

    def __init__(self, make: Callable[[str], T], *, most: int = MOST) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, given: str) -> T:
        if len(self) >= self._most:
            self.clear()
        made = self[given] = self._make(given)
        return made
