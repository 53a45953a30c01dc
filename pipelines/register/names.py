"""Takes a name of an agency apart: legal form, town, words of the trade, and the words that are its own.

Comparing two names is not done here: that is `comparing`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from pipelines.register.inflection import case_forms
from pipelines.register.words import LegalForm, WordSet, load_words
from pipelines.text.folding import fold_key

LONGEST_NAME = 2_000
LONGEST_FORM = 5
"""Words: 'd. o. o. e. l.'"""
LONG_NAME = 80
"""Longer than any registered name: a sentence that holds one."""

WORD = re.compile(r"[^\W_]+")
SEPARATOR = re.compile(r"[,;|/()\[\]:–—\n•#]|\s-|-\s|\.\s")
ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
SOUNDS = ((re.compile("ph"), "f"), (re.compile("dj"), "d"), (re.compile("ij(?=[aeou])"), "i"), (re.compile("ck"), "k"))
LETTERS = str.maketrans({"x": "ks", "w": "v", "y": "i", "q": "k"})
DOUBLED = re.compile(r"([a-z])\1+")
TO_LATIN = str.maketrans(
    dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True))
    | {"љ": "lj", "њ": "nj", "џ": "dž"}
)
AT_HOME = ("srb", "serb", "srp")
MONEY = frozenset(("evra", "evro", "eura", "eur", "dinara", "din"))
PREPOSITIONS = frozenset(("u", "za", "na", "do", "in", "nach", "to"))


class Role(StrEnum):
    """What a word does in a name."""

    OWN = "own"
    """It may tell this name from others."""
    GENERIC = "generic"
    DESCRIPTIVE = "descriptive"
    MARKER = "marker"
    NUMBER = "number"
    NOISE = "noise"
    FORM = "form"
    TOWN = "town"
    FOREIGN_TOWN = "foreign_town"
    COUNTRY = "country"
    DISTANCE = "distance"
    BREAK = "break"


class Word(NamedTuple):
    """One word of a name."""

    shown: str
    """Latin, lower case, diacritics kept: for reasons that people read."""
    key: str
    """Folded by sound: words spelled differently and read alike share it."""
    role: Role
    segment: int
    """Which part between commas, dashes and brackets it stands in."""
    town: str | None = None
    """The seat it names, as `words.yml` or the register writes it."""
    form: LegalForm | None = None
    led: bool = False
    """A preposition of place or purpose stands before it."""
    is_small: bool = False
    """Written small in a name that has words written large: hardly its beginning."""


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A name, word by word."""

    words: tuple[Word, ...]
    forms: frozenset[LegalForm]
    """Legal forms stated anywhere in the name."""

    def has(self, role: Role) -> bool:
        """Some word does this."""
        return any(word.role is role for word in self.words)

    @property
    def says_something(self) -> bool:
        """There is a word besides legal forms and single letters."""
        return any(word.role is not Role.FORM and len(word.key) > 1 for word in self.words)


@lru_cache(maxsize=100_000)
def sound_key(word: str) -> str:
    """The folded word spelled by ear: 'Kadrinex' and 'Кадринекс', 'staff' and 'стаф' give one key."""
    key = fold_key(word)
    for pattern, sound in SOUNDS:
        key = pattern.sub(sound, key)
    return DOUBLED.sub(r"\1", key.translate(LETTERS))


