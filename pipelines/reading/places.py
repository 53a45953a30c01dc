"""Where the work is: countries named in an ad, told apart from the firm's, the road's and the address's country."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

from pydantic import Field

from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit
from pipelines.text.spans import Spans

HOME = "RS"
"""The country whose people are protected: work elsewhere is work abroad."""


class Country(RuleData):
    """How one country is named. Phrases are folded."""

    code: str = Field(pattern="^[A-Z]{2}$")
    country: list[str] = Field(min_length=1)
    towns: list[str]
    doubtful: list[str]
    """Of the above, those that mean something else as well."""
    here: list[str] = Field(min_length=1)
    not_here: list[str] = Field(min_length=1)


class PlaceRules(RuleData):
    """The file `places.yml`."""

    countries: list[Country]
    described: list[str]
    before: dict[str, list[str]]
    elsewhere: list[str]
    at_home: list[str]


class Role(IntEnum):
    """What a place is to the work, ascending."""

    NONE = 0
    """Part of a name, the road or a formality."""
    BASE = 1
    """The firm's seat, an address, somebody's origin: counts where nothing better is said."""
    WEAK = 2
    """A name that means something else as well: counts where nothing better is said."""
    WORK = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A country or town named in the ad, at its place in the folded text."""

    code: str
    role: Role
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the work is done."""

    destinations: tuple[str, ...]
    """ISO 3166-1 alpha-2, in order of first mention; the home country only where no other is named."""
    abroad: bool


_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_BASE = 0x1F1E6
_QUOTED = re.compile(r'"[^"\n]{2,45}"')
_LINK = re.compile(r"[^\w\n]{0,3}(?:(?:i|ili|and|und|in|te|ter|pa)\b)?[^\w\n]{0,3}(?:(?:north|severn\w{1,2}) )?")
_NEAR = re.compile(
    r"[^\w\n]{0,4}(?:(?:okolin\w{0,3}|blizin\w{0,3}|grad\w{0,2}|jug\w{0,2}|sever\w{0,2}|centr\w{0,2})[^\w\n]{1,2})?"
)
_AFTER_ADDRESS = re.compile(r"(?:\d{1,4} ?[a-z]?(?:/\d{1,3})?|d\.? ?o\.? ?o\.?|gmbh|s\.r\.o\.)[,)]?[^\w\n]{1,4}$")
_BEFORE_CONTACT = re.compile(
    r"[^\w\n]{1,4}(?:(?:tel\w{0,5}|fiksni|mob\w{0,5})\W{1,3})?(?:\+|0\d|[\w.-]{1,40}@|[a-z]+ [a-z]* ?\d{1,3}\b)"
)


_SEAT = re.compile(r"[\"”“»] ?\($|(?:d\.? ?o\.? ?o\.?|gmbh|s\.r\.o\.|kft\.?|ltd\.?|a\.?d\.?) ?\($")
"""A place in brackets after the name of a firm is where the firm sits."""
_WORKPLACE = re.compile(r"(?<!\w)(?:u|na|za|kod|blizu|v|nach|pored) (?:gradu |okolini |centru )?$")
_FIRM_AFTER = re.compile(r",? (?:d\. ?o\. ?o|doo\b|gmbh|s\. ?r\. ?o|kft|llc|ltd)")
"""A place before a legal form is part of a firm's name."""
_NOT_THERE = re.compile(r"\b(?:nije|nisu|ne) (?:u|na) $")
_ROUTE = re.compile(r" ?[-–>]{1,2} ?")
"""Between the towns of a journey."""
_DENIED = re.compile(r"(?<!\w)(?:ne|nije|nema|nismo|bez|nisu)(?: [^\W_]{1,12}){0,2} $")


@cache
def place_rules() -> PlaceRules:
    """The packaged data on places."""
    return load_packaged(Path(__file__).with_name("places.yml"), PlaceRules)


@cache
def _book() -> Phrasebook:
    rules = place_rules()
    pairs: list[tuple[str, str]] = []
    for country in rules.countries:
        doubtful = set(country.doubtful)
        pairs += [(f"{country.code}:country", phrase) for phrase in country.country if phrase not in doubtful]
        pairs += [(f"{country.code}:town", phrase) for phrase in country.towns if phrase not in doubtful]
        pairs += [(f"{country.code}:doubtful", phrase) for phrase in country.doubtful]
    pairs += [(f"before:{role}", phrase) for role, phrases in rules.before.items() for phrase in phrases]
    pairs += [("described", phrase) for phrase in rules.described]
    pairs += [("elsewhere", phrase) for phrase in rules.elsewhere]
    return Phrasebook(pairs + [("at_home", phrase) for phrase in rules.at_home])


def find_whereabouts(ad: AdText, *, title_end: int = 0, hints: tuple[str, ...] = ()) -> Whereabouts:
    """Where the ad says that the work is done.

    `title_end`: length of the folded title, 0 without one. `hints`: countries of the contacts, which count only where
    no place at all is named.
    """
    hits = _book().find(ad)
    tags = {hit.tag for hit in hits}
    places = _places(ad, hits)
    work = [place for place in places if place.role is Role.WORK]
    foreign = _work_abroad(places, title_end=title_end)
    if "at_home" in tags or (_goes_elsewhere(ad.text, hits) and _is_only_based(places)):
        foreign = []
    if foreign:
        return Whereabouts(tuple(dict.fromkeys(foreign)), abroad=True)
    if _goes_elsewhere(ad.text, hits) and not any(_is_home_work(ad.text, place, title_end) for place in work):
        return Whereabouts((), abroad=True)
    hinted = tuple(code for code in hints if code in _codes()) if not places else ()
    if hinted and HOME not in hinted:
        return Whereabouts(hinted[:1], abroad=True)
    return Whereabouts((HOME,), abroad=False)


