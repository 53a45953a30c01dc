"""The sources as their manifests stand now: the desk runs for weeks, and manifests are changed beside it."""

from __future__ import annotations

from pathlib import Path

from alerts.desk.speaking import BROUGHT
from crawler.config import Settings
from crawler.manifest import MANUAL_SOURCE, ManifestsRead, manifest_files, read_manifests

Stamp = tuple[tuple[Path, int, int], ...]


class Sources:
    """The manifests of the settings' folders, read again only when a file changed."""

    def __init__(self, settings: Settings) -> None:
        """Reads nothing yet."""
        self._folders = settings.source_folders
        # Stamp and content are replaced together: pages are made in several threads.
        self._kept: tuple[Stamp, ManifestsRead] | None = None

    def read(self) -> ManifestsRead:
        """The manifests, and what is wrong with others."""
        stamp = _stamp(manifest_files(self._folders))
        kept = self._kept
        if kept is None or kept[0] != stamp:
            kept = self._kept = (stamp, read_manifests(self._folders))
        return kept[1]

    def names(self) -> dict[str, str]:
        """Names of the sources for people, by id."""
        return names_of(self.read())


def names_of(read: ManifestsRead) -> dict[str, str]:
    """Names of these sources for people, by id."""
    named = {source: manifest.name for source, manifest in read.manifests.items()}
    return {MANUAL_SOURCE: BROUGHT, **named}


def _stamp(files: list[Path]) -> Stamp:
    return tuple((file, status.st_mtime_ns, status.st_size) for file in files for status in (file.stat(),))
