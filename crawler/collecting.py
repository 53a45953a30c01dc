"""The item pipeline that keeps what spiders bring: capture first, then the ad, then its sighting, batch by batch.

It understands nothing of an ad; `pipelines` does, after the crawl.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Self
from urllib.parse import urlsplit

import attrs
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from sqlalchemy import Engine

from crawler.config import Settings
from crawler.evidence.warc import Capture, CaptureWriter
from crawler.health import Problem, outcome_of, problem_stat
from crawler.items import AdPosting, FetchedPage
from crawler.personal_numbers import redact_jmbg
from crawler.store.ads import FetchedUrl, SeenAd, save_pages, save_seen_ads, seen_in_night
from crawler.store.captures import captures_by_digest, save_captures
from crawler.store.engine import open_store, reading
from crawler.store.nights import begin_run, begin_run_by_hand, finish_night, finish_run

logger = logging.getLogger(__name__)

BATCH = 100
"""Ads in one transaction: large enough that fsync does not count, small enough that a crash costs seconds of work."""

# PostgreSQL takes no NUL, no database takes unpaired surrogates, and neither says anything to a reader.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

NOT_STORED = frozenset({"page", "descriptionHtml", "metadata"})
"""Fields of a posting that stand in the capture already."""


@dataclass(slots=True)
class Batch:
    """What waits for the next transaction."""

    postings: list[AdPosting] = field(default_factory=list)
    pages: list[FetchedUrl] = field(default_factory=list)


class StorePipeline:
    """Keeps every AdPosting of one spider run and records how the run went."""

    def __init__(self, crawler: Crawler, settings: Settings) -> None:
        """`settings` say where to keep; the night is `ADWATCH_NIGHT`, or one of its own for a run by hand."""
        self.crawler = crawler
        self.settings = settings
        self.batch = Batch()
        self.counts: Counter[str] = Counter()
        self.flushing = asyncio.Lock()
        self.capture_ids: dict[tuple[str, str], int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a pipeline."""
        pipeline = cls(crawler, Settings.from_environment())
        crawler.signals.connect(pipeline.note_page, signal=signals.response_received)
        return pipeline

    def open_spider(self) -> None:
        """Opens the store and notes the start of the run."""
        self.source: str = self.crawler.spider.name  # type: ignore[union-attr]
        self.engine: Engine = open_store(self.settings)
        given = os.environ.get("ADWATCH_NIGHT")
        with self.engine.begin() as connection:
            self.by_hand = given is None
            self.night_id = int(given) if given else begin_run_by_hand(connection, now=datetime.now(UTC))
            begin_run(connection, night_id=self.night_id, source=self.source, now=datetime.now(UTC))
        name = f"{self.night_id:06d}-{self.source}"
        self.writer = CaptureWriter(self.settings.evidence_folder, name)

    def note_page(self, response: Response, request: Request) -> None:
        """Counts a fetched page; robots.txt is no page."""
        if urlsplit(response.url).path != "/robots.txt":
            self.batch.pages.append(FetchedUrl(response.url, response.status, datetime.now(UTC)))

    async def process_item(self, item: Any) -> Any:
        """Takes the ad into the batch. An item without a page has no evidence and is refused."""
        if not isinstance(item, AdPosting) or item.page is None:
            raise DropItem("only ads with the page they stand on are kept")
        self.batch.postings.append(item)
        if len(self.batch.postings) >= BATCH:
            await self.flush()
        return item

    async def close_spider(self) -> None:
        """Keeps the rest and closes the run with its outcome."""
        await self.flush()
        self.writer.close()
        await asyncio.to_thread(self._finish)

    async def flush(self) -> None:
        """Keeps the batch. Compression and disk run in a thread, so that fetching goes on meanwhile."""
        async with self.flushing:
            batch, self.batch = self.batch, Batch()
            if batch.postings or batch.pages:
                await asyncio.to_thread(self._keep, batch)

    def _keep(self, batch: Batch) -> None:
        pages = {(page.url, page.digest): page for posting in batch.postings if (page := posting.page)}
        unknown = [page for key, page in pages.items() if key not in self.capture_ids]
        with reading(self.engine) as connection:
            earlier = captures_by_digest(connection, [page.digest for page in unknown])
        kept = [(page, self._capture(page, earlier.get((page.url, page.digest)))) for page in unknown]
        # Bytes before rows: a crash in between leaves bytes nobody refers to, never a row without bytes.
        self.writer.sync()
        with self.engine.begin() as connection:
            ids = save_captures(connection, [capture for _, captures in kept for capture in captures])
            for page, captures in kept:
                self.capture_ids[page.url, page.digest] = ids[captures[-1].record_id]
            save_pages(connection, self.source, batch.pages)
            seen = [self._seen_ad(posting) for posting in batch.postings]
            self.counts["new_ads"] += save_seen_ads(connection, seen, night_id=self.night_id)
        self.counts["pages"] += len(batch.pages)

    def _capture(self, page: FetchedPage, earlier: Capture | None) -> Sequence[Capture]:
        if earlier is None:
            return self.writer.keep(page)
        return [self.writer.keep_revisit(page, of=earlier)]

    def _seen_ad(self, posting: AdPosting) -> SeenAd:
        page = posting.page
        assert page is not None  # noqa: S101 - process_item refuses items without a page
        fields = shown_fields(posting)
        return SeenAd(
            source=self.source,
            url=posting.url,
            content_hash=content_hash(fields),
            seen_at=page.fetched_at,
            capture_id=self.capture_ids[page.url, page.digest],
            text=fields["text"] or "",
            title=fields["title"],
            organization=fields["organization"],
            contact=fields["contact"],
            published_on=_day(posting.datePublished),
            posting=_stored_posting(posting),
        )

    def _finish(self) -> None:
        problems = self._problems()
        with self.engine.begin() as connection:
            ads = seen_in_night(connection, self.night_id, source=self.source)
            counts = {"pages": self.counts["pages"], "ads": ads, "new_ads": self.counts["new_ads"]}
            outcome = outcome_of(ads=ads, problems=problems)
            now = datetime.now(UTC)
            finish_run(
                connection,
                night_id=self.night_id,
                source=self.source,
                now=now,
                outcome=outcome,
                counts=counts,
                problems=problems,
            )
            if self.by_hand:
                finish_night(connection, self.night_id, now=now, summary={})
        logger.info("run finished source=%s outcome=%s pages=%d ads=%d", self.source, outcome, counts["pages"], ads)

    def _problems(self) -> dict[Problem, int]:
        stats = self.crawler.stats
        counted = {problem: int(stats.get_value(problem_stat(problem), 0)) for problem in Problem} if stats else {}
        return {problem: count for problem, count in counted.items() if count}


