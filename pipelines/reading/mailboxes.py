"""Domains where anybody can have a mailbox: an address there tells nothing about who writes."""

from __future__ import annotations

import re

_PROVIDERS = (
    "gmail|googlemail|yahoo|ymail|rocketmail|hotmail|outlook|live|msn|icloud|me|mail|inbox|list|bk|yandex|proton|protonmail|gmx|web"
    "|aol|tutanota|zoho|zohomail|seznam|email|centrum|post|wp|o2|interia|onet"
    "|eunet|ptt|open\\.telekom|sbb|mts|verat|beotel|sezampro"
)
_FREE = re.compile(rf"(?:{_PROVIDERS})\.[a-z.]{{2,6}}")


def is_free_mailbox(domain: str) -> bool:
    """The domain (lower case) is that of a provider of mailboxes, under whatever country."""
    return _FREE.fullmatch(domain) is not None
