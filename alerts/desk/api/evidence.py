"""Captures as evidence: their facts, their source as text, their picture. Nothing a page contained runs or loads."""

from __future__ import annotations

from fastapi import APIRouter, Response

from alerts.desk.access import TheDesk
from alerts.desk.api.cases import Reader
from alerts.desk.api.shapes import READS_FILES, Moment, Shape
from alerts.desk.captured import (
    PictureSize,
    RecordId,
    capture_facts,
    picture_answer,
    screenshot_answer,
    source_answer,
)

SOURCE = READS_FILES | {200: {"description": "The source.", "content": {"text/plain": {}}}}
SCREENSHOT = READS_FILES | {200: {"description": "The picture.", "content": {"image/png": {}}}}
PICTURE = READS_FILES | {200: {"description": "The picture.", "content": {"image/jpeg": {}}}}

router = APIRouter(prefix="/evidence", tags=["evidence"])


class CaptureShape(Shape):
    """A capture whose bytes match their hash."""

    record_id: str
    """WARC-Record-ID."""
    url: str
    fetched_at: Moment
    method: str
    """`http`, `browser` or `manual`."""
    status: int
    """What the server answered."""
    digest: str
    """SHA-256 of the bytes."""
    size: int
    """Bytes."""
    revisit_of: str | None
    """The record that holds the same bytes; null: this one does."""
    is_picture: bool
    is_screenshot: bool
    """Our own browser made it: `picture.png`; another picture: `picture.jpg`."""
    screenshots: tuple[str, ...]
    """WARC-Record-IDs of those beside it."""


@router.get("/{record_id}", responses=READS_FILES)
def capture(record_id: RecordId, desk: TheDesk, bearer: Reader) -> CaptureShape:
    """The facts of a capture, once its bytes were checked against their hash."""
    found = capture_facts(desk, record_id)
    kept = found.capture
    return CaptureShape(
        record_id=kept.record_id,
        url=kept.url,
        fetched_at=kept.fetched_at,
        method=kept.method,
        status=kept.status,
        digest=kept.digest,
        size=len(found.payload),
        revisit_of=kept.revisit_of,
        is_picture=found.is_picture,
        is_screenshot=found.is_screenshot,
        screenshots=found.shots,
    )


@router.get("/{record_id}/source.txt", responses=SOURCE, response_class=Response)
def source_text(record_id: RecordId, desk: TheDesk, bearer: Reader) -> Response:
    """The captured page's source as plain text."""
    return source_answer(desk, record_id)


@router.get("/{record_id}/picture.png", responses=SCREENSHOT, response_class=Response)
def screenshot(record_id: RecordId, desk: TheDesk, bearer: Reader) -> Response:
    """The captured screenshot, which our own browser made."""
    return screenshot_answer(desk, record_id)


@router.get("/{record_id}/picture.jpg", responses=PICTURE, response_class=Response)
def picture(record_id: RecordId, desk: TheDesk, bearer: Reader, size: PictureSize = PictureSize.SMALL) -> Response:
    """A captured picture, written anew: never the bytes that a stranger made."""
    return picture_answer(desk, record_id, size)
