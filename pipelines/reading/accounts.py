"""Bank accounts in a text: Serbian numbers (3-13-2, check digits by mod 97) and IBANs. Pure; keeps nothing."""

from __future__ import annotations

import re

from stdnum import iban

from crawler.personal_numbers import find_jmbg

_DASHED = re.compile(r"(?<![\d-])(?P<bank>\d{3})\s?[-–—/]\s?(?P<number>\d{1,13})\s?[-–—/]\s?(?P<check>\d{2})(?![\d-])")
_WHOLE = re.compile(r"(?<!\d)\d{18}(?!\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?![A-Za-z0-9])")
HOME = "RS"


def find_accounts(text: str) -> tuple[str, ...]:
    """Accounts in order of first mention, each once: `160-0000000000001-23` for Serbia's, else the IBAN without spaces.

    A Serbian IBAN is the account that it holds. What holds a citizen's personal number is left out.
    """
    found = [(match.start(), _dashed(match)) for match in _DASHED.finditer(text)]
    found += [(match.start(), _domestic(match.group())) for match in _WHOLE.finditer(text)]
    found += [(match.start(), _of_iban(match.group())) for match in _IBAN.finditer(text)]
    return tuple(dict.fromkeys(account for _, account in sorted(found, key=lambda at: at[0]) if account))


def _dashed(match: re.Match[str]) -> str | None:
    return _domestic(match["bank"] + match["number"].zfill(13) + match["check"])


def _domestic(digits: str) -> str | None:
    """The account as it is written in full; None where its check digits are wrong."""
    # 98 minus the remainder of the rest times 100: so the whole leaves 1.
    if int(digits) % 97 != 1 or not int(digits[3:16]) or find_jmbg(digits[3:16]):
        return None
    return f"{digits[:3]}-{digits[3:16]}-{digits[16:]}"


def _of_iban(written: str) -> str | None:
    """The longest beginning that is an IBAN: a word in capitals may follow it."""
    parts = written.split(" ")
    for end in range(len(parts), 0, -1):
        number = "".join(parts[:end])
        if iban.is_valid(number):
            return _domestic(number[4:]) if number.startswith(HOME) else number
    return None