@lru_cache(maxsize=20_000)
def parse_name(name: str, *, is_entry: bool = False) -> ParsedName:
    """The words of a name with their roles; any text will do. `is_entry`: a name of the register, never a sentence."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", name[:LONGEST_NAME]))
    words = _with_offers(_with_seats(_with_towns(_with_forms(list(_split(ADDRESS.sub(" ", text)))))))
    kept = tuple(_all_own(words) if is_entry else _own_part(words, is_long=len(text) > LONG_NAME))
    return ParsedName(kept, frozenset(word.form for word in kept if word.form))


def name_key(name: str) -> str:
    """The words of a name that tell it apart, folded: without legal form."""
    return " ".join(word.key for word in parse_name(name).words if word.role is not Role.FORM) or fold_key(name)


def _split(text: str) -> Iterator[Word]:
    segment, end, before = 0, 0, ""
    is_mixed = any(char.isupper() for char in text) and any(char.islower() for char in text)
    for found in WORD.finditer(text):
        if end and SEPARATOR.search(text[end : found.start() + 1]):
            segment += 1
        end = found.end()
        written = _written(found.group())
        if written.folded:
            is_small = is_mixed and found.group()[0].islower()
            yield Word(written.shown, written.key, written.role, segment, led=before in PREPOSITIONS, is_small=is_small)
            before = written.folded


class _Written(NamedTuple):
    """What a written word is, wherever it stands."""

    folded: str
    shown: str
    key: str
    role: Role


@lru_cache(maxsize=100_000)
def _written(word: str) -> _Written:
    folded = fold_key(word)
    meant = load_words().by_ear.get(folded, folded)
    return _Written(folded, word.lower().translate(TO_LATIN), sound_key(meant), _role(meant))


def _role(folded: str) -> Role:
    for role, words in _role_words():
        if folded in words:
            return role
    return Role.NUMBER if folded.isdigit() else Role.OWN


@lru_cache(maxsize=1)
def _role_words() -> tuple[tuple[Role, WordSet | frozenset[str]], ...]:
    words = load_words()
    return (
        (Role.BREAK, WordSet(words.breaks)),
        (Role.NOISE, WordSet(words.noise)),
        (Role.GENERIC, _all_cases(words.generic)),
        (Role.DESCRIPTIVE, _all_cases(words.descriptive)),
        (Role.MARKER, _all_cases(words.markers)),
        (Role.DISTANCE, WordSet(words.distance)),
        (Role.COUNTRY, WordSet(words.countries)),
    )


def _all_cases(words: Sequence[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in case_forms(word))


def _with_forms(words: list[Word]) -> list[Word]:
    folded = [_written(word.shown).folded for word in words]
    marked, at = [], 0
    while at < len(words):
        length, form = _form_at(folded, at)
        # "Ag." before a name is short for agencija.
        if form and not (at == 0 and folded[at] == "ag"):
            marked += [word._replace(role=Role.FORM, form=form) for word in words[at : at + length]]
            at += length
        else:
            marked.append(words[at])
            at += 1
    return marked


def _form_at(folded: list[str], at: int) -> tuple[int, LegalForm | None]:
    spellings = _form_spellings()
    if folded[at] not in _form_beginnings():
        return 1, None
    for length in range(min(LONGEST_FORM, len(folded) - at), 0, -1):
        form = spellings.get(tuple(folded[at : at + length]))
        if form:
            return length, form
    return 1, None


@lru_cache(maxsize=1)
def _form_beginnings() -> frozenset[str]:
    return frozenset(spelling[0] for spelling in _form_spellings())


@lru_cache(maxsize=1)
def _form_spellings() -> dict[tuple[str, ...], LegalForm]:
    spellings = {}
    for form, written in load_words().legal_forms.items():
        for spelling in written:
            parts = tuple(WORD.findall(fold_key(spelling)))
            spellings[parts] = form
            if len(parts) > 2 and all(len(part) == 1 for part in parts):
                spellings[("".join(parts),)] = form
    return spellings


def _with_towns(words: list[Word]) -> list[Word]:
    marked, at = [], 0
    while at < len(words):
        length, town, is_foreign = _town_at(words, at)
        if town:
            role = Role.FOREIGN_TOWN if is_foreign else Role.TOWN
            if is_foreign and words[at].led:
                role = Role.COUNTRY
            marked += [word._replace(role=role, town=town, led=words[at].led) for word in words[at : at + length]]
        else:
            marked.append(words[at])
        at += length
    return marked


def _town_at(words: list[Word], at: int) -> tuple[int, str | None, bool]:
    if words[at].role in (Role.FORM, Role.NOISE) or words[at].key not in _town_beginnings():
        return 1, None, False
    for length in (3, 2, 1):
        found = _towns().get(tuple(word.key for word in words[at : at + length]))
        if found and at + length <= len(words):
            return length, found[0], found[1]
    return 1, None, False


@lru_cache(maxsize=1)
def _town_beginnings() -> frozenset[str]:
    return frozenset(form[0] for form in _towns())


@lru_cache(maxsize=1)
def _towns() -> dict[tuple[str, ...], tuple[str, bool]]:
    words = load_words()
    towns = {form: (town, True) for town in words.foreign_towns for form in _town_forms(town)}
    for town, parts in words.towns.items():
        for written in (*parts, town):
            towns.update((form, (town, False)) for form in _town_forms(written))
    towns.update({(sound_key(short),): (town, False) for short, town in words.abbreviated_towns.items()})
    return towns


def _town_forms(town: str) -> Iterator[tuple[str, ...]]:
    each = [[sound_key(form) for form in case_forms(part)] for part in fold_key(town).split()]
    return product(*each)


def _with_seats(words: list[Word]) -> list[Word]:
    """A foreign country after the legal form is where the firm sits: 'Primer d.o.o. Slovenija'."""
    form = next((at for at, word in enumerate(words) if word.role is Role.FORM), len(words))
    return [
        word._replace(role=Role.FOREIGN_TOWN, town=word.shown) if at > form and _is_abroad(word) else word
        for at, word in enumerate(words)
    ]


def _is_abroad(word: Word) -> bool:
    return word.role is Role.COUNTRY and not word.led and not word.key.startswith(AT_HOME)


def _with_offers(words: list[Word]) -> list[Word]:
    """'posao u Austriji' and '2800 evra' after a name are the offer, no part of the name."""
    return [
        word._replace(role=Role.NOISE)
        if (word.role is Role.GENERIC and _leads_abroad(words[at + 1 : at + 3])) or _is_pay(words, at)
        else word
        for at, word in enumerate(words)
    ]


def _is_pay(words: Sequence[Word], at: int) -> bool:
    return at > 0 and words[at].key in MONEY and words[at - 1].role is Role.NUMBER


def _leads_abroad(following: Sequence[Word]) -> bool:
    return len(following) == 2 and following[1].led and following[1].role in (Role.COUNTRY, Role.NOISE)


def town_of(text: str) -> str | None:
    """The seat a cell names, as `words.yml` writes it; else the text itself, folded."""
    words = [word for word in parse_name(text).words if word.role is Role.TOWN]
    return words[0].town if words else fold_key(text) or None


def _all_own(words: list[Word]) -> list[Word]:
    """The words of a registered name: no sentence begins in it, and what is written small after the words of the trade
    goes on describing it ('agencija za zapošljavanje negovatelja Mirna luka').
    """
    kept: list[Word] = []
    for word in words:
        own = word._replace(role=Role.OWN) if word.role is Role.BREAK else word
        describes = own.role is Role.OWN and own.is_small and bool(kept) and kept[-1].role is Role.NOISE
        kept.append(own._replace(role=Role.NOISE) if describes else own)
    return kept


def _own_part(words: list[Word], *, is_long: bool) -> list[Word]:
    """The words up to where a sentence about the offer begins."""
    if is_long:
        words = _up_to_form(words)
    for at, word in enumerate(words):
        if word.role is Role.BREAK and any(before.role is Role.OWN for before in words[:at]):
            return words[:at]
    return [word._replace(role=Role.NOISE) if word.role is Role.BREAK else word for word in words]


def _up_to_form(words: list[Word]) -> list[Word]:
    last = next((at for at, word in enumerate(words) if word.role is Role.FORM), None)
    if last is None or not any(word.role is Role.OWN for word in words[:last]):
        return words
    while last + 1 < len(words) and words[last + 1].role in (Role.FORM, Role.TOWN):
        last += 1
    return words[: last + 1]


def is_town(text: str) -> bool:
    """The text is the name of a seat in Serbia and nothing else."""
    words = parse_name(text).words
    return bool(words) and all(word.role is Role.TOWN for word in words)
