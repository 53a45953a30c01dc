"""Golden pages: saved pages of a source with what must be read from them, beside its manifest.

A source folder holds `source.yml`, `pages/` and `expected.json`, a list of GoldenPage.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Literal

import attrs
import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, JsonResponse, TextResponse, XmlResponse
from scrapy.settings import Settings
from scrapy.statscollectors import MemoryStatsCollector

from crawler.config import Settings as AdwatchSettings
from crawler.errors import SourceError, UsageError
from crawler.files import write_whole
from crawler.health import Problem, problem_stat
from crawler.items import AdPosting
from crawler.manifest import MANIFEST_FILE, AnySource, RegisterSource, manifest_files, read_manifest
from crawler.notations import FieldName
from crawler.politeness import FETCHED_AT
from spiders.kinds.of_source import spider_class
from spiders.posting import Listed

EXPECTED_FILE = "expected.json"
RESPONSES: dict[str, type[TextResponse]] = {".html": HtmlResponse, ".json": JsonResponse, ".xml": XmlResponse}


class GoldenPage(BaseModel):
    """One saved page, and what is read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: str
    """File in the source's folder."""
    url: str
    """Address it was fetched from."""
    status: int = 200
    headers: dict[str, str] = {}
    """Of the answer, where they matter."""
    reads: Literal["listing", "ad"]
    start: str = ""
    """The start address of the listing, where this is a later page of it."""
    number: int = 1
    """Which page of the listing."""
    listed: dict[FieldName, Any] = {}
    """What the listing said about the ad of this page."""
    ads: list[dict[str, Any]] = []
    """The ads, fields that are empty left out."""
    requests: list[str] = []
    """Addresses asked for next, in order."""
    says: dict[str, dict[FieldName, Any]] = {}
    """What a listing says about its ads, by the address asked for."""
    problems: list[Problem] = []


_PAGES = TypeAdapter(list[GoldenPage])


def source_folders(sources: Sequence[str] | None) -> list[Path]:
    """Folders of these sources, of all where none is named. Raises UsageError on an unknown id."""
    files = manifest_files(AdwatchSettings.from_environment().source_folders)
    known = {file.parent.name: file.parent for file in files}
    for source in sources or ():
        if source not in known:
            raise UsageError(f"unknown source {source}; `adwatch sources list` shows the known ones")
    return [known[source] for source in sources or sorted(known)]


def check_folder(folder: Path) -> list[str]:
    """What is wrong with a source: its manifest, or a golden page that is read otherwise than expected."""
    try:
        manifest = read_manifest(folder / MANIFEST_FILE)
        if not (folder / EXPECTED_FILE).exists():
            return []
        pages = golden_pages(folder)
        return [
            *(
                f"{folder.name}: {expected.page} is read otherwise than {EXPECTED_FILE} says"
                for expected in pages
                if read_again(folder, expected) != expected
            ),
            *_what_is_not_shown(manifest, pages),
        ]
    except SourceError as error:
        return [str(error)]


def _what_is_not_shown(manifest: AnySource, pages: Sequence[GoldenPage]) -> Iterator[str]:
    """Golden pages that show nothing keep nobody from breaking the source."""
    brings = "a link to the list" if isinstance(manifest, RegisterSource) else "an ad"
    if not pages:
        yield f"{manifest.id}: no golden page yet: save one by `adwatch sources freeze {manifest.id} ADDRESS-OR-FILE`"
    elif not any(page.requests if isinstance(manifest, RegisterSource) else page.ads for page in pages):
        yield (
            f"{manifest.id}: no golden page gives {brings}: correct {MANIFEST_FILE} or save another page, "
            f"then `adwatch sources freeze {manifest.id}`"
        )


def missing_facts(folder: Path) -> tuple[str, ...]:
    """What must be filled in before the source can be enabled; nothing where the manifest cannot be read."""
    try:
        return read_manifest(folder / MANIFEST_FILE).to_fill_in
    except SourceError:
        return ()


def golden_pages(folder: Path) -> list[GoldenPage]:
    """The golden pages of a source folder. Raises SourceError where there are none."""
    file = folder / EXPECTED_FILE
    try:
        return _PAGES.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise SourceError(f"{file}: no golden pages: {str(error).splitlines()[0]}") from error


