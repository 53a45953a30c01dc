"""The night's last steps: opening cases for people, and laying drafts ready. Nothing here decides, sends or files.

Each step commits whole batches and finds by itself what is left to do, so it may be killed and run again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TypeVar

from sqlalchemy import Connection

from alerts.cases import CaseState, Decision
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
from crawler.store.case_index import file_sources
from crawler.store.cases import (
    SETTLED,
    SYSTEM,
    Candidate,
    NewCase,
    TouchedAd,
    candidates,
    case_history,
    count_touched,
    hold_cases,
    note_examined,
    note_on_case,
    open_new_cases,
    point_case_to,
    touched_ads,
)
from crawler.store.drafts import (
    NewDraft,
    Proposed,
    captures_by_id,
    delete_drafts,
    note_laid,
    proposed_cases,
    save_drafts,
)
from crawler.store.engine import reading
from crawler.store.images import captures_of_images
from crawler.store.links import kept_cases
from crawler.store.lives import CaseVersion, versions_of_cases
from crawler.store.writing import in_transaction

BATCH = 100
"""Cases a transaction, or ads whose cases are looked at; a few megabytes of evidence are read for each case."""

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
    news: tuple[str, ...]

    @property
    def note(self) -> str:
        """All of it."""
        return "; ".join(self.news)


@dataclass(slots=True)
class Examined:
    """What a look at some series found."""

    opening: list[NewCase] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    beside: list[Change] = field(default_factory=list)
    """Of cases that stay as they are, because they were filed or closed: they are told of it, and nothing moves."""
    without_evidence: set[tuple[int, str]] = field(default_factory=set)
    """Series and mediators that call for a case, but no capture of theirs verifies."""
    unsettled: set[int] = field(default_factory=set)
    """Series to be looked at again though none of their ads changes: the evidence may return, or the case moved while
    it was looked at.
    """


def open_cases(night: Night) -> StepReport:
    """Opens a case for each worrying series and mediator; one that exists is touched only on a real change.

    Only series are looked at of which an ad is new, was edited, judged anew or moved since, and those of which
    something is left to do. Counts: `opened`, `changed`, `without_evidence`.
    """
    counts: Counter[str] = Counter(opened=0, changed=0)
    after, done, without_evidence = 0, 0, set[tuple[int, str]]()
    with reading(night.engine) as connection:
        total = count_touched(connection)
    while touched := _touched_after(night, after):
        found = _examine_touched(night, touched)
        without_evidence |= found.without_evidence
        counts.update(opened=len(found.opening), changed=len(found.changes))
        after, done = touched[-1].ad_id, done + len(touched)
        night.progress("cases", done, max(done, total))
    return StepReport({**counts, "without_evidence": len(without_evidence)})


def _touched_after(night: Night, after: int) -> list[TouchedAd]:
    with reading(night.engine) as connection:
        return touched_ads(connection, after=after, limit=BATCH)


def _waits(ad: TouchedAd, unsettled: set[int]) -> bool:
    return ad.series_id in unsettled or ad.series_before in unsettled


def _examine_touched(night: Night, touched: Sequence[TouchedAd]) -> Examined:
    """Opens and changes the cases of the series of these ads, and notes in the same moment that they were looked at."""
    # A series that was met before is looked at again: a person may have moved ads into it meanwhile.
    met = {series for ad in touched for series in (ad.series_id, ad.series_before) if series is not None}
    with reading(night.engine) as connection:
        found = _examine(connection, night, list(_groups(candidates(connection, met))))

    def act(connection: Connection) -> None:
        open_new_cases(connection, found.opening, now=night.now, note=NoteWords.OPENED())
        untold = [one for one in found.changes if not _apply(connection, one, now=night.now)]
        untold += [one for one in found.beside if not _tell_beside(connection, one, now=night.now)]
        found.unsettled.update(one.leading.series_id for one in untold)
        file_sources(connection, series_ids=met)
        note_examined(connection, [ad for ad in touched if ad.is_judged and not _waits(ad, found.unsettled)])

    in_transaction(night.engine, act)
    return found


def prepare_drafts(night: Night) -> StepReport:
    """Lays ready one draft for each proposed recipient of open and confirmed cases, and anew of those that really
    changed after they were approved.

    Counts: `drafted`, `refused` (no evidence that verifies, or no fresh register).
    """
    with reading(night.engine) as connection:
        proposed = _unlaid(connection)
        approved = [case.case_id for case in proposed if case.state == CaseState.APPROVED]
        changed = changes_after_approval(connection, approved)
    in_transaction(night.engine, partial(note_laid, found=[case for case in proposed if not _lacks_drafts(case)]))
    waiting = [case for case in proposed if _is_to_draft(case, changed)]
    counts: Counter[str] = Counter(drafted=0, refused=0)
    for done, batch in _batches(waiting):
        with reading(night.engine) as connection:
            made = [draft for case in batch for draft in _make_drafts(connection, night, case, counts)]
        counts["drafted"] += in_transaction(night.engine, partial(_keep_drafts, night=night, batch=batch, made=made))
        night.progress("drafts", done, len(waiting))
    return StepReport(dict(counts))


def _keep_drafts(connection: Connection, *, night: Night, batch: Sequence[Proposed], made: Sequence[NewDraft]) -> int:
    """Keeps the drafts of those of the cases that still wait for them; returns how many."""
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
    note_laid(connection, batch)
    return len(kept)


def _unlaid(connection: Connection) -> list[Proposed]:
    """Cases whose drafts do not lie ready by their marks, and those whose state does not say yet that they do."""
    found = proposed_cases(connection, states=(*DRAFTED_FOR, CaseState.APPROVED), laid=False)
    # A person went back to the case after drafts were laid for it while it was open.
    found += proposed_cases(connection, states=(CaseState.CONFIRMED,), laid=True)
    by_number = {case.case_id: case for case in found}
    return [by_number[number] for number in sorted(by_number)]


def _is_to_draft(case: Proposed, changed: Collection[int]) -> bool:
    if case.state == CaseState.APPROVED and case.case_id not in changed:
        return False
    return _lacks_drafts(case) or (bool(case.recipients) and case.state == CaseState.CONFIRMED)


def _groups(found: Iterable[Candidate]) -> Iterator[tuple[Candidate, ...]]:
    """Candidates of one series and mediator together, the worst first."""
    for _, group in groupby(found, key=lambda candidate: (candidate.series_id, candidate.mediator_key)):
        yield tuple(sorted(group, key=_worst_first))


def _worst_first(candidate: Candidate) -> tuple[int, bool, float, int]:
    return (-RiskLevel(candidate.level).rank, not candidate.proposed, -candidate.score, candidate.assessment_id)


def _examine(connection: Connection, night: Night, groups: Sequence[Sequence[Candidate]]) -> Examined:
    found = Examined()
    versions = versions_of_cases(connection, filter(None, map(_case_with_news, groups)))
    for group in groups:
        worst = group[0]
        if not _calls_for_a_look(connection, worst, versions):
            continue
        leading = _first_with_evidence(connection, night, group)
        if leading is not worst:
            found.unsettled.add(worst.series_id)
        if leading is None:
            found.without_evidence.add((worst.series_id, worst.mediator_key))
        elif leading.case_id is None:
            found.opening.append(_new_case(leading))
        elif news := _news(connection, leading, versions):
            stays = leading.case_state in SETTLED
            (found.beside if stays else found.changes).append(Change(leading.case_id, leading, news))
    return found


def _case_with_news(group: Sequence[Candidate]) -> int | None:
    """The group's case, if a judgement was made since people were told of it: an ad may have changed."""
    known_at = group[0].case_known_at
    return group[0].case_id if known_at and any(one.assessed_at > known_at for one in group) else None


