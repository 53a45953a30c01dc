"""The night's last steps: opening cases for people, and laying drafts ready. Nothing here decides, sends or files.

Each step commits whole batches and finds by itself what is left to do, so it may be killed and run again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from sqlalchemy import Connection

from alerts.cases import TRANSITIONS, CaseState, Decision
from alerts.changes import advert_changes, judgement_changes
from alerts.deciding import mark_drafted
from alerts.evidence import verify_captures
from alerts.gathering import gather_facts
from alerts.laying import next_draft
from alerts.moving import move_by_program
from alerts.notes import NoteWords
from crawler.assessment import RiskLevel
from crawler.errors import DraftError, EvidenceError, UsageError
from crawler.night import Night, StepReport
from crawler.store.approvals import changes_after_approval
from crawler.store.assessments import pictures_in
from crawler.store.cases import (
    SYSTEM,
    Candidate,
    NewCase,
    candidates,
    hold_cases,
    note_on_case,
    open_new_cases,
    point_case_to,
)
from crawler.store.drafts import NewDraft, Proposed, captures_by_id, delete_drafts, proposed_cases, save_drafts
from crawler.store.engine import reading
from crawler.store.images import captures_of_images
from crawler.store.links import kept_cases
from crawler.store.lives import CaseVersion, versions_of_cases

BATCH = 100
"""Cases a transaction; a few megabytes of evidence are read for each."""

DRAFTED_FOR = (CaseState.OPEN, CaseState.CONFIRMED)
"""States of the cases that drafts are laid ready for."""

log = logging.getLogger(__name__)
Item = TypeVar("Item")
CaseVersions = Mapping[int, Sequence[CaseVersion]]
"""By case, for cases of whose ads one was judged since people were told of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """A case whose facts really changed, and the assessment that leads it from now on."""

    case_id: int
    leading: Candidate
    note: str


def open_cases(night: Night) -> StepReport:
    """Opens a case for each worrying series and mediator; one that exists is touched only on a real change.

    Counts: `opened`, `changed`, `without_evidence`.
    """
    with reading(night.engine) as connection:
        groups = list(_groups(candidates(connection)))
    counts: Counter[str] = Counter(opened=0, changed=0, without_evidence=0)
    for done, batch in _batches(groups):
        with reading(night.engine) as connection:
            opening, changes = _examine(connection, night, batch, counts)
        with night.engine.begin() as connection:
            open_new_cases(connection, opening, now=night.now, note=NoteWords.OPENED())
            for change in changes:
                _apply(connection, change, now=night.now)
        counts.update(opened=len(opening), changed=len(changes))
        night.progress("cases", done, len(groups))
    return StepReport(dict(counts))


def prepare_drafts(night: Night) -> StepReport:
    """Lays ready one draft for each proposed recipient of open and confirmed cases, and anew of those that really
    changed after they were approved.

    Counts: `drafted`, `refused` (no evidence that verifies, or no fresh register).
    """
    with reading(night.engine) as connection:
        proposed = _to_draft(connection)
    waiting = [case for case in proposed if _lacks_drafts(case) or case.state == CaseState.CONFIRMED]
    counts: Counter[str] = Counter(drafted=0, refused=0)
    for done, batch in _batches(waiting):
        with reading(night.engine) as connection:
            made = [draft for case in batch for draft in _make_drafts(connection, night, case, counts)]
        with night.engine.begin() as connection:
            # Whoever approved a case meanwhile approved what was there.
            held = hold_cases(connection, [case.case_id for case in batch], states=DRAFTED_FOR)
            held |= hold_cases(
                connection,
                [case.case_id for case in batch if case.state == CaseState.APPROVED],
                states=(CaseState.APPROVED,),
            )
            kept = [draft for draft in made if draft.case_id in held]
            save_drafts(connection, kept, now=night.now)
            for case_id in sorted(held):
                mark_drafted(connection, case_id, now=night.now)
        counts["drafted"] += len(kept)
        night.progress("drafts", done, len(waiting))
    return StepReport(dict(counts))


def _to_draft(connection: Connection) -> list[Proposed]:
    proposed = proposed_cases(connection, states=(*DRAFTED_FOR, CaseState.APPROVED))
    changed = changes_after_approval(connection, [case.case_id for case in proposed])
    return [case for case in proposed if case.state != CaseState.APPROVED or case.case_id in changed]


