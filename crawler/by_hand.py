"""Runs a person starts: some sources, or one start page, in a night of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import Engine

from crawler.config import Settings
from crawler.crawling import SpiderOrder, order_for, run_spiders
from crawler.errors import UsageError
from crawler.manifest import load_manifests
from crawler.night_report import night_with_progress
from crawler.nightly import NightResult
from crawler.not_to_crawl import service_of
from crawler.store.engine import reading
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
        if source not in manifests:
            raise UsageError(f"unknown source {source}; `adwatch sources list` shows the known ones")
        if source in off:
            raise UsageError(f"{source} is switched off ({said_of(off[source])}); see `adwatch sources enable --help`")
    settings.require_contact(url for source in sources for url in manifests[source].start_urls)
    return _crawl(settings, engine, [order_for(manifests[source]) for source in dict.fromkeys(sources)])


def crawl_page_by_hand(settings: Settings, engine: Engine, url: str, *, max_pages: int) -> NightResult:
    """Reads and judges the job postings reachable from a start page or sitemap. Raises UsageError on a bad URL."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError(f"{url} is no http or https address")
    if service := service_of(url):
        raise UsageError(service.refusal)
    settings.require_contact([url])
    arguments = (f"start_url={url}", f"max_pages={max_pages}")
    minutes = settings.file.spider_timeout_minutes
    return _crawl(settings, engine, [SpiderOrder(ANY_PAGE_SPIDER, minutes, arguments)])


def _crawl(settings: Settings, engine: Engine, orders: Sequence[SpiderOrder]) -> NightResult:
    now = datetime.now(UTC)
    return night_with_progress(settings, engine, now=now, crawl=lambda night: run_spiders(night, orders))
