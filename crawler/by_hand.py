"""Runs a person starts: some sources, or one start page, in a night of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from crawler.config import Settings
from crawler.crawling import NEVER, SpiderOrder, crawl_sources, is_due, run_spiders
from crawler.errors import UsageError
from crawler.fetching import require_fetchable
from crawler.manifest import AnySource, load_manifests
from crawler.night import Step
from crawler.night_report import night_with_progress, progress_bar
from crawler.nightly import NightResult, run_if_due
from crawler.store.engine import reading
from crawler.store.status import last_runs
from crawler.store.switches import said_of, switched_off

ANY_PAGE_SPIDER = "jobposting"
"""The spider that reads JobPosting data from any site."""


def crawl_sources_by_hand(settings: Settings, engine: Engine, sources: Sequence[str]) -> NightResult:
    """Crawls these sources now, enabled in their manifests or not, and judges what came.

    Raises UsageError on an unknown id, and for a source that a person switched off.
    """
    manifests = load_manifests(settings.source_folders)
    with reading(engine) as connection:
        off = switched_off(connection)
    for source in sources:
        _known(manifests, source)
        if source in off:
            raise UsageError(f"{source} is switched off ({said_of(off[source])}); see `adwatch sources enable --help`")
    settings.require_contact(url for source in sources for url in manifests[source].start_urls)
    wanted = [manifests[source] for source in dict.fromkeys(sources)]
    return _crawl(settings, engine, lambda night: crawl_sources(night, wanted))


def crawl_due_source(settings: Settings, engine: Engine, source: str) -> NightResult:
    """Crawls the source and judges what came, if its time came round since it ran last; waits for a night's end.

    Raises UsageError on an unknown id, NotDueError where there is nothing to do, BusyError where a night does not end.
    """
    manifest = _known(load_manifests(settings.source_folders), source)
    settings.require_contact(manifest.start_urls)

    def why_not(connection: Connection, now: datetime) -> str:
        if source in switched_off(connection):
            return f"{source} is switched off"
        last = last_runs(connection).get(source, NEVER)[0]
        return "" if is_due(manifest, last=last, now=now) else f"{source} has run since its time came; it is not due"

    with progress_bar() as progress:
        return run_if_due(
            settings, engine, why_not, progress=progress, crawl=lambda night: crawl_sources(night, [manifest])
        )


def _known(manifests: Mapping[str, AnySource], source: str) -> AnySource:
    if source not in manifests:
        raise UsageError(f"unknown source {source}; `adwatch sources list` shows the known ones")
    return manifests[source]


def crawl_page_by_hand(settings: Settings, engine: Engine, url: str, *, max_pages: int) -> NightResult:
    """Reads and judges the job postings reachable from a start page or sitemap. Raises UsageError on a bad URL."""
    require_fetchable(url)
    settings.require_contact([url])
    arguments = (f"start_url={url}", f"max_pages={max_pages}")
    minutes = settings.file.spider_timeout_minutes
    order = SpiderOrder(ANY_PAGE_SPIDER, minutes, arguments)
    return _crawl(settings, engine, lambda night: run_spiders(night, [order]))


def _crawl(settings: Settings, engine: Engine, crawl: Step) -> NightResult:
    now = datetime.now(UTC)
    return night_with_progress(settings, engine, now=now, crawl=crawl)
