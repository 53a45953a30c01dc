"""Taking in what a person brings by hand, as text, pictures or an address: kept as evidence of what was brought.

A paste shows what somebody pasted, not what stood at an address: records, desk and drafts say so. What the ad means is
asked later, by the steps of the night.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.errors import UsageError
from crawler.evidence.records import file_facts
from crawler.evidence.warc import Capture, CaptureWriter
from crawler.fetching import OnePage, fetch_one_page
from crawler.items import AdPosting, FetchedPage
from crawler.manifest import MANUAL_SOURCE
from crawler.night import AFTER_INTAKE
from crawler.night_report import night_with_progress
from crawler.nightly import NightResult
from crawler.personal_numbers import storable
from crawler.pictures import LARGEST_BYTES, PictureError, PictureFacts, inspect_picture
from crawler.reaching import is_web_address
from crawler.shown import FEW_WORDS, content_hash, shown_fields, stored_posting
from crawler.store.ads import SeenAd, save_seen_ads
from crawler.store.captures import save_captures
from crawler.store.images import MOST_OF_AN_AD, PictureState, note_address, save_image
from crawler.store.intakes import Intake, save_intake
from crawler.store.nights import begin_run_by_hand, finish_night
from crawler.store.schema import ads

LONGEST_TEXT = 100_000
"""Characters; the longest ads seen have some 20,000."""
LONGEST_NOTE = 2_000
LONGEST_ADDRESS = 2_000
EARLIEST = date(2000, 1, 1)
PICTURE_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


@dataclass(frozen=True, slots=True)
class GivenPicture:
    """A picture as it was handed in."""

    name: str
    """For messages only."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """What a person brings; a text, a picture, or an address that is to be fetched is needed."""

    person: str
    """E-mail of a known person."""
    person_name: str
    text: str | None = None
    pictures: tuple[GivenPicture, ...] = ()
    seen_url: str | None = None
    """Where the person says it was seen; asked for only where `fetch` is true."""
    seen_on: date | None = None
    note: str = ""
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class KeptIntake:
    """What was kept of it."""

    ad_id: int
    capture_ids: tuple[int, ...]
    """Of the text, the page, the pictures, in this order."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing to be kept."""

    page: FetchedPage
    facts: PictureFacts | None = None
    """None: no picture."""


def take_in(settings: Settings, engine: Engine, brought: Brought, *, now: datetime) -> KeptIntake:
    """Keeps what was brought as an ad with its captures, all or nothing; the next night judges it.

    Raises UsageError where something about it is wrong, FetchError where its page was to be fetched and was not given,
    ConfigError where that site would not be told whom to write to, BusyError while others fetch pages.
    """
    pictures = check_brought(brought, now=now)
    fetched = fetch_one_page(settings, brought.seen_url or "") if brought.fetch else None
    address = f"urn:adwatch:intake:{uuid.uuid4().hex}"
    text = storable(brought.text)
    plain = "text/plain; charset=utf-8"
    parts = [_Part(_handed(f"{address}:text", text.encode(), plain, brought, now))] if text else []
    parts += [_Part(fetched.page)] if fetched and fetched.page else []
    parts += [
        _Part(_handed(f"{address}:picture:{number}", given.content, PICTURE_TYPES[facts.kind], brought, now), facts)
        for number, (given, facts) in enumerate(zip(brought.pictures, pictures, strict=True), 1)
    ]
    posting = _posting(address, text, fetched, [part.page.url for part in parts if part.facts])
    if not (posting.jobTitle or posting.description or pictures):
        raise UsageError(f"{brought.seen_url}: the page holds no words; paste them with --text")
    with engine.begin() as connection:
        night_id = begin_run_by_hand(connection, now=now)
        name = f"{night_id:06d}-{MANUAL_SOURCE}"
        facts_of_file = file_facts(settings, night_id=night_id, source=MANUAL_SOURCE)
        with CaptureWriter(settings.evidence_folder, name, facts=facts_of_file) as writer, writer.all_or_nothing():
            kept = [writer.keep(part.page) for part in parts]
            found = _save(connection, brought, posting, parts, kept, night_id=night_id, now=now)
        # Bytes before rows: what the store names is on the disk when this is committed.
        finish_night(connection, night_id, now=now, summary={})
    return found


def judge_at_once(settings: Settings, engine: Engine, *, now: datetime) -> NightResult:
    """Groups, reads and judges what waits, and opens cases; nothing is fetched. Raises BusyError while a night runs."""
    return night_with_progress(settings, engine, now=now, steps=AFTER_INTAKE)


