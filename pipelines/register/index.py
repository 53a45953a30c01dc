"""A register prepared for matching: its names taken apart, its words, identifiers and contacts looked up at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeVar

from crawler.register import Register, RegisterEntry
from pipelines.reading.mailboxes import is_free_mailbox
from pipelines.register.inflection import case_forms
from pipelines.register.names import ParsedName, Role, Word, parse_name, sound_key, town_of
from pipelines.register.slips import SHORTEST, Slip, slip_between, slip_keys
from pipelines.register.words import LegalForm
from pipelines.text.folding import fold_key

BRAND_ROLES = frozenset(
    (Role.OWN, Role.GENERIC, Role.DESCRIPTIVE, Role.MARKER, Role.NUMBER, Role.FOREIGN_TOWN, Role.COUNTRY, Role.TOWN)
)
KEPT_REGISTERS = 4

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, eq=False)
class IndexedEntry:
    """An entry with its name taken apart."""

    entry: RegisterEntry
    position: int
    brand: tuple[Word, ...]
    """Its words less legal form, seat, descriptive phrase and owner, in order."""
    own: tuple[Word, ...]
    """Those of the brand that nobody may leave out."""
    owner: tuple[Word, ...]
    """First and last name of an entrepreneur whose brand is another; else empty."""
    forms: frozenset[LegalForm]
    town: str | None
    seat_words: frozenset[str]
    """Words of the seat, by ear, where it is a village that `words.yml` does not list; else empty."""
    joined: str
    joined_forms: frozenset[str]
    """The brand written as one word, in all cases."""
    own_joined: str
    owner_forms: frozenset[str]
    """The owner's names in all cases."""
    is_person: bool
    """The brand is nothing but the owner's name."""


@dataclass(frozen=True, slots=True, eq=False)
class RegisterIndex:
    """What `match` looks up."""

    register: Register
    entries: tuple[IndexedEntry, ...]
    by_identifier: dict[str, tuple[IndexedEntry, ...]]
    """`pib:…`, `mb:…`, `licence:…`."""
    by_contact: dict[str, tuple[IndexedEntry, ...]]
    """`phone:+381…`, `email:…`, `domain:…`."""
    by_word: dict[str, tuple[IndexedEntry, ...]]
    """Words of brands and names of owners, in the nominative."""
    by_joined: dict[str, tuple[IndexedEntry, ...]]
    nominatives: dict[str, tuple[str, ...]]
    """Any case form of a brand's word -> the word."""
    slips: dict[str, tuple[str, ...]]
    knows_identifiers: bool
    """Some entry states a PIB or matični broj."""

    def near_words(self, key: str) -> dict[str, Slip]:
        """Words of the register one slip away from this one."""
        if len(key) < SHORTEST:
            return {}
        near = {word for part in slip_keys(key) for word in self.slips.get(part, ())}
        return {word: slip for word in sorted(near) if (slip := slip_between(key, word))}


_kept: dict[int, RegisterIndex] = {}


def index_of(register: Register) -> RegisterIndex:
    """The register's index; made once for each register object, which is then kept."""
    kept = _kept.get(id(register))
    if kept is None or kept.register is not register:
        kept = build_index(register)
        while len(_kept) >= KEPT_REGISTERS:
            _kept.pop(next(iter(_kept)))
        _kept[id(register)] = kept
    return kept


def build_index(register: Register) -> RegisterIndex:
    """Takes every name apart and files it under all it can be found by."""
    entries = tuple(_indexed(entry, position) for position, entry in enumerate(register.entries))
    words = {word.key for indexed in entries for word in indexed.brand}
    return RegisterIndex(
        register=register,
        entries=entries,
        by_identifier=_filed(entries, _identifiers),
        by_contact=_filed(entries, _contacts),
        by_word=_filed(entries, lambda indexed: [word.key for word in (*indexed.brand, *indexed.owner)]),
        by_joined=_filed(entries, _joined_keys),
        nominatives=_grouped((form, word) for word in words for form in sound_forms(word)),
        slips=_grouped((part, word) for word in words if len(word) >= SHORTEST for part in slip_keys(word)),
        knows_identifiers=any(entry.pib or entry.mb for entry in register.entries),
    )


@lru_cache(maxsize=50_000)
def sound_forms(key: str) -> frozenset[str]:
    """Case forms of a word, spelled by ear."""
    return frozenset(sound_key(form) for form in case_forms(key))


def name_identity(entry: RegisterEntry) -> tuple[str, ...]:
    """What two rows of one agency share, however its name is written: brand, owner, legal form, seat."""
    indexed = _indexed(entry, 0)
    owner = (word.key for word in indexed.owner)
    return (indexed.joined, indexed.town or "", ",".join(sorted(indexed.forms)), *owner)


def are_namesakes(one: RegisterEntry, other: RegisterEntry) -> bool:
    """Two agencies, whatever their names: both state a number, and not the same."""
    return bool(one.pib and other.pib and one.pib != other.pib) or bool(one.mb and other.mb and one.mb != other.mb)


def licence_key(number: str) -> str:
    """A licence number less spaces and case."""
    return "".join(fold_key(number).split())


