"""The pictures of a case's ad as the page shows them: each with what was read on it, quotes marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    place: str
    """By which marks in it are known on the page; empty where it holds none."""


def show_pictures(shown: Sequence[AdPicture], ad: CaseAd, marked: MarkedAd) -> tuple[ShownPicture, ...]:
    """All pictures of the ad. What was read after the case was judged stands without marks."""
    judged = {picture.image_id: (f"slika-{place}", pieces) for place, (picture, pieces) in _judged(ad, marked)}
    return tuple(
        ShownPicture(number, picture, pieces, place)
        for number, picture in enumerate(shown, 1)
        for place, pieces in [judged.get(picture.image_id, ("", _unmarked(picture)))]
    )


def _judged(ad: CaseAd, marked: MarkedAd) -> Iterable[tuple[int, tuple[AdPicture, tuple[Piece, ...]]]]:
    return enumerate(zip(ad.pictures, marked.pictures, strict=True), 1)


def _unmarked(picture: AdPicture) -> tuple[Piece, ...]:
    return (Piece(picture.text),) if picture.text else ()
