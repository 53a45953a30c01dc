"""Serbian sentences that remember what they are made of, so that a page can say them in another tongue.

Each is a `str`, its Serbian text in Latin letters: so it is stored, compared and printed. Plain strings among the
values come from outside (names, quotes, numbers) and are never translated. Saying it otherwise is the pages' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Self

from pipelines.text.counting import counted, written_day


class Told(str):
    """A text of ours with what it is made of."""

    __slots__ = ("_made_of",)
    _made_of: tuple[object, ...]

    @classmethod
    def _tell(cls, text: str, *made_of: object) -> Self:
        told = str.__new__(cls, text)
        told._made_of = made_of
        return told

    def __getnewargs__(self) -> tuple[object, ...]:  # type: ignore[override]
        """For copies: made anew from its parts."""
        return self._made_of


class Sentence(Told):
    """A pattern with values for its `%(name)s`; a percent sign is written `%%`."""

    __slots__ = ()

    def __new__(cls, pattern: str, **values: str) -> Self:
        """The sentence."""
        return cls._tell(pattern % values, pattern, values)

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        """For copies."""
        return (self.pattern,), dict(self.values)

    @property
    def pattern(self) -> str:
        """Serbian, Latin."""
        return str(self._made_of[0])

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in it; plain strings are not ours."""
        return self._made_of[1]  # type: ignore[return-value]


class Joined(Told):
    """Several beside each other."""

    __slots__ = ()

    def __new__(cls, separator: str, parts: Iterable[str]) -> Self:
        """With the same separator in every tongue."""
        kept = tuple(parts)
        return cls._tell(separator.join(kept), separator, kept)

    @property
    def separator(self) -> str:
        """Between them."""
        return str(self._made_of[0])

    @property
    def parts(self) -> tuple[str, ...]:
        """Each; plain strings are not ours."""
        return self._made_of[1]  # type: ignore[return-value]


class Counted(Told):
    """'3 oglasa'."""

    __slots__ = ()

    def __new__(cls, number: int, one: str, few: str, many: str) -> Self:
        """The number with the form it takes."""
        return cls._tell(counted(number, one, few, many), number, one, few, many)

    @property
    def number(self) -> int:
        """How many."""
        return self._made_of[0]  # type: ignore[return-value]

    @property
    def forms(self) -> tuple[str, str, str]:
        """One, few, many."""
        return self._made_of[1:]  # type: ignore[return-value]


class Day(Told):
    """'20. 11. 2026.', or written otherwise (without the dot at the end of a sentence)."""

    __slots__ = ()

    def __new__(cls, day: date, written: str | None = None) -> Self:
        """The day, written as Serbian sentences do."""
        return cls._tell(written_day(day) if written is None else written, day, written)

    @classmethod
    def at_end(cls, day: date) -> Self:
        """Without its dot, where the sentence's own follows."""
        return cls(day, written_day(day).removesuffix("."))

    @classmethod
    def padded(cls, day: date) -> Self:
        """'20.11.2026.'"""
        return cls(day, f"{day:%d.%m.}{day.year}.")

    @property
    def day(self) -> date:
        """Which."""
        return self._made_of[0]  # type: ignore[return-value]


class Weekday(Told):
    """'u sredu': a day of the week in the form that the sentence needs."""

    __slots__ = ()

    def __new__(cls, number: int, written: str) -> Self:
        """By its number, Monday is 0."""
        return cls._tell(written, number, written)

    @property
    def number(self) -> int:
        """Monday is 0."""
        return self._made_of[0]  # type: ignore[return-value]


class Country(Told):
    """'Nemačka'."""

    __slots__ = ()

    def __new__(cls, code: str, written: str) -> Self:
        """By its code, ISO 3166-1 alpha-2."""
        return cls._tell(written, code, written)

    @property
    def code(self) -> str:
        """ISO 3166-1 alpha-2."""
        return str(self._made_of[0])


class Pattern(StrEnum):
    """Patterns of sentences that the store keeps as text, so that they can be found again in it."""

    def __call__(self, **values: str) -> Sentence:
        """The sentence with these values."""
        return Sentence(self.value, **values)


Nested = Mapping[str, Iterable[str]]
"""By the name of a place: patterns of the sentences that stand there. Everything else is from outside, or `day`."""
_PLACE = re.compile(r"%\((\w+)\)s")
_WRITTEN_DAY = re.compile(r"0?(\d{1,2})\.[ \u00a0]?0?(\d{1,2})\.[ \u00a0]?(\d{4})\.?")
LONGEST_READ = 2000
"""Longer texts are shown as they are."""
MOST_TRIED = 1000
"""Pieces of a text that are tried; a text that repeats our words could be cut into more than anybody waits for."""


def read_sentences(text: str, patterns: Iterable[str], nested: Nested, *, separator: str = ", ") -> str:
    """The sentences of which this text was once made, written exactly so; the text itself where that is not known."""
    if isinstance(text, Told) or len(text) > LONGEST_READ:
        return text
    found = _Reader(nested).read_list(text, patterns, separator)
    return text if found is None else found


class _Reader:
    """Reads one text. What stands in it was also written by people and by ads, so it gives up in time."""

    def __init__(self, nested: Nested) -> None:
        self._nested = nested
        self._left = MOST_TRIED

    def read_list(self, text: str, patterns: Iterable[str], separator: str) -> Told | None:
        at = text.find(separator)
        while at >= 0:
            # A sentence may hold the separator itself: then what is left of it is none.
            if first := self._read_one(text[:at], patterns):
                rest = self.read_list(text[at + len(separator) :], patterns, separator)
                if rest is not None:
                    return Joined(separator, (first, *(rest.parts if isinstance(rest, Joined) else (rest,))))
            at = text.find(separator, at + 1)
        return self._read_one(text, patterns)

    def _read_one(self, text: str, patterns: Iterable[str]) -> Sentence | None:
        self._left -= 1
        if self._left < 0:
            return None
        for pattern in patterns:
            if found := _expression(str(pattern)).fullmatch(text):
                given = found.groupdict()
                values = {name: read for name, value in given.items() if (read := self._read_value(name, value))}
                if values.keys() == given.keys():
                    return Sentence(str(pattern), **values)
        return None

    def _read_value(self, name: str, value: str) -> str | None:
        """What stood there; None where it cannot have stood there."""
        if name == "day":
            return _read_day(value)
        return self.read_list(value, self._nested[name], ", ") if name in self._nested else value


def _read_day(written: str) -> Day | None:
    found = _WRITTEN_DAY.fullmatch(written)
    try:
        return Day(date(int(found[3]), int(found[2]), int(found[1])), written) if found else None
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = _PLACE.split(pattern)
    ours = [re.escape(piece.replace("%%", "%")) for piece in pieces[::2]]
    places = [f"(?P<{name}>.+?)" for name in pieces[1::2]]
    return re.compile("".join(map("".join, zip(ours, [*places, ""], strict=True))), re.DOTALL)
