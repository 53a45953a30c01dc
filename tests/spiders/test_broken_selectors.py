"""What happens when a site changes: every selector, expression and pattern of every manifest is broken in turn.

Then a golden page of that source is read otherwise; and where that costs ads or required fields, a run of such pages
counts `layout_changed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright
from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.browser import launch_options
from crawler.health import Problem, problem_stat
from crawler.items import AdPosting
from crawler.layout import LEAST, lost_parts
from crawler.ledger import Ledger
from crawler.manifest import SALARY_FIELDS, AnySource, load_manifests, read_manifest
from crawler.politeness import FETCHED_AT
from spiders.demo.server import DemoSites, serve_demo_sites
from spiders.golden import golden_pages, offline_spider, read_again, read_page
from spiders.posting import Listed
from tests.spiders.test_golden_pages import FOLDERS

DEMO = Path(__file__).parents[2] / "spiders" / "demo" / "sources"
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NOTHING_FINDS = "nema_ovoga"
"""No element, no key and no text of any page: as a selector, as an expression and as a pattern."""

OF_NOTATIONS = frozenset(
    (
        "listing", "detail", "ad_page", "fields", "item", "link", "captcha", "site_lines", "paging.next", "unread",
        "rendering.expanders",
    )
)  # fmt: skip
"""Parts of a manifest that say where something stands; what a page is awaited by is tried in test_rendered."""

Place = tuple[str | int, ...]


def notations(manifest: AnySource) -> list[Place]:
    """Where in the manifest a selector, an expression or a pattern stands."""
    return [
        path
        for path in _texts(manifest.model_dump(mode="json", exclude_none=True))
        if path[0] in OF_NOTATIONS or ".".join(map(str, path[:2])) in OF_NOTATIONS
    ]


def _texts(part: Any, path: Place = ()) -> Iterator[Place]:
    if isinstance(part, str):
        yield path
    elif isinstance(part, dict | list):
        for name, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _texts(value, (*path, name))


def named(path: Place) -> str:
    """The place as a person reads it."""
    return ".".join(map(str, path))


def broken(manifest: AnySource, path: Place) -> AnySource:
    """The manifest with that place pointing nowhere."""
    data = manifest.model_dump(mode="json")
    part: Any = data
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = NOTHING_FINDS
    return type(manifest).model_validate(data)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_every_selector_is_covered_by_a_golden_page(folder: Path) -> None:
    manifest = read_manifest(folder / "source.yml")
    pages = golden_pages(folder)
    uncovered = [
        named(path)
        for path in notations(manifest)
        if all(read_again(folder, page, broken(manifest, path)) == page for page in pages)
    ]
    assert uncovered == []


@dataclass(slots=True)
class Run:
    """What a spider made of the pages of a run."""

    ads: int = 0
    said: dict[str, Listed | None] = field(default_factory=dict)
    """What listings said of the ads to whose pages they lead."""
    is_changed: bool = False


def run_of(folder: Path, manifest: AnySource) -> Run:
    """A run over the source's good golden pages, often enough for a judgement."""
    spider = offline_spider(manifest)
    run = Run()
    good = [page for page in golden_pages(folder) if not page.problems]
    for page in [page for page in good if page.reads == "listing"] * LEAST:
        spider.ledger = Ledger()
        _add(run, read_page(spider, folder, page))
    # No listing leads anywhere: no page of an ad is ever asked for.
    for page in [page for page in good if page.reads == "ad"] * LEAST if run.said else []:
        listed = run.said.get(page.url)
        _add(run, read_page(spider, folder, page.model_copy(update={"listed": listed.stated if listed else {}})))
    return judged(run, spider)


def _add(run: Run, output: list[Any]) -> None:
    for ad in output:
        if isinstance(ad, Request):
            run.said |= {ad.url: ad.cb_kwargs["listed"]} if "listed" in ad.cb_kwargs else {}
        elif isinstance(ad, AdPosting):
            run.ads += 1


def judged(run: Run, spider: Any) -> Run:
    """The run with the verdict of its counts."""
    stats = spider.crawler.stats
    lost = lost_parts(stats.get_value, required=spider.manifest.required_fields)
    run.is_changed = bool(lost or stats.get_value(problem_stat(Problem.LAYOUT_CHANGED)))
    return run