def _goes_elsewhere(text: str, hits: list[PhraseHit]) -> bool:
    """The ad speaks of abroad or of ships, and does not deny it."""
    return any(hit.tag == "elsewhere" and not _DENIED.search(text, max(0, hit.start - 25), hit.start) for hit in hits)


def _is_only_based(places: list[Place]) -> bool:
    """All foreign places named are somebody's seat or origin, none the place of work."""
    foreign = [place for place in places if place.code != HOME and place.role is not Role.NONE]
    return bool(foreign) and all(place.role is Role.BASE for place in foreign)


def _is_home_work(text: str, place: Place, title_end: int) -> bool:
    """The work itself is at home: said with a preposition or in the title, not just an address."""
    is_said = place.start < title_end or text[max(0, place.start - 2) : place.start] == "u "
    return place.code == HOME and place.role is Role.WORK and is_said


@cache
def _codes() -> frozenset[str]:
    return frozenset(country.code for country in place_rules().countries)


def _work_abroad(places: list[Place], *, title_end: int) -> list[str]:
    work = [place for place in places if place.role is Role.WORK]
    titled = {place.code for place in work if place.start < title_end}
    if titled == {HOME}:
        return []
    foreign = [place.code for place in work if place.code != HOME]
    if foreign or any(place.code == HOME for place in work):
        return foreign
    return [place.code for place in places if place.role in (Role.BASE, Role.WEAK) and place.code != HOME]


def _places(ad: AdText, hits: list[PhraseHit]) -> list[Place]:
    named = _longest([hit for hit in hits if hit.tag[2] == ":" and not _is_in_contact(ad.text, hit)])
    before = {hit.end: hit.tag.removeprefix("before:") for hit in hits if hit.tag.startswith("before:")}
    described = {hit.start for hit in hits if hit.tag == "described"}
    quoted = Spans(found.span() for found in _QUOTED.finditer(ad.text))
    places: list[Place] = []
    for hit in named:
        if quoted.enclose(hit.start, hit.end):
            continue
        role = _role(ad.text, hit, before=before, described=described, previous=places[-1] if places else None)
        places.append(Place(hit.tag[:2], role, hit.start, hit.end))
    return sorted(places + _flags(ad.text, places), key=lambda place: place.start)


def _is_in_contact(text: str, hit: PhraseHit) -> bool:
    """Part of a mailbox, page or handle, not a place."""
    return text[hit.start - 1 : hit.start] in tuple("._@/") or text[hit.end : hit.end + 1] in tuple("@_")


def _role(text: str, hit: PhraseHit, *, before: dict[int, str], described: set[int], previous: Place | None) -> Role:
    is_described = hit.tag.endswith(":country") and _next_word(text, hit.end) in described
    if is_described or _FIRM_AFTER.match(text, hit.end) or _NOT_THERE.search(text, max(0, hit.start - 12), hit.start):
        return Role.NONE
    # "u nisu" is told apart from "they are not" with its preposition.
    leading = _leading(text, hit.start + 2 if text.startswith("u ", hit.start) else hit.start, before)
    if leading == "none":
        return Role.NONE
    if leading == "weak" or text[hit.start : hit.end] == "srbija":
        # In the nominative the home country is part of a name or of a slogan.
        return Role.WEAK
    if leading in ("origin", "base") or _SEAT.search(text, max(0, hit.start - 20), hit.start):
        return Role.BASE
    if hit.tag.endswith(":doubtful"):
        return Role.WEAK
    return Role.WORK if leading else _role_by_place(text, hit, previous)


def _role_by_place(text: str, hit: PhraseHit, previous: Place | None) -> Role:
    """By what stands around a name that no word explains: a preposition, the place before it, an address."""
    if _WORKPLACE.search(text, max(0, hit.start - 12), hit.start):
        return Role.WORK
    if previous and previous.code == HOME and _ROUTE.fullmatch(text, previous.end, hit.start):
        return Role.WEAK
    if previous and previous.role is not Role.WEAK and _LINK.fullmatch(text, previous.end, hit.start):
        return previous.role
    is_address = _AFTER_ADDRESS.search(text, max(0, hit.start - 30), hit.start) or _BEFORE_CONTACT.match(text, hit.end)
    return Role.BASE if is_address else Role.WORK


def _leading(text: str, start: int, before: dict[int, str]) -> str | None:
    for end in range(start, max(0, start - 14), -1):
        if end in before and _NEAR.fullmatch(text, end, start):
            return before[end]
    return None


def _next_word(text: str, end: int) -> int:
    return end + 1 if text[end : end + 1] == " " else -1


def _longest(hits: list[PhraseHit]) -> list[PhraseHit]:
    """The longest name at each place; of towns of one name, that of a country the ad names."""
    countries = {hit.tag[:2] for hit in hits if hit.tag.endswith(":country")}
    kept: list[PhraseHit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.tag[:2] not in countries)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _flags(text: str, places: list[Place]) -> list[Place]:
    codes = _codes()
    sources = {place.code for place in places if place.role in (Role.BASE, Role.WEAK)}
    found = []
    for flag in _FLAG.finditer(text):
        code = "".join(chr(ord("A") + ord(letter) - _FLAG_BASE) for letter in flag.group())
        role = Role.BASE if code in sources else Role.WORK
        found += [Place(code, role, *flag.span())] if code in codes else []
    return found
