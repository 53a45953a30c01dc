"""Pictures of ads: which are wanted, which are known, what stands on them, and the ads that show them.

How they are fetched stands in `crawler.keeping_flyers`; what they say is the business of `pipelines.flyers`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, update

from crawler.evidence.warc import Capture
from crawler.store.captures import capture_of
from crawler.store.schema import (
    ad_images,
    ad_versions,
    ads,
    captures,
    image_addresses,
    image_bands,
    images,
)
from crawler.store.writing import chunks, insert_new

if TYPE_CHECKING:
    from crawler.pictures import PictureFacts

MOST_OF_AN_AD = 6
MOST_TRIES = 3
"""Nights in which an address that failed is asked again."""
FINAL = frozenset(
    (
        "not_a_picture",
        "too_many_bytes",
        "too_many_pixels",
        "too_small",
        "forbidden_address",
        "robots",
        "gone",
    )
)
"""Problems that another night will not mend."""


class PictureState(StrEnum):
    """What is to be done about a version's pictures."""

    STATED = "stated"
    """The page gives some; they are kept once the ad is flagged."""
    AWAITED = "awaited"
    """The post is hardly more than a picture: it joins no series before its pictures are seen to."""
    UNFINISHED = "unfinished"
    """The ad is flagged, or they stand for its words, and some were not had yet."""
    SETTLED = "settled"
    """All are kept, or lost for good."""


@dataclass(frozen=True, slots=True)
class PicturedAd:
    """A version whose pictures are wanted."""

    version_id: int
    source: str
    state: PictureState
    text: str
    urls: tuple[str, ...]
    """In the page's order, at most `MOST_OF_AN_AD`."""


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """What became of a picture's address."""

    url: str
    tries: int
    problem: str | None
    image_id: int | None
    capture_id: int | None

    @property
    def is_final(self) -> bool:
        """Nobody asks there again."""
        return self.image_id is not None or self.problem in FINAL or self.tries >= MOST_TRIES


@dataclass(frozen=True, slots=True)
class KeptImage:
    """A picture whose bytes are kept."""

    id: int
    capture: Capture
    """The record that holds the bytes."""
    hash: int | None
    text: str | None
    is_read: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class AdPicture:
    """A picture of one version of an ad."""

    image_id: int
    version_id: int
    capture_id: int
    record_id: str
    """WARC-Record-ID of the capture from the ad's own address."""
    url: str
    width: int
    height: int
    text: str | None
    """What was read; None: not read, empty: no words."""
    language: str | None
    confidence: float | None
    engine: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What an engine read."""

    text: str
    language: str
    confidence: float
    engine: str


def told_text() -> ColumnElement[str]:
    """The version's text, with what its pictures say where it has hardly any words of its own."""
    added = func.coalesce(literal("\n") + ad_versions.c.picture_text, "")
    return (ad_versions.c.text + added).label("text")


