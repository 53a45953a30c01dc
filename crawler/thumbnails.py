"""Where small pictures for lists stand. They can be made again from the captures, and go with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.store.schema import captures
from crawler.store.writing import chunks

FOLDER = "thumbnails"


def thumbnail_file(home: Path, digest: str) -> Path:
    """Where the small picture of the picture with that SHA-256 is kept."""
    return home / FOLDER / digest[:2] / f"{digest}.jpg"


def delete_orphaned_thumbnails(connection: Connection, home: Path) -> int:
    """Deletes those whose picture is no capture any more; returns how many."""
    orphans = 0
    for some in chunks(sorted((home / FOLDER).glob("??/*.jpg"))):
        captured = _captured(connection, [path.stem for path in some])
        for path in some:
            if path.stem not in captured:
                path.unlink(missing_ok=True)
                orphans += 1
    return orphans


def _captured(connection: Connection, digests: Sequence[str]) -> set[str]:
    return set(connection.scalars(select(captures.c.digest).where(captures.c.digest.in_(digests))))
