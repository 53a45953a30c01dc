"""What happens when a site changes: every selector, expression and pattern of every manifest is broken in turn.

Then a golden page of that source is read otherwise; and where ads or required fields are lost, a run of such pages
counts `layout_changed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse

from crawler.health import Problem, problem_stat
from crawler.items import AdPosting
from crawler.layout import LEAST, lost_parts
from crawler.manifest import SALARY_FIELDS, AnySource, load_manifests, read_manifest
from crawler.politeness import FETCHED_AT
from spiders.demo.server import DemoSites
from spiders.golden import golden_pages, offline_spider, read_again, read_page
from tests.spiders.test_golden_pages import FOLDERS

DEMO = Path(__file__).parents[2] / "spiders" / "demo" / "sources"
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
NOTHING_FINDS = "nema_ovoga"
"""No element, no key and no text of any page: as a selector, as an expression and as a pattern."""

OF_NOTATIONS = frozenset(
    ("listing", "detail", "ad_page", "fields", "item", "link", "captcha", "site_lines", "paging.next")
)
"""Parts of a manifest that say where something stands; `rendering` is tried in a browser, in test_rendered."""

Place = tuple[str, ...]


def notations(manifest: AnySource) -> list[Place]:
    """Where in the manifest a selector, an expression or a pattern stands."""
    return [
        path
        for path in _texts(manifest.model_dump(exclude_none=True))
        if path[0] in OF_NOTATIONS or ".".join(path) in OF_NOTATIONS
    ]


def _texts(part: Mapping[str, Any], path: Place = ()) -> Iterator[Place]:
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _texts(value, (*path, name))
        elif isinstance(value, str):
            yield (*path, name)


def broken(manifest: AnySource, path: Place) -> AnySource:
    """The manifest with that place pointing nowhere."""
    data = manifest.model_dump()
    part = data
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = NOTHING_FINDS
    return type(manifest).model_validate(data)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_every_selector_is_covered_by_a_golden_page(folder: Path) -> None:
    manifest = read_manifest(folder / "source.yml")
    pages = golden_pages(folder)
    uncovered = [
        ".".join(path)
        for path in notations(manifest)
        if all(read_again(folder, page, broken(manifest, path)) == page for page in pages)
    ]
    assert uncovered == []


@dataclass(slots=True)
class Run:
    """What a spider made of the pages of a run."""

    fields: set[str] = field(default_factory=set)
    """Stated by any ad."""
    ads: int = 0
    leads: int = 0
    """Requests for pages of ads."""
    is_changed: bool = False


def run_of(folder: Path, manifest: AnySource) -> Run:
    """A run over the source's good golden pages, often enough for a judgement."""
    spider = offline_spider(manifest)
    run = Run()
    good = [page for page in golden_pages(folder) if not page.problems]
    for page in [page for page in good if page.reads == "listing"] * LEAST:
        spider.met.clear()
        _add(run, read_page(spider, folder, page))
    # No listing leads anywhere: no page of an ad is ever asked for.
    for page in [page for page in good if page.reads == "ad"] * LEAST if run.leads else []:
        _add(run, read_page(spider, folder, page))
    return judged(run, spider)


def _add(run: Run, output: list[Any]) -> None:
    for ad in output:
        if isinstance(ad, Request):
            run.leads += "listed" in ad.cb_kwargs
        elif isinstance(ad, AdPosting):
            run.ads += 1
            run.fields |= {name for name in AD_FIELDS if getattr(ad, name) is not None}


AD_FIELDS = (
    "jobPostingId", "jobTitle", "description", "requirements", "hiringOrganization", "jobLocation", "datePublished",
    "dateModified", "validThrough", "jobStartDate", "employmentType", "baseSalary", "contactRaw", "imageUrls",
)  # fmt: skip


def judged(run: Run, spider: Any) -> Run:
    """The run with the verdict of its counts."""
    stats = spider.crawler.stats
    lost = lost_parts(stats.get_value, required=spider.manifest.required_fields)
    run.is_changed = bool(lost or stats.get_value(problem_stat(Problem.LAYOUT_CHANGED)))
    return run


def has_lost(manifest: AnySource, good: Run, run: Run) -> bool:
    """No ads, or none with a field that the source nearly always gives."""
    of_salary = dict.fromkeys(SALARY_FIELDS.values(), "baseSalary")
    optional = {of_salary.get(name, name) for name in manifest.optional}
    return run.ads == 0 or bool(good.fields - run.fields - optional)


OF_ADS = [folder for folder in FOLDERS if read_manifest(folder / "source.yml").kind != "register"]


@pytest.mark.parametrize("folder", OF_ADS, ids=[folder.name for folder in OF_ADS])
def test_a_run_that_loses_ads_or_a_required_field_has_a_changed_layout(folder: Path) -> None:
    manifest = read_manifest(folder / "source.yml")
    good = run_of(folder, manifest)
    assert good.ads
    assert not good.is_changed
    runs = {".".join(path): run_of(folder, broken(manifest, path)) for path in notations(manifest)}
    lost = {path for path, run in runs.items() if has_lost(manifest, good, run)}
    assert lost - {path for path, run in runs.items() if run.is_changed} == set()


# The demo's sources have no golden pages but sites.

DEMO_SOURCES = [
    manifest
    for manifest in load_manifests([DEMO]).values()
    # A wall of scripts needs a browser, a closed group shows nothing, and a register brings no ads.
    if manifest.kind not in ("rendered", "register") and manifest.id != "demo_grupa"
]


def run_of_demo(manifest: AnySource) -> Run:
    """A run over the first listing of a demo site and the ads that it leads to."""
    spider = offline_spider(manifest)
    run, sites = Run(), DemoSites()
    (start,) = manifest.start_urls
    for request in spider.ask_listing(start, start=start):
        output = _answered(sites, request)
        _add(run, output)
        for ad in [item for item in output if isinstance(item, Request) and item.callback == spider.parse_ad]:
            _add(run, _answered(sites, ad))
    return judged(run, spider)


def _answered(sites: DemoSites, request: Request) -> list[Any]:
    answer = sites.answer(request.url)
    request.meta[FETCHED_AT] = NOW
    response = HtmlResponse(request.url, answer.status, body=answer.body, request=request, encoding="utf-8")
    assert request.callback is not None
    return list(request.callback(response, **request.cb_kwargs))


@pytest.mark.parametrize("manifest", DEMO_SOURCES, ids=[manifest.id for manifest in DEMO_SOURCES])
def test_a_changed_demo_site_is_noticed(manifest: AnySource) -> None:
    good = run_of_demo(manifest)
    assert good.ads >= LEAST
    assert not good.is_changed
    for path in notations(manifest):
        run = run_of_demo(broken(manifest, path))
        assert run.is_changed or not has_lost(manifest, good, run), path
