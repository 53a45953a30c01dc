"""Requests for information: each is a folder beside, with `request.yml`, `template.txt` and the expected texts.

A request belongs to no case. It is drafted here, and a person signs and hands it in; nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from alerts.document import DraftDocument
from alerts.drafting import fill
from alerts.facts import Submitter
from alerts.law import Law, ProvisionStatus
from alerts.script import Script
from alerts.stating import require_submitter, state_submitter
from crawler.config import Organisation
from crawler.errors import UsageError
from crawler.yaml_data import parse_yaml

FOLDER = Path(__file__).parent
REGISTER = "registar_agencija"
LONGEST_REASON = 2000


class RequestManifest(BaseModel):
    """Whom a request is addressed to and what it rests on. Serbian is written in Latin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Short, for lists."""
    authority: str
    address: str
    subject: str
    holds: tuple[str, ...] = Field(min_length=1)
    """Provisions by which the authority keeps what is asked for."""
    basis: tuple[str, ...] = Field(min_length=1)
    """Provisions by which it may be asked."""
    source: str
    """Where the competence, name and address were read."""
    read: str


@dataclass(frozen=True, slots=True)
class RequestProvision:
    """A provision of law as the request cites it."""

    citation: str
    statement: str
    is_confirmed: bool
    """False: no lawyer confirmed it yet, and the letter says so by its wording."""


@dataclass(frozen=True, slots=True)
class RegisterRequest:
    """All that a request for the register states."""

    made_at: datetime
    submitter: Submitter
    authority: str
    address: str
    subject: str
    changes_since: date
    urgent_reason: str | None
    """Why life or freedom of somebody is at stake; None: the ordinary time limit."""
    holding: tuple[RequestProvision, ...]
    basis: tuple[RequestProvision, ...]


def state_request(
    organisation: Organisation, law: Law, *, changes_since: date, urgent_reason: str | None, now: datetime
) -> RegisterRequest:
    """The request for the register of agencies.

    Raises ConfigError naming what the configuration lacks (a letter has no blanks), UsageError for an empty reason.
    """
    require_submitter(organisation, what="the request")
    reason = " ".join(urgent_reason.split()) if urgent_reason is not None else None
    if reason is not None and not 0 < len(reason) <= LONGEST_REASON:
        raise UsageError("an urgent request states why life or freedom of somebody is at stake")
    manifest = load_request(REGISTER)
    return RegisterRequest(
        made_at=now,
        submitter=state_submitter(organisation),
        authority=manifest.authority,
        address=manifest.address,
        subject=manifest.subject,
        changes_since=changes_since,
        urgent_reason=reason,
        holding=_cited(law, manifest.holds),
        basis=_cited(law, manifest.basis),
    )


def request_document(request: RegisterRequest, script: Script) -> DraftDocument:
    """The request as a document."""
    return fill(FOLDER / REGISTER, script, made_at=request.made_at, request=request)


def load_request(request_id: str) -> RequestManifest:
    """The manifest of that request."""
    return RequestManifest.model_validate(parse_yaml((FOLDER / request_id / "request.yml").read_text(encoding="utf-8")))


def _cited(law: Law, ids: tuple[str, ...]) -> tuple[RequestProvision, ...]:
    by_id = {provision.id: provision for provision in law.provisions}
    chosen = [by_id[provision_id] for provision_id in ids]
    return tuple(
        RequestProvision(law.citation(one), one.statement, one.status is ProvisionStatus.CONFIRMED) for one in chosen
    )
