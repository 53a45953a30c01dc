"""Small pictures for lists: scaled once, then kept beside the store; never the bytes that a stranger made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crawler.files import write_whole
from crawler.pictures import preview
from crawler.thumbnails import thumbnail_file

WIDTH, HEIGHT = 144, 108


def kept_thumbnail(home: Path, digest: str, read: Callable[[], bytes]) -> bytes:
    """The small picture as JPEG; `read` gives the bytes of the large one, and is asked only once.

    Raises PictureError where they are no picture, and what `read` raises.
    """
    file = thumbnail_file(home, digest)
    try:
        return file.read_bytes()
    except FileNotFoundError:
        made = preview(read(), width=WIDTH, height=HEIGHT)
    write_whole(file, made)
    return made
