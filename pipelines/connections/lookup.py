"""Looking contacts up in the store: what is known of each, with the ads behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection as DatabaseConnection

from crawler.assessment import Assessment
from crawler.store.mentions import MentioningAd, ads_that_mention
from pipelines.connections.judging import Connection, connection_of
from pipelines.connections.mentions import ContactKind, Mention, domain_of, mentions_of
from pipelines.reading.contacts import find_contacts
from pipelines.text.phrases import read_text

MOST_ADS = 300
"""Versions that are looked at for one contact: enough to tell a switchboard, few enough for some milliseconds."""
_NAME = re.compile(r"@?(?P<name>(?=\S*[a-z_])[a-z0-9_][\w.]{2,40})")
"""Digits alone are a number, and nobody's name."""
_DOMAIN = re.compile(r"(?:https?://)?[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}(?:/\S*)?")
_SITES = ("telegram", "instagram", "facebook")
_HANDLE = re.compile(rf"(?:{'|'.join(_SITES)}):\S{{2,60}}")


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A contact with all that is known of it."""

    connection: Connection
    ads: tuple[MentioningAd, ...]


def look_up(connection: DatabaseConnection, mentions: Iterable[Mention]) -> list[KnownContact]:
    """Those of the contacts that stored ads name."""
    known = []
    for mention in mentions:
        found = ads_that_mention(connection, mention.kind, mention.value, limit=MOST_ADS)
        summary = connection_of(mention, found, most=MOST_ADS)
        if summary:
            known.append(KnownContact(summary, tuple(found)))
    return known


def connections_of_text(connection: DatabaseConnection, assessment: Assessment, text: str) -> list[Connection]:
    """What is known of the contacts that a text names, which itself is not stored."""
    return [known.connection for known in look_up(connection, mentions_of(assessment.contacts, text))]


def mentions_written(written: str) -> tuple[Mention, ...]:
    """What a person may mean who writes down one contact, in any notation; empty where it is none."""
    text = read_text(written)
    found = mentions_of(find_contacts(text), written)
    folded = text.text.strip()
    if named := _NAME.fullmatch(folded):
        by_site = tuple(Mention(ContactKind.HANDLE, f"{site}:{named['name']}") for site in _SITES)
        return (*by_site, Mention(ContactKind.DOMAIN, folded)) if _DOMAIN.fullmatch(folded) else by_site
    if found:
        # A mailbox was asked for, not everybody else at its domain.
        return tuple(mention for mention in found if mention.kind is not ContactKind.DOMAIN) or found
    if _HANDLE.fullmatch(folded):
        return (Mention(ContactKind.HANDLE, folded),)
    return (Mention(ContactKind.DOMAIN, domain_of(folded)),) if _DOMAIN.fullmatch(folded) else ()
