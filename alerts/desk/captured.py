"""Kept captures for pages and the API alike: their bytes checked against the hash, as text or picture in a sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Path, Response
from w3lib.encoding import html_to_unicode

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

PNG = b"\x89PNG\r\n\x1a\n"


class PictureSize(StrEnum):
    """How large a picture is shown."""

    SMALL = "small"
    LARGE = "large"


SIDES = {PictureSize.SMALL: 640, PictureSize.LARGE: 1800}
"""Pixels of the longer side."""

RecordId = Annotated[str, Path(pattern=r"^urn:uuid:[0-9a-fA-F-]{36}$", description="WARC-Record-ID.")]


@dataclass(frozen=True, slots=True)
class CaptureFacts:
    """A capture whose bytes match their hash."""

    capture: Capture
    payload: bytes
    shots: tuple[str, ...]
    """WARC-Record-IDs of the screenshots that stand beside it."""

    @property
    def is_screenshot(self) -> bool:
        """Our own browser made it."""
        return _is_screenshot(self.capture)

    @property
    def is_picture(self) -> bool:
        """It can be shown as a picture."""
        return self.is_screenshot or _is_picture(self.payload)

    @property
    def text(self) -> str:
        """Its source."""
        return _text(self.payload)


def capture_facts(desk: Desk, record_id: str) -> CaptureFacts:
    """The capture and its bytes. Raises PageError where there is none, or they do not match their hash."""
    capture, original = _find(desk, record_id)
    payload = _read(desk, original)
    with reading(desk.engine) as connection:
        later = screenshots_beside(connection, record_id)
    first = (capture.screenshot_record_id,) if capture.screenshot_record_id else ()
    return CaptureFacts(capture, payload, (*first, *later))


def source_answer(desk: Desk, record_id: str) -> Response:
    """The captured page's source as plain text. Raises as `capture_facts`, as do the others."""
    _, original = _find(desk, record_id)
    text = _text(_read(desk, original))
    return _sandboxed(text.encode("utf-8", "replace"), "text/plain; charset=utf-8")


def screenshot_answer(desk: Desk, record_id: str) -> Response:
    """The captured screenshot, which our own browser made."""
    capture, original = _find(desk, record_id)
    payload = _read(desk, original)
    if not (_is_screenshot(capture) and payload.startswith(PNG)):
        raise PageError(Failure.NOT_FOUND)
    return _sandboxed(payload, "image/png")


def picture_answer(desk: Desk, record_id: str, size: PictureSize) -> Response:
    """A captured picture, unpacked and written anew: never the bytes that a stranger made."""
    _, original = _find(desk, record_id)
    try:
        shown = thumbnail(_read(desk, original), largest_side=SIDES[size])
    except PictureError as error:
        raise PageError(Failure.NOT_FOUND) from error
    return _sandboxed(shown, "image/jpeg")


def thumbnail_answer(desk: Desk, record_id: str) -> Response:
    """The top of a captured picture for lists, made once and then kept."""
    capture, original = _find(desk, record_id)
    try:
        shown = kept_thumbnail(desk.settings.home, capture.digest, lambda: _read(desk, original))
    except PictureError as error:
        raise PageError(Failure.NOT_FOUND) from error
    return _sandboxed(shown, "image/jpeg", {"Cache-Control": "private, max-age=86400, immutable"})


def _sandboxed(content: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Security-Policy": SANDBOX, **(headers or {})})


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
