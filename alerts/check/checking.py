"""The answer to a caller's question: what the register, the store and the rules know. Reads, and stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection as DatabaseConnection

from alerts.advice.choosing import Situation, situation_of
from alerts.check.recognising import Given, GivenKind
from alerts.connections import without_echoes
from crawler.assessment import Ad, Assessment, MediatorKind, RegisterAnswer
from crawler.register import Register
from crawler.store.mentions import LinkedCase, MentioningAd, ads_at_address, ads_of_mediator, cases_of_ads
from pipelines.assess import assess, mediator_key, query_of
from pipelines.connections.judging import Connection
from pipelines.connections.lookup import KnownContact, look_up, mentions_written
from pipelines.connections.mentions import Mention, mentions_of
from pipelines.connections.wording import connection_sentence
from pipelines.reading.contacts import contact_countries, find_contacts
from pipelines.reading.places import find_whereabouts
from pipelines.register.identifiers import valid_mb, valid_pib
from pipelines.register.matching import MediatorQuery, match
from pipelines.register.names import name_key
from pipelines.text.phrases import read_text

MOST_CONTACTS = 20
MOST_ADS = 300
SHOWN_ADS = 5
SHOWN_CASES = 10
MOST_NAMES = 3
"""Names under which a contact stands in ads: so many are looked up in the register."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is asked: the register, the store, and the day in Belgrade."""

    register: Register | None
    store: DatabaseConnection
    on: date


@dataclass(frozen=True, slots=True)
class KnownAds:
    """Stored ads that share something, and the cases they belong to."""

    count: int
    is_cut: bool
    """There are more than were looked at."""
    ads: tuple[MentioningAd, ...]
    """The newest few."""
    cases: tuple[LinkedCase, ...]
    """At most `SHOWN_CASES`."""


@dataclass(frozen=True, slots=True)
class CheckedContact:
    """A contact that stored ads name."""

    connection: Connection
    sentence: str
    known: KnownAds


@dataclass(frozen=True, slots=True)
class NamedAnswer:
    """A name under which the contact stands in ads, and what the register says to it."""

    name: str
    answer: RegisterAnswer


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that is known of what was given."""

    given: Given
    answer: RegisterAnswer
    """The register's."""
    situation: Situation
    ad: Ad | None = None
    assessment: Assessment | None = None
    """Of a text; None for a contact or a name."""
    contacts: tuple[CheckedContact, ...] = ()
    names: tuple[NamedAnswer, ...] = ()
    same: KnownAds | None = field(default=None)
    """Ads at the address, or under the name, that was given; None where nothing of the kind is known."""


def check_ad(given: Given, ad: Ad, grounds: Grounds) -> Checked:
    """Judges a text, or the words of a page or picture."""
    judged = assess(ad, grounds.register, on=grounds.on)
    same = _of_mediator(grounds.store, mediator_key(judged)) if judged.mediator.name else None
    answer, destinations = judged.register, judged.destinations
    if not judged.is_job_ad:
        # Judging listens to such a text for danger only; whoever calls is told what its contacts and places are.
        answer = match(query_of(judged.mediator, judged.contacts), grounds.register, on=grounds.on)
        hints = contact_countries(judged.contacts)
        destinations = find_whereabouts(read_text(ad.full_text), hints=hints).destinations
    return Checked(
        given=given,
        answer=answer,
        situation=situation_of(answer, judged, destinations),
        ad=ad,
        assessment=judged,
        contacts=_contacts(grounds.store, mentions_of(judged.contacts, ad.full_text)),
        same=same,
    )


def check_line(given: Given, grounds: Grounds) -> Checked:
    """Looks up a contact, an address, a firm's number or a name."""
    contacts = _contacts(grounds.store, mentions_written(given.text) if given.kind is not GivenKind.NUMBER else ())
    answer = match(_query(given), grounds.register, on=grounds.on)
    destinations = dict.fromkeys(country for one in contacts for country in one.connection.destinations)
    return Checked(
        given=given,
        answer=answer,
        situation=situation_of(answer, None, destinations),
        contacts=contacts,
        names=tuple(_names(contacts, grounds)),
        same=_same(given, grounds.store),
    )


def load_rules() -> None:
    """Loads what is loaded once: the first check takes two seconds less."""
    assess(Ad("Potrebni radnici, Nemačka. Plata 1 evro."), None, on=date.min)


def _query(given: Given) -> MediatorQuery:
    if given.kind is GivenKind.NAME:
        return MediatorQuery(name=given.text, kind=MediatorKind.AGENCY)
    if given.kind is GivenKind.NUMBER:
        digits = "".join(given.text.split())
        return MediatorQuery(pib=valid_pib(digits), mb=valid_mb(digits))
    found = find_contacts(read_text(given.text))
    return MediatorQuery(phones=found.phones, emails=found.emails, urls=found.urls)


def _same(given: Given, store: DatabaseConnection) -> KnownAds | None:
    if given.kind is GivenKind.NAME:
        return _of_mediator(store, name_key(given.text))
    if given.kind is GivenKind.ADDRESS:
        return _known(store, ads_at_address(store, given.text, limit=MOST_ADS))
    return None


def _of_mediator(store: DatabaseConnection, key: str) -> KnownAds | None:
    return _known(store, ads_of_mediator(store, key, limit=MOST_ADS)) if key else None


def _contacts(store: DatabaseConnection, mentions: Sequence[Mention]) -> tuple[CheckedContact, ...]:
    found = without_echoes(look_up(store, mentions[:MOST_CONTACTS]))
    return tuple(_checked(store, one) for one in found)


def _checked(store: DatabaseConnection, one: KnownContact) -> CheckedContact:
    newest = sorted(one.ads, key=lambda ad: ad.last_seen, reverse=True)
    known = _known(store, newest, links=not one.connection.is_shared)
    return CheckedContact(one.connection, connection_sentence(one.connection), known or KnownAds(0, False, (), ()))


def _known(store: DatabaseConnection, ads: Sequence[MentioningAd], *, links: bool = True) -> KnownAds | None:
    if not ads:
        return None
    by_ad = {ad.ad_id: ad for ad in reversed(ads)}
    shown = sorted(by_ad.values(), key=lambda ad: ad.last_seen, reverse=True)[:SHOWN_ADS]
    cases = cases_of_ads(store, ads) if links else []
    return KnownAds(len(by_ad), len(ads) >= MOST_ADS, tuple(shown), tuple(cases[:SHOWN_CASES]))


def _names(contacts: Iterable[CheckedContact], grounds: Grounds) -> Iterable[NamedAnswer]:
    """The register's answer to the names of what connects; a shared contact says nothing about anybody."""
    telling = (one.connection for one in contacts if not one.connection.is_shared)
    names = dict.fromkeys(name for connection in telling for name in connection.names)
    for name in list(names)[:MOST_NAMES]:
        query = MediatorQuery(name=name, kind=MediatorKind.AGENCY)
        yield NamedAnswer(name, match(query, grounds.register, on=grounds.on))
