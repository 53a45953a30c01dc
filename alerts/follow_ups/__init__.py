"""Follow-ups on what was filed: each is a folder beside, with `letter.yml`, `template.txt` and the expected texts.

What was filed, and when an answer is due, is the caller's; a person signs and hands the letter in; nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from alerts.document import DraftDocument, Verbatim
from alerts.drafting import fill
from alerts.facts import CitedProvision, Submitter
from alerts.law import CaseTraits, Law, Part
from alerts.recipients import DraftKind, find_recipient, split_recipient
from alerts.script import Script
from alerts.stating import cite, require_submitter, state_submitter
from crawler.belgrade import day_in_belgrade
from crawler.config import Organisation
from crawler.errors import UsageError
from crawler.yaml_data import parse_yaml

FOLDER = Path(__file__).parent
REMINDER = "pozurnica"


class FiledWords(BaseModel):
    """How a filed letter is called in a sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    whom: str
    """Accusative."""
    by: str
    """Locative."""


class FollowUpManifest(BaseModel):
    """What a follow-up is called and speaks of. Serbian is written in Latin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Short, for lists."""
    subject: str
    filed: dict[DraftKind, FiledWords]
    source: str
    read: str


@dataclass(frozen=True, slots=True)
class FiledComplaint:
    """What a person recorded about a filing that no answer came to."""

    recipient: str
    """As it was drafted to: a folder of `alerts/recipients/`, with a portal's host where it was one."""
    number: str
    """Our own number of what was filed."""
    channel: str
    """How it was filed, in Serbian, as it stands after "podneto"."""
    filed_on: date
    reference: str | None
    """The authority's number; None: not known."""
    answer_due: date
    portal: str | None = None
    """Host of the portal, where it was a letter to whoever runs one."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """All that a follow-up states."""

    made_at: datetime
    submitter: Submitter
    authority: str
    addressee: Verbatim | None
    address: str | None
    subject: str
    number: Verbatim
    filed_on: date
    filed_whom: str
    filed_by: str
    channel: str
    reference: Verbatim | None
    answer_due: date
    provisions: tuple[CitedProvision, ...]


def state_follow_up(filed: FiledComplaint, *, organisation: Organisation, law: Law, now: datetime) -> FollowUp:
    """The follow-up on a filing whose answer is overdue.

    Raises ConfigError naming what the configuration lacks (a letter has no blanks), UsageError while there is still
    time to answer, or for an unknown recipient.
    """
    require_submitter(organisation, what="the follow-up")
    if filed.answer_due >= day_in_belgrade(now):
        raise UsageError(f"the answer may come until {filed.answer_due}: no follow-up before")
    if not filed.channel.strip():
        raise UsageError("a follow-up says how the complaint was filed")
    recipient, manifest = find_recipient(filed.recipient), load_follow_up(REMINDER)
    words, portal = manifest.filed[recipient.kind], filed.portal or split_recipient(filed.recipient)[1]
    return FollowUp(
        made_at=now,
        submitter=state_submitter(organisation),
        authority=recipient.authority,
        addressee=Verbatim(portal) if portal else None,
        address=recipient.address,
        subject=manifest.subject,
        number=Verbatim(filed.number),
        filed_on=filed.filed_on,
        filed_whom=words.whom,
        filed_by=words.by,
        channel=filed.channel.strip(),
        reference=Verbatim(filed.reference) if filed.reference else None,
        answer_due=filed.answer_due,
        provisions=cite(law, law.choose(Part.NOTICE, CaseTraits(topics=recipient.topics))),
    )


def follow_up_document(letter: FollowUp, script: Script) -> DraftDocument:
    """The follow-up as a document."""
    return fill(FOLDER / REMINDER, script, made_at=letter.made_at, letter=letter)


@cache
def load_follow_up(follow_up_id: str) -> FollowUpManifest:
    """The manifest of that follow-up."""
    path = FOLDER / follow_up_id / "letter.yml"
    return FollowUpManifest.model_validate(parse_yaml(path.read_text(encoding="utf-8")))
