"""JMBG, the personal number of a citizen: found, to be taken out everywhere. Numbers of firms are not handled here."""

from __future__ import annotations

import re

_CANDIDATE = re.compile(r"(?<!\d)\d(?:[ .\-/]?\d){12}(?!\d)")
_WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def find_jmbg(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of personal numbers in `text`: 13 digits with a possible date and a right check digit."""
    return tuple(found.span() for found in _CANDIDATE.finditer(text) if _is_jmbg(found.group()))


def redact_jmbg(text: str) -> str:
    """`text` with the digits of every personal number starred out; its length, and so all offsets, stay."""
    return _CANDIDATE.sub(_starred, text)


def _starred(found: re.Match[str]) -> str:
    return re.sub(r"\d", "*", found.group()) if _is_jmbg(found.group()) else found.group()


def _is_jmbg(written: str) -> bool:
    digits = [int(char) for char in written if char.isdigit()]
    day, month = digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return False
    rest = 11 - sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return digits[12] == (0 if rest >= 10 else rest)
