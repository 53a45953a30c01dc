"""Small text forms that demo sites print: slugs, plain Latin, the HTML of a text, dates, sums, counts.

Nothing here knows of sites or ads.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from datetime import date
from decimal import Decimal

import cyrtranslit
from markupsafe import Markup, escape

MONTHS = (
    "januar",
    "februar",
    "mart",
    "april",
    "maj",
    "jun",
    "jul",
    "avgust",
    "septembar",
    "oktobar",
    "novembar",
    "decembar",
)

_DRAWN = "[\U0001f300-\U0001faff\u2600-\u27bf\u2b05-\u2b55\u203c\u2049\u231a-\u23ff]\ufe0f?"
EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|{_DRAWN}(?:\u200d(?:{_DRAWN}|[\u2640\u2642]\ufe0f?))*")
"""One emoji as it is drawn: a flag is two characters, others may carry a variation selector or be joined."""


def plain_latin(text: str) -> str:
    """The text without Serbian diacritics, as typed on a foreign keyboard; other characters stay."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "dj").replace("Đ", "Dj"))
    stripped = "".join(char for char in decomposed if char not in "\u030c\u0301")
    return unicodedata.normalize("NFC", stripped)


def slug(title: str) -> str:
    """The title as part of an address: lower-case ASCII words joined by hyphens, at most 60 characters."""
    latin = plain_latin(cyrtranslit.to_latin(title, "sr")).lower()
    ascii_only = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only))[:60].strip("-")


def as_html(text: str) -> Markup:
    """Paragraphs at blank lines, a list where all lines begin with "- ", line breaks elsewhere; all escaped."""
    return Markup("\n").join(_block(block.splitlines()) for block in re.split(r"\n\s*\n", text.strip()))


def _block(lines: list[str]) -> Markup:
    if all(line.startswith("- ") for line in lines):
        points = Markup("").join(Markup("<li>{}</li>").format(line[2:]) for line in lines)
        return Markup("<ul>{}</ul>").format(points)
    return Markup("<p>{}</p>").format(with_breaks("\n".join(lines)))


def with_breaks(text: str) -> Markup:
    """The text escaped, its line ends as `<br/>`."""
    return Markup("<br/>").join(escape(line) for line in text.split("\n"))


def dotted(day: date) -> str:
    """`03.11.2026`."""
    return day.strftime("%d.%m.%Y")


def month_first(day: date) -> str:
    """`decembar 4, 2026`, as a site prints that translated only the month of an English pattern."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def amount(value: Decimal) -> str:
    """`1.800` or `12,50`."""
    figure = f"{value:,.2f}".removesuffix(".00")
    return figure.translate(str.maketrans(",.", ".,"))


def sum_range(low: Decimal, high: Decimal, currency: str) -> str:
    """`1.800 - 2.200 EUR`, or one figure where both are the same."""
    figures = amount(low) if low == high else f"{amount(low)} - {amount(high)}"
    return f"{figures} {currency}"


def shorten(text: str, length: int) -> str:
    """One line of at most that many characters, cut at a word and marked with three dots."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + "..."


def steady_number(key: str, *, below: int) -> int:
    """A number that looks random and is always the same for the key: views, emoji ids, page noise."""
    return zlib.crc32(key.encode()) % below
