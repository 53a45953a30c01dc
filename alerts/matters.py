"""Matters: what legal staff have to do about each case before each recipient, from a proposed draft to the answer.

A matter is derived from drafts, approvals and filings whenever somebody looks; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from alerts.cases import CaseState
from alerts.deadlines import working_days_left
from alerts.filing import WAITED_FOR, FilingState, filing_states
from alerts.outcomes import Outcome
from alerts.stages import Stage
from alerts.terms import TermState
from crawler.store.filings import all_filings
from crawler.store.legal_views import (
    LaidDraft,
    StandingApproval,
    Wanted,
    laid_drafts,
    standing_approvals_in,
    wanted_drafts,
)

BEFORE_APPROVAL = (CaseState.CONFIRMED, CaseState.DRAFTED)
UNCLOSED = (*BEFORE_APPROVAL, CaseState.APPROVED, CaseState.FILED, CaseState.ANSWERED)
LIMITATION = "limitation"


@dataclass(frozen=True, slots=True)
class Due:
    """The day that a matter waits for, as of today."""

    id: str
    """Of the time limit (`alerts.terms`), or `limitation`."""
    day: date
    days_left: int
    """Calendar days after today; of a day that passed, those since, as a negative number."""
    working_days_left: int
    """The same in working days."""
    state: TermState | None = None
    """The time limit with its count; None: the limitation that the draft states."""

    @property
    def is_overdue(self) -> bool:
        """It passed."""
        return self.days_left < 0


@dataclass(frozen=True, slots=True)
class Matter:
    """One case before one recipient."""

    case_id: int
    recipient: str | None
    """None: nobody was proposed; a person chooses."""
    stage: Stage
    version: int | None = None
    """Of the draft, or of the approved or filed text."""
    since: datetime | None = None
    """When the draft was made, the text approved or the filing recorded."""
    person: str | None = None
    """Who approved, or recorded the filing."""
    due: Due | None = None
    filing: FilingState | None = None

    @property
    def is_overdue(self) -> bool:
        """What it waits for should have come, or been done."""
        return self.due is not None and self.due.is_overdue

    def to_json(self) -> dict[str, Any]:
        """As `adwatch cases matters --json` prints it (docs/json.md)."""
        return {
            "case": self.case_id,
            "recipient": self.recipient,
            "stage": self.stage.value,
            "version": self.version,
            "since": self.since.isoformat() if self.since else None,
            "person": self.person,
            "filing": self.filing.filing.id if self.filing else None,
            "due": self.due.day.isoformat() if self.due else None,
            "due_what": self.due.id if self.due else None,
            "days_left": self.due.days_left if self.due else None,
            "working_days_left": self.due.working_days_left if self.due else None,
            "overdue": self.is_overdue,
        }


def read_matters(connection: Connection, *, today: date, closed: bool = False) -> tuple[Matter, ...]:
    """All matters of cases that are not closed, or only those of closed ones; overdue and urgent ones first."""
    states = (CaseState.CLOSED,) if closed else UNCLOSED
    filed = filing_states(connection, all_filings(connection, states=states), today=today)
    if closed:
        return matters_of((), (), (), filed, today=today)
    return matters_of(
        wanted_drafts(connection, BEFORE_APPROVAL),
        laid_drafts(connection, UNCLOSED),
        standing_approvals_in(connection, UNCLOSED),
        filed,
        today=today,
    )


def matters_of(
    wanted: Sequence[Wanted],
    drafts: Sequence[LaidDraft],
    approved: Sequence[StandingApproval],
    filed: Sequence[FilingState],
    *,
    today: date,
) -> tuple[Matter, ...]:
    """The matters that these amount to. Pure."""
    return in_order([*_to_prepare(wanted, drafts), *_open(drafts, approved, filed, today), *_filed(filed, today)])


def in_order(found: Iterable[Matter]) -> tuple[Matter, ...]:
    """By the day that each waits for, so that overdue ones stand first; those that wait for none last."""
    return tuple(
        sorted(found, key=lambda one: (one.due.day if one.due else date.max, one.case_id, one.recipient or ""))
    )


def next_due(found: FilingState, *, today: date) -> Due | None:
    """The first time limit of a filing that is still open; None where nothing is waited for."""
    waited = [state for state in found.terms if state.is_waited_for]
    first = min(waited, key=lambda state: state.deadline.due, default=None)
    return due_of(first, today=today) if first else None


def due_of(state: TermState, *, today: date) -> Due:
    """The time limit as a day that is waited for."""
    return Due(state.term.id, state.deadline.due, (state.deadline.due - today).days, state.left, state)


def _to_prepare(wanted: Sequence[Wanted], drafts: Sequence[LaidDraft]) -> Iterator[Matter]:
    drafted: dict[int, set[str]] = {}
    for draft in drafts:
        drafted.setdefault(draft.case_id, set()).add(draft.recipient)
    for case in wanted:
        there = drafted.get(case.case_id, set())
        missing: list[str | None] = [one for one in case.recipients if one not in there]
        for recipient in missing or ([] if there else [None]):
            yield Matter(case.case_id, recipient, Stage.TO_PREPARE)


def _open(
    drafts: Sequence[LaidDraft], approved: Sequence[StandingApproval], filed: Sequence[FilingState], today: date
) -> Iterator[Matter]:
    done = {(one.filing.case_id, one.filing.recipient, one.filing.version) for one in filed}
    standing = {(one.case_id, one.recipient, one.version) for one in approved}
    for one in approved:
        if (one.case_id, one.recipient, one.version) not in done:
            due = _limitation(one.limitation, today)
            yield Matter(one.case_id, one.recipient, Stage.APPROVED, one.version, one.at, one.person, due)
    for draft in drafts:
        # Beside a filed case nothing is approved any more.
        if CaseState(draft.state) in WAITED_FOR or (draft.case_id, draft.recipient, draft.version) in standing:
            continue
        due = _limitation(draft.limitation, today)
        yield Matter(draft.case_id, draft.recipient, Stage.PREPARED, draft.version, draft.made_at, None, due)


def _filed(found: Iterable[FilingState], today: date) -> Iterator[Matter]:
    for one in found:
        filing = one.filing
        yield Matter(
            filing.case_id,
            filing.recipient,
            _stage(one),
            filing.version,
            filing.recorded_at,
            filing.person,
            next_due(one, today=today),
            one,
        )


def _stage(found: FilingState) -> Stage:
    if CaseState(found.filing.case_state) is CaseState.CLOSED:
        return Stage.CLOSED
    told = any(Outcome(outcome.outcome).is_answer for outcome in found.outcomes)
    return Stage.ANSWERED if told else Stage.FILED


def _limitation(day: date | None, today: date) -> Due | None:
    if day is None:
        return None
    return Due(LIMITATION, day, (day - today).days, working_days_left(day, today))


def count_stages(found: Collection[Matter]) -> dict[Stage, int]:
    """How many matters have come how far."""
    return {stage: sum(matter.stage is stage for matter in found) for stage in Stage}
