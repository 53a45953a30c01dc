"""The night's steps of understanding: grouping new ads into series, and judging them. What decides lies beside.

Each step commits whole batches and finds by itself what is left to do, so it may be killed and run again.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from crawler.assessment import Ad, Assessment, RiskLevel
from crawler.belgrade import day_in_belgrade
from crawler.errors import AdwatchError
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
from crawler.store.images import texts_of_versions, want_pictures
from crawler.store.locks import Lock, take_lock
from crawler.store.register import newest_snapshot
from crawler.store.series import count_ungrouped, ungrouped_ads
from crawler.store.writing import in_transaction
from pipelines.assess import RULES_VERSION, assess, mediator_key
from pipelines.series.grouping import Grouping, PreparedAds
from pipelines.series.stored import group_ads

logger = logging.getLogger(__name__)
T = TypeVar("T")
BATCH = 200
"""Ads a transaction: on SQLite the desk waits some tenths of a second for it at most."""


def group_new_ads(night: Night) -> StepReport:
    """Puts every ad whose current version has no signature into a series.

    Counts: ads, joined, new_series, merged, failed.
    """
    counts: Counter[str] = Counter(ads=0, joined=0, new_series=0, merged=0, failed=0)
    with reading(night.engine) as connection:
        total = count_ungrouped(connection)
    prepared, after = PreparedAds(), 0
    while last := _group_batch(night, prepared, counts, after=after):
        after = last
        night.progress("grouping ads", counts["ads"], max(total, counts["ads"]))
    return StepReport(dict(counts))


def assess_new_ads(night: Night) -> StepReport:
    """Judges every current version that was not judged on the current basis.

    Counts: ads, flagged, by level, failed, and `verdict_changed`: ads that the register answers otherwise than before.
    The basis is the rules and the newest register as of the night's day: its staleness, licences run out by then, and
    people's decisions on names.
    """
    on = day_in_belgrade(night.now)
    with reading(night.engine) as connection:
        register = newest_snapshot(connection, on=on, stale_after_days=night.settings.file.register_stale_after_days)
        basis = basis_of(register, on=on)
        waits = {pending: count_unassessed(connection, pending, basis=basis.key) for pending in Pending}
    counts: Counter[str] = Counter(ads=0, flagged=0, low=0, medium=0, high=0, critical=0, failed=0, verdict_changed=0)
    for pending, waiting in waits.items():
        after = 0
        while waiting and (judged := _assess_batch(night, basis, pending, after=after)):
            after = judged.last
            counts.update(_counted(judged.assessments))
            counts.update(failed=judged.failed, verdict_changed=judged.verdict_changed)
            night.progress("assessing ads", counts["ads"], max(sum(waits.values()), counts["ads"]))
    return StepReport(dict(counts))


@dataclass(frozen=True, slots=True)
class Basis:
    """What judgements rest on."""

    register: Register | None
    on: date
    key: str
    """16 hex digits: hash of rules version, register snapshot, staleness, the licence that ran out last, and what
    people decided about names.
    """


def basis_of(register: Register | None, *, on: date) -> Basis:
    """The basis of judgements made on that day with that register."""
    facts = [RULES_VERSION]
    if register is not None:
        facts += [register.snapshot, register.as_of.isoformat(), "stale" if register.is_stale(on=on) else "fresh"]
        # A licence that runs out changes the answer though the register's file stays the same.
        expired = [str(entry.valid_until) for entry in register.entries if entry.is_expired(on=on)]
        facts.append(max(expired, default="none expired"))
        facts += [repr(alias) for alias in register.aliases]
    return Basis(register, on, hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16])


def _group_batch(night: Night, prepared: PreparedAds, counts: Counter[str], *, after: int) -> int | None:
    """Groups the next ads and returns the id of the last; None where none was left."""
    with reading(night.engine) as connection:
        found = ungrouped_ads(connection, after=after, limit=BATCH)
    if not found:
        return None
    ids = [ad.ad_id for ad in found]
    whole = _attempt("grouping", ids, lambda: group_batch(night, prepared, ids))
    # Ads of a batch are compared with each other, so who is to blame shows only one by one.
    alone = [] if whole else [_attempt("grouping", [one], partial(group_batch, night, prepared, [one])) for one in ids]
    counts.update(failed=sum(one is None for one in alone))
    for grouping in filter(None, (whole, *alone)):
        counts.update(
            ads=len(grouping.placed),
            joined=sum(placed.ground is not None for placed in grouping.placed),
            new_series=len(grouping.opened),
            merged=len(grouping.merges),
        )
    return ids[-1]


def group_batch(night: Night, prepared: PreparedAds, ids: Sequence[int]) -> Grouping:
    """Groups those of the ads that still wait, all or none."""

    def work(connection: Connection) -> Grouping:
        # Two processes that met copies of one new ad at the same moment would open two series.
        take_lock(connection, Lock.SERIES)
        waiting = ungrouped_ads(connection, after=ids[0] - 1, limit=len(ids))
        return group_ads(connection, [ad for ad in waiting if ad.ad_id in ids], prepared, now=night.now)

    return in_transaction(night.engine, work)


def _assess_batch(night: Night, basis: Basis, pending: Pending, *, after: int) -> _Judged | None:
    """Judges the next ads; None where none was left."""
    # Judging takes long and happens outside the transaction that writes, so that nobody waits for it.
    with reading(night.engine) as connection:
        found = unassessed_ads(connection, pending, basis=basis.key, after=after, limit=BATCH)
        pictures = texts_of_versions(connection, [ad.version_id for ad in found])
    if not found:
        return None
    new = [
        NewAssessment(ad.ad_id, ad.version_id, mediator_key(assessment), assessment, tuple(read))
        for ad in found
        for read in [pictures.get(ad.version_id, {})]
        if (assessment := _attempt("judging", [ad.ad_id], partial(assess, _ad(ad, read), basis.register, on=basis.on)))
    ]

    def save(connection: Connection) -> None:
        save_assessments(connection, new, basis=basis.key, now=night.now)
        want_pictures(connection, [one.version_id for one in new if _is_flagged(one.assessment)])

    in_transaction(night.engine, save)
    changed = _log_changes(found, new) if pending is Pending.OTHER_BASIS else 0
    return _Judged([one.assessment for one in new], len(found) - len(new), changed, found[-1].ad_id)


def _is_flagged(assessment: Assessment) -> bool:
    return assessment.risk.level is not RiskLevel.LOW or assessment.complaint.proposed


def _log_changes(found: Sequence[UnassessedAd], new: Sequence[NewAssessment]) -> int:
    """Names in the log every ad that the register answers otherwise than before; returns how many."""
    before, changed = {ad.ad_id: ad.verdict for ad in found}, 0
    for one in new:
        answer = one.assessment.register
        if answer.verdict != before[one.ad_id]:
            logger.info(
                "verdict changed ad=%d before=%s after=%s register=%s of=%s",
                one.ad_id, before[one.ad_id], answer.verdict, answer.snapshot, answer.as_of,
            )  # fmt: skip
            changed += 1
    return changed


@dataclass(frozen=True, slots=True)
class _Judged:
    """What became of a batch."""

    assessments: list[Assessment]
    failed: int
    verdict_changed: int
    last: int
    """Id of its last ad."""


def _attempt(what: str, ad_ids: Sequence[int], work: Callable[[], T]) -> T | None:
    """What the work gives; None where it failed on these ads, which then wait for the next night."""
    try:
        return work()
    except (SQLAlchemyError, AdwatchError):
        raise
    except Exception as error:  # noqa: BLE001 - the boundary: one ad that nobody foresaw must not end the night for all others
        # Not the message, which may quote the ad.
        at = error.__traceback__ and traceback.extract_tb(error.__traceback__)[-1]
        where = f"{at.name}:{at.lineno}" if at else ""
        logger.error("%s failed ads=%s error=%s at=%s", what, list(ad_ids), type(error).__name__, where)
        return None


def _ad(stored: UnassessedAd, read: Mapping[int, str]) -> Ad:
    return Ad(
        text=stored.text,
        id=str(stored.ad_id),
        title=stored.title,
        url=stored.url,
        organization=stored.organization,
        contact=stored.contact,
        published_on=stored.published_on,
        ocr_texts=tuple(read.values()),
    )


def _counted(judged: Sequence[Assessment]) -> Counter[str]:
    counts = Counter(assessment.risk.level.value for assessment in judged)
    flagged = sum(assessment.risk.level is not RiskLevel.LOW for assessment in judged)
    return counts + Counter(ads=len(judged), flagged=flagged)
