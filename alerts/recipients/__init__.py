"""Recipients of drafts: each is a folder beside, with `recipient.yml`, `template.txt` and the expected texts.

Adding a recipient touches one folder; nothing here knows any of them by name.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alerts.law import Topic
from crawler.errors import ConfigError, UsageError
from crawler.yaml_data import parse_yaml

FOLDER = Path(__file__).parent
MANIFEST = "recipient.yml"
TEMPLATE = "template.txt"
LONGEST_RECIPIENT = 60
"""Characters that the store keeps of it."""


class DraftKind(StrEnum):
    """What is laid before the recipient."""

    COMPLAINT = "complaint"
    COPY = "copy"
    """For the information of an authority beside the one that is asked to act."""
    PETITION = "petition"
    """To a body that gives opinions."""
    REFERRAL = "referral"
    """To police or prosecutor."""
    ASSISTANCE = "assistance"
    """To those who help people."""
    NOTICE = "notice"
    """To whoever shows the ad."""


class RegisterNeed(StrEnum):
    """What a draft to this recipient needs the register to have said (rule 3 of the house)."""

    UNLICENSED = "unlicensed"
    """A fresh register knows no valid licence."""
    FRESH = "fresh"
    """A fresh register was asked, whatever it said."""
    NONE = "none"
    """The draft is about something else; it says what is known, or that nothing was checked."""


class PartnerContact(BaseModel):
    """An organisation that helps people in one country."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    phone: str | None = None


class Recipient(BaseModel):
    """One recipient, as its manifest states it. Serbian is written in Latin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Short, for lists."""
    authority: str
    """Full name, as a letter is addressed."""
    address: str | None
    """None: not confirmed by anybody yet, so it is left out of letters."""
    kind: DraftKind
    topics: frozenset[Topic]
    """What it deals with: by it the rules of law choose provisions."""
    register_check: RegisterNeed
    subject: str
    """What stands after PREDMET."""
    measures: tuple[str, ...] = Field(min_length=1)
    """What the recipient is asked to do, as sentence parts that follow "predlažemo"."""
    per_portal: bool = False
    """A letter to whoever runs one portal, about that portal's copies only: `ID:HOST` names it."""
    only_with: frozenset[str] = frozenset()
    """Indicators of which the ad must say one; none: any ad."""
    partners: dict[str, tuple[PartnerContact, ...]] = {}
    """By country of work (ISO 3166-1 alpha-2), whom the letter names as helping there."""
    source: str
    """Where the competence, name and address were read."""
    read: str
    """When they were read: a day, or the season of a year."""


def load_recipients(folder: Path = FOLDER) -> dict[str, Recipient]:
    """All recipients by id (the name of the folder). Raises ConfigError naming what cannot be used."""
    return {path.parent.name: _load(path) for path in sorted(folder.glob(f"*/{MANIFEST}"))}


@cache
def built_in_recipients() -> dict[str, Recipient]:
    """The recipients that ship with the program."""
    return load_recipients()


def find_recipient(recipient: str) -> Recipient:
    """The recipient of that id, which may name a portal (`ID:HOST`). Raises UsageError with the known ones."""
    if len(recipient) > LONGEST_RECIPIENT:
        raise UsageError(f"`{recipient[:LONGEST_RECIPIENT]}…` is too long for a recipient")
    known = built_in_recipients()
    recipient_id, portal = split_recipient(recipient)
    if recipient_id not in known:
        raise UsageError(f"there is no recipient `{recipient_id}`; known: {', '.join(known)}")
    if portal is not None and not known[recipient_id].per_portal:
        raise UsageError(f"`{recipient_id}` is no letter to a portal: `{portal}` means nothing there")
    return known[recipient_id]


def title_of(recipient: str) -> str:
    """What lists call it. Raises UsageError as `find_recipient` does."""
    found, portal = find_recipient(recipient), split_recipient(recipient)[1]
    return f"{found.name}: {portal}" if portal else found.name


def split_recipient(recipient: str) -> tuple[str, str | None]:
    """Id (the name of the folder) and host of the portal; None where none is named."""
    recipient_id, colon, portal = recipient.partition(":")
    return recipient_id, portal if colon else None


def _load(path: Path) -> Recipient:
    place = f"{path.parent.name}/{path.name}"
    if not path.with_name(TEMPLATE).is_file():
        raise ConfigError(f"{place}: {TEMPLATE} is missing beside it")
    try:
        return Recipient.model_validate(parse_yaml(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{place} cannot be read: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{place}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
