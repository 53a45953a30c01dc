"""The night's steps of pictures: reading those that were kept, and judging the ads that show them anew.

A picture is hashed and read once; without an engine it is hashed, and read on the first night that has one.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from crawler.errors import EvidenceError
from crawler.evidence.warc import read_payload
from crawler.night import Night, StepReport
from crawler.personal_numbers import storable
from crawler.pictures import PictureError, open_picture
from crawler.store.engine import reading
from crawler.store.images import (
    KeptImage,
    KnownAddress,
    PicturedAd,
    PictureReading,
    PictureState,
    images_by_id,
    known_addresses,
    link_pictures,
    note_problem,
    save_hash,
    save_reading,
    unread_images,
    wanted_ads,
)
from crawler.store.writing import in_transaction
from pipelines import steps
from pipelines.flyers.engine import LARGEST_SIDE, Engine, NoEngine, find_engine, read_picture
from pipelines.flyers.likeness import bands_of, picture_hash
from pipelines.flyers.stored import near_images

logger = logging.getLogger(__name__)

MOST_A_NIGHT = 1500
"""Pictures; at some two seconds each, half an hour with two readers. The rest waits for the next night."""
READERS = 2
BATCH = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """What was made of one picture."""

    image_id: int
    hash: int | None = None
    reading: PictureReading | None = None
    problem: str | None = None


def read_flyers(night: Night) -> StepReport:
    """Hashes and reads the pictures that were kept, and gives them to their ads.

    Counts: `pictures`, `read`, `with_words`, `failed`, and `ads` whose pictures were seen to.
    """
    engine = find_engine()
    counts: Counter[str] = Counter(pictures=0, read=0, with_words=0, failed=0, ads=0)
    with reading(night.engine) as connection:
        waiting = unread_images(connection, has_engine=isinstance(engine, Engine), limit=MOST_A_NIGHT)
    for looked in _look_at_all(waiting, engine, night.settings.evidence_folder):
        with night.engine.begin() as connection:
            _keep(connection, looked, night)
        counts.update(
            pictures=1,
            read=looked.reading is not None,
            with_words=bool(looked.reading and looked.reading.text),
            failed=looked.problem is not None,
        )
        night.progress("reading pictures", counts["pictures"], len(waiting))
    counts["ads"] = _settle_all(night, has_engine=isinstance(engine, Engine))
    notes = (f"pictures of ads were kept but not read: {engine.reason}",) if isinstance(engine, NoEngine) else ()
    return StepReport(dict(counts), notes if waiting or counts["ads"] else ())


def judge_flyers(night: Night) -> StepReport:
    """Groups the posts that waited for their pictures, and judges all ads anew of which a picture was read."""
    grouped, judged = steps.group_new_ads(night), steps.assess_new_ads(night)
    return StepReport({**{f"grouping_{name}": count for name, count in grouped.counts.items()}, **judged.counts})


def _look_at_all(waiting: Sequence[KeptImage], engine: Engine | NoEngine, evidence_folder: Path) -> Iterator[Looked]:
    with ThreadPoolExecutor(READERS) as pool:
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            futures = [pool.submit(look_at, image, engine, evidence_folder) for image in batch]
            yield from (future.result() for future in as_completed(futures))


def look_at(image: KeptImage, engine: Engine | NoEngine, evidence_folder: Path) -> Looked:
    """The picture's hash, and what is written on it where there is an engine."""
    try:
        picture = open_picture(read_payload(evidence_folder, image.capture), largest_side=LARGEST_SIDE)
    except (PictureError, EvidenceError) as error:
        logger.warning("picture not looked at image=%d error=%s", image.id, error)
        return Looked(image.id, problem=error.problem if isinstance(error, PictureError) else "broken_evidence")
    if isinstance(engine, NoEngine):
        return Looked(image.id, picture_hash(picture))
    seen = read_picture(picture, engine)
    text = storable(seen.text) or ""
    return Looked(image.id, picture_hash(picture), PictureReading(text, seen.language, seen.confidence, engine.version))


def _keep(connection: Connection, looked: Looked, night: Night) -> None:
    if looked.problem:
        note_problem(connection, looked.image_id, looked.problem)
    if looked.hash is not None:
        save_hash(connection, looked.image_id, looked.hash, bands_of(looked.hash))
    if looked.reading is not None:
        save_reading(connection, looked.image_id, looked.reading, now=night.now)


def _settle_all(night: Night, *, has_engine: bool) -> int:
    """Gives all wanted pictures that are seen to their ads. Returns how many ads got theirs."""
    with reading(night.engine) as connection:
        pictured = wanted_ads(connection)
        known = known_addresses(connection, [url for ad in pictured for url in ad.urls])
        kept = images_by_id(connection, [one.image_id for one in known.values() if one.image_id is not None])
    settled = 0
    for ad in pictured:
        found = [known[url] for url in ad.urls if url in known]
        shown = [kept[one.image_id] for one in found if one.image_id is not None]
        if not found or not all(_is_seen_to(image, has_engine=has_engine) for image in shown):
            continue
        in_transaction(night.engine, partial(_settle, ad=ad, found=found, shown=shown))
        settled += bool(shown)
    return settled


def _is_seen_to(image: KeptImage, *, has_engine: bool) -> bool:
    if image.problem is not None:
        return True
    return image.hash is not None and (image.is_read or not has_engine)


def _settle(connection: Connection, ad: PicturedAd, found: Sequence[KnownAddress], shown: Sequence[KeptImage]) -> None:
    is_done = len(found) == len(ad.urls) and all(known.is_final for known in found)
    state = PictureState.SETTLED if is_done else PictureState.UNFINISHED
    words = _standing_for_words(connection, ad, shown) if ad.state is PictureState.AWAITED else None
    link_pictures(connection, ad.version_id, found, state=state, words=words)


def _standing_for_words(connection: Connection, ad: PicturedAd, shown: Sequence[KeptImage]) -> str:
    """By what a post that is hardly more than a picture meets its copies: its words, else its flyer, else itself."""
    texts = [image.text for image in shown if image.text]
    if texts:
        return "\n".join(texts)
    flyers = (min(near.image_id for near in near_images(connection, image.hash)) for image in shown if image.hash)
    return next((f"[slika {flyer}]" for flyer in flyers), f"[objava {ad.version_id}]")
