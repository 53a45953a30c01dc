"""Near pictures of the store: one flyer found again, changed a little, and what the ads that show it share."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from crawler.store.images import hashes_of_version, images_by_band
from pipelines.flyers.likeness import NEAR, bands_to_ask, distance


@dataclass(frozen=True, slots=True)
class NearImage:
    """A stored picture that shows the same flyer."""

    image_id: int
    distance: int
    """Of 256 bits; 0 for the very picture, or one that looks the same."""


def near_images(connection: Connection, wanted: int) -> list[NearImage]:
    """All stored pictures within `NEAR` of this hash, nearest first, then oldest. None is missed."""
    found = images_by_band(connection, bands_to_ask(wanted))
    measured = (NearImage(image_id, distance(wanted, known)) for image_id, known in found.items())
    return sorted((one for one in measured if one.distance <= NEAR), key=lambda one: (one.distance, one.image_id))


def flyer_keys(connection: Connection, version_id: int) -> tuple[str, ...]:
    """What ads with one flyer share: for each picture of the version the hash of the oldest like it, 64 hex digits."""
    keys: list[str] = []
    for wanted in hashes_of_version(connection, version_id).values():
        found = images_by_band(connection, bands_to_ask(wanted))
        alike = {image_id: known for image_id, known in found.items() if distance(wanted, known) <= NEAR}
        keys += [f"{alike[min(alike)]:064x}"] if alike else []
    return tuple(dict.fromkeys(keys))
