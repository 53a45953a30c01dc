"""Captured pages as evidence: facts, source text and screenshot. Nothing a page contained runs or loads here."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Response
from w3lib.encoding import html_to_unicode

from alerts.desk.access import LoggedIn, TheDesk
from alerts.desk.failures import Failure, PageError
from alerts.desk.protection import SANDBOX
from alerts.desk.state import Desk
from alerts.desk.thumbnails import kept_thumbnail
from crawler.errors import EvidenceError
from crawler.evidence.warc import SCREENSHOT, Capture, read_payload
from crawler.pictures import PictureError, inspect_picture, thumbnail
from crawler.store.drafts import capture_by_record
from crawler.store.engine import reading
from crawler.store.screenshots import screenshots_beside

MOST_SHOWN = 200_000
"""Characters of source on the page; the whole text has an address of its own."""
PNG = b"\x89PNG\r\n\x1a\n"


class PictureSize(StrEnum):
    """How large a picture is shown."""

    SMALL = "small"
    LARGE = "large"


SIDES = {PictureSize.SMALL: 640, PictureSize.LARGE: 1800}
"""Pixels of the longer side."""

RecordId = Annotated[str, Path(pattern=r"^urn:uuid:[0-9a-fA-F-]{36}$")]

router = APIRouter(prefix="/evidence")


@router.get("/{record_id}")
def evidence_page(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The capture's facts with its source as text; says whether the bytes still match their hash."""
    capture, original = _find(desk, record_id)
    payload = _read(desk, original)
    is_picture = _is_screenshot(capture) or _is_picture(payload)
    with reading(desk.engine) as connection:
        later = screenshots_beside(connection, record_id)
    return desk.pages.answer(
        "evidence.html",
        visitor=visitor,
        capture=capture,
        size=len(payload),
        is_screenshot=_is_screenshot(capture),
        is_picture=is_picture,
        shots=[*([capture.screenshot_record_id] if capture.screenshot_record_id else []), *later],
        source="" if is_picture else _text(payload)[:MOST_SHOWN],
        is_shortened=len(payload) > MOST_SHOWN,
    )


@router.get("/{record_id}/source.txt")
def source_text(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The captured page's source as plain text."""
    _, original = _find(desk, record_id)
    text = _text(_read(desk, original))
    headers = {"Content-Security-Policy": SANDBOX}
    return Response(text.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/{record_id}/picture.png")
def picture(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The captured screenshot, which our own browser made."""
    capture, original = _find(desk, record_id)
    payload = _read(desk, original)
    if not (_is_screenshot(capture) and payload.startswith(PNG)):
        raise PageError(Failure.NOT_FOUND)
    return Response(payload, media_type="image/png", headers={"Content-Security-Policy": SANDBOX})


@router.get("/{record_id}/picture.jpg")
def picture_of_ad(
    record_id: RecordId, desk: TheDesk, visitor: LoggedIn, size: PictureSize = PictureSize.SMALL
) -> Response:
    """A captured picture, unpacked and written anew: never the bytes that a stranger made."""
    _, original = _find(desk, record_id)
    try:
        shown = thumbnail(_read(desk, original), largest_side=SIDES[size])
    except PictureError as error:
        raise PageError(Failure.NOT_FOUND) from error
    return Response(shown, media_type="image/jpeg", headers={"Content-Security-Policy": SANDBOX})


@router.get("/{record_id}/thumbnail.jpg")
def small_picture(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The top of a captured picture for lists, made once and then kept."""
    capture, original = _find(desk, record_id)
    try:
        shown = kept_thumbnail(desk.settings.home, capture.digest, lambda: _read(desk, original))
    except PictureError as error:
        raise PageError(Failure.NOT_FOUND) from error
    headers = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, max-age=86400, immutable"}
    return Response(shown, media_type="image/jpeg", headers=headers)


def _is_screenshot(capture: Capture) -> bool:
    return capture.record_type == "resource" and capture.url.startswith(SCREENSHOT)


def _is_picture(payload: bytes) -> bool:
    try:
        inspect_picture(payload)
    except PictureError:
        return False
    return True


def _find(desk: Desk, record_id: str) -> tuple[Capture, Capture]:
    """The capture, and the one that holds its bytes: itself, or what a revisit refers to."""
    with reading(desk.engine) as connection:
        capture = capture_by_record(connection, record_id)
        if capture is None:
            raise PageError(Failure.NOT_FOUND)
        if capture.revisit_of is None:
            return capture, capture
        original = capture_by_record(connection, capture.revisit_of)
    if original is None or original.digest != capture.digest:
        raise PageError(Failure.EVIDENCE)
    return capture, original


def _read(desk: Desk, capture: Capture) -> bytes:
    try:
        return read_payload(desk.settings.evidence_folder, capture)
    except EvidenceError as error:
        raise PageError(Failure.EVIDENCE) from error


def _text(payload: bytes) -> str:
    _, text = html_to_unicode(None, payload)
    return text.replace("\x00", "\ufffd")
