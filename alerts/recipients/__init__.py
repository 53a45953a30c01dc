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


class DraftKind(StrEnum):
    """What is laid before the recipient."""

    COMPLAINT = "complaint"
    REFERRAL = "referral"


class RegisterNeed(StrEnum):
    """What a draft to this recipient needs the register to have said (rule 3 of the house)."""

    UNLICENSED = "unlicensed"
    """A fresh register knows no valid licence."""
    FRESH = "fresh"
    """A fresh register was asked, whatever it said."""
    NONE = "none"
    """The draft is about something else; it says what is known, or that nothing was checked."""


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


def find_recipient(recipient_id: str) -> Recipient:
    """The recipient of that id. Raises UsageError with the known ones."""
    known = built_in_recipients()
    if recipient_id not in known:
        raise UsageError(f"there is no recipient `{recipient_id}`; known: {', '.join(known)}")
    return known[recipient_id]


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
