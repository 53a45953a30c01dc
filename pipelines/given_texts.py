"""Reading what a person hands in: a text file, standard input, or ads as JSON lines. Says what is wrong with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.assessment import Ad
from crawler.errors import UsageError

FIELDS = frozenset(("id", "title", "text", "url"))


def read_given_text(source: str) -> str:
    """The text of a file, or of standard input for `-`. Raises UsageError where it cannot be read as UTF-8."""
    name = "standard input" if source == "-" else source
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error
    return _decoded(content, name)


def read_given_ads(path: Path) -> Iterator[tuple[Any, Ad]]:
    """The id as given and the ad of each line. Raises UsageError, naming the line, where one is none."""
    for number, given in read_objects(path):
        yield given.get("id"), given_ad(given, number)


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON object of each line with the line's number; empty lines are passed over. Raises UsageError."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if told := _decoded(line, f"line {number}").strip():
                    yield number, _object(told, number)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def given_ad(given: dict[str, Any], number: int) -> Ad:
    """The ad of a line; without an id the line's number is its id. Raises UsageError where it has no text."""
    if not isinstance(given.get("text"), str):
        raise UsageError(f'line {number} has no "text"')
    for name in ("title", "url"):
        if not isinstance(given.get(name), str | None):
            raise UsageError(f'line {number}: "{name}" is not a text')
    own_id = number if given.get("id") is None else given["id"]
    return Ad(_sound(given["text"]), id=str(own_id), title=_sound(given.get("title")), url=given.get("url"))


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"line {number} is not JSON: {str(error).splitlines()[0]}") from error
    if not isinstance(given, dict):
        raise UsageError(f"line {number} is not a JSON object")
    return given


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8 text (byte {error.start})") from error


def _sound(text: Any) -> Any:
    """Half of a surrogate pair, which JSON can hold and no output can, becomes the replacement character."""
    return text and text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
