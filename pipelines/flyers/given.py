"""Reading a picture that a person hands in: a screenshot or a flyer in a file. Says what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crawler.errors import AdwatchError, UsageError
from crawler.personal_numbers import storable
from crawler.pictures import PictureError, open_picture
from pipelines.flyers.engine import LARGEST_SIDE, NoEngine, find_engine, read_picture


class EngineMissingError(AdwatchError):
    """Nothing on this machine can read pictures."""


@dataclass(frozen=True, slots=True)
class GivenReading:
    """What was read on a given picture."""

    text: str
    """Empty where no words were found. Personal numbers are starred out, as everywhere."""
    language: str
    """BCP 47."""
    confidence: float
    """0 to 1."""
    engine: str

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object."""
        return asdict(self)


def read_given_picture(file: Path) -> GivenReading:
    """Reads the file's picture. Raises UsageError where it is none, EngineMissingError without tesseract."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    return read_given_bytes(content, str(file))


def read_given_bytes(content: bytes, name: str, *, enough: float | None = None) -> GivenReading:
    """Reads a picture; `name` is for messages, `enough` as for `read_picture`. Raises as `read_given_picture` does."""
    try:
        picture = open_picture(content, largest_side=LARGEST_SIDE)
    except PictureError as error:
        raise UsageError(f"{name}: {error}") from error
    engine = find_engine()
    if isinstance(engine, NoEngine):
        raise EngineMissingError(engine.reason)
    seen = read_picture(picture, engine, enough=enough)
    return GivenReading(storable(seen.text) or "", seen.language, seen.confidence, engine.version)
