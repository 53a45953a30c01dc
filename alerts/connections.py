"""A case's connections: contacts of its ads that stand in ads of other offers or under other names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection as DatabaseConnection

from crawler.store.mentions import LinkedCase, cases_of_ads, mentions_of_case
from pipelines.connections.judging import Connection
from pipelines.connections.lookup import KnownContact, look_up
from pipelines.connections.mentions import ContactKind, Mention
from pipelines.connections.wording import connection_sentence

MOST_CONTACTS = 30
MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class CaseConnection:
    """One contact of the case that leads further."""

    connection: Connection
    sentence: str
    cases: tuple[LinkedCase, ...]
    """Other cases with the contact; none where it connects nobody."""
    more_cases: int
    """How many there are besides."""


def connections_of_case(connection: DatabaseConnection, case_id: int) -> tuple[CaseConnection, ...]:
    """What leads from the case to others: what connects first, then what most names share."""
    mentions = [
        Mention(ContactKind(kind), value) for kind, value in mentions_of_case(connection, case_id, limit=MOST_CONTACTS)
    ]
    known = [one for one in look_up(connection, mentions) if leads_further(one.connection)]
    told = sorted(without_echoes(known), key=_weight)
    return tuple(_of_case(connection, one, case_id) for one in told)


def leads_further(found: Connection) -> bool:
    """It stands in other offers, or in this one under several names."""
    return len(found.series) > 1 or len(found.names) > 1


def without_echoes(known: Sequence[KnownContact]) -> list[KnownContact]:
    """Without domains that stand only in ads that a mailbox there connects already."""
    by_mailbox = {
        (one.connection.value.rpartition("@")[2], ad.ad_id)
        for one in known
        if one.connection.kind is ContactKind.EMAIL
        for ad in one.ads
    }
    return [
        one
        for one in known
        if one.connection.kind is not ContactKind.DOMAIN
        or any((one.connection.value, ad.ad_id) not in by_mailbox for ad in one.ads)
    ]


def _of_case(connection: DatabaseConnection, known: KnownContact, case_id: int) -> CaseConnection:
    found = known.connection
    linked = [] if found.is_shared else cases_of_ads(connection, known.ads)
    others = [case for case in linked if case.id != case_id]
    return CaseConnection(
        found, connection_sentence(found), tuple(others[:MOST_CASES]), max(len(others) - MOST_CASES, 0)
    )


def _weight(known: KnownContact) -> tuple[bool, int, int, str]:
    found = known.connection
    return found.is_shared, -len(found.names), -found.ads, found.value
