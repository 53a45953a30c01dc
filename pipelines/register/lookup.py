"""Gathers what the register holds about a mediator: entries by identifier, contact and words. Judges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from crawler.assessment import MediatorKind
from pipelines.register.comparing import Comparison, NameQuery, compare, prepare
from pipelines.register.identifiers import valid_mb, valid_pib
from pipelines.register.index import IndexedEntry, RegisterIndex, domain_of
from pipelines.register.names import Role, parse_name

MOST_PER_WORD = 60
"""Entries looked at for one word; a word that more of them share tells none apart."""
MOST_COMPARED = 5
WHOLE_BRAND = 1_000
"""Outweighs any number of single words."""


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
    contacts: frozenset[int]
    """Positions of entries with one of these phones, e-mails or domains."""
    compared: tuple[Comparison, ...]
    """Best first."""

    @property
    def unknown_identifier(self) -> bool:
        """A valid PIB or MB is given, and no entry has it."""
        given = [key for key in (self.pib and f"pib:{self.pib}", self.mb and f"mb:{self.mb}") if key]
        return bool(given) and not any(key in self.index.by_identifier for key in given)


def look_up(query: MediatorQuery, index: RegisterIndex, on: date) -> Case:
    """Everything that can be looked up for the query; the entries most like it are compared with it."""
    name = prepare(parse_name(query.name or ""), index)
    contacts = _contact_entries(query, index)
    pib, mb = valid_pib(query.pib), valid_mb(query.mb)
    identified = [entry for key in (f"pib:{pib}", f"mb:{mb}") for entry in index.by_identifier.get(key, ())]
    candidates = dict.fromkeys((*_candidates(name, index), *contacts, *identified))
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
        contacts=frozenset(entry.position for entry in contacts),
        compared=tuple(compared),
    )


def _candidates(name: NameQuery, index: RegisterIndex) -> list[IndexedEntry]:
    """All entries whose whole brand stands in the name, then those that share most with it."""
    weights: Counter[IndexedEntry] = Counter()
    for run in name.runs:
        for indexed in index.by_joined.get(run, ())[:MOST_PER_WORD]:
            weights[indexed] += WHOLE_BRAND
    for word, meanings in zip(name.parsed.words, name.meanings, strict=True):
        weight = 1 if word.role in (Role.GENERIC, Role.DESCRIPTIVE, Role.NOISE) else 3
        for key in meanings or (word.key,):
            for indexed in index.by_word.get(key, ())[:MOST_PER_WORD]:
                weights[indexed] += weight
    whole = [indexed for indexed, weight in weights.items() if weight >= WHOLE_BRAND]
    return whole + [indexed for indexed, weight in weights.most_common(MOST_COMPARED) if weight < WHOLE_BRAND]


def _contact_entries(query: MediatorQuery, index: RegisterIndex) -> list[IndexedEntry]:
    keys = [f"phone:{phone}" for phone in query.phones]
    keys += [f"email:{email.lower()}" for email in query.emails]
    keys += [f"domain:{domain}" for address in (*query.emails, *query.urls) if (domain := domain_of(address))]
    found = {entry.position: entry for key in keys for entry in index.by_contact.get(key, ())}
    return list(found.values())
