"""Compares the name asked for with one entry: what agrees, what is missing, what is added. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz.fuzz import ratio

from pipelines.register.index import IndexedEntry, RegisterIndex
from pipelines.register.inflection import TELLING_ENDINGS
from pipelines.register.names import AT_HOME, ParsedName, Role, Word
from pipelines.register.slips import Slip
from pipelines.register.words import LegalForm, load_words

LONGEST_RUN = 4
"""Words that may have been written as one."""
LONGEST_NUMBER = 4
"""Longer ones are phones or dates, no part of a name."""
PLACES = frozenset((Role.TOWN, Role.FOREIGN_TOWN, Role.COUNTRY))
MAY_SLIP = frozenset((Role.OWN, Role.GENERIC, Role.DESCRIPTIVE, Role.MARKER))


class Fit(IntEnum):
    """How far a name is that of an entry, ascending."""

    NONE = 0
    SHARED = 1
    """Words in common, and others that make it another name."""
    PART = 2
    """Some of the entry's own words and nothing else."""
    EXTENDED = 3
    """All words of the entry, and more that may mark another firm."""
    CORE = 4
    """All its own words; only words of the trade are left out."""
    FULL = 5


@dataclass(frozen=True, slots=True)
class SlipFound:
    """A word that was written with a slip."""

    written: str
    meant: str
    slip: Slip
    length: int
    is_own: bool
    """It is one of the words that tell the entry from others."""


@dataclass(frozen=True, slots=True, eq=False)
class NameQuery:
    """The name asked for, looked up word by word."""

    parsed: ParsedName
    meanings: tuple[dict[str, Slip | None], ...]
    """For each word: words of the register it may stand for."""
    runs: dict[str, tuple[int, int]]
    """Neighbouring words written as one -> first and last position."""
    joined: str


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What a name and an entry have in common, and what not."""

    indexed: IndexedEntry
    fit: Fit
    score: float
    shared: tuple[str, ...] = ()
    slips: tuple[SlipFound, ...] = ()
    added: tuple[str, ...] = ()
    other_town: str | None = None
    same_town: bool = False
    foreign: str | None = None
    """Legal form or town that says the firm is not Serbian."""
    other_form: bool = False
    owner_named: bool = False
    names_only_owner: bool = False


@dataclass(slots=True)
class _Alignment:
    used: set[int]
    missing: list[Word]
    slips: list[SlipFound]
    slipped: set[int]


def prepare(parsed: ParsedName, index: RegisterIndex) -> NameQuery:
    """Looks every word up in the register's words."""
    runs: dict[str, tuple[int, int]] = {}
    words = parsed.words
    for start in range(len(words)):
        joined = ""
        for end in range(start, min(start + LONGEST_RUN, len(words))):
            if words[end].role is Role.FORM:
                break
            joined += words[end].key
            runs.setdefault(joined, (start, end))
    governed = _is_governed(words, index)
    meanings = tuple(_meanings(word, index, governed=governed) for word in words)
    joined = "".join(word.key for word in words if word.role in (Role.OWN, Role.GENERIC, Role.DESCRIPTIVE))
    return NameQuery(parsed, meanings, runs, joined)


def _is_governed(words: Sequence[Word], index: RegisterIndex) -> bool:
    """Something in the name shows that it stands in another case than the nominative."""
    governing = load_words().governing
    return any(
        word.shown in governing
        or (word.key.endswith(TELLING_ENDINGS) and word.key not in index.by_word and word.key in index.nominatives)
        for word in words
    )


def _meanings(word: Word, index: RegisterIndex, *, governed: bool) -> dict[str, Slip | None]:
    if word.role is Role.FORM:
        return {}
    exact = index.nominatives.get(word.key)
    if exact:
        return {meant: None if governed or meant == word.key else Slip.FORM for meant in exact}
    return dict(index.near_words(word.key)) if word.role in MAY_SLIP else {}