def check_brought(brought: Brought, *, now: datetime) -> list[PictureFacts]:
    """What the pictures' headers say. Raises UsageError with what is wrong."""
    text = storable(brought.text)
    if brought.text is not None and text is None:
        raise UsageError("the text is empty")
    if not (text or brought.pictures or brought.fetch):
        raise UsageError("nothing to keep: give a text or a picture, or an address that is to be fetched")
    if brought.fetch and not brought.seen_url:
        raise UsageError("there is no address to fetch")
    for what, value, most in (
        ("text", text, LONGEST_TEXT),
        ("note", brought.note, LONGEST_NOTE),
        ("address", brought.seen_url, LONGEST_ADDRESS),
    ):
        if len(value or "") > most:
            raise UsageError(f"the {what} has {len(value or '')} characters, more than {most}")
    _check_where_and_when(brought, now=now)
    if len(brought.pictures) > MOST_OF_AN_AD:
        raise UsageError(
            f"{len(brought.pictures)} pictures are more than {MOST_OF_AN_AD}; bring the rest by themselves"
        )
    return [_inspected(given) for given in brought.pictures]


def read_picture_file(file: Path) -> GivenPicture:
    """The file's bytes. Raises UsageError where it cannot be read or is too large to be a picture."""
    try:
        if not file.is_file():
            raise UsageError(f"{file} is no file")
        if file.stat().st_size > LARGEST_BYTES:
            raise UsageError(f"{file} has more than {LARGEST_BYTES // 1024**2} MB")
        return GivenPicture(str(file), file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _check_where_and_when(brought: Brought, *, now: datetime) -> None:
    url = brought.seen_url
    if url is not None and not (is_web_address(url) and url == storable(url)):
        raise UsageError(f"{url} is no http or https address")
    if brought.seen_on is not None and not EARLIEST <= brought.seen_on <= day_in_belgrade(now):
        raise UsageError(f"{brought.seen_on} is no day on which anybody can have seen it")


def _inspected(given: GivenPicture) -> PictureFacts:
    try:
        return inspect_picture(given.content)
    except PictureError as error:
        raise UsageError(f"{given.name}: {error}") from error


def _handed(url: str, body: bytes, content_type: str, brought: Brought, now: datetime) -> FetchedPage:
    """Bytes as evidence of what was handed in; the headers go into a record beside them."""
    told = [("Content-Type", content_type), ("fetchedBy", "nobody; handed in by a person, who may have changed it")]
    if brought.seen_url:
        told.append(("seenAtByTheirWord", brought.seen_url))
    if brought.seen_on:
        told.append(("seenOnByTheirWord", brought.seen_on.isoformat()))
    return FetchedPage(url, now, 0, tuple(told), body, "manual")


def _posting(address: str, text: str | None, fetched: OnePage | None, pictures: Sequence[str]) -> AdPosting:
    """The ad: the person's words where there are any, else the page's."""
    shown = fetched if fetched and not text else None
    return AdPosting(
        source=MANUAL_SOURCE,
        url=address,
        jobTitle=shown.title if shown else None,
        description=text or (shown.text if shown else None),
        hiringOrganization=None,
        contactRaw="\n".join(filter(None, (shown.organization, shown.contact))) or None if shown else None,
        imageUrls=list(pictures) or None,
    )


def _save(
    connection: Connection,
    brought: Brought,
    posting: AdPosting,
    parts: Sequence[_Part],
    kept: Sequence[Sequence[Capture]],
    *,
    night_id: int,
    now: datetime,
) -> KeptIntake:
    rows = save_captures(connection, [capture for captures in kept for capture in captures])
    # Of a page with its screenshot the page is the last.
    ids = [rows[captures[-1].record_id] for captures in kept]
    seen = _seen_ad(posting, ids[0], now=now)
    save_seen_ads(connection, [seen], night_id=night_id)
    ad_id = int(connection.execute(select(ads.c.id).where(ads.c.url == posting.url)).scalar_one())
    for part, capture_id in zip(parts, ids, strict=True):
        if part.facts:
            digest = hashlib.sha256(part.page.body).hexdigest()
            image = save_image(connection, part.facts, digest=digest, capture_id=capture_id)
            url = part.page.url
            note_address(connection, url, source=MANUAL_SOURCE, now=now, image_id=image, capture_id=capture_id)
    fetched = (number for part, number in zip(parts, ids, strict=True) if part.page.method != "manual")
    intake = Intake(
        ad_id=ad_id,
        brought_at=now,
        person=brought.person,
        person_name=brought.person_name,
        seen_url=brought.seen_url,
        seen_on=brought.seen_on,
        note=storable(brought.note) or "",
        page_capture_id=next(fetched, None),
    )
    save_intake(connection, intake)
    return KeptIntake(ad_id, tuple(ids))


def _seen_ad(posting: AdPosting, capture_id: int, *, now: datetime) -> SeenAd:
    fields = shown_fields(posting)
    words = len(f"{fields['title'] or ''} {fields['text'] or ''}".split())
    # Whoever brings a picture wants it read, flagged or not.
    state = PictureState.AWAITED if words < FEW_WORDS else PictureState.UNFINISHED
    return SeenAd(
        source=MANUAL_SOURCE,
        url=posting.url,
        content_hash=content_hash(fields),
        seen_at=now.astimezone(UTC),
        capture_id=capture_id,
        listing_capture_id=None,
        text=fields["text"] or "",
        title=fields["title"],
        organization=fields["organization"],
        contact=fields["contact"],
        published_on=None,
        posting=stored_posting(posting),
        pictures=state if posting.imageUrls else None,
    )
