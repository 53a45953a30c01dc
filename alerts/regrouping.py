"""A person splits or merges series: what moves, what becomes of the cases, and what cannot be done.

The decision is written down for good. The night never merges series that a person split or merged, so parted copies
stay parted and merged ones together; later copies join whichever they are most like.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from alerts.notes import NoteWords
from crawler.errors import UsageError
from crawler.store.cases import examine_again, note_on_case
from crawler.store.locks import Lock, take_lock
from crawler.store.regrouping import (
    CurrentText,
    cases_of,
    current_texts,
    decisions_on,
    file_parts,
    members_of,
    move_ads,
    move_case,
    record_decision,
    series_exists,
    texts_without_parts,
)
from crawler.store.series import open_series
from pipelines.series.comparable import make_comparable
from pipelines.series.signatures import parts_of
from pipelines.text.sentences import Joined


@dataclass(frozen=True, slots=True)
class Regrouped:
    """What a decision did."""

    series_id: int
    """The new series, or the one that holds all ads now."""
    ads: tuple[int, ...]
    """Those that moved."""
    cases_moved: tuple[int, ...]
    cases_left: tuple[int, ...]
    """Of a merge: cases of the emptied series whose mediator has a case in the other; they stay as they are."""


def split(connection: Connection, ad_ids: Sequence[int], *, person: str, now: datetime) -> Regrouped:
    """Takes the ads out of their series into a new one.

    A case follows the ad that leads it, because its evidence and drafts rest on that ad. Raises UsageError where an ad
    is unknown or not grouped yet, the ads stand in different series, or nothing would be left.
    """
    take_lock(connection, Lock.SERIES)
    moving = tuple(sorted(set(ad_ids)))
    before = _series_of(current_texts(connection, moving), moving)
    if not {member.ad_id for member in members_of(connection, before)} - set(moving):
        raise UsageError(f"series {before} has no other ads: nothing would be split off")
    (after,) = open_series(connection, 1, now=now)
    record_decision(connection, "split", series_id=before, other_id=after, ad_ids=moving, person=person, now=now)
    move_ads(connection, moving, to=after)
    for series_id in (before, after):
        _file_anew(connection, series_id)
    examine_again(connection, (before, after))
    note = NoteWords.SPLIT(before=f"{before}", ads=_listed(moving), after=f"{after}")
    cases = cases_of(connection, before)
    following = [case for case in cases if case.ad_id in moving]
    for case in following:
        move_case(connection, case.id, to=after)
    for case in cases:
        note_on_case(connection, case.id, person=person, now=now, note=note)
    return Regrouped(after, moving, tuple(case.id for case in following), ())


def merge(connection: Connection, kept: int, absorbed: int, *, person: str, now: datetime) -> Regrouped:
    """Puts all ads of the second series into the first.

    Its cases go along. Where the first has a case of the same mediator, that one goes on, and the other keeps its state
    and history and names it. Raises UsageError where the two are one, or one does not exist or holds no ads.
    """
    take_lock(connection, Lock.SERIES)
    if kept == absorbed:
        raise UsageError("a series cannot be merged with itself")
    for series_id in (kept, absorbed):
        _require_ads(connection, series_id)
    moving = tuple(member.ad_id for member in members_of(connection, absorbed))
    record_decision(connection, "merge", series_id=kept, other_id=absorbed, ad_ids=moving, person=person, now=now)
    move_ads(connection, moving, to=kept)
    examine_again(connection, (kept,))
    there = {case.mediator_key: case for case in cases_of(connection, kept)}
    moved, left = [], []
    for case in cases_of(connection, absorbed):
        note: str = NoteWords.MERGED(absorbed=f"{absorbed}", kept=f"{kept}")
        if twin := there.get(case.mediator_key):
            note = Joined("; ", (note, NoteWords.TWINS(one=f"{twin.id}", other=f"{case.id}")))
            note_on_case(connection, twin.id, person=person, now=now, note=note)
            left.append(case.id)
        else:
            move_case(connection, case.id, to=kept)
            moved.append(case.id)
        note_on_case(connection, case.id, person=person, now=now, note=note)
    return Regrouped(kept, moving, tuple(moved), tuple(left))


def _series_of(found: dict[int, CurrentText], ad_ids: Sequence[int]) -> int:
    for ad_id in ad_ids:
        if ad_id not in found:
            raise UsageError(f"there is no ad {ad_id}")
        if found[ad_id].series_id is None:
            raise UsageError(f"ad {ad_id} is not grouped yet; the next night does it")
    numbers = sorted({one.series_id for one in found.values() if one.series_id is not None})
    if len(numbers) != 1:
        raise UsageError(f"the ads stand in different series: {_listed(numbers)}")
    return numbers[0]


def _require_ads(connection: Connection, series_id: int) -> None:
    if members_of(connection, series_id):
        return
    for decision in reversed(decisions_on(connection, series_id)):
        if decision.decision == "merge" and decision.other_id == series_id:
            raise UsageError(f"series {series_id} was merged into series {decision.series_id}; use that")
    known = series_exists(connection, series_id)
    raise UsageError(f"series {series_id} holds no ads" if known else f"there is no series {series_id}")


def _file_anew(connection: Connection, series_id: int) -> None:
    """Files what only copies in the other half were filed for."""
    for stored in texts_without_parts(connection, series_id):
        (parts,) = parts_of([make_comparable(stored.title, stored.text)])
        file_parts(connection, stored.version_id, parts)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