def compare(query: NameQuery, indexed: IndexedEntry) -> Comparison:
    """Lays the name beside the entry, word by word."""
    aligned = _align(query, indexed)
    words = query.parsed.words
    rest = _rest_of(words, aligned, indexed)
    fit = _fit(indexed, aligned, rest.added, rest.trade, query.parsed.forms)
    if fit is Fit.PART and all(words[at].is_small for at in aligned.used):
        # 'plata' inside a sentence is no mention of 'Prva Plata'.
        fit = Fit.SHARED
    same_town = indexed.town is not None and (indexed.town in rest.towns or rest.names_seat)
    other_town = rest.towns[0] if rest.towns and indexed.town and not same_town else None
    return Comparison(
        indexed=indexed,
        fit=fit,
        score=_score(query, indexed, fit, len(aligned.slips) + (other_town is not None)),
        shared=tuple(dict.fromkeys(words[at].shown for at in sorted(aligned.used - aligned.slipped))),
        slips=tuple(aligned.slips),
        added=tuple(dict.fromkeys(word.shown for word in rest.added)),
        other_town=other_town,
        same_town=same_town,
        foreign=rest.foreign_town or _foreign_form(query.parsed),
        other_form=_other_form(query.parsed.forms, indexed.forms),
        owner_named=rest.owners >= 2,
        names_only_owner=not aligned.used and rest.owners >= 2 and not rest.added,
    )


@dataclass(slots=True)
class _Rest:
    """What of a name is left beside the words that are the entry's."""

    added: list[Word]
    """Make it another name."""
    trade: list[Word]
    towns: list[str]
    owners: int = 0
    """Words of the owner's name."""
    names_seat: bool = False
    foreign_town: str | None = None


def _rest_of(words: Sequence[Word], aligned: _Alignment, indexed: IndexedEntry) -> _Rest:
    rest, used = _Rest([], [], []), aligned.used
    home = {words[at].segment for at in used}
    for at, word in enumerate(words):
        role = word.role
        if at in used or role in (Role.FORM, Role.NOISE):
            continue
        if role is Role.OWN and _is_owner(word, indexed):
            rest.owners += 1
        elif role is Role.OWN and word.key in indexed.seat_words:
            rest.names_seat = True
        elif role is Role.TOWN and word.town:
            rest.towns.append(word.town)
        elif role is Role.FOREIGN_TOWN:
            rest.foreign_town = rest.foreign_town or word.shown
        elif role is Role.DESCRIPTIVE:
            rest.trade += [word] if word.segment in home else []
        elif _adds(word, home) and (at - 1 in used or not _is_spoken(word)):
            rest.added.append(word)
    return rest


def _align(query: NameQuery, indexed: IndexedEntry) -> _Alignment:
    aligned = _Alignment(set(), [], [], set())
    for word in indexed.brand:
        if not _take_exact(query, word, aligned):
            aligned.missing.append(word)
    if aligned.missing:
        _take_joined(query, indexed, aligned)
    for word in tuple(aligned.missing):
        _take_slip(query, word, aligned, is_own=word in indexed.own)
    return aligned


def _take_exact(query: NameQuery, word: Word, aligned: _Alignment) -> bool:
    for at, meanings in enumerate(query.meanings):
        means_it = word.key in meanings and meanings[word.key] is None
        if at not in aligned.used and means_it and _may_be(query.parsed.words[at], word):
            aligned.used.add(at)
            return True
    first, last = query.runs.get(word.key, (0, 0))
    return first < last and _take_run(query, word.key, aligned)


def _may_be(written: Word, meant: Word) -> bool:
    """'Novi' of 'Novi Sad' is no word of a brand that has no town in it."""
    return written.role not in PLACES or meant.role in PLACES


def _take_run(query: NameQuery, key: str, aligned: _Alignment) -> bool:
    first, last = query.runs.get(key, (0, -1))
    span = set(range(first, last + 1))
    if not span or span & aligned.used:
        return False
    aligned.used |= span
    return True


def _take_joined(query: NameQuery, indexed: IndexedEntry, aligned: _Alignment) -> None:
    """The whole brand, or its own words, written as one word."""
    taken = _Alignment(set(), [], [], set())
    if any(_take_run(query, form, taken) for form in _written_as_one(query, indexed)):
        aligned.used, aligned.missing = taken.used, []
    elif any(word in indexed.own for word in aligned.missing) and _take_run(query, indexed.own_joined, taken):
        aligned.used = taken.used
        aligned.missing = [word for word in indexed.brand if word not in indexed.own]


