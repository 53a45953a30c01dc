"""What a demo site is: a host name and answers to requests, the same bytes each time.

How requests arrive is the business of `server`; what the sites are stands in `sites/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spiders.demo import words

TEMPLATES = Path(__file__).parent / "templates"
PICTURES = Path(__file__).parent / "pictures"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Request:
    """What a site may know of a request: no headers, no clock, no session."""

    path: str
    query: Mapping[str, str]

    def number(self, name: str, *, default: int = 1) -> int:
        """A positive number of the query; the default where it is missing or none."""
        value = self.query.get(name, "")
        return int(value) if value.isdecimal() and int(value) > 0 else default


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; its body is the same for the same request."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str | None = None
    """Where a redirect leads."""


class Site(Protocol):
    """One invented web site."""

    @property
    def host(self) -> str:
        """Its host name."""

    def answer(self, request: Request) -> Answer | None:
        """The page asked for; None where there is none."""


def page(template: str, **values: object) -> Answer:
    """A rendered template of `templates/` as an HTML page."""
    return Answer(_environment().get_template(template).render(values).encode())


def xml(template: str, **values: object) -> Answer:
    """A rendered template of `templates/` as an XML document."""
    return Answer(_environment().get_template(template).render(values).encode(), "text/xml; charset=UTF-8")


def json_answer(value: object) -> Answer:
    """The value as JSON."""
    return Answer(json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8")


def plain(text: str) -> Answer:
    """A text file."""
    return Answer(text.encode(), "text/plain; charset=utf-8")


def picture(name: str) -> Answer | None:
    """A PNG of `pictures/`; None where there is none of that name."""
    files = {file.name: file for file in PICTURES.glob("*.png")}
    return Answer(files[name].read_bytes(), "image/png") if name in files else None


def redirect(location: str) -> Answer:
    """A 302 to an address of the same site."""
    return Answer(b"", status=302, location=location)


def page_of(items: Sequence[Item], number: int, *, size: int) -> Sequence[Item]:
    """The items of that page, counted from 1; nothing beyond the last page."""
    return items[(number - 1) * size : number * size]


def page_count(items: Sequence[object], *, size: int) -> int:
    """How many pages the items fill."""
    return -(-len(items) // size)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        dotted=words.dotted, as_html=words.as_html, shorten=words.shorten, with_breaks=words.with_breaks
    )
    return environment
