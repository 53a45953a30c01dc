"""PIB and matični broj: cleaned and checked. A number with a wrong check digit identifies nobody."""

from __future__ import annotations

import re

from stdnum.rs import pib as pib_number

MB_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
NOT_A_DIGIT = re.compile(r"[^0-9]")


def valid_pib(text: str | None) -> str | None:
    """The nine digits of a tax number whose check digit (ISO 7064 MOD 11,10) is right; else None."""
    digits = NOT_A_DIGIT.sub("", text or "")
    return digits if len(digits) == 9 and pib_number.is_valid(digits) else None


def valid_mb(text: str | None) -> str | None:
    """The eight digits of a registration number whose check digit is right or cannot be told; else None."""
    digits = NOT_A_DIGIT.sub("", text or "")
    if len(digits) != 8:
        return None
    rest = sum(weight * int(digit) for weight, digit in zip(MB_WEIGHTS, digits[:7], strict=True)) % 11
    # Remainder 1 leaves no single check digit: such numbers are in use and must not be turned away.
    return digits if rest == 1 or int(digits[7]) == (11 - rest) % 11 else None
