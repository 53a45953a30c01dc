"""The desk's three tongues: Serbian in Latin and in Cyrillic letters, and English.

Pages and code write Serbian in Latin letters. Cyrillic is made from those words; English stands in the catalogues of
`locale/en`, one an area. What comes from people, pages and the store is never put through any of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po

from alerts.script import Script, to_script
from pipelines.text.counting import counted as counted_in_serbian
from pipelines.text.sentences import Counted, Country, Day, Joined, Sentence, Told, Weekday

CATALOGUES = Path(__file__).parent / "locale" / "en"


class Tongue(StrEnum):
    """How the desk speaks to a person."""

    LATN = "latn"
    CYRL = "cyrl"
    EN = "en"

    @property
    def tag(self) -> str:
        """BCP 47, for `lang`."""
        return {Tongue.LATN: "sr-Latn", Tongue.CYRL: "sr-Cyrl", Tongue.EN: "en"}[self]

    @property
    def own_name(self) -> str:
        """What it calls itself."""
        return {Tongue.LATN: "latinica", Tongue.CYRL: "ћирилица", Tongue.EN: "English"}[self]

    @property
    def locale(self) -> Locale:
        """For names of countries, numbers and days."""
        return _locale({Tongue.LATN: "sr_Latn", Tongue.CYRL: "sr_Cyrl", Tongue.EN: "en_GB"}[self])


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


@dataclass(frozen=True, slots=True)
class English:
    """The English of all catalogues."""

    texts: Mapping[str, str]
    counts: Mapping[str, tuple[str, str]]
    """One and many, by the Serbian form for one."""


# Formats, programs, keys and names that Cyrillic texts keep in Latin letters, besides those of `alerts.script`.
BRANDS = (
    "PDF",
    "TXT",
    "JSON",
    "ICS",
    "API",
    "JavaScript",
    "robots.txt",
    "source.yml",
    "tesseract",
    "Enter",
    "Esc",
    "Ctrl",
    "TOTP",
    "QR",
    "IP",
    "PNG",
    "JPEG",
    "TIFF",
    "EML",
    "DOCX",
    "EURES",
    "Facebook",
    "Instagram",
    "Google",
    "WebP",
    "HTML",
    "MB",
    "KB",
    "GIF",
    "OpenAPI",
    "README",
    "KOK",
    "LEFÖ",
    "La Strada",
    "FIZ",
    "Društvo Ključ",
    "PETRA",
    "CoMensha",
    "On the Road",
)
# A placeholder, a percent sign, a tag with the code or key in it, an entity, an e-mail address: all as they are.
_UNTOUCHED = re.compile(
    r"%\(\w+\)[sd]|%%|<(code|kbd)\b[^>]*>.*?</\1>|<[^>]+>|&#?\w+;|\S+@\S+|"
    rf"\b(?:{'|'.join(map(re.escape, BRANDS))})\b",
    re.DOTALL,
)


def say(tongue: Tongue, text: str, **values: object) -> str:
    """The desk's own text in that tongue with values for its `%(name)s`; a percent sign is written `%%`.

    Plain text: what becomes HTML is said by `_()` of the templates, which escapes the values.
    """
    return said(tongue, text) % values


def say_counted(tongue: Tongue, number: int, one: str, few: str, many: str) -> str:
    """'3 oglasa' in that tongue; the forms are Serbian, English stands under the first of them."""
    if tongue is Tongue.EN and one in english().counts:
        single, several = english().counts[one]
        return f"{number}\u00a0{single if number == 1 else several}"
    serbian = counted_in_serbian(number, one, few, many)
    return cyrillic(serbian) if tongue is Tongue.CYRL else serbian


def said(tongue: Tongue, text: str) -> str:
    """House words that come from data (titles, statements) and sentences of the rooms; Latin where English lacks."""
    if isinstance(text, Told):
        return tell(tongue, text, str)
    if tongue is Tongue.EN:
        return english().texts.get(text, text)
    return cyrillic(text) if tongue is Tongue.CYRL else text


def tell(tongue: Tongue, text: str, data: Callable[[str], str]) -> str:
    """A sentence in that tongue; what stands in it from outside is passed through `data`, and is never translated.

    A bare text (of an older program, say) is wholly from outside.
    """
    match text:
        case Sentence():
            values = {name: tell(tongue, value, data) for name, value in text.values.items()}
            return said(tongue, text.pattern) % values
        case Joined():
            return text.separator.join(tell(tongue, part, data) for part in text.parts)
        case Told():
            return _tell_value(tongue, text)
        case _:
            return data(text)


def _tell_value(tongue: Tongue, value: Told) -> str:
    match value:
        case Counted():
            return say_counted(tongue, value.number, *value.forms)
        case Country():
            return str(tongue.locale.territories.get(value.code, value))
        case Day() if tongue is Tongue.EN:
            return str(format_date(value.day, "d\u00a0MMM\u00a0yyyy", locale=tongue.locale))
        case Weekday() if tongue is Tongue.EN:
            return str(tongue.locale.days["format"]["wide"][value.number])
        case _:
            return cyrillic(str(value)) if tongue is Tongue.CYRL else str(value)


def to_say(text: str) -> str:
    """The text itself; marks words of code that are said later, so that the check of catalogues finds them."""
    return text


BROUGHT = to_say("ručni unos")
"""What people bring, where sources are named."""


@lru_cache(maxsize=8192)
def cyrillic(text: str) -> str:
    """Our own words in Cyrillic letters; placeholders, tags, codes and names of formats as they are."""
    parts, done = [], 0
    for kept in _UNTOUCHED.finditer(text):
        parts += [to_script(text[done : kept.start()], Script.CYRL), kept.group()]
        done = kept.end()
    return "".join([*parts, to_script(text[done:], Script.CYRL)])


@cache
def english() -> English:
    """All catalogues together, read once."""
    texts: dict[str, str] = {}
    counts: dict[str, tuple[str, str]] = {}
    for path in sorted(CATALOGUES.glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="en", abort_invalid=True):
                if isinstance(message.id, str) and isinstance(message.string, str):
                    texts.update({message.id: message.string} if message.id and message.string else {})
                elif message.id and message.string:
                    counts[message.id[0]] = (message.string[0], message.string[1])
    return English(MappingProxyType(texts), MappingProxyType(counts))