def address_key(url: str) -> str:
    """SHA-256 of the address as given: of pictures the parameters often matter."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def wanted_ads(connection: Connection) -> list[PicturedAd]:
    """Current versions whose pictures are to be seen to: of posts that are hardly more, and of flagged ads."""
    statement = (
        select(ad_versions.c.id, ads.c.source, ad_versions.c.pictures, ad_versions.c.text, ad_versions.c.posting)
        .join(ads, and_(ads.c.id == ad_versions.c.ad_id, ads.c.version_id == ad_versions.c.id))
        .where(ad_versions.c.pictures.in_((PictureState.AWAITED, PictureState.UNFINISHED)))
        .order_by(ad_versions.c.id)
    )
    return [_pictured_ad(row) for row in connection.execute(statement)]


def want_pictures(connection: Connection, version_ids: Iterable[int]) -> None:
    """Notes that the pictures which the pages of these versions give are to be had: the ads were flagged."""
    for some in chunks(sorted(version_ids)):
        stated = ad_versions.c.id.in_(some), ad_versions.c.pictures == PictureState.STATED
        connection.execute(update(ad_versions).where(*stated).values(pictures=PictureState.UNFINISHED))


def known_addresses(connection: Connection, urls: Iterable[str]) -> dict[str, KnownAddress]:
    """What is known of these addresses, by address."""
    found: dict[str, KnownAddress] = {}
    columns = [image_addresses.c[name] for name in ("url", "tries", "problem", "image_id", "capture_id")]
    for some in chunks(sorted({address_key(url) for url in urls})):
        for row in connection.execute(select(*columns).where(image_addresses.c.url_key.in_(some))):
            found[row.url] = KnownAddress(**row._mapping)
    return found


def images_by_digest(connection: Connection, digests: Iterable[str]) -> dict[str, tuple[int, Capture]]:
    """Id, and the capture that holds the bytes, of images that are kept already."""
    found: dict[str, tuple[int, Capture]] = {}
    for some in chunks(sorted(set(digests))):
        statement = select(images.c.id.label("image_id"), captures).join(captures, captures.c.id == images.c.capture_id)
        for row in connection.execute(statement.where(images.c.digest.in_(some))):
            found[row.digest] = (row.image_id, capture_of(row))
    return found


def save_image(connection: Connection, facts: PictureFacts, *, digest: str, capture_id: int) -> int:
    """The id of the image, new or known."""
    row = {"digest": digest, "capture_id": capture_id, "kind": facts.kind, "width": facts.width, "height": facts.height}
    insert_new(connection, images, [row])
    return int(connection.scalar(select(images.c.id).where(images.c.digest == digest)) or 0)


def note_address(
    connection: Connection,
    url: str,
    *,
    source: str,
    now: datetime,
    problem: str | None = None,
    image_id: int | None = None,
    capture_id: int | None = None,
    was_asked: bool = True,
) -> None:
    """Notes what asking for the address brought, or why it was not asked for; that is no try."""
    key, outcome = address_key(url), {"problem": problem, "image_id": image_id, "capture_id": capture_id}
    row = {"url": url, "url_key": key, "source": source, "asked_at": now, "tries": 0}
    insert_new(connection, image_addresses, [row])
    connection.execute(
        update(image_addresses)
        .where(image_addresses.c.url_key == key)
        .values(asked_at=now, tries=image_addresses.c.tries + int(was_asked), **outcome)
    )


def unread_images(connection: Connection, *, has_engine: bool, limit: int) -> list[KeptImage]:
    """Images without a hash, and where there is an engine those not read yet; oldest first."""
    undone = or_(images.c.hash.is_(None), images.c.read_at.is_(None)) if has_engine else images.c.hash.is_(None)
    statement = _kept().where(undone, images.c.problem.is_(None)).order_by(images.c.id).limit(limit)
    return [_kept_image(row) for row in connection.execute(statement)]


def images_by_id(connection: Connection, image_ids: Iterable[int]) -> dict[int, KeptImage]:
    """These images."""
    found: dict[int, KeptImage] = {}
    for some in chunks(sorted(set(image_ids))):
        for row in connection.execute(_kept().where(images.c.id.in_(some))):
            found[row.image_id] = _kept_image(row)
    return found


def note_problem(connection: Connection, image_id: int, problem: str) -> None:
    """Notes that the image cannot be unpacked; it stays kept, and nobody tries again."""
    connection.execute(update(images).where(images.c.id == image_id).values(problem=problem))


def save_hash(connection: Connection, image_id: int, found: int, bands: Sequence[int]) -> None:
    """Keeps the hash and files the image under its bands."""
    connection.execute(update(images).where(images.c.id == image_id).values(hash=f"{found:064x}"))
    insert_new(connection, image_bands, [{"band": band, "image_id": image_id} for band in bands])


def save_reading(connection: Connection, image_id: int, read: PictureReading, *, now: datetime) -> None:
    """Keeps what was read; the ads that show the image wait for a new judgement."""
    connection.execute(
        update(images)
        .where(images.c.id == image_id)
        .values(text=read.text, language=read.language, confidence=read.confidence, engine=read.engine, read_at=now)
    )
    if read.text:
        _judge_again(connection, select(ad_images.c.version_id).where(ad_images.c.image_id == image_id))


def link_pictures(
    connection: Connection, version_id: int, found: Sequence[KnownAddress], *, state: PictureState, words: str | None
) -> None:
    """Gives the version its images and state; `words` stand for those of a post that has hardly any of its own."""
    rows = [
        {"version_id": version_id, "image_id": known.image_id, "capture_id": known.capture_id, "position": position}
        for position, known in enumerate(found)
        if known.image_id is not None
    ]
    insert_new(connection, ad_images, rows)
    values: dict[str, Any] = {"pictures": state} if words is None else {"pictures": state, "picture_text": words}
    connection.execute(update(ad_versions).where(ad_versions.c.id == version_id).values(values))
    if rows:
        _judge_again(connection, select(ad_versions.c.id).where(ad_versions.c.id == version_id))


def texts_of_versions(connection: Connection, version_ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """What stands on the pictures of these versions: version -> image -> text, in the page's order."""
    found: dict[int, dict[int, str]] = {}
    for picture in _pictures(connection, version_ids):
        if picture.text:
            found.setdefault(picture.version_id, {})[picture.image_id] = picture.text
    return found


