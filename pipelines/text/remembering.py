"""Memories: for what is made of short strings that come again and again, like words, and for what a value works out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

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


class WorkedOut(Generic[T]):
    """Like `functools.cached_property`, without the lock that Python 3.11 takes each time: for values of one thread."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, value: None, _owner: type) -> Self: ...

    @overload
    def __get__(self, value: object, _owner: type) -> T: ...

    def __get__(self, value: object | None, _owner: type) -> Self | T:
        """Asked only once for each value: from then on its own attribute of that name is found first."""
        if value is None:
            return self
        made = value.__dict__[self._name] = self._make(value)
        return made