QUIET = frozenset(("paging", "captcha", "site_lines", "unread", "rendering"))
"""What these find decides on further pages, on walls and on words left out; no ad and no field is lost at once."""


def may_go_unnoticed(manifest: AnySource, path: Place) -> bool:
    """One run alone cannot tell that this place points nowhere: other nights can, or nothing of an ad is lost."""
    field_name = SALARY_FIELDS[str(path[-1])] if "salary" in path else path[-1]
    is_given_as_data = manifest.kind == "structured" or path[0] == "ad_page"
    is_field = "fields" in path
    return path[0] in QUIET or path[-1] == "more" or field_name in manifest.optional or (is_given_as_data and is_field)


OF_ADS = [folder for folder in FOLDERS if read_manifest(folder / "source.yml").kind != "register"]


@pytest.mark.parametrize("folder", OF_ADS, ids=[folder.name for folder in OF_ADS])
def test_a_run_without_ads_or_without_a_required_field_has_a_changed_layout(folder: Path) -> None:
    manifest = read_manifest(folder / "source.yml")
    good = run_of(folder, manifest)
    assert good.ads
    assert not good.is_changed
    unnoticed = [
        named(path)
        for path in notations(manifest)
        if not run_of(folder, broken(manifest, path)).is_changed and not may_go_unnoticed(manifest, path)
    ]
    assert unnoticed == []


# The demo's sources have no golden pages but sites.

IN_DEMO = load_manifests([DEMO])
# A closed group shows nothing that a selector could miss.
OF_ADS_IN_DEMO = [manifest for name, manifest in IN_DEMO.items() if name not in ("demo_grupa", "demo_registar")]
Pages = Callable[[str], bytes]
"""The page at an address."""


@pytest.fixture(scope="module")
def demo_pages() -> Pages:
    """The demo's sites, and the wall of the social one as a browser shows it."""
    sites = DemoSites()
    (wall,) = IN_DEMO["demo_drustvena"].start_urls
    with serve_demo_sites() as server, sync_playwright() as playwright:
        options: Any = {**launch_options(), "proxy": {"server": server.proxy_url}}
        with playwright.chromium.launch(**options) as browser:
            page = browser.new_page()
            page.goto(wall)
            page.wait_for_selector("button.prikazi-jos")
            document = page.content().encode()
    return lambda url: document if url == wall else sites.answer(url).body


def answered(pages: Pages, request: Request) -> list[Any]:
    """What the spider makes of the page that it asks for."""
    request.meta[FETCHED_AT] = NOW
    response = HtmlResponse(request.url, body=pages(request.url), request=request, encoding="utf-8")
    assert request.callback is not None
    return list(request.callback(response, **request.cb_kwargs))


def run_of_demo(manifest: AnySource, pages: Pages) -> Run:
    """A run over the first listing of a demo site and the ads that it leads to."""
    spider = offline_spider(manifest)
    run = Run()
    (start,) = manifest.start_urls
    for request in spider.ask_listing(start, start=start):
        output = answered(pages, request)
        _add(run, output)
        for ad in [item for item in output if isinstance(item, Request) and item.callback == spider.parse_ad]:
            _add(run, answered(pages, ad))
    return judged(run, spider)


@pytest.mark.parametrize("manifest", OF_ADS_IN_DEMO, ids=[manifest.id for manifest in OF_ADS_IN_DEMO])
def test_a_changed_demo_site_is_noticed(manifest: AnySource, demo_pages: Pages) -> None:
    good = run_of_demo(manifest, demo_pages)
    assert good.ads >= LEAST
    assert not good.is_changed
    for path in notations(manifest):
        run = run_of_demo(broken(manifest, path), demo_pages)
        assert run.is_changed or may_go_unnoticed(manifest, path), named(path)


def test_a_changed_page_of_the_demo_register_is_noticed(demo_pages: Pages) -> None:
    manifest = IN_DEMO["demo_registar"]
    assert not _misses_list(manifest, demo_pages)
    assert [named(path) for path in notations(manifest) if not _misses_list(broken(manifest, path), demo_pages)] == []


def _misses_list(manifest: AnySource, pages: Pages) -> bool:
    spider = offline_spider(manifest)
    (start,) = manifest.start_urls
    for request in spider.ask_listing(start, start=start):
        answered(pages, request)
    return bool(spider.crawler.stats.get_value(problem_stat(Problem.LAYOUT_CHANGED)))