def pictures_of_versions(connection: Connection, version_ids: Iterable[int]) -> dict[int, tuple[AdPicture, ...]]:
    """The pictures of these versions, in the page's order."""
    found: dict[int, tuple[AdPicture, ...]] = {}
    for picture in _pictures(connection, version_ids):
        found[picture.version_id] = (*found.get(picture.version_id, ()), picture)
    return found


def captures_of_images(connection: Connection, image_ids: Collection[int]) -> list[Capture]:
    """The records that hold the bytes of these images."""
    return [image.capture for image in images_by_id(connection, image_ids).values()]


def images_by_band(connection: Connection, bands: Iterable[int]) -> dict[int, int]:
    """Hashes, by image, of those filed under one of the bands."""
    found: dict[int, int] = {}
    for some in chunks(bands):
        statement = (
            select(images.c.id, images.c.hash)
            .join(image_bands, image_bands.c.image_id == images.c.id)
            .where(image_bands.c.band.in_(some), images.c.hash.is_not(None))
            .distinct()
        )
        found.update({row.id: int(row.hash, 16) for row in connection.execute(statement)})
    return found


def hashes_of_version(connection: Connection, version_id: int) -> dict[int, int]:
    """Hashes, by image, of the version's pictures."""
    statement = (
        select(images.c.id, images.c.hash)
        .join(ad_images, ad_images.c.image_id == images.c.id)
        .where(ad_images.c.version_id == version_id, images.c.hash.is_not(None))
    )
    return {row.id: int(row.hash, 16) for row in connection.execute(statement)}


def _pictured_ad(row: Any) -> PicturedAd:
    urls = row.posting.get("imageUrls") or ()
    return PicturedAd(row.id, row.source, PictureState(row.pictures), row.text, tuple(urls[:MOST_OF_AN_AD]))


def _pictures(connection: Connection, version_ids: Iterable[int]) -> Iterator[AdPicture]:
    columns = [images.c[name] for name in ("width", "height", "text", "language", "confidence", "engine", "problem")]
    for some in chunks(sorted(set(version_ids))):
        statement = (
            select(ad_images.c.image_id, ad_images.c.version_id, ad_images.c.capture_id, *columns)
            .add_columns(captures.c.record_id, captures.c.url)
            .join(images, images.c.id == ad_images.c.image_id)
            .join(captures, captures.c.id == ad_images.c.capture_id)
            .where(ad_images.c.version_id.in_(some))
            .order_by(ad_images.c.version_id, ad_images.c.position, ad_images.c.image_id)
        )
        yield from (AdPicture(**row._mapping) for row in connection.execute(statement))


def _judge_again(connection: Connection, version_ids: Select[Any]) -> None:
    # By their ads, because nothing else leads from a version to the ad whose newest it is.
    shown = select(ad_versions.c.ad_id).where(ad_versions.c.id.in_(version_ids))
    judged = ads.c.id.in_(shown), ads.c.version_id.in_(version_ids)
    connection.execute(update(ads).where(*judged).values(assessed_version_id=None))


def _kept() -> Select[Any]:
    own = images.c.id.label("image_id"), images.c.hash, images.c.text, images.c.read_at, images.c.problem
    return select(*own, *(column for column in captures.c if column.name != "id")).join(
        captures, captures.c.id == images.c.capture_id
    )


def _kept_image(row: Any) -> KeptImage:
    known = int(row.hash, 16) if row.hash else None
    return KeptImage(row.image_id, capture_of(row), known, row.text, row.read_at is not None, row.problem)
