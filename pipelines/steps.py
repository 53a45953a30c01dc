"""The night's steps of understanding: grouping new ads into series, and judging them. What decides lies beside.

Each step commits whole batches and finds by itself what is left to do, so it may be killed and run again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from crawler.assessment import Ad, Assessment, RiskLevel
from crawler.night import Night, StepReport
from crawler.register import Register
from crawler.store.assessments import (
    NewAssessment,
    Pending,
    UnassessedAd,
    count_unassessed,
    save_assessments,
    unassessed_ads,
)
from crawler.store.engine import reading
from crawler.store.locks import Lock, take_lock
from crawler.store.register import newest_snapshot
from crawler.store.series import count_ungrouped, ungrouped_ads
from pipelines.assess import RULES_VERSION, assess, mediator_key
from pipelines.series.grouping import PreparedAds
from pipelines.series.stored import group_ads

BATCH = 200
"""Ads a transaction: on SQLite the desk waits some tenths of a second for it at most."""
BELGRADE = ZoneInfo("Europe/Belgrade")


def group_new_ads(night: Night) -> StepReport:
    """Puts every ad whose current version has no signature into a series. Counts: ads, joined, new_series, merged."""
    counts: Counter[str] = Counter(ads=0, joined=0, new_series=0, merged=0)
    with reading(night.engine) as connection:
        total = count_ungrouped(connection)
    prepared = PreparedAds()
    while _group_batch(night, prepared, counts):
        night.progress("grouping ads", counts["ads"], max(total, counts["ads"]))
    return StepReport(dict(counts))


def assess_new_ads(night: Night) -> StepReport:
    """Judges every current version that was not judged on the current basis. Counts: ads, flagged, and by level.

    The basis is the rules and the newest register as of the night's day: its staleness and licences run out by then.
    """
    on = night.now.astimezone(BELGRADE).date()
    with reading(night.engine) as connection:
        register = newest_snapshot(connection, on=on, stale_after_days=night.settings.file.register_stale_after_days)
        basis = basis_of(register, on=on)
        total = sum(count_unassessed(connection, pending, basis=basis.key) for pending in Pending)
    counts: Counter[str] = Counter(ads=0, flagged=0, low=0, medium=0, high=0, critical=0)
    for pending in Pending:
        while judged := _assess_batch(night, basis, pending):
            counts.update(_counted(judged))
            night.progress("assessing ads", counts["ads"], max(total, counts["ads"]))
    return StepReport(dict(counts))


def reassess(night: Night) -> StepReport:
    """Judges all current versions on the current basis; those already judged on it stay as they are."""
    return assess_new_ads(night)


@dataclass(frozen=True, slots=True)
class Basis:
    """What judgements rest on."""

    register: Register | None
    on: date
    key: str
    """Hash of rules version, register snapshot, staleness, and the licence that ran out last; 16 hex digits."""


def basis_of(register: Register | None, *, on: date) -> Basis:
    """The basis of judgements made on that day with that register."""
    facts = [RULES_VERSION]
    if register is not None:
        facts += [register.snapshot, register.as_of.isoformat(), "stale" if register.is_stale(on=on) else "fresh"]
        # A licence that runs out changes the answer though the register's file stays the same.
        expired = [str(entry.valid_until) for entry in register.entries if entry.is_expired(on=on)]
        facts.append(max(expired, default="none expired"))
    return Basis(register, on, hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16])


def _group_batch(night: Night, prepared: PreparedAds, counts: Counter[str]) -> bool:
    """Groups some ads; False where none was left."""
    with night.engine.begin() as connection:
        # Two processes that met copies of one new ad at the same moment would open two series.
        take_lock(connection, Lock.SERIES)
        found = ungrouped_ads(connection, limit=BATCH)
        grouping = group_ads(connection, found, prepared, now=night.now)
    counts.update(
        ads=len(found),
        joined=sum(placed.ground is not None for placed in grouping.placed),
        new_series=len(grouping.opened),
        merged=len(grouping.merges),
    )
    return bool(found)


def _assess_batch(night: Night, basis: Basis, pending: Pending) -> list[Assessment]:
    # Judging takes long and happens outside the transaction that writes, so that nobody waits for it.
    with reading(night.engine) as connection:
        found = unassessed_ads(connection, pending, basis=basis.key, limit=BATCH)
    judged = [assess(_ad(ad), basis.register, on=basis.on) for ad in found]
    new = [
        NewAssessment(ad.ad_id, ad.version_id, mediator_key(assessment), assessment)
        for ad, assessment in zip(found, judged, strict=True)
    ]
    with night.engine.begin() as connection:
        save_assessments(connection, new, basis=basis.key, now=night.now)
    return judged


def _ad(stored: UnassessedAd) -> Ad:
    return Ad(
        text=stored.text,
        id=str(stored.ad_id),
        title=stored.title,
        url=stored.url,
        organization=stored.organization,
        contact=stored.contact,
        published_on=stored.published_on,
    )


def _counted(judged: Sequence[Assessment]) -> Counter[str]:
    counts = Counter(assessment.risk.level.value for assessment in judged)
    flagged = sum(assessment.risk.level is not RiskLevel.LOW for assessment in judged)
    return counts + Counter(ads=len(judged), flagged=flagged)
