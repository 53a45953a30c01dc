"""What people decided about names, applied to the name asked for: the entries it is confirmed or denied for. Pure.

What follows from it for the register's answer stands in `matching`; how decisions are kept, in `crawler.store.aliases`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from crawler.register import Alias, EntryIdentity, Register, RegisterEntry
from pipelines.register.candidates import candidates_of
from pipelines.register.comparing import Comparison, Fit, compare, prepare
from pipelines.register.index import IndexedEntry, RegisterIndex, build_index, licence_key, name_identity, newest
from pipelines.register.names import ParsedName, Role, parse_name
from pipelines.register.reasons import Decided
from pipelines.text.sentences import Day

TELLING = frozenset((Role.OWN, Role.NUMBER, Role.FOREIGN_TOWN))


@dataclass(frozen=True, slots=True, eq=False)
class DecidedName:
    """One decision, with its entry in this register."""

    alias: Alias
    indexed: IndexedEntry | None
    """None: the register has no such entry any more."""

    @property
    def said(self) -> str:
        """'odluka od 20.11.2026. (Ana Anić)'."""
        return Decided.ON(day=Day.padded(self.alias.decided_on), person=self.alias.person)


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """The decisions that speak of one name, the newest for each entry."""

    confirmed: tuple[DecidedName, ...] = ()
    hedged: tuple[DecidedName, ...] = ()
    """Confirmed, but the name asked for states another town or legal form."""
    denied: tuple[DecidedName, ...] = ()

    def denies(self, indexed: IndexedEntry) -> DecidedName | None:
        """The decision that the name is not this entry's."""
        return next((one for one in self.denied if one.indexed is indexed), None)

    def confirms(self, indexed: IndexedEntry) -> DecidedName | None:
        """The decision that the name is this entry's."""
        return next((one for one in self.confirmed if one.indexed is indexed), None)

    @property
    def entries(self) -> list[IndexedEntry]:
        """Entries of this register that some of them speak of, confirmed ones first."""
        decided = (*self.confirmed, *self.hedged, *self.denied)
        return list(dict.fromkeys(one.indexed for one in decided if one.indexed))


@dataclass(frozen=True, slots=True, eq=False)
class _AliasIndex:
    names: RegisterIndex
    """Every decision's name as if it were an entry, in the order of decisions."""
    decided: tuple[DecidedName, ...]


def decisions_on(name: ParsedName, index: RegisterIndex) -> Decisions:
    """The decisions that speak of this name: same words whatever script, case, legal form and trimmings."""
    if not index.register.aliases:
        return Decisions()
    aliases = _alias_index(index)
    asked = prepare(name, aliases.names)
    compared = sorted((compare(asked, found) for found in candidates_of(asked, aliases.names)), key=_age)
    newest_of = {_about(aliases, found): found for found in compared if _speaks_of(name, found, aliases)}
    chosen = [(aliases.decided[found.indexed.position], found) for found in newest_of.values()]
    return Decisions(
        confirmed=tuple(one for one, found in chosen if one.alias.belongs and not _is_strange(found)),
        hedged=tuple(one for one, found in chosen if one.alias.belongs and _is_strange(found)),
        denied=tuple(one for one, _ in chosen if not one.alias.belongs),
    )


def tells_apart(name: str) -> bool:
    """The name has a word of its own: 'Agencija za zapošljavanje' would clear everybody who calls himself that."""
    return any(word.role in TELLING and len(word.key) > 1 for word in parse_name(name).words)


def identity_of(entry: RegisterEntry) -> EntryIdentity:
    """What the entry will be known by in later registers."""
    return EntryIdentity(entry.name, entry.seat, entry.licence_number, entry.pib, entry.mb)


def _age(found: Comparison) -> int:
    return found.indexed.position


def _about(aliases: _AliasIndex, found: Comparison) -> object:
    decided = aliases.decided[found.indexed.position]
    return decided.indexed or decided.alias.entry


def _speaks_of(name: ParsedName, found: Comparison, aliases: _AliasIndex) -> bool:
    if found.fit is not Fit.FULL or found.slips:
        return False
    alias = aliases.decided[found.indexed.position].alias
    if alias.belongs:
        return tells_apart(alias.name)
    # Who is not the agency under a bare name may well be it under its full one: a denial reaches no further.
    return not found.other_form and _towns(name) == _towns(parse_name(alias.name))


def _is_strange(found: Comparison) -> bool:
    return bool(found.other_town or found.other_form or found.foreign)


def _towns(name: ParsedName) -> set[str | None]:
    return {word.town for word in name.words if word.town}


@lru_cache(maxsize=4)
def _alias_index(index: RegisterIndex) -> _AliasIndex:
    register = index.register
    by_name: dict[tuple[str, ...], list[IndexedEntry]] = {}
    for indexed in index.entries:
        by_name.setdefault(name_identity(indexed.entry), []).append(indexed)
    decided = tuple(DecidedName(alias, _find(alias.entry, index, by_name)) for alias in register.aliases)
    names = tuple(_as_entry(alias) for alias in register.aliases)
    return _AliasIndex(build_index(Register(names, register.as_of, register.snapshot)), decided)


def _as_entry(alias: Alias) -> RegisterEntry:
    """The name as an entry: at the seat it states itself, else at that of the agency."""
    return RegisterEntry(alias.name, seat=None if _towns(parse_name(alias.name)) else alias.entry.seat)


def _find(
    known: EntryIdentity, index: RegisterIndex, by_name: dict[tuple[str, ...], list[IndexedEntry]]
) -> IndexedEntry | None:
    """The entry with the same PIB, else MB, name, or licence number, and none of these numbers another one."""
    named = by_name.get(name_identity(RegisterEntry(known.name, seat=known.seat)), ())
    for hits in (*_identified(known, index), named, _licensed(known, index)):
        same = [indexed for indexed in hits if not _is_another(known, indexed.entry)]
        if same:
            return newest(same)
    return None


def _identified(known: EntryIdentity, index: RegisterIndex) -> Iterator[tuple[IndexedEntry, ...]]:
    for key in (known.pib and f"pib:{known.pib}", known.mb and f"mb:{known.mb}"):
        yield index.by_identifier.get(key, ()) if key else ()


def _licensed(known: EntryIdentity, index: RegisterIndex) -> tuple[IndexedEntry, ...]:
    number = known.licence_number
    return index.by_identifier.get(f"licence:{licence_key(number)}", ()) if number else ()


def _is_another(known: EntryIdentity, entry: RegisterEntry) -> bool:
    pairs = ((known.pib, entry.pib), (known.mb, entry.mb))
    return any(one and other and one != other for one, other in pairs)