def _calls_for_a_look(connection: Connection, leading: Candidate, versions: CaseVersions) -> bool:
    """There is no case yet, or something about it really changed."""
    if leading.case_state is None:
        return True
    # A dismissed case that became less worrying gives nobody a reason to look again, until a person reopens it.
    may_return = leading.worrying or leading.case_state != CaseState.DISMISSED
    return may_return and bool(_news(connection, leading, versions))


def _news(connection: Connection, leading: Candidate, versions: CaseVersions) -> tuple[str, ...]:
    """What changed about the case since people were told of it, in Serbian, each a part of a sentence."""
    if leading.case_id is None:
        return ()
    parts = judgement_changes(leading)
    if leading.case_known_at:
        parts += advert_changes(versions.get(leading.case_id, ()), leading.case_known_at)
    if parts and leading.case_state in SETTLED:
        # It goes on being compared with what was filed: what differs from that is told once.
        told = _told_beside(connection, leading.case_id)
        return tuple(part for part in parts if part not in told)
    return parts


def _told_beside(connection: Connection, case_id: int) -> set[str]:
    notes = (event.note for event in case_history(connection, case_id) if event.person == SYSTEM)
    opening = NoteWords.LATER(changes="")
    return {part for note in notes if note.startswith(opening) for part in note.removeprefix(opening).split("; ")}


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


def _apply(connection: Connection, change: Change, *, now: datetime) -> bool:
    """Tells the change on the case, or on the one that goes on for it; its drafts are laid anew. False: it cannot."""
    kept_id = kept_cases(connection, [change.case_id]).get(change.case_id)
    told_on, note = change.case_id, change.note
    if kept_id is not None:
        note_on_case(connection, change.case_id, person=SYSTEM, now=now, note=change.note)
        told_on, note = kept_id, NoteWords.OF_CASE(case=f"{change.case_id}", changes=change.note)
        # Should the two be parted again, they would speak of facts that are no more.
        delete_drafts(connection, change.case_id)
    try:
        move_by_program(connection, told_on, Decision.REVISE, now=now, note=note)
    except UsageError as error:
        # A person filed or closed it since; what was filed rests on the facts of then.
        log.warning("case=%d left as it is: %s", told_on, error)
        if kept_id is None:
            return False
        _tell_filed(connection, kept_id, change, now=now)
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
    return True


def _tell_filed(connection: Connection, kept_id: int, change: Change, *, now: datetime) -> None:
    """Notes the change of a joined case in the history of the filed one that goes on for it."""
    # Each with its case: what changes about the filed case's own ads is compared with these notes.
    news = (NoteWords.OF_CASE(case=f"{change.case_id}", changes=one) for one in change.news)
    note_on_case(connection, kept_id, person=SYSTEM, now=now, note=NoteWords.LATER(changes="; ".join(news)))


def _tell_beside(connection: Connection, change: Change, *, now: datetime) -> bool:
    """Notes the change in the history of a case that stays as it was filed or closed. False: it is so no longer."""
    if not hold_cases(connection, [change.case_id], states=SETTLED):
        return False
    note_on_case(connection, change.case_id, person=SYSTEM, now=now, note=NoteWords.LATER(changes=change.note))
    return True


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
