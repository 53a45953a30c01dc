"""The contacts of an ad as keys that other ads may share. Pure; what a shared one means stands in `judging`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.assessment import Contacts
from pipelines.packaged import RuleData, load_packaged
from pipelines.reading.accounts import find_accounts
from pipelines.reading.mailboxes import is_free_mailbox

LONGEST_VALUE = 200
"""Longest key that the store keeps."""
_NUMBER = re.compile(r"\+\d{6,15}")


class ContactKind(StrEnum):
    """What can be shared."""

    PHONE = "phone"
    """E.164."""
    EMAIL = "email"
    """Lower case."""
    HANDLE = "handle"
    """`telegram:name`, `instagram:name`, `facebook:name`."""
    ACCOUNT = "account"
    """A bank account, see `pipelines.reading.accounts`."""
    DOMAIN = "domain"
    """A domain of its own, of a mailbox or a page."""
    IMAGE = "image"
    """Hash of the oldest picture like an ad's flyer (`pipelines.flyers.stored.flyer_keys`)."""


class Mention(NamedTuple):
    """A contact that an ad names."""

    kind: ContactKind
    value: str


class Platforms(RuleData):
    """Domains that are nobody's own."""

    domains: frozenset[str]


@cache
def platforms() -> frozenset[str]:
    """Domains of portals, social networks and link shorteners: being there connects nobody."""
    return load_packaged(Path(__file__).with_name("platforms.yml"), Platforms).domains


def mentions_of(contacts: Contacts, text: str = "") -> tuple[Mention, ...]:
    """All that may connect the ad with others, each once; `text` is searched for bank accounts."""
    return tuple(dict.fromkeys(mention for mention in _mentions(contacts, text) if len(mention.value) <= LONGEST_VALUE))


def _mentions(contacts: Contacts, text: str) -> Iterator[Mention]:
    for phone in contacts.phones:
        yield Mention(ContactKind.PHONE, phone)
    for handle in contacts.handles:
        # A number on Viber or WhatsApp is that number.
        name = handle.partition(":")[2]
        yield Mention(ContactKind.PHONE, name) if _NUMBER.fullmatch(name) else Mention(ContactKind.HANDLE, handle)
    for email in contacts.emails:
        yield Mention(ContactKind.EMAIL, email)
    for account in find_accounts(text):
        yield Mention(ContactKind.ACCOUNT, account)
    mailboxes = (email.rpartition("@")[2] for email in contacts.emails)
    for domain in (*mailboxes, *map(domain_of, contacts.urls)):
        if domain and not is_free_mailbox(domain) and not is_platform(domain):
            yield Mention(ContactKind.DOMAIN, domain)


def domain_of(url: str) -> str:
    """The host of an address, lower case and without `www.`; empty where it has none."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        return ""
    return (host or "").removeprefix("www.").strip(".")


def is_platform(domain: str) -> bool:
    """The domain, or one that it stands below, is a platform's."""
    parts = domain.split(".")
    return any(".".join(parts[start:]) in platforms() for start in range(len(parts)))
