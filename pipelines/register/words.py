"""Loads `words.yml`: what the words of agency names are good for. How names are taken apart is in `names`."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from crawler.yaml_data import parse_yaml

WORDS_FILE = Path(__file__).parent / "words.yml"


class LegalForm(StrEnum):
    """What kind of subject a name says it is."""

    COMPANY = "company"
    ENTREPRENEUR = "entrepreneur"
    OTHER = "other"
    """A cooperative, an association, a school: no firm."""
    TRANSLATED = "translated"
    """Ltd, LLC: a translation of d.o.o. where the seat is in Serbia, else a foreign firm."""
    FOREIGN = "foreign"


class NameWords(BaseModel):
    """The word lists, folded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    noise: tuple[str, ...]
    descriptive: tuple[str, ...]
    generic: tuple[str, ...]
    markers: tuple[str, ...]
    governing: tuple[str, ...]
    distance: tuple[str, ...]
    by_ear: dict[str, str]
    breaks: tuple[str, ...]
    abbreviated_towns: dict[str, str]
    legal_forms: dict[LegalForm, tuple[str, ...]]
    towns: dict[str, tuple[str, ...]]
    foreign_towns: tuple[str, ...]
    countries: tuple[str, ...]


@lru_cache(maxsize=1)
def load_words() -> NameWords:
    """The lists of `words.yml`, read once."""
    return NameWords.model_validate(parse_yaml(WORDS_FILE.read_text(encoding="utf-8")))


class WordSet:
    """Words and word beginnings, asked whether a word is among them."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._whole = frozenset(word for word in words if not word.endswith("*"))
        self._beginnings = tuple(word[:-1] for word in words if word.endswith("*"))

    def __contains__(self, word: str) -> bool:
        return word in self._whole or word.startswith(self._beginnings)
