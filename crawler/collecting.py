"""The item pipeline that keeps what spiders bring: capture first, then the ad, then its sighting, batch by batch.

It understands nothing of an ad, or of a published register; `pipelines` does, after the crawl.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from crawler.batch import Batch
from crawler.config import Settings
from crawler.evidence.records import file_facts
from crawler.evidence.warc import Capture, CaptureWriter
from crawler.health import Problem, RunOutcome, outcome_of, outcome_of_list, problem_stat
from crawler.items import (
    NOT_MODIFIED,
    AdPosting,
    FetchedPage,
    ListedAgain,
    PublishedList,
    Visited,
    VisitResult,
    Way,
)
from crawler.manifest import RegisterSource
from crawler.memory import peak_memory
from crawler.personal_numbers import storable, takeable
from crawler.run_figures import READ_STAT, Counted, measured_of, problems_of
from crawler.shown import FEW_WORDS, content_hash, shown_fields, stored_posting
from crawler.stopping import is_cut_off
from crawler.store.ads import FetchedUrl, SeenAd, count_run, save_pages, save_seen_ads
from crawler.store.captures import captures_by_digest, save_captures
from crawler.store.engine import open_store, reading
from crawler.store.images import PictureState
from crawler.store.locks import Lock, take_lock
from crawler.store.nights import begin_run, begin_run_by_hand, finish_night, finish_run
from crawler.store.register_fetches import Fetch, NewFetch, last_list, save_fetch
from crawler.store.visits import (
    Seen,
    SeenWay,
    StoredVisit,
    note_visit,
    read_known,
    save_misses,
    save_seen_again,
    stored_visits,
)
from crawler.store.writing import in_transaction

logger = logging.getLogger(__name__)

PageKey = tuple[str, str]
"""Address and digest of a page."""

ALWAYS_THERE = frozenset({"url", "source"})
"""Fields that say nothing of how a page was read."""


class StorePipeline:
    """Keeps every AdPosting and PublishedList of one spider run and records how the run went."""

    def __init__(self, crawler: Crawler, settings: Settings) -> None:
        """`settings` say where to keep; the night is `ADWATCH_NIGHT`, or one of its own for a run by hand."""
        self.crawler = crawler
        self.settings = settings
        self.batch = Batch()
        self.has_list = False
        self.flushing = asyncio.Lock()
        self.capture_ids: dict[PageKey, int] = {}
        self.ending: asyncio.Future[None] | None = None
        self.unchanged: Fetch | None = None
        self.unchanged_pages: dict[str, Capture] = {}
        """By address: the capture of a page that the server says is as it was."""
        self.fields: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a pipeline."""
        pipeline = cls(crawler, Settings.from_environment())
        crawler.signals.connect(pipeline.note_page, signal=signals.response_received)
        return pipeline

    def open_spider(self) -> None:
        """Opens the store and notes the start of the run."""
        self.started = time.monotonic()
        self.source: str = self.crawler.spider.name  # type: ignore[union-attr]
        self.engine: Engine = open_store(self.settings)
        given = os.environ.get("ADWATCH_NIGHT")
        with self.engine.begin() as connection:
            self.by_hand = given is None
            self.night_id = int(given) if given else begin_run_by_hand(connection, now=datetime.now(UTC))
            begin_run(connection, night_id=self.night_id, source=self.source, now=datetime.now(UTC))
        name = f"{self.night_id:06d}-{self.source}"
        manifest = getattr(self.crawler.spider, "manifest", None)
        unchecked = manifest.unchecked_certificate if manifest else ""
        facts = file_facts(self.settings, night_id=self.night_id, source=self.source, unchecked_certificate=unchecked)
        self.writer = CaptureWriter(self.settings.evidence_folder, name, facts=facts)
        self._tell_known_ads()

    def _tell_known_ads(self) -> None:
        """Tells a spider that asks for it what the store holds of its source."""
        spider: Any = self.crawler.spider
        learn = getattr(spider, "learn", None)
        if learn is None or self._brings_lists():
            return
        with reading(self.engine) as connection:
            learn(
                read_known(
                    connection,
                    self.source,
                    night_id=self.night_id,
                    now=datetime.now(UTC),
                    most_visits=spider.manifest.limits.max_pages,
                )
            )

    def note_page(self, response: Response, request: Request) -> None:
        """Counts a fetched page; robots.txt is no page."""
        if urlsplit(response.url).path != "/robots.txt":
            self.batch.pages.append(FetchedUrl(response.url, response.status, datetime.now(UTC)))

    async def process_item(self, item: Any) -> Any:
        """Takes the ad into the batch. An item without a page has no evidence and is refused."""
        if isinstance(item, PublishedList):
            self.batch.lists.append(item)
            return item
        if isinstance(item, ListedAgain):
            self.batch.add_listed(item)
        elif isinstance(item, Visited):
            self.batch.visited.append(item)
        elif isinstance(item, AdPosting) and item.page is not None:
            self.batch.add(item)
        else:
            raise DropItem("only ads with the page they stand on are kept")
        if self.batch.is_full:
            await self.flush()
        return item

    async def close_spider(self) -> None:
        """Keeps the rest and closes the run with its outcome."""
        await self.flush()
        try:
            self.writer.close()
        finally:
            await asyncio.to_thread(self._finish)

    async def flush(self) -> None:
        """Keeps the batch. Compression and disk run in a thread, so that fetching goes on meanwhile.

        What cannot be kept waits for the next try, the failure is counted, and the spider is asked to end.
        """
        async with self.flushing:
            batch, self.batch = self.batch, Batch()
            if batch.is_empty:
                return
            try:
                await asyncio.to_thread(self._keep, batch)
            except (SQLAlchemyError, OSError):
                logger.exception("batch not kept source=%s ads=%d", self.source, len(batch.postings))
                self.batch = batch + self.batch
                self._end_for_lack_of_store()

    def _end_for_lack_of_store(self) -> None:
        self._count(problem_stat(Problem.STORE_FAILED))
        engine = self.crawler.engine
        if engine is not None and not self.ending:
            self.ending = asyncio.ensure_future(engine.close_spider_async(reason="store_failed"))

    def _keep(self, batch: Batch) -> None:
        pages = {(page.url, page.digest): page for page in batch.kept_pages()}
        unknown = [page for key, page in pages.items() if key not in self.capture_ids]
        with reading(self.engine) as connection:
            earlier = captures_by_digest(connection, [page.digest for page in unknown])
            if any(page.status == NOT_MODIFIED for page in unknown):
                self.unchanged = last_list(connection, self.source)
            known = self._known_ads(connection, batch)
            self.capture_ids.update(self._kept_elsewhere(connection, unknown))
        unknown = [page for page in unknown if (page.url, page.digest) not in self.capture_ids]
        # Bytes before rows: a crash in between leaves bytes nobody refers to, never a row without bytes.
        with self.writer.all_or_nothing():
            kept = [(page, self._capture(page, earlier.get((page.url, page.digest)))) for page in unknown]
        new_ids, seen = in_transaction(self.engine, partial(self._save, batch=batch, kept=kept, known=known))
        # Only now: a transaction that was rolled back has taken its numbers with it.
        self.capture_ids.update(new_ids)
        self.has_list |= bool(batch.lists)
        self._count_read(seen)

    def _save(
        self,
        connection: Connection,
        *,
        batch: Batch,
        kept: Sequence[tuple[FetchedPage, Sequence[Capture]]],
        known: Mapping[int, Sequence[StoredVisit]],
    ) -> tuple[dict[PageKey, int], list[SeenAd]]:
        """Stores the rows of the batch; returns the numbers of its captures, and its ads."""
        # Whoever keeps waits for its turn here, not half way with rows that another one wants.
        take_lock(connection, Lock.CUSTODY)
        ids = save_captures(connection, [capture for _, captures in kept for capture in captures])
        new_ids = {(page.url, page.digest): ids[captures[-1].record_id] for page, captures in kept}
        capture_ids = {**self.capture_ids, **new_ids}
        save_pages(connection, self.source, batch.pages)
        seen = [self._seen_ad(posting, capture_ids) for posting in batch.postings]
        save_seen_ads(connection, seen, night_id=self.night_id)
        for found in batch.lists:
            save_fetch(connection, _fetch_of(found, capture_ids), night_id=self.night_id)
        self._save_known(connection, batch, known, capture_ids)
        return new_ids, seen

    def _count_read(self, seen: Sequence[SeenAd]) -> None:
        self._count(READ_STAT, len(seen))
        for ad in seen:
            self.fields.update(name for name in ad.posting if name not in ALWAYS_THERE)

    def _kept_elsewhere(self, connection: Connection, pages: Sequence[FetchedPage]) -> dict[PageKey, int]:
        """Captures of the very same fetches that another process kept; a run of this one alone has none."""
        return {}

    def _known_ads(self, connection: Connection, batch: Batch) -> dict[int, list[StoredVisit]]:
        if not (batch.listed or batch.visited):
            return {}
        keys = {key for one in batch.listed for key in one.keys} | {visit.key for visit in batch.visited}
        known = stored_visits(connection, self.source, keys)
        for visit in batch.unchanged:
            holders = [ad.capture for ad in known.get(visit.key, ()) if ad.capture]
            if holders:
                self.unchanged_pages[visit.page.url] = holders[0]
        return known

    def _save_known(
        self,
        connection: Connection,
        batch: Batch,
        known: Mapping[int, Sequence[StoredVisit]],
        capture_ids: Mapping[PageKey, int],
    ) -> None:
        for one in batch.listed:
            seen = [ad for key in one.keys for ad in known.get(key, ())]
            self._save_seen_again(connection, seen, one.page, capture_ids, Seen.LISTING)
        for visit in batch.visited:
            ads, at = known.get(visit.key, ()), visit.page.fetched_at
            if visit.result is VisitResult.UNCHANGED:
                self._save_seen_again(connection, ads, visit.page, capture_ids, Seen.REVISIT)
            elif visit.result is VisitResult.GONE:
                save_misses(connection, ads, night_id=self.night_id, at=at, status=visit.page.status)
            note_visit(connection, ads, at=at)

    def _save_seen_again(
        self,
        connection: Connection,
        ads: Sequence[StoredVisit],
        page: FetchedPage,
        capture_ids: Mapping[PageKey, int],
        how: Seen,
    ) -> None:
        capture_id, at = capture_ids[page.url, page.digest], page.fetched_at
        save_seen_again(connection, ads, night_id=self.night_id, capture_id=capture_id, at=at, how=how)

    def _capture(self, page: FetchedPage, earlier: Capture | None) -> Sequence[Capture]:
        if page.status == NOT_MODIFIED and (holder := self.unchanged_pages.get(page.url)):
            return [self.writer.keep_not_modified(page, of=holder)]
        if page.status == NOT_MODIFIED and self.unchanged is not None:
            return [self.writer.keep_not_modified(page, of=self.unchanged.capture)]
        if earlier is None:
            return self.writer.keep(page)
        return [self.writer.keep_revisit(page, of=earlier)]

    def _seen_ad(self, posting: AdPosting, capture_ids: Mapping[PageKey, int]) -> SeenAd:
        page, listing = posting.page, posting.listingPage
        assert page is not None  # noqa: S101 - process_item refuses items without a page
        fields = shown_fields(posting)
        return SeenAd(
            source=self.source,
            url=posting.url,
            content_hash=content_hash(fields),
            seen_at=page.fetched_at,
            capture_id=capture_ids[page.url, page.digest],
            listing_capture_id=capture_ids[listing.url, listing.digest] if listing else None,
            text=fields["text"] or "",
            title=fields["title"],
            organization=fields["organization"],
            contact=fields["contact"],
            published_on=_day(posting.datePublished),
            posting=stored_posting(posting),
            pictures=_picture_state(posting, fields["text"]),
            way=_way(posting.way, page) if posting.way else None,
            how=Seen.REVISIT if posting.way and posting.way.is_revisit else Seen.PAGE,
        )

    def _finish(self) -> None:
        if is_cut_off.is_set():
            logger.warning("run cut off source=%s", self.source)
            return
        now = datetime.now(UTC)
        with self.engine.begin() as connection:
            counts = count_run(connection, night_id=self.night_id, source=self.source)
            counted = self._counted()
            manifest = getattr(self.crawler.spider, "manifest", None)
            problems = problems_of(counted, manifest, ads=counts["ads"])
            if self._brings_lists():
                outcome = outcome_of_list(brought=self.has_list, problems=problems)
            else:
                outcome = outcome_of(ads=counts["ads"], problems=problems)
            if not self.batch.is_empty:
                # What an earlier batch brought does not make up for what could not be kept.
                outcome = RunOutcome.FAILED
            finish_run(
                connection,
                night_id=self.night_id,
                source=self.source,
                now=now,
                outcome=outcome,
                counts=counts,
                problems=problems,
                measured=measured_of(counted, problems, self.fields),
            )
            if self.by_hand:
                finish_night(connection, self.night_id, now=now, summary={})
        logger.info("run finished source=%s outcome=%s counts=%s", self.source, outcome, counts)

    def _counted(self) -> Counted:
        allowed = self.crawler.settings.getfloat("CLOSESPIDER_TIMEOUT")
        return Counted(
            stats=self._stat,
            memory=peak_memory(),
            # Scrapy tells the reason of closing only after the pipelines have closed.
            timed_out=bool(allowed) and time.monotonic() - self.started >= allowed,
            # Scrapy keeps what was asked for and not fetched any more to itself; its counts tell.
            unfetched=self._stat("scheduler/enqueued") > self._stat("scheduler/dequeued"),
        )

    def _stat(self, name: str, default: int = 0) -> int:
        return int(self.crawler.stats.get_value(name, default)) if self.crawler.stats is not None else default

    def _count(self, name: str, count: int = 1) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(name, count)

    def _brings_lists(self) -> bool:
        return isinstance(getattr(self.crawler.spider, "manifest", None), RegisterSource)


