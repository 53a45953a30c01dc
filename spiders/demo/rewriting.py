"""How people change a text when they post it again: without diacritics, in Cyrillic, without emoji.

Made for invented copies only; understanding real texts is the business of `pipelines`.
"""

from __future__ import annotations

import re
from enum import StrEnum

import cyrtranslit

from spiders.demo.words import EMOJI, plain_latin

NOT_TRANSLITERATED = re.compile(r"(\S*[@/&]\S*|\S+\.example\S*|\b(?:II|III|IV|VI|[B-E]\+?E?|[ABC][12])\b)")
"""Addresses, phone numbers, Roman numerals, driving licence and language levels stay in Latin."""


class Rewrite(StrEnum):
    """Ways of posting again."""

    PLAIN = "plain"
    CYRILLIC = "cyrillic"
    NO_EMOJI = "no_emoji"


def rewrite(text: str, way: Rewrite) -> str:
    """The text as somebody would post it again in that way."""
    if way is Rewrite.PLAIN:
        return plain_latin(text)
    if way is Rewrite.CYRILLIC:
        return _cyrillic(text)
    return re.sub(r"^[ \t]+", "", EMOJI.sub("", text), flags=re.MULTILINE).strip()


def _cyrillic(text: str) -> str:
    parts = NOT_TRANSLITERATED.split(text)
    return "".join(part if place % 2 else cyrtranslit.to_cyrillic(part, "sr") for place, part in enumerate(parts))
