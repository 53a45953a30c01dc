"""The published list of licensed agencies: fetched by its own address, or through the page that links to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from parsel import Selector
from scrapy import Request
from scrapy.http import Response, TextResponse

from crawler.health import Problem
from crawler.items import NOT_MODIFIED, FetchedPage, PublishedList
from crawler.manifest import ListLink, RegisterSource
from crawler.politeness import FETCHED_AT
from spiders.dates import parse_date
from spiders.fetched import fetched_page
from spiders.kinds.source import SourceSpider
from spiders.links import absolute_address
from spiders.walls import refusal_of

PREFERRED = (".pdf", ".html", ".htm", ".docx", ".csv", ".xlsx")
"""Of one list in several formats the last is read best."""
AROUND = "ancestor::*[self::li or self::p or self::tr or self::dt or self::dd][1]//text()"
NAMES_DAY = re.compile(r"\bna\s+dan\b|\bна\s+дан\b|a[zž]uriran|ажуриран", re.IGNORECASE)
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link that may lead to the list."""

    url: str
    words: str
    """Its own, with the name of the file."""
    around: str
    """What stands in the same paragraph, row or item."""
    day: str
    """ISO 8601; empty where neither words nor file name hold a date that has come."""


class RegisterSpider(SourceSpider):
    """Brings one PublishedList. With `known_url` and a validator it asks whether the list changed since."""

    manifest: RegisterSource
    known_url: str = ""
    """Where the list stood last time."""
    etag: str = ""
    last_modified: str = ""

    async def start(self) -> AsyncIterator[Any]:
        """The request for the page, or for the list itself."""
        (url,) = self.manifest.start_urls
        first = self.ask_listing(url, start=url) if self.manifest.link else self.ask_list(url)
        for request in first:
            yield request

    def _parse_readable_listing(self, response: TextResponse, start: str, number: int, known: int = 0) -> Iterator[Any]:
        assert self.manifest.link is not None  # noqa: S101 - only then a page is asked for
        found = newest_link(response, self.manifest.link)
        if found is None:
            self.note(self.wall_on(response) or Problem.LAYOUT_CHANGED, response.url)
            return
        said = "\n".join((found.words, found.around, day_on_page(response)))
        yield from self.ask_list(found.url, page=fetched_page(response), said=said)

    def ask_list(self, url: str, *, page: FetchedPage | None = None, said: str = "\n") -> Iterator[Request]:
        """The request for the list; conditional where it is the address of last time."""
        validators = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        headers = {name: value for name, value in validators.items() if value and url == self.known_url}
        given = {"asked": url, "page": page, "said": said}
        return self.ask(url, self.parse_list, headers=headers, cb_kwargs=given)

    def parse_list(
        self, response: Response, asked: str, page: FetchedPage | None, said: str
    ) -> Iterator[PublishedList]:
        """The list, or the problem that stands in its place."""
        is_unchanged = response.status == NOT_MODIFIED and asked == self.known_url
        problem = None if is_unchanged else self._problem_of_list(response)
        if problem:
            self.note(problem, response.url)
            return
        yield PublishedList(self.name, asked, fetched_page(response), page, said)

    def _problem_of_list(self, response: Response) -> Problem | None:
        problem = refusal_of(response)
        if problem is Problem.GONE:
            return Problem.HTTP_4XX
        if problem or not isinstance(response, TextResponse) or not response.body.lstrip().startswith(b"<"):
            return problem
        # A page in place of the file: a log-in, an apology, a redirect to the start page.
        return None if response.css("table") else self.wall_on(response) or Problem.NOT_A_LIST


def newest_link(response: TextResponse, wanted: ListLink) -> FoundLink | None:
    """The link to the list: that with the newest date, the best format among equals; without dates the first."""
    found = list(_links(response, wanted))
    return max(found, key=lambda link: (link.day, _rank(link.url) if link.day else 0), default=None)


def day_on_page(response: TextResponse) -> str:
    """The page's own words on the day of the list, if one line alone speaks of it."""
    texts = response.xpath("//body//text()[not(parent::script or parent::style)]").getall()
    lines = list(dict.fromkeys(line for line in map(_one_line, texts) if NAMES_DAY.search(line)))
    return lines[0] if len(lines) == 1 else ""


def _links(response: TextResponse, wanted: ListLink) -> Iterator[FoundLink]:
    for element in response.css(wanted.links).xpath("(self::*[@href]|.//a[@href])[1]"):
        # Not by way of all attributes: one of a name that is none makes reading them fail.
        url = absolute_address(response, element.xpath("@href").get(""))
        words = _words(element, ".//text()")
        if url is None or not _is_wanted(url, words, wanted):
            continue
        named = f"{words} {unquote(PurePosixPath(urlsplit(url).path).name)}".strip()
        fetched_at = response.meta[FETCHED_AT]
        day = (parse_date(named, fetched_at=fetched_at) or "")[:10]
        # No list is of a day to come: such a date is when licences end, or a slip.
        is_past = day <= fetched_at.date().isoformat()
        yield FoundLink(url, named, _words(element, AROUND), day if is_past else "")


def _is_wanted(url: str, words: str, wanted: ListLink) -> bool:
    fits_address = wanted.pattern is None or re.search(wanted.pattern, url)
    fits_words = wanted.text is None or re.search(wanted.text, words, re.IGNORECASE)
    return bool(fits_address and fits_words)


def _words(element: Selector, path: str) -> str:
    return _one_line(" ".join(element.xpath(path).getall()))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_LINE]


def _rank(url: str) -> int:
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return PREFERRED.index(suffix) if suffix in PREFERRED else -1
