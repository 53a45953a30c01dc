"""Captured pages as evidence: facts, source text and screenshot. Nothing a page contained runs or loads here."""

from __future__ import annotations

from fastapi import APIRouter, Response

from alerts.desk.access import LoggedIn, TheDesk
from alerts.desk.captured import (
    PictureSize,
    RecordId,
    capture_facts,
    picture_answer,
    screenshot_answer,
    source_answer,
    thumbnail_answer,
)

MOST_SHOWN = 200_000
"""Characters of source on the page; the whole text has an address of its own."""

router = APIRouter(prefix="/evidence")


@router.get("/{record_id}")
def evidence_page(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The capture's facts with its source as text; says whether the bytes still match their hash."""
    found = capture_facts(desk, record_id)
    return desk.pages.answer(
        "evidence.html",
        visitor=visitor,
        capture=found.capture,
        size=len(found.payload),
        is_screenshot=found.is_screenshot,
        is_picture=found.is_picture,
        shots=found.shots,
        source="" if found.is_picture else found.text[:MOST_SHOWN],
        is_shortened=len(found.payload) > MOST_SHOWN,
    )


@router.get("/{record_id}/source.txt")
def source_text(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The captured page's source as plain text."""
    return source_answer(desk, record_id)


@router.get("/{record_id}/picture.png")
def picture(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The captured screenshot, which our own browser made."""
    return screenshot_answer(desk, record_id)


@router.get("/{record_id}/picture.jpg")
def picture_of_ad(
    record_id: RecordId, desk: TheDesk, visitor: LoggedIn, size: PictureSize = PictureSize.SMALL
) -> Response:
    """A captured picture, unpacked and written anew."""
    return picture_answer(desk, record_id, size)


@router.get("/{record_id}/thumbnail.jpg")
def small_picture(record_id: RecordId, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The top of a captured picture for lists."""
    return thumbnail_answer(desk, record_id)
