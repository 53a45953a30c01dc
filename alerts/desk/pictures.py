"""The pictures of a case's ad as the page shows them: each with what was read on it, quotes marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.desk.findings import MarkedAd
from alerts.desk.quotes import Piece
from crawler.store.drafts import CaseAd
from crawler.store.images import AdPicture


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """One picture, with what was read on it."""

    number: int
    """From 1, in the page's order; quotes name it."""
    picture: AdPicture
    pieces: tuple[Piece, ...]
    """What was read; empty where nothing was."""


def show_pictures(shown: Sequence[AdPicture], ad: CaseAd, marked: MarkedAd) -> tuple[ShownPicture, ...]:
    """All pictures of the ad. What was read after the case was judged stands without marks."""
    judged = dict(zip((picture.image_id for picture in ad.pictures), marked.pictures, strict=True))
    return tuple(
        ShownPicture(number, picture, judged.get(picture.image_id, _unmarked(picture)))
        for number, picture in enumerate(shown, 1)
    )


def _unmarked(picture: AdPicture) -> tuple[Piece, ...]:
    return (Piece(picture.text),) if picture.text else ()