def _groups(found: Iterable[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    """Candidates of one series and mediator together, the worst first."""
    for _, group in groupby(found, key=lambda candidate: (candidate.series_id, candidate.mediator_key)):
        yield tuple(sorted(group, key=_worst_first))


def _worst_first(candidate: Candidate) -> tuple[int, bool, float, int]:
    return (-RiskLevel(candidate.level).rank, not candidate.proposed, -candidate.score, candidate.assessment_id)


def _examine(
    connection: Connection, night: Night, groups: Sequence[Sequence[Candidate]], counts: Counter[str]
) -> tuple[list[NewCase], list[Change]]:
    opening, changes = [], []
    versions = versions_of_cases(connection, filter(None, map(_case_with_news, groups)))
    for group in groups:
        if not _calls_for_a_look(group[0], versions):
            continue
        leading = _first_with_evidence(connection, night, group)
        if leading is None:
            counts["without_evidence"] += 1
        elif leading.case_id is None:
            opening.append(_new_case(leading))
        elif note := _name_change(leading, versions):
            changes.append(Change(leading.case_id, leading, note))
    return opening, changes


def _case_with_news(group: Sequence[Candidate]) -> int | None:
    """The group's case, if a judgement was made since people were told of it: an ad may have changed."""
    known_at = group[0].case_known_at
    return group[0].case_id if known_at and any(one.assessed_at > known_at for one in group) else None


def _calls_for_a_look(leading: Candidate, versions: CaseVersions) -> bool:
    """There is no case yet, or something about it really changed."""
    if leading.case_state is None:
        return True
    if Decision.REVISE not in TRANSITIONS[CaseState(leading.case_state)]:
        return False
    # A dismissed case that became less worrying gives nobody a reason to look again.
    may_return = leading.worrying or leading.case_state != CaseState.DISMISSED
    return may_return and bool(_name_change(leading, versions))


def _name_change(leading: Candidate, versions: CaseVersions) -> str:
    """What changed about the case since people were told of it, in Serbian; empty where nothing did."""
    parts = judgement_changes(leading)
    if leading.case_id is not None and leading.case_known_at:
        parts += advert_changes(versions.get(leading.case_id, ()), leading.case_known_at)
    return "; ".join(parts)


def _first_with_evidence(connection: Connection, night: Night, group: Iterable[Candidate]) -> Candidate | None:
    """The worst ad whose capture is there and verifies: without evidence there is no case (rule 2)."""
    for candidate in group:
        captures = captures_by_id(connection, [candidate.capture_id])
        try:
            of_pictures = captures_of_images(connection, pictures_in(candidate.basis))
            verify_captures(connection, night.settings.evidence_folder, [*captures.values(), *of_pictures])
        except EvidenceError as error:
            log.error("assessment=%d no case: %s", candidate.assessment_id, error)
            continue
        if captures:
            return candidate
    return None


def _new_case(leading: Candidate) -> NewCase:
    return NewCase(
        series_id=leading.series_id,
        mediator_key=leading.mediator_key,
        assessment_id=leading.assessment_id,
        level=leading.level,
        score=leading.score,
    )


def _apply(connection: Connection, change: Change, *, now: datetime) -> None:
    """Tells the change on the case, or on the one that goes on for it; its drafts are laid anew."""
    kept_id = kept_cases(connection, [change.case_id]).get(change.case_id)
    told_on, note = change.case_id, change.note
    if kept_id is not None:
        note_on_case(connection, change.case_id, person=SYSTEM, now=now, note=change.note)
        told_on, note = kept_id, NoteWords.OF_CASE(case=f"{change.case_id}", changes=change.note)
    try:
        move_by_program(connection, told_on, Decision.REVISE, now=now, note=note)
    except UsageError as error:
        # A person filed or closed it since; what was filed rests on the facts of then.
        log.warning("case=%d left as it is: %s", told_on, error)
        if kept_id is None:
            return
    else:
        delete_drafts(connection, told_on)
    leading = change.leading
    point_case_to(
        connection,
        change.case_id,
        assessment_id=leading.assessment_id,
        level=leading.level,
        score=leading.score,
    )


def _lacks_drafts(case: Proposed) -> bool:
    return bool(set(case.recipients) - set(case.drafted))


def _make_drafts(connection: Connection, night: Night, case: Proposed, counts: Counter[str]) -> Iterator[NewDraft]:
    for recipient in case.recipients:
        if recipient in case.drafted:
            continue
        try:
            facts = gather_facts(connection, night.settings, case.case_id, recipient, now=night.now)
        except (DraftError, UsageError) as error:
            log.warning("case=%d recipient=%s no draft: %s", case.case_id, recipient, error)
            counts["refused"] += 1
            continue
        yield next_draft(connection, recipient, facts)


def _batches(items: Sequence[Item]) -> Iterator[tuple[int, Sequence[Item]]]:
    """Slices of BATCH items, each with how many are done after it."""
    for start in range(0, len(items), BATCH):
        batch = items[start : start + BATCH]
        yield start + len(batch), batch
