"""The templates with everything escaped, and how each tongue writes dates, counts and countries. No request is known.

Messages and reports are worded by it as well, where the desk does not run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from alerts.desk.speaking import BROUGHT, Tongue, said, say, say_counted, tell
from alerts.headings import heading
from alerts.law import built_in_law
from alerts.notes import read_note
from crawler.belgrade import BELGRADE, day_in_belgrade
from pipelines.text.counting import written_day

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
TEMPLATES = FOLDER / "templates"


def templates_of(tongue: Tongue) -> Environment:
    """The templates in one tongue; a value that a template names and nobody gives is an error, not a blank."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    speech = Speech(tongue)
    # The extension brings this method; values given to `_()` are escaped, the text itself is ours and may hold tags.
    made.install_gettext_callables(speech.said, speech.one_or_many, newstyle=True)  # type: ignore[attr-defined]
    # Its `_` goes through three calls that look up the context; hundreds of words stand on a page.
    made.globals["_"] = speech.words
    made.filters.update(
        amount=speech.amount,
        clock=clock,
        countries=speech.countries,
        day=speech.day,
        gloss=gloss_of,
        heading=speech.heading,
        host=host_of,
        local=speech.local,
        note=speech.note,
        outside=from_outside,
        said=speech.said,
        serbian=speech.serbian,
        source=speech.source,
        told=speech.told,
        undotted=undotted,
        utc=utc_time,
        web=web_address,
    )
    made.globals.update(
        counted=speech.counted,
        static=static_address,
        tongue=tongue,
        tongues=tuple(Tongue),
    )
    return made


@cache
def code_words(tongue: Tongue) -> Any:
    """The desk's words for codes, by table: the module of `words.html`."""
    return templates_of(tongue).get_template("words.html").module


@dataclass(frozen=True, slots=True)
class Speech:
    """How one tongue writes words, dates, counts, numbers and countries."""

    tongue: Tongue

    def said(self, text: str) -> str:
        """House words in this tongue."""
        return said(self.tongue, text)

    def words(self, text: str, **values: object) -> Markup:
        """The desk's own text in this tongue as HTML, with values, which are escaped, for its `%(name)s`."""
        return Markup(said(self.tongue, text)) % values  # noqa: S704 - texts are ours

    def told(self, text: str) -> Markup:
        """A sentence of the rooms, what is from outside marked as not to be translated; a bare text wholly."""
        # Patterns are ours; every value, and a bare text, is escaped by `from_outside`.
        return Markup(tell(self.tongue, text, from_outside))  # noqa: S704

    def serbian(self, text: str, gloss: str = "") -> Markup:
        """Words of the law and of letters: on an English page marked as Serbian, with what they are about in English.

        `gloss`: that, where no catalogue knows the text.
        """
        if self.tongue is not Tongue.EN:
            return escape(self.said(text))
        known = self.said(text)
        told = gloss or (known if known != text else "")
        shown = Markup('<span lang="sr-Latn">%s</span>') % text
        return shown + (Markup(' <span class="gloss">(%s)</span>') % told if told else "")

    def source(self, name: str) -> Markup:
        """A source's name, as it calls itself; what people bring is named in words of ours."""
        return escape(self.said(name)) if name == BROUGHT else from_outside(name)

    def note(self, text: str) -> Markup:
        """A note on a case: the program's in this tongue, a person's as it is."""
        return self.told(read_note(text))

    def counted(self, number: int, one: str, few: str, many: str) -> str:
        """'3 oglasa'."""
        return say_counted(self.tongue, number, one, few, many)

    def one_or_many(self, one: str, many: str, number: int) -> str:
        """For `ngettext`; Serbian has three forms, which `counted` knows."""
        return self.said(one if number == 1 else many)

    def amount(self, value: float) -> str:
        """'2.500' or '7,5'; in English '2,500' or '7.5'."""
        return str(format_decimal(value, locale=self.tongue.locale))

    def countries(self, codes: Iterable[str]) -> str:
        """Names of countries by CLDR, separated by commas; a code without name as it is."""
        names = _territories(self.tongue)
        return ", ".join(str(names.get(code, code)) for code in codes)

    def day(self, moment: date | datetime) -> str:
        """'20. 11. 2026.', in English '20 Nov 2026'; of a moment the day in Belgrade."""
        shown = day_in_belgrade(moment) if isinstance(moment, datetime) else moment
        if self.tongue is not Tongue.EN:
            return written_day(shown)
        return str(format_date(shown, "d\u00a0MMM\u00a0yyyy", locale=self.tongue.locale))

    def local(self, moment: datetime) -> str:
        """'20. 11. 2026. u 02:14', in Belgrade."""
        return say(self.tongue, "%(day)s u %(clock)s", day=self.day(moment), clock=clock(moment))

    def heading(self, title: str | None, text: str) -> str:
        """The title of an ad, or how it begins; in words of ours where it has no text."""
        shown = heading(title, text)
        return shown if title or text.strip() else self.said(shown)


@cache
def _territories(tongue: Tongue) -> Mapping[str, str]:
    return MappingProxyType(dict(tongue.locale.territories))


def undotted(day: str) -> str:
    """A day where the sentence's own full stop follows: Serbian days end with one."""
    return day.removesuffix(".")


def from_outside(text: str) -> Markup:
    """What people, pages and the store say, marked as not to be translated."""
    return Markup(f'<span translate="no">{escape(text)}</span>' if text else "")  # noqa: S704 - escaped here


def gloss_of(provision_id: str) -> str:
    """What that provision of the law is about, in English; empty where there is none of that id."""
    return built_in_law().gloss(provision_id)


def clock(moment: datetime) -> str:
    """'02:14', in Belgrade."""
    return f"{moment.astimezone(BELGRADE):%H:%M}"


def utc_time(moment: datetime) -> str:
    """'2026-11-20 01:14:05 UTC'."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def web_address(url: str) -> str | None:
    """The address if it may be a link (http or https), else None: a page may name `javascript:`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def host_of(url: str) -> str:
    """The host of an address; the whole of it where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


@cache
def static_address(name: str) -> str:
    """Address of a static file, with a mark of its content, so that browsers may keep it."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
