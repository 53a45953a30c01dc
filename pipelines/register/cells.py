"""Reads single cells: decisions and their dates, ends of validity, revocations, seats, phones, e-mails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import phonenumbers

from pipelines.register.names import is_town
from pipelines.text.folding import fold

LICENCE_YEARS = 5
"""ZZOSN čl. 25."""
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "avg", "sep", "okt", "nov", "dec")
"""How the months begin, in any case and abbreviation."""
DATE = re.compile(
    r"(?<!\d)(?:(?P<day>\d{1,2})\s*[./]\s*(?P<month>\d{1,2})\s*[./]\s*(?P<year>\d{4})"
    r"|(?P<iso_year>\d{4})-(?P<iso_month>\d{2})-(?P<iso_day>\d{2})(?=\D|$)"
    r"|(?P<named_day>\d{1,2})\s*\.?\s*(?P<name>[a-z]{3,9})\s+(?P<named_year>\d{4}))(?!\d)"
)
END = re.compile(r"(vaz|produz)\w*[^0-9]{0,60}\bdo\b[^0-9]{0,15}$|(istic|istek)\w*[^0-9]{0,20}$")
BEFORE_DATE = re.compile(
    r"[\s,;(]*(od|од|izdat\w*|издат\w*|na dan|на дан|datum\w*|датум\w*)?[\s:(]*(dana|дана)?[\s:]*$", re.IGNORECASE
)
LICENCE_WORDS = re.compile(
    r"^\W*(re[sš]enj\w*|dozvol\w*|licenc\w*|решењ\w*|дозвол\w*|лиценц\w*)?\W*(br(oj|\.)?|бр(ој|\.)?)?[\s:.]*",
    re.IGNORECASE,
)
REVOKED = re.compile(
    r"\b(oduze|ukinu|ponisten|povucen|brisan|izbrisan|odjavljen|presta(la|je|nak|o)\b|prestank|stavlj\w* van snage)"
)
NOT_REVOKED = re.compile(r"\bnije\s+\w*\s*(oduze|ukinu|ponisten|povucen|brisan|presta)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE_SPLIT = re.compile(r"[,;]|\s/\s|\si\s|\bи\b")
SHORTEST_PHONE = 6
POSTCODE = re.compile(r"^\d{5}\s+")
STREET = re.compile(r"\d|\b(bb|бб|ul|ул|bulevar|булевар|trg|трг)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of a cell by what is said before them."""

    decided: tuple[date, ...]
    until: tuple[date, ...]
    """'važi do', 'produžena do'."""
    unreadable: bool
    """Something like a date is no day of the calendar."""


def one_line(text: str) -> str:
    """A wrapped cell on one line; a word divided at the end of a line is put together."""
    return " ".join(re.sub(r"(?<=\w)-\n(?=[a-zčćžšđа-яђјљњћџ])", "", text).split())


def read_dates(text: str) -> Dates:
    """All dates of the text, in order."""
    folded = fold(text).text.replace("\n", " ")
    decided, until, unreadable = [], [], False
    for found in DATE.finditer(folded):
        day = calendar_day(found)
        if day is None:
            unreadable = True
        elif END.search(folded[: found.start()].rsplit(";", 1)[-1]):
            until.append(day)
        else:
            decided.append(day)
    return Dates(tuple(decided), tuple(until), unreadable)


def calendar_day(found: re.Match[str]) -> date | None:
    parts = {name: value for name, value in found.groupdict().items() if value}
    year = int(parts.get("year") or parts.get("iso_year") or parts["named_year"])
    month = int(parts.get("month") or parts.get("iso_month") or _month(parts["name"]))
    day = int(parts.get("day") or parts.get("iso_day") or parts["named_day"])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(name: str) -> int:
    return MONTHS.index(name[:3]) + 1 if name[:3] in MONTHS else 0


def licence_number(text: str) -> str | None:
    """The decision's number: what stands before its date."""
    line = re.sub(r"(?<=[-/])\s+(?=\d)|\s+(?=[-/]\d)", "", one_line(text))
    found = DATE.search(fold(line).text)
    head = BEFORE_DATE.sub("", line[: fold(line).span(found.start(), found.start())[0]]) if found else line
    number = LICENCE_WORDS.sub("", head).strip(" ,;.:()")
    return number or None


def five_years_after(day: date) -> date:
    """The last day of a licence of that date, where no other is stated; 29 February ends on the 28th."""
    try:
        return day.replace(year=day.year + LICENCE_YEARS)
    except ValueError:
        return day.replace(year=day.year + LICENCE_YEARS, day=28)


def tells_revocation(text: str) -> bool:
    """The text says that the licence was taken back, given up or struck off."""
    folded = " ".join(fold(text).text.split())
    return bool(REVOKED.search(folded)) and not NOT_REVOKED.search(folded)


def split_seat(text: str) -> tuple[str | None, str | None]:
    """'Novi Sad, Primerska 1' or the other way round -> seat and address."""
    parts = [POSTCODE.sub("", part.strip()) for part in one_line(text).split(",") if part.strip()]
    if not parts:
        return None, None
    at = next((at for at, part in enumerate(parts) if is_town(part)), None)
    if at is None:
        at = next((at for at, part in enumerate(parts) if not STREET.search(part)), 0)
    address = ", ".join(part for place, part in enumerate(parts) if place != at)
    return parts[at], address or None


def read_phones(text: str) -> tuple[str, ...]:
    """Phone numbers of a cell, E.164, each once; e-mails beside them are left out."""
    pieces = [piece for part in PHONE_SPLIT.split(EMAIL.sub(";", text)) for piece in _lines(part)]
    numbers = [number for piece in pieces if (number := _e164(piece))]
    return tuple(dict.fromkeys(numbers))


def _lines(part: str) -> list[str]:
    """Lines that are numbers each; a number wrapped over two lines stays one."""
    lines = part.split("\n")
    digits = [sum(sign.isdigit() for sign in line) for line in lines]
    return lines if all(not count or count >= SHORTEST_PHONE for count in digits) else [" ".join(lines)]


def _e164(text: str) -> str | None:
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) < SHORTEST_PHONE:
        return None
    try:
        number = phonenumbers.parse(f"+{digits}" if text.strip(" (").startswith("+") else digits, "RS")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_email(text: str) -> str | None:
    """The first e-mail address, lower case; one wrapped over two lines is put together."""
    lines = [line.strip() for line in text.split("\n")]
    start = next((at for at, line in enumerate(lines) if "@" in line), None)
    if start is None:
        return None
    rest = lines[start:]
    end = next((at for at, line in enumerate(rest) if at and ("@" in line or " " in line)), len(rest))
    found = EMAIL.search("".join(rest[:end]))
    return found.group().lower() if found else None