def read_again(folder: Path, expected: GoldenPage, manifest: AnySource | None = None) -> GoldenPage:
    """What is read from that page now, by the folder's manifest or the given one.

    Equal to `expected`, or the source or its spider changed.
    """
    spider = offline_spider(manifest or read_manifest(folder / MANIFEST_FILE))
    output = read_page(spider, folder, expected)
    stats = spider.crawler.stats
    given = expected.model_dump(exclude={"ads", "requests", "says", "problems"})
    return GoldenPage(
        **given,
        ads=[_fields(item) for item in output if isinstance(item, AdPosting)],
        requests=[item.url for item in output if isinstance(item, Request)],
        says=_said(output),
        problems=[problem for problem in Problem if stats.get_value(problem_stat(problem))],
    )


def offline_spider(manifest: AnySource) -> Any:
    """The source's spider with a memory of what it counts, and nothing to fetch with."""
    crawler = Crawler(spider_class(manifest), Settings())
    crawler.stats = MemoryStatsCollector(crawler)
    return crawler.spidercls.from_crawler(crawler)


def read_page(spider: Any, folder: Path, page: GoldenPage) -> list[Any]:
    """Ads and requests that the spider makes of the saved page."""
    response = _response(folder, page, spider.manifest)
    with _unlogged():
        if page.reads == "listing":
            return list(spider.parse_listing(response, start=page.start or page.url, number=page.number))
        return list(spider.parse_ad(response, listed=Listed(page.listed)))


@contextmanager
def _unlogged() -> Iterator[None]:
    """Without the spiders' messages: what is wrong with a saved page is often what it was saved for."""
    logger = logging.getLogger("spiders")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def listed_by(folder: Path, pages: Sequence[GoldenPage]) -> dict[str, dict[FieldName, Any]]:
    """What the saved listings say about their ads, by the ad's address; the first listing's word where several do."""
    said: dict[str, dict[FieldName, Any]] = {}
    for page in pages:
        said = {**(read_again(folder, page).says if page.reads == "listing" else {}), **said}
    return said


def freeze(folder: Path) -> None:
    """Writes what is read now as what is expected, for a person to compare with the pages.

    What a listing says about an ad is passed on to the ad's own page.
    """
    pages = golden_pages(folder)
    said = listed_by(folder, pages)
    given = [page.model_copy(update={"listed": said.get(page.url, page.listed)}) for page in pages]
    write_expected(folder, [read_again(folder, page) for page in given])


def write_expected(folder: Path, pages: Sequence[GoldenPage]) -> None:
    """Writes `expected.json`. Raises OSError."""
    plain = [page.model_dump(mode="json", exclude_defaults=True) for page in pages]
    write_whole(folder / EXPECTED_FILE, orjson.dumps(plain, option=orjson.OPT_INDENT_2) + b"\n", mode=0o644)


def _response(folder: Path, page: GoldenPage, manifest: AnySource) -> TextResponse:
    file = folder / page.page
    try:
        body = file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file}: the saved page cannot be read: {error.strerror}") from error
    # Relative dates count from the day on which a person saved the page.
    fetched_at = datetime.combine(manifest.checked, time(12), UTC)
    request = Request(page.url, meta={FETCHED_AT: fetched_at})
    kind = RESPONSES.get(file.suffix, HtmlResponse)
    return kind(page.url, page.status, page.headers, body, request=request, encoding="utf-8")


def _said(output: Sequence[Any]) -> dict[str, dict[FieldName, Any]]:
    """What the listing passes on with its requests for ads."""
    passed = {item.url: item.cb_kwargs.get("listed") for item in output if isinstance(item, Request)}
    return {url: dict(listed.stated) for url, listed in passed.items() if isinstance(listed, Listed)}


def _fields(ad: AdPosting) -> dict[str, Any]:
    left_out = ("page", "listingPage", "source", "metadata", "way")
    return attrs.asdict(ad, filter=lambda field, value: field.name not in left_out and value is not None)
