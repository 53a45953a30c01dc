"""Gathering from the store what a draft states. Rules 2 and 3 of the house are kept here: without evidence that
verifies, or on a register that is stale or missing, there is no draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection

from alerts.evidence import verify_captures
from alerts.facts import DraftFacts
from alerts.law import built_in_law
from alerts.naming import answer_by_decisions
from alerts.recipients import Recipient, RegisterNeed, find_recipient, split_recipient
from alerts.stating import CaseMaterial, evidence_ids, portal_of, state_facts
from crawler.assessment import Assessment, RegisterAnswer
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.errors import DraftError, EvidenceError, UsageError
from crawler.manifest import MANUAL_SOURCE
from crawler.store.drafts import (
    CaseAd,
    CaseSighting,
    LeadingAd,
    Snapshot,
    ads_of_case,
    captures_by_id,
    find_snapshot,
    judged_copy,
    leading_ad,
    newest_register_day,
    sightings_of,
)
from crawler.store.intakes import intakes_of_ads


class Refusal(StrEnum):
    """Why a draft cannot be made."""

    NO_REGISTER = "no_register"
    STALE_REGISTER = "stale_register"
    NEWER_REGISTER = "newer_register"
    """The ad was judged by an older register than the newest."""
    NAME_DECIDED = "name_decided"
    """Since the ad was judged, somebody decided whose the mediator's name is, and the register's answer is another."""
    LICENSED = "licensed"
    """The register's answer does not say that a licence is missing, and the recipient's draft would."""
    NO_OFFER = "no_offer"
    """The text is no ad, and drafts speak of one."""
    NO_EVIDENCE = "no_evidence"
    BROKEN_EVIDENCE = "broken_evidence"
    OTHER = "other"


class DraftRefusedError(DraftError):
    """A draft that rules 2 or 3 refuse, with the reason as a code."""

    def __init__(self, reason: Refusal, message: str) -> None:
        """Keeps the reason."""
        super().__init__(message)
        self.reason = reason


def gather_facts(
    connection: Connection, settings: Settings, case_id: int, recipient_id: str, *, now: datetime
) -> DraftFacts:
    """All that a draft of the case to that recipient states.

    Raises UsageError for an unknown case or recipient, DraftError where the evidence is missing or does not verify
    (rule 2), the register cannot carry such a draft (rule 3), or the text is no ad.
    """
    recipient = find_recipient(recipient_id)
    portal = split_recipient(recipient_id)[1]
    material = read_material(connection, settings, case_id, portal=portal, per_portal=recipient.per_portal)
    if not material.leading.assessment.is_job_ad:
        raise DraftRefusedError(Refusal.NO_OFFER, f"case {case_id}: the text is no ad, and drafts speak of ads")
    require_matter(material.leading.assessment, recipient)
    answer = material.leading.assessment.register
    stale = is_stale(answer, material.snapshot, settings, now=now)
    require_register(answer, material.snapshot, recipient, stale=stale, newest=newest_register_day(connection))
    require_no_decision(connection, settings, material.leading.assessment, recipient, now=now)
    return state_facts(
        material, recipient_id, organisation=settings.file.organisation, law=built_in_law(), now=now, stale=stale
    )


def read_material(
    connection: Connection, settings: Settings, case_id: int, *, portal: str | None = None, per_portal: bool = False
) -> CaseMaterial:
    """Reads the case's ads, sightings and captures and verifies the bytes. Raises DraftError by rule 2.

    For a letter to one portal only the ads there, led by the case's leading ad or the first of them; without a host
    it is the leading ad's portal, or the first one. Raises UsageError where the case has no ad there.
    """
    leading = leading_ad(connection, case_id)
    others = [ad for ad in ads_of_case(connection, case_id) if ad.ad_id != leading.ad.ad_id]
    if per_portal:
        leading, others = _on_portal(connection, leading, others, portal)
    ads = (leading.ad, *others)
    sightings = sightings_of(connection, [ad.ad_id for ad in ads])
    intakes = intakes_of_ads(connection, [ad.ad_id for ad in ads])
    named = evidence_ids(ads, sightings, intakes)
    wanted = set(named) | {sighting.capture_id for sighting in sightings}
    captures = captures_by_id(connection, sorted(wanted))
    used = {capture_id: captures[capture_id] for capture_id in named if capture_id in captures}
    if not set(leading.ad.capture_ids) <= used.keys():
        raise DraftRefusedError(Refusal.NO_EVIDENCE, f"case {case_id}: no evidence, no draft: the ad has no capture")
    try:
        verify_captures(connection, settings.evidence_folder, used.values())
    except EvidenceError as error:
        raise DraftRefusedError(
            Refusal.BROKEN_EVIDENCE, f"case {case_id}: the evidence does not verify: {error}"
        ) from error
    return CaseMaterial(
        case_id=case_id,
        leading=leading,
        ads=tuple(sorted(ads, key=lambda ad: _first_seen(ad, sightings))),
        sightings=tuple(sightings),
        captures=used,
        snapshot=_snapshot(connection, leading.assessment.register),
        intakes=intakes,
    )


def _on_portal(
    connection: Connection, leading: LeadingAd, others: Sequence[CaseAd], portal: str | None
) -> tuple[LeadingAd, list[CaseAd]]:
    # What a person brought may stand nowhere: no portal is told of it.
    by_portal: dict[str, list[CaseAd]] = {}
    for ad in (leading.ad, *others):
        if ad.source != MANUAL_SOURCE:
            by_portal.setdefault(portal_of(ad), []).append(ad)
    if not by_portal:
        raise DraftRefusedError(Refusal.OTHER, "the program saw the ad on no portal: there is nobody to notify")
    chosen = portal or next(iter(by_portal))
    if chosen not in by_portal:
        raise UsageError(f"the case has no ad on `{chosen}`; it has some on {', '.join(by_portal)}")
    first, *further = by_portal[chosen]
    return (leading if first is leading.ad else judged_copy(connection, first.ad_id)), further


def require_matter(assessment: Assessment, recipient: Recipient) -> None:
    """Raises DraftError where the ad says nothing that the recipient deals with."""
    said = {indicator.code for indicator in assessment.indicators}
    if recipient.only_with and said.isdisjoint(recipient.only_with):
        raise DraftRefusedError(
            Refusal.OTHER,
            f"the ad says nothing of {', '.join(sorted(recipient.only_with))}, which that letter is about",
        )


def is_stale(answer: RegisterAnswer, snapshot: Snapshot | None, settings: Settings, *, now: datetime) -> bool:
    """The register was too old when the ad was judged, or is by now."""
    if snapshot is None:
        return False
    age = (day_in_belgrade(now) - snapshot.known_on).days
    return answer.stale or age > settings.file.register_stale_after_days


def require_register(
    answer: RegisterAnswer, snapshot: Snapshot | None, recipient: Recipient, *, stale: bool, newest: date | None
) -> None:
    """Raises DraftError where the register cannot carry a draft to that recipient (rule 3).

    `newest` is the day of the newest register: what an older one said may no longer hold.
    """
    if recipient.register_check is RegisterNeed.NONE:
        return
    if snapshot is None or answer.verdict is None:
        raise DraftRefusedError(
            Refusal.NO_REGISTER, "the register was not asked, or its snapshot is missing: import it and reassess"
        )
    if stale:
        raise DraftRefusedError(
            Refusal.STALE_REGISTER,
            f"the register of {snapshot.as_of} is too old for a draft: import a newer one and reassess",
        )
    if newest and newest > snapshot.as_of:
        raise DraftRefusedError(
            Refusal.NEWER_REGISTER,
            f"the ad was judged by the register of {snapshot.as_of}, one of {newest} is there: reassess",
        )
    if recipient.register_check is RegisterNeed.UNLICENSED and not answer.lacks_licence:
        raise DraftRefusedError(
            Refusal.LICENSED, f"the register's answer is `{answer.verdict}`: no draft says that a licence is missing"
        )


def require_no_decision(
    connection: Connection, settings: Settings, assessment: Assessment, recipient: Recipient, *, now: datetime
) -> None:
    """Raises DraftError where a decision on the mediator's name gives another answer than the draft would state."""
    if recipient.register_check is RegisterNeed.NONE:
        return
    today = day_in_belgrade(now)
    stale_after = settings.file.register_stale_after_days
    if answer_by_decisions(connection, assessment, today=today, stale_after_days=stale_after):
        raise DraftRefusedError(
            Refusal.NAME_DECIDED, "somebody decided about the mediator's name after the ad was judged: reassess"
        )


def _snapshot(connection: Connection, answer: RegisterAnswer) -> Snapshot | None:
    if answer.snapshot is None or answer.as_of is None:
        return None
    return find_snapshot(connection, digest=answer.snapshot.removeprefix("sha256:"), as_of=answer.as_of)


def _first_seen(ad: CaseAd, sightings: Iterable[CaseSighting]) -> datetime:
    seen = [sighting.seen_at for sighting in sightings if sighting.ad_id == ad.ad_id]
    if not seen:
        raise DraftRefusedError(Refusal.NO_EVIDENCE, f"{ad.url}: there is no sighting of this ad")
    return seen[0]
