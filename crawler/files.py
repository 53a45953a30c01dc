"""Writing files so that a crash leaves the old one or the new one, never half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file that stands at `path` in one step, synced, once the body has written it; not at all where that fails.

    Only its owner may read it, unless `mode` says otherwise: nearly all that we write names people.
    """
    handle, temporary = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
        sync_folder(path.absolute().parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Puts the content at `path` as `whole_file` does; makes the folder if needed. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, mode=mode) as stream:
        stream.write(content)


def sync_folder(folder: Path) -> None:
    """Returns when the folder's list of files is on the disk: a synced file that no folder names is lost too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
