"""That all machines keep evidence in one folder: an id stands in it, and who sees another one keeps nothing there."""

from __future__ import annotations

import uuid
from pathlib import Path

from crawler.errors import ConfigError
from crawler.files import write_whole

FILE = "folder.id"


def folder_id(evidence_folder: Path) -> str:
    """The folder's id, given to it where it has none."""
    path = evidence_folder / FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{uuid.uuid4().hex}\n".encode())
    return path.read_text(encoding="ascii").strip()


def require_folder(evidence_folder: Path, wanted: str | None) -> None:
    """Raises ConfigError where this is not the folder with that id."""
    path = evidence_folder / FILE
    if wanted and (not path.exists() or path.read_text(encoding="ascii").strip() != wanted):
        raise ConfigError(
            f"{evidence_folder} is not the evidence folder of the night: all workers must see one and the same; "
            "mount it there, see docs/scale-out.md"
        )
