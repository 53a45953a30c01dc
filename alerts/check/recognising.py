"""What a person pasted: a phone, another contact, an address, a number of a firm, a name, or the text of an offer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.connections.lookup import mentions_written
from pipelines.connections.mentions import ContactKind
from pipelines.judging.hard_triggers import find_triggers
from pipelines.reading.classifying import offers_work
from pipelines.text.phrases import read_text

LONGEST_LINE = 120
"""Characters; what is longer, or has several lines, is a text, unless it is an address."""
WORDS_OF_A_CONTACT = 2
"""Beside the contact itself: `viber`, `tel.`."""
FEW_WORDS, MOST_WORDS = 4, 8
"""Of a name, however it is written, and of one whose words begin with capitals."""

_ADDRESS = re.compile(r"(?:https?://\S+|(?:www\.)?(?:[\w-]{1,63}\.)+[a-z]{2,24}(?::\d+)?(?:/\S*)?)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class GivenKind(StrEnum):
    """What it was taken for."""

    PHONE = "phone"
    CONTACT = "contact"
    """A mailbox, an account on a network, or at a bank."""
    ADDRESS = "address"
    NUMBER = "number"
    """PIB or matični broj."""
    NAME = "name"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Given:
    """What was pasted, and what it is."""

    kind: GivenKind
    text: str
    """As given, without space around it; an address with its scheme."""


def recognise(written: str, *, is_text: bool = False) -> Given:
    """What this is. `is_text`: a person says that it is the text of an offer, whatever it looks like."""
    text = written.strip()
    if is_text:
        return Given(GivenKind.TEXT, text)
    if _ADDRESS.fullmatch(text):
        return Given(GivenKind.ADDRESS, text if "://" in text else f"https://{text}")
    if "\n" in text or len(text) > LONGEST_LINE:
        return Given(GivenKind.TEXT, text)
    return Given(_kind_of_line(text), text)


def _kind_of_line(text: str) -> GivenKind:
    kinds = {mention.kind for mention in mentions_written(text)}
    digits = text.replace(" ", "")
    if digits.isdecimal() and len(digits) in (8, 9) and ContactKind.PHONE not in kinds:
        return GivenKind.NUMBER
    words = _LETTERS.findall(text)
    is_bare = len(text.split()) == 1
    if ContactKind.PHONE in kinds and len(words) <= WORDS_OF_A_CONTACT:
        return GivenKind.PHONE
    if (ContactKind.EMAIL in kinds and is_bare) or ContactKind.ACCOUNT in kinds or text.startswith("@"):
        return GivenKind.CONTACT
    return GivenKind.NAME if _is_name(text) else GivenKind.TEXT


def _is_name(text: str) -> bool:
    """Few words that neither offer work nor tell of danger."""
    words = text.split()
    capitals = sum(word[0].isupper() or not word[0].isalpha() for word in words)
    if not 0 < len(words) <= (MOST_WORDS if capitals > len(words) / 2 else FEW_WORDS) or text.endswith(("?", "!")):
        return False
    read = read_text(text)
    return not offers_work(read) and not find_triggers(read, offers_work=False, is_abroad=lambda: False)
