"""What the desk says, gathered from templates and code, and what its English catalogues hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.extract import extract
from babel.messages.pofile import read_po

from alerts.desk.speaking import CATALOGUES
from alerts.desk.templating import FOLDER, TEMPLATES

ALERTS = FOLDER.parent
PIPELINES = ALERTS.parent / "pipelines"
_IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2), "counted": (2, 4)}
_IN_CODE = {"say": (2,), "to_say": None, "say_counted": (3, 5), "Sentence": (1,), "Counted": (2, 4)}
_TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}


def used_texts() -> dict[str, str]:
    """Every text that templates and code say, with the place of one use."""
    return {texts[0]: place for texts, place in _uses() if len(texts) == 1}


def used_counts() -> dict[str, str]:
    """Every counted word, by its form for one, with the place of one use."""
    return {texts[0]: place for texts, place in _uses() if len(texts) == 2}


def catalogue(path: Path) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The texts of one catalogue with their English, and its counted words."""
    with path.open("rb") as stream:
        messages = [message for message in read_po(stream, locale="en", abort_invalid=True) if message.id]
    texts = {message.id: message.string for message in messages if isinstance(message.id, str)}
    counts = {message.id[0]: tuple(message.string) for message in messages if not isinstance(message.id, str)}
    return texts, counts


def catalogues() -> list[Path]:
    """All of them."""
    return sorted(CATALOGUES.glob("*.po"))


@cache
def _uses() -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple(_search())


def _search() -> Iterator[tuple[tuple[str, ...], str]]:
    for path in sorted(TEMPLATES.glob("*.html")):
        yield from _extracted(path, "jinja2.ext:babel_extract", _IN_TEMPLATES, _TEMPLATE_OPTIONS)
    for path in sorted((*ALERTS.rglob("*.py"), *PIPELINES.rglob("*.py"))):
        yield from _extracted(path, "python", _IN_CODE, {})


def _extracted(
    path: Path, method: str, keywords: dict[str, Any], options: dict[str, str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    with path.open("rb") as stream:
        for line, found, *_ in extract(method, stream, keywords=keywords, options=options):
            texts = (found,) if isinstance(found, str) else tuple(found)
            yield texts, f"{path.name}:{line}"