def newest(entries: Iterable[IndexedEntry]) -> IndexedEntry:
    """Of several entries the one with the newest decision."""
    return max(entries, key=lambda indexed: indexed.entry.licence_date or date.min)


def domain_of(address: str) -> str | None:
    """The domain of an e-mail or web address, unless anybody can have a mailbox there."""
    host = address.rsplit("@", 1)[-1].split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].split(":", 1)[0].lower()
    domain = host.removeprefix("www.")
    return domain if "." in domain and not is_free_mailbox(domain) else None


def _indexed(entry: RegisterEntry, position: int) -> IndexedEntry:
    parsed = parse_name(entry.name, is_entry=True)
    town = town_of(entry.seat) if entry.seat else _stated_town(parsed)
    owner, rest = _owner_and_rest(parsed)
    brand = _without_seat(_brand(rest, town), entry.seat)
    is_person = not any(word.role is Role.OWN for word in brand) and bool(owner)
    if is_person:
        brand, owner = owner, ()
    brand = brand or tuple(word for word in parsed.words if word.role is not Role.FORM)
    own = tuple(word for word in brand if word.role in (Role.OWN, Role.NUMBER)) or brand
    joined = _join(brand)
    return IndexedEntry(
        entry=entry,
        position=position,
        brand=brand,
        own=own,
        owner=owner,
        forms=parsed.forms,
        town=town,
        seat_words=_seat_words(town),
        joined=joined,
        joined_forms=sound_forms(joined),
        own_joined=_join(own),
        owner_forms=frozenset(form for word in owner for form in sound_forms(word.key)),
        is_person=is_person,
    )


def _stated_town(parsed: ParsedName) -> str | None:
    towns = [word.town for word in parsed.words if word.role is Role.TOWN]
    return towns[-1] if towns else None


def _owner_and_rest(parsed: ParsedName) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """An entrepreneur's own name, and the words besides."""
    words = parsed.words
    at = next((at for at, word in enumerate(words) if word.form is LegalForm.ENTREPRENEUR), None)
    if at is None:
        return (), words
    before = [word for word in words[:at] if word.role is Role.OWN]
    after = [word for word in words[at:] if word.role is Role.OWN]
    owner = tuple(_owner(before, after, leads=words[0] in before))
    return owner, tuple(word for word in words if word not in owner)


def _owner(before: list[Word], after: list[Word], *, leads: bool) -> list[Word]:
    """'Ime Prezime PR, agencija Brend', 'Agencija Brend, Ime Prezime PR' or 'Agencija Brend PR Ime Prezime'."""
    if leads and len(before) in (2, 3) and (after or len(before) == 2):
        return before
    if len(before) > 2:
        return before[-2:]
    return after if before and len(after) == 2 else []


def _brand(words: tuple[Word, ...], town: str | None) -> tuple[Word, ...]:
    kept = tuple(
        word for word in words if word.role in BRAND_ROLES and (word.role is not Role.TOWN or word.town != town)
    )
    # A second town at the end is the seat's municipality or a branch; inside, it is part of the brand.
    while kept and kept[-1].role is Role.TOWN:
        kept = kept[:-1]
    return kept


def _seat_words(town: str | None) -> frozenset[str]:
    words = parse_name(town or "").words
    return frozenset(form for word in words for form in sound_forms(word.key) if word.role is not Role.TOWN)


def _without_seat(brand: tuple[Word, ...], seat: str | None) -> tuple[Word, ...]:
    """Less the seat at the end, where it is no town of the lists: a village, or one spelled its own way."""
    named = {word.key for word in parse_name(seat or "").words}
    kept = brand
    while len(kept) > 1 and kept[-1].key in named:
        kept = kept[:-1]
    return kept


def _join(words: Iterable[Word]) -> str:
    return sound_key("".join(word.key for word in words))


def _joined_keys(indexed: IndexedEntry) -> set[str]:
    return {*indexed.joined_forms, indexed.own_joined}


def _identifiers(indexed: IndexedEntry) -> list[str]:
    entry = indexed.entry
    found = [f"pib:{entry.pib}"] if entry.pib else []
    found += [f"mb:{entry.mb}"] if entry.mb else []
    return found + ([f"licence:{licence_key(entry.licence_number)}"] if entry.licence_number else [])


def _contacts(indexed: IndexedEntry) -> list[str]:
    entry = indexed.entry
    found = [f"phone:{phone}" for phone in entry.phones]
    if entry.email:
        found.append(f"email:{entry.email.lower()}")
        domain = domain_of(entry.email)
        found += [f"domain:{domain}"] if domain else []
    return found


def _filed(
    entries: Iterable[IndexedEntry], keys_of: Callable[[IndexedEntry], Iterable[str]]
) -> dict[str, tuple[IndexedEntry, ...]]:
    return _grouped((key, indexed) for indexed in entries for key in dict.fromkeys(keys_of(indexed)) if key)


def _grouped(pairs: Iterable[tuple[str, Value]]) -> dict[str, tuple[Value, ...]]:
    lists: defaultdict[str, list[Value]] = defaultdict(list)
    for key, value in pairs:
        lists[key].append(value)
    return {key: tuple(values) for key, values in lists.items()}