def _written_as_one(query: NameQuery, indexed: IndexedEntry) -> set[str]:
    """Forms of the brand that stand in the name as one word, or in other pieces than the entry's."""
    found = indexed.joined_forms & query.runs.keys()
    if len(indexed.brand) > 1:
        return set(found)
    return {form for form in found if query.runs[form][0] < query.runs[form][1]}


def _take_slip(query: NameQuery, word: Word, aligned: _Alignment, *, is_own: bool) -> None:
    for at, meanings in enumerate(query.meanings):
        slip = meanings.get(word.key)
        is_only = not aligned.slips or slip is Slip.FORM
        if at not in aligned.used and slip is not None and is_only and _may_be(query.parsed.words[at], word):
            aligned.used.add(at)
            aligned.slipped.add(at)
            aligned.missing.remove(word)
            written = query.parsed.words[at].shown
            aligned.slips.append(SlipFound(written, word.shown, slip, len(word.key), is_own))
            return


def _is_spoken(word: Word) -> bool:
    """A word or number that makes no other name unless it follows the name at once."""
    return word.role is Role.NUMBER or (word.role is Role.OWN and word.is_small)


def _is_owner(word: Word, indexed: IndexedEntry) -> bool:
    if len(word.key) == 1:
        return any(owner.key.startswith(word.key) for owner in indexed.owner)
    return word.key in indexed.owner_forms


def _adds(word: Word, home: set[int]) -> bool:
    """The word makes the name longer than the entry's: it may belong to another firm."""
    if word.role is Role.GENERIC:
        return word.segment in home
    if word.role is Role.COUNTRY:
        return not word.led and word.segment in home and not word.key.startswith(AT_HOME)
    if word.role is Role.NUMBER:
        return len(word.key) <= LONGEST_NUMBER
    return word.role is Role.MARKER or (word.role is Role.OWN and len(word.key) > 1)


def _fit(
    indexed: IndexedEntry, aligned: _Alignment, added: list[Word], trade: list[Word], forms: frozenset[LegalForm]
) -> Fit:
    own_missing = [word for word in indexed.own if word in aligned.missing]
    names_another = any(word.role in (Role.OWN, Role.GENERIC) for word in added)
    if not aligned.used:
        return Fit.NONE
    if own_missing:
        found = [word for word in indexed.own if word.role is Role.OWN and word not in own_missing]
        is_part = bool(found) and not added and not trade
        return Fit.PART if is_part else Fit.SHARED
    if aligned.missing and names_another:
        return Fit.SHARED
    # 'Primer HR' may be short for 'Primer Kadar'; 'Primer HR d.o.o.' is a firm's full name, and another one.
    swapped = trade and any(word.role is not Role.DESCRIPTIVE for word in aligned.missing)
    in_full = trade and bool(forms & {LegalForm.COMPANY, LegalForm.ENTREPRENEUR})
    if added or swapped or in_full:
        return Fit.EXTENDED
    return Fit.CORE if aligned.missing else Fit.FULL


def _foreign_form(parsed: ParsedName) -> str | None:
    """A legal form of another country, as it is written."""
    if LegalForm.FOREIGN not in parsed.forms:
        return None
    return "".join(word.shown for word in parsed.words if word.form is LegalForm.FOREIGN)


def _other_form(asked: frozenset[LegalForm], stated: frozenset[LegalForm]) -> bool:
    known = {LegalForm.COMPANY if form is LegalForm.TRANSLATED else form for form in asked}
    return bool(known and stated) and not known & stated


def _score(query: NameQuery, indexed: IndexedEntry, fit: Fit, doubts: int) -> float:
    base = {Fit.FULL: 1.0, Fit.CORE: 0.95, Fit.EXTENDED: 0.8, Fit.PART: 0.65, Fit.SHARED: 0.4, Fit.NONE: 0.1}[fit]
    likeness = ratio(query.joined, indexed.joined) / 100
    return round(max(0.0, 0.8 * base + 0.2 * likeness - 0.05 * doubts), 3)