def _fetch_of(found: PublishedList, capture_ids: Mapping[PageKey, int]) -> NewFetch:
    etag, last_modified = _validators(found.file)
    return NewFetch(
        source=found.source,
        capture_id=capture_ids[found.file.url, found.file.digest],
        page_capture_id=capture_ids[found.page.url, found.page.digest] if found.page else None,
        url=takeable(found.url),
        said=storable(found.said) or "",
        etag=etag,
        last_modified=last_modified,
    )


def _way(way: Way, page: FetchedPage) -> SeenWay:
    validators = _validators(page) if way.has_own_page else (None, None)
    return SeenWay(takeable(way.url), way.facts, way.has_own_page, *validators)


def _validators(page: FetchedPage) -> tuple[str | None, str | None]:
    """What the server calls this state of the page, by `ETag` and by `Last-Modified`."""
    sent = {name.lower(): takeable(value) for name, value in page.headers}
    return sent.get("etag"), sent.get("last-modified")


def _picture_state(posting: AdPosting, text: str | None) -> PictureState | None:
    if not posting.imageUrls:
        return None
    words = len(f"{posting.jobTitle or ''} {text or ''}".split())
    return PictureState.AWAITED if words < FEW_WORDS else PictureState.STATED


def _day(stamp: str | None) -> date | None:
    try:
        return date.fromisoformat(stamp[:10]) if stamp else None
    except ValueError:
        return None
