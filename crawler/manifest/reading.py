"""Reading manifests from the source folders, with words for what is wrong in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from crawler.errors import SourceError
from crawler.manifest.kinds import AnySource
from crawler.yaml_data import parse_yaml

MANIFEST_FILE = "source.yml"
_ANY_SOURCE: TypeAdapter[AnySource] = TypeAdapter(AnySource)


@dataclass(frozen=True, slots=True)
class ManifestsRead:
    """What was read from the source folders: the good ones by id, and what is wrong with the others."""

    manifests: dict[str, AnySource]
    faults: dict[str, SourceError]
    """By name of the source's folder."""


def load_manifests(folders: Sequence[Path]) -> dict[str, AnySource]:
    """All manifests of these folders by id, sorted. Raises SourceError for the first that is wrong."""
    read = read_manifests(folders)
    if read.faults:
        raise next(iter(read.faults.values()))
    return read.manifests


def read_manifests(folders: Sequence[Path]) -> ManifestsRead:
    """All good manifests of these folders, and an error for each bad one: one mistake must not cost a night."""
    manifests: dict[str, AnySource] = {}
    faults: dict[str, SourceError] = {}
    for file in manifest_files(folders):
        try:
            manifest = read_manifest(file)
            if manifest.id in manifests:
                raise SourceError(f"{file}: id: another folder has a source {manifest.id!r} already")
            manifests[manifest.id] = manifest
        except SourceError as error:
            faults[file.parent.name] = error
    return ManifestsRead(dict(sorted(manifests.items())), faults)


def read_manifest(file: Path) -> AnySource:
    """The manifest in this `source.yml`. Raises SourceError that names file, field and value."""
    try:
        data = parse_yaml(file.read_text(encoding="utf-8"))
        manifest = _ANY_SOURCE.validate_python(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(f"{file}: cannot be read: {reason}") from error
    except ValidationError as error:
        raise SourceError(f"{file}: {_first_fault(error)}") from error
    if manifest.id != file.parent.name:
        raise SourceError(f"{file}: id: {manifest.id!r} is not the folder's name {file.parent.name!r}")
    return manifest


def find_manifest(folders: Sequence[Path], source_id: str) -> AnySource | None:
    """The manifest of one source, without a look at the others; None where there is none. Raises SourceError."""
    files = (folder / source_id / MANIFEST_FILE for folder in folders)
    file = next((file for file in files if file.is_file()), None)
    return read_manifest(file) if file else None


def manifest_files(folders: Sequence[Path]) -> list[Path]:
    """Every `source.yml` of these folders; a folder that is not there has none."""
    return [file for folder in folders if folder.is_dir() for file in sorted(folder.glob(f"*/{MANIFEST_FILE}"))]


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    # The first part is the kind, by which pydantic chose the model.
    where = [str(part) for part in first["loc"]][1:]
    given = first["input"]
    value = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    return f"{'.'.join(where) or 'manifest'}: {first['msg']}{value}"