def shown_fields(posting: AdPosting) -> dict[str, str | None]:
    """What a reader of the ad sees, as `title`, `text`, `organization`, `contact`.

    Pay and place that the page states in fields of their own stand as lines below the description, as the page
    wrote them, so that one text holds all that is judged and every quote points into it.
    """
    organization = posting.hiringOrganization
    return {
        "title": storable(posting.jobTitle or posting.headline),
        "text": "\n".join(_text_lines(posting)),
        "organization": storable(organization.name if organization else None),
        "contact": storable(posting.contactRaw),
    }


def _text_lines(posting: AdPosting) -> list[str]:
    text = storable(posting.description) or ""
    lines = [text] if text else []
    place = posting.jobLocation.raw if posting.jobLocation else None
    salary = posting.baseSalary.raw if posting.baseSalary else None
    for label, value in (("Mesto rada", place), ("Zarada", salary)):
        stated = storable(value)
        if stated and stated not in text:
            lines.append(f"{label}: {stated}")
    return lines


def storable(value: str | None) -> str | None:
    """The text without characters no database takes and with personal numbers starred out; None where nothing is left.

    A JMBG is never stored (rule 8); what the page said stays in the capture, as evidence.
    """
    return redact_jmbg(UNSTORABLE.sub("", value).strip()) or None if value else None


def content_hash(fields: dict[str, str | None]) -> str:
    """SHA-256 over the shown fields, hex: another hash is an edited ad."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _stored_posting(posting: AdPosting) -> dict[str, Any]:
    return attrs.asdict(
        posting,
        filter=lambda attribute, value: (
            value is not None and not attribute.name.startswith("_") and attribute.name not in NOT_STORED
        ),
        value_serializer=lambda _, __, value: storable(value) if isinstance(value, str) else value,
    )


def _day(stamp: str | None) -> date | None:
    try:
        return date.fromisoformat(stamp[:10]) if stamp else None
    except ValueError:
        return None
