"""Keeping the pictures of flagged ads, and of posts that are hardly more than a picture: fetched once, as evidence.

The fetching is a spider's (`spiders.flyers`), under each source's own delay; what a picture says is not asked here.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from crawler.config import Settings
from crawler.crawling import SpiderOrder, run_alone
from crawler.evidence.warc import Capture, CaptureWriter
from crawler.items import FetchedPage
from crawler.keeping import KeepingPipeline, within_limits
from crawler.night import Night, StepReport
from crawler.pictures import PictureError, PictureFacts, inspect_picture
from crawler.store.captures import save_captures
from crawler.store.engine import open_store, reading
from crawler.store.images import (
    KnownAddress,
    PicturedAd,
    images_by_digest,
    known_addresses,
    note_address,
    save_image,
    wanted_ads,
)

logger = logging.getLogger(__name__)

SPIDER = "flyers"
BATCH = 20
"""Pictures a transaction; of 8 MB at most each."""
MINUTES = 60
"""For all pictures of a night; the rest waits for the next one."""


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture to be fetched, for the source whose ad gives its address."""

    url: str
    source: str


@dataclass(frozen=True, slots=True)
class AskedPicture:
    """What asking for a picture brought: a page with its bytes, or the problem."""

    wanted: WantedPicture
    page: FetchedPage | None = None
    problem: str | None = None
    was_asked: bool = True
    """False: left for another night, because the source had refused us before its turn came."""


def keep_flyers(night: Night) -> StepReport:
    """Fetches the pictures that are wanted and not known. A picture that fails is counted and ends nothing.

    Counts: `wanted`, `kept`, and `failed` with each problem by name.
    """
    with reading(night.engine) as connection:
        wanted = wanted_pictures(connection, wanted_ads(connection))
    if not wanted:
        return StepReport({"wanted": 0, "kept": 0, "failed": 0})
    night.progress("pictures", 0, len(wanted))
    run_alone(night, SpiderOrder(SPIDER, minutes=MINUTES))
    with reading(night.engine) as connection:
        known = known_addresses(connection, [picture.url for picture in wanted])
    night.progress("pictures", len(wanted), len(wanted))
    problems = Counter(found.problem for found in known.values() if found.problem)
    kept = sum(found.image_id is not None for found in known.values())
    return StepReport({"wanted": len(wanted), "kept": kept, "failed": problems.total(), **problems})


def wanted_pictures(connection: Connection, pictured: Sequence[PicturedAd]) -> list[WantedPicture]:
    """Pictures of these ads that nobody has asked for, or that failed on an earlier night; each address once."""
    known = known_addresses(connection, [url for ad in pictured for url in ad.urls])
    wanted = {url: WantedPicture(url, ad.source) for ad in pictured for url in ad.urls if not _is_done(known.get(url))}
    return list(wanted.values())


def read_wanted(settings: Settings) -> list[WantedPicture]:
    """The pictures to be fetched now, as many of each source as it allows pages a night."""
    engine = open_store(settings)
    try:
        with reading(engine) as connection:
            wanted = wanted_pictures(connection, wanted_ads(connection))
    finally:
        engine.dispose()
    return within_limits(settings, wanted)


def _is_done(known: KnownAddress | None) -> bool:
    return known is not None and known.is_final


class FlyerPipeline(KeepingPipeline[AskedPicture]):
    """Item pipeline of the spider."""

    spider = SPIDER
    item_type = AskedPicture
    batch_size = BATCH

    def keep(self, batch: list[AskedPicture]) -> None:
        """Keeps the pictures, or what became of them."""
        keep_pictures(self.engine, self.writer, batch)


def keep_pictures(engine: Engine, writer: CaptureWriter, batch: Sequence[AskedPicture]) -> None:
    """Writes what was fetched into the WARC file and the store. Bytes that are no picture are not kept."""
    looked_at = [(asked, *_look_at(asked)) for asked in batch]
    pages = [asked.page for asked, facts, _ in looked_at if facts and asked.page]
    with reading(engine) as connection:
        earlier = {
            digest: capture for digest, (_, capture) in images_by_digest(connection, (p.digest for p in pages)).items()
        }
    with writer.all_or_nothing():
        written = [_write(writer, page, earlier) for page in pages]
    with engine.begin() as connection:
        ids = save_captures(connection, written)
        captured = iter(written)
        for asked, facts, problem in looked_at:
            capture = next(captured) if facts else None
            _note(connection, asked, facts, problem, ids[capture.record_id] if capture else None)


def _look_at(asked: AskedPicture) -> tuple[PictureFacts | None, str | None]:
    if asked.page is None:
        return None, asked.problem or "unreachable"
    try:
        return inspect_picture(asked.page.body), None
    except PictureError as error:
        logger.warning(
            "picture not kept source=%s url=%s problem=%s", asked.wanted.source, asked.wanted.url, error.problem
        )
        return None, error.problem


def _write(writer: CaptureWriter, page: FetchedPage, earlier: dict[str, Capture]) -> Capture:
    """The picture's record; bytes that are kept already, from whatever address, are referred to."""
    known = earlier.get(page.digest)
    if known is not None:
        return writer.keep_revisit(page, of=known)
    earlier[page.digest] = writer.keep(page)[-1]
    return earlier[page.digest]


def _note(
    connection: Connection, asked: AskedPicture, facts: PictureFacts | None, problem: str | None, capture_id: int | None
) -> None:
    image_id = None
    if facts and asked.page and capture_id:
        image_id = save_image(connection, facts, digest=asked.page.digest, capture_id=capture_id)
    note_address(
        connection,
        asked.wanted.url,
        source=asked.wanted.source,
        now=asked.page.fetched_at if asked.page else datetime.now(UTC),
        problem=problem,
        image_id=image_id,
        capture_id=capture_id if image_id else None,
        was_asked=asked.was_asked,
    )
