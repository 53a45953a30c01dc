"""The process that fetches one page for a person: `python -m spiders.one_page RESULT URL [SOURCE] [named]`.

It writes what `crawler.fetching.OnePage` describes to RESULT and keeps nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings as ScrapySettings
from scrapy.utils.project import get_project_settings
from twisted.python.failure import Failure

from crawler.config import Settings
from crawler.errors import SourceError
from crawler.fetching import OnePage
from crawler.health import Problem
from crawler.items import AdPosting
from crawler.manifest import AnySource, Limits, LinkListing, StructuredSource, find_manifest
from crawler.shown import shown_fields
from spiders.fetched import fetched_page
from spiders.kinds.of_source import spider_class
from spiders.kinds.source import SourceSpider
from spiders.posting import build_ad
from spiders.structured import stated_postings
from spiders.text import html_to_text, one_line
from spiders.walls import problem_of_visit, refusal_of, wall_of

FEW_WORDS = 40
"""A page of fewer words, without an ad's data, may be a wall instead of what was asked for."""
BESIDE = ("nav", "header", "footer", "aside", "form", "script", "style", "template", "noscript")
"""Elements that are not what a page is about."""


def main(arguments: list[str]) -> int:
    """Fetches the page and writes the result."""
    result, url, source, named = [*arguments, "", ""][:4]
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    brought: list[OnePage] = []
    spider = one_page_class(_manifest(url, source), url, brought, may_be_inside=named == "named")
    process = AsyncCrawlerProcess(_settings())
    process.crawl(spider)
    process.start()
    found = brought[0] if brought else OnePage(problem=Problem.UNREACHABLE.value)
    Path(result).write_text(found.model_dump_json(), encoding="utf-8")
    return 0


def one_page_class(manifest: AnySource, url: str, brought: list[OnePage], *, may_be_inside: bool) -> type[SourceSpider]:
    """A spider of the manifest's kind that asks for this page only and puts what came of it into `brought`."""

    kind: Any = spider_class(manifest)

    class OnePageSpider(kind):  # type: ignore[misc]
        name = "one_page"

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if not may_be_inside:
                self.named_hosts: frozenset[tuple[str, int]] = frozenset()

        async def start(self) -> AsyncIterator[Any]:
            for request in self.ask(url, self.parse_only):
                yield request

        def parse_only(self, response: Response) -> None:
            brought.append(result_of(response))

        def note_failure(self, failure: Failure) -> None:
            brought.append(OnePage(problem=problem_of_visit(failure).value))

    OnePageSpider.manifest = manifest
    found: type[SourceSpider] = OnePageSpider
    return found


def result_of(response: Response) -> OnePage:
    """The page, or the obstacle that it is."""
    problem = refusal_of(response)
    if problem:
        return OnePage(problem=problem.value)
    fields = _fields_of(response) if isinstance(response, TextResponse) else {}
    if len((fields.get("text") or "").split()) < FEW_WORDS and (wall := wall_of(response)):
        return OnePage(problem=wall.value)
    page = fetched_page(response)
    if "playwright" in response.meta:
        from spiders.kinds.rendered import document_of  # noqa: PLC0415 - the browser's library takes a while to load

        page = document_of(response, page)
    return OnePage(page=page, **fields)


def _fields_of(response: TextResponse) -> dict[str, Any]:
    """What a reader sees: the page's job posting, else its title and its words."""
    page = fetched_page(response)
    for stated in stated_postings(response.text, response.url):
        ad = build_ad(stated, source="", base_url=response.url, fetched_at=page.fetched_at)
        if ad is not None:
            return shown_fields(ad)
    return shown_fields(_read_as_a_whole(response))


def _read_as_a_whole(response: TextResponse) -> AdPosting:
    document = response.selector
    if document.type != "html":
        return AdPosting(source="", url=response.url)
    title = one_line(document.css("h1").get() or document.css("title").get() or "")
    for beside in BESIDE:
        document.css(beside).drop()
    body = next((found for name in ("main", "article", "body") if (found := document.css(name).get())), "")
    return AdPosting(source="", url=response.url, jobTitle=title or None, description=html_to_text(body) or None)


def _manifest(url: str, source: str) -> AnySource:
    if source:
        manifest = find_manifest(Settings.from_environment().source_folders, source)
        if manifest is None:
            raise SourceError(f"unknown source {source}")
        # The address is the person's; where else the source may go does not matter for one page.
        return manifest.model_copy(update={"start_urls": (url,), "allowed_domains": _domains(url)})
    return StructuredSource(
        id="one_page",
        name="A page that a person names",
        owner="",
        kind="structured",
        start_urls=(url,),
        limits=Limits(delay_seconds=1, max_minutes=2),
        listing=LinkListing(),
        legal_note="Asked for by a person, one page; public pages only.",
        checked=date(2026, 11, 25),
    )


def _domains(url: str) -> tuple[str, ...]:
    return ((urlsplit(url).hostname or "").removeprefix("www."),)


def _settings() -> ScrapySettings:
    settings = get_project_settings()
    settings.setdict({"ITEM_PIPELINES": {}, "LOG_LEVEL": "ERROR"}, priority="cmdline")
    return settings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
