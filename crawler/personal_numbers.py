"""JMBG, the personal number of a citizen: found, to be taken out everywhere. Numbers of firms are not handled here."""

from __future__ import annotations

import re
from collections.abc import Iterator

LENGTH = 13
_RUN = re.compile(r"\d(?:[\s./–—-]{0,3}\d){12,}")
"""Digits in a row as people write them, with spaces, dots, slashes or dashes between."""
# PostgreSQL takes no NUL, no database takes unpaired surrogates, and neither says anything to a reader.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def find_jmbg(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of personal numbers in `text`: 13 digits by themselves with a possible date and a right check digit."""
    return tuple(_spans(text))


def redact_jmbg(text: str) -> str:
    """`text` with the digits of every personal number starred out; its length, and so all offsets, stay."""
    parts, done = [], 0
    for start, end in find_jmbg(text):
        begin = max(start, done)
        parts += [text[done:begin], re.sub(r"\d", "*", text[begin:end])]
        done = end
    return "".join((*parts, text[done:]))


def storable(value: str | None) -> str | None:
    """The text without characters no database takes and with personal numbers starred out; None where nothing is left.

    A JMBG is never stored (rule 8); what the page said stays in the capture, as evidence.
    """
    return redact_jmbg(takeable(value).strip()) or None if value else None


def takeable(value: str) -> str:
    """The text without characters no database takes, and otherwise as it is: for addresses and headers."""
    return _UNSTORABLE.sub("", value)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(text):
        places = [run.start() + offset for offset, char in enumerate(run.group()) if char.isdecimal()]
        for first in range(len(places) - LENGTH + 1):
            window = places[first : first + LENGTH]
            if _stands_alone(text, window) and _is_jmbg([int(text[place]) for place in window]):
                yield window[0], window[-1] + 1


def _stands_alone(text: str, window: list[int]) -> bool:
    before, after = text[max(window[0] - 1, 0) : window[0]], text[window[-1] + 1 : window[-1] + 2]
    return not before.isdecimal() and not after.isdecimal()


def _is_jmbg(digits: list[int]) -> bool:
    day, month = digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return False
    rest = 11 - sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return digits[12] == (0 if rest >= 10 else rest)
