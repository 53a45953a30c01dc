"""Gathers what the register holds about a mediator: entries by identifier, contact and words. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from crawler.assessment import MediatorKind
from pipelines.register.aliases import Decisions, decisions_on
from pipelines.register.candidates import candidates_of
from pipelines.register.comparing import Comparison, NameQuery, compare, prepare
from pipelines.register.identifiers import valid_mb, valid_pib
from pipelines.register.index import IndexedEntry, RegisterIndex, domain_of
from pipelines.register.names import parse_name


@dataclass(frozen=True, slots=True)
class MediatorQuery:
    """What is known about a mediator; None and empty mean not stated."""

    name: str | None = None
    pib: str | None = None
    mb: str | None = None
    licence: str | None = None
    phones: tuple[str, ...] = ()
    """E.164."""
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    kind: MediatorKind = MediatorKind.UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A query with all that was looked up for it."""

    query: MediatorQuery
    index: RegisterIndex
    on: date
    pib: str | None
    mb: str | None
    name: NameQuery
    contacts: tuple[frozenset[int], ...]
    """For each phone, e-mail and domain that the register knows: positions of the entries that have it."""
    reached: frozenset[int]
    """Positions of the entries that a reader of the ad would reach, by phone or mail; by a bare link only where the ad
    gives neither: anybody can link to an agency."""
    compared: tuple[Comparison, ...]
    """Best first."""
    decisions: Decisions
    """People's, on this name."""

    @property
    def known_contacts(self) -> frozenset[int]:
        """Positions of entries with one of these phones, e-mails or domains."""
        return frozenset().union(*self.contacts)

    def names_another(self, indexed: IndexedEntry) -> bool:
        """A contact is that of other entries and not of this one."""
        return any(indexed.position not in having for having in self.contacts)

    def is_borne_out(self, indexed: IndexedEntry) -> bool:
        """Whoever answers the ad reaches this entry, and no other."""
        return indexed.position in self.reached and not self.names_another(indexed)

    @property
    def unknown_identifier(self) -> bool:
        """A valid PIB or MB is given, and no entry has it."""
        given = [key for key in (self.pib and f"pib:{self.pib}", self.mb and f"mb:{self.mb}") if key]
        return bool(given) and not any(key in self.index.by_identifier for key in given)


def look_up(query: MediatorQuery, index: RegisterIndex, on: date) -> Case:
    """Everything that can be looked up for the query; the entries most like it are compared with it."""
    name = prepare(parse_name(query.name or ""), index)
    phones_and_mail = _having(_direct_keys(query), index)
    linked = _having([f"domain:{domain}" for url in query.urls if (domain := domain_of(url))], index)
    pib, mb = valid_pib(query.pib), valid_mb(query.mb)
    identified = [entry for key in (f"pib:{pib}", f"mb:{mb}") for entry in index.by_identifier.get(key, ())]
    reached = phones_and_mail if query.phones or query.emails else linked
    in_touch = [index.entries[position] for having in (*phones_and_mail, *linked) for position in sorted(having)]
    decisions = decisions_on(name.parsed, index)
    candidates = dict.fromkeys((*candidates_of(name, index), *in_touch, *identified, *decisions.entries))
    compared = sorted(
        (compare(name, indexed) for indexed in candidates),
        key=lambda comparison: (-comparison.fit, -comparison.score, comparison.indexed.position),
    )
    return Case(
        query=query,
        index=index,
        on=on,
        pib=pib,
        mb=mb,
        name=name,
        contacts=(*phones_and_mail, *linked),
        reached=frozenset().union(*reached),
        compared=tuple(compared),
        decisions=decisions,
    )


def _direct_keys(query: MediatorQuery) -> list[str]:
    keys = [f"phone:{phone}" for phone in query.phones]
    keys += [f"email:{email.lower()}" for email in query.emails]
    return keys + [f"domain:{domain}" for email in query.emails if (domain := domain_of(email))]


def _having(keys: Iterable[str], index: RegisterIndex) -> tuple[frozenset[int], ...]:
    """Positions of the entries that have each of them, without those that nobody has."""
    found = (index.by_contact.get(key, ()) for key in keys)
    return tuple(frozenset(entry.position for entry in entries) for entries in found if entries)
