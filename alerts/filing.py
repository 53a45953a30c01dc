"""Recording what a person filed outside of the program, and what became of it. Nothing here can send anything.

Only a text that a person approved, and that stood approved on the day of filing, can be recorded as filed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from alerts.cases import CaseState, Decision
from alerts.follow_ups import FiledComplaint
from alerts.law import Topic
from alerts.moving import move
from alerts.outcomes import Outcome
from alerts.receipts import Receipt
from alerts.recipients import find_recipient
from alerts.terms import TermState, answer_due, states_of
from crawler.belgrade import day_in_belgrade
from crawler.errors import UsageError
from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.store.approvals import ApprovalRow, FoundChange, approvals_of, changes_while_approved
from crawler.store.cases import read_case
from crawler.store.drafts import draft_version
from crawler.store.filings import (
    FilingRow,
    NewFiling,
    OutcomeRow,
    add_filing,
    add_outcome,
    filings_of,
    filings_on_series,
    outcomes_of,
    series_of_cases,
)
from crawler.store.legal_views import StandingApproval
from crawler.store.links import with_joined
from crawler.store.locks import Lock, take_lock
from pipelines.text.sentences import Day, Pattern

LONGEST_REFERENCE = 120
WAITED_FOR = frozenset({CaseState.FILED, CaseState.ANSWERED})
"""States in which people are reminded of deadlines."""


class Channel(StrEnum):
    """How something was handed in."""

    COUNTER = "counter"
    POST = "post"
    REGISTERED_POST = "registered_post"
    EMAIL = "email"
    PORTAL = "portal"
    """A web form of the authority."""
    OTHER = "other"

    @property
    def words(self) -> str:
        """In Serbian (Latin)."""
        return _CHANNELS[self]


_CHANNELS = {
    Channel.COUNTER: "lično na pisarnici",
    Channel.POST: "poštom",
    Channel.REGISTERED_POST: "preporučenom pošiljkom",
    Channel.EMAIL: "elektronskom poštom",
    Channel.PORTAL: "preko veb-obrasca organa",
    Channel.OTHER: "na drugi način",
}


class FilingWords(Pattern):
    """What stands in the history of a case about a filing."""

    AGAIN = "%(filing)s; ponovo, posle %(day)s: %(own)s"
    NUMBERED = "%(recipient)s, %(day)s, %(channel)s, broj %(reference)s"
    DONE = "%(recipient)s, %(day)s, %(channel)s"
    BECAME = "%(outcome)s: %(own)s"


class FilingRefusal(StrEnum):
    """Why something cannot be recorded as filed, or an outcome of it."""

    NOT_YET = "not_yet"
    """The day has not come."""
    LONG_REFERENCE = "long_reference"
    NOT_APPROVED = "not_approved"
    """No approved text stood that day."""
    FILED_BEFORE = "filed_before"
    BEFORE_FILING = "before_filing"
    """An outcome of a day before the filing."""


class FilingRefusedError(UsageError):
    """What cannot be recorded, with the reason as a code."""

    def __init__(self, reason: FilingRefusal, message: str, *, first: FilingRow | None = None) -> None:
        """Keeps the reason and, where it was filed before, the first filing."""
        super().__init__(message)
        self.reason = reason
        self.first = first


@dataclass(frozen=True, slots=True)
class Filed:
    """What a person did outside of the program."""

    recipient: str
    channel: Channel
    filed_on: date
    """Day in Belgrade."""
    reference: str = ""
    """The authority's number; empty: none was given."""
    receipt: Receipt | None = None
    """Its bytes are kept already."""
    again: str = ""
    """Why the same was filed before and is filed again."""


@dataclass(frozen=True, slots=True)
class FilingState:
    """A filing with what became of it and the deadlines that run."""

    filing: FilingRow
    outcomes: tuple[OutcomeRow, ...]
    terms: tuple[TermState, ...]


def record_filing(
    connection: Connection,
    case_id: int,
    filed: Filed,
    *,
    person: str,
    now: datetime,
    guard_days: int,
) -> int:
    """Records the filing with a case event and the receipt's custody; returns its number.

    `guard_days`: so long before and after a filing the same series is not filed with the same recipient again, unless
    `filed.again` says why. Raises UsageError where no approved text stood that day, the case cannot be filed now, the
    day has not come, or it was filed already.
    """
    take_lock(connection, Lock.FILING)
    if filed.filed_on > day_in_belgrade(now):
        raise FilingRefusedError(FilingRefusal.NOT_YET, f"{filed.filed_on} has not come yet")
    if len(filed.reference) > LONGEST_REFERENCE:
        message = f"a reference has at most {LONGEST_REFERENCE} characters"
        raise FilingRefusedError(FilingRefusal.LONG_REFERENCE, message)
    read_case(connection, case_id)
    approval = require_approval(connection, case_id, filed.recipient, on=filed.filed_on)
    first = earlier_filing(connection, case_id, filed.recipient, on=filed.filed_on, guard_days=guard_days)
    if first and not filed.again.strip():
        raise FilingRefusedError(
            FilingRefusal.FILED_BEFORE,
            f"already filed: case {first.case_id} with `{first.recipient}` on {first.filed_on}, "
            f"reference {first.reference or '–'}, recorded by {first.person}; --again says why it is filed again",
            first=first,
        )
    moved = move(connection, case_id, Decision.FILE, person=person, now=now, note=_told(filed, first))
    if filed.receipt:
        entry = CustodyEntry(CustodyEvent.RECEIPT_KEPT, filed.receipt.file, filed.receipt.digest)
        append_custody(connection, [entry], at=now)
    return add_filing(connection, _row(case_id, filed, approval, first, moved.event_id))


def require_approval(connection: Connection, case_id: int, recipient: str, *, on: date) -> ApprovalRow:
    """The approved text to the recipient that stood on that day.

    Raises UsageError where there was none: never approved, withdrawn by then, or overtaken by a real change.
    """
    own = [approval for approval in approvals_of(connection, [case_id]) if approval.recipient == recipient]
    if not own:
        message = f"no draft of case {case_id} to `{recipient}` was ever approved: nothing can be filed"
        raise FilingRefusedError(FilingRefusal.NOT_APPROVED, message)
    changes = changes_while_approved(connection, case_id)
    for approval in reversed(own):
        if stood_on(approval, changes, on):
            return approval
    message = f"case {case_id}, `{recipient}`: {_why_not(own[-1], changes, on)}; it must be approved anew"
    raise FilingRefusedError(FilingRefusal.NOT_APPROVED, message)


def stood_on(approval: ApprovalRow | StandingApproval, changes: Sequence[FoundChange], day: date) -> bool:
    """Whether the approval stood the whole day from the moment it was given: not ended, and no real change found."""
    if day_in_belgrade(approval.at) > day or (
        approval.ended_at is not None and day_in_belgrade(approval.ended_at) <= day
    ):
        return False
    return not any(change.event_id > approval.event_id and day_in_belgrade(change.at) <= day for change in changes)


def earlier_filing(
    connection: Connection, case_id: int, recipient: str, *, on: date, guard_days: int
) -> FilingRow | None:
    """The first filing with the recipient on the case's series, or that of a joined case, so close to that day."""
    series = series_of_cases(connection, with_joined(connection, case_id))
    span = timedelta(days=guard_days)
    return next(iter(filings_on_series(connection, series, recipient, since=on - span, until=on + span)), None)


def record_outcome(
    connection: Connection,
    case_id: int,
    outcome: Outcome,
    *,
    on: date,
    person: str,
    now: datetime,
    recipient: str | None = None,
    note: str = "",
) -> CaseState:
    """Records what became of the case's filing (that to `recipient`, where there are several) and returns the state.

    Raises UsageError where nothing was filed, it is not clear which filing is meant, or the day cannot be.
    """
    filing = _only_filing(connection, case_id, recipient)
    if not filing.filed_on <= on <= day_in_belgrade(now):
        reason = FilingRefusal.BEFORE_FILING if on < filing.filed_on else FilingRefusal.NOT_YET
        raise FilingRefusedError(reason, f"{on} lies before the filing of {filing.filed_on}, or has not come yet")
    decision = Decision.ANSWER if outcome.is_answer else Decision.OUTCOME
    told = FilingWords.BECAME(outcome=outcome.words, own=note.strip()) if note.strip() else outcome.words
    moved = move(connection, case_id, decision, person=person, now=now, note=told)
    add_outcome(
        connection, filing.id, outcome=outcome.value, happened_on=on, note=note.strip(), event_id=moved.event_id
    )
    return moved.after


def filing_states(connection: Connection, found: Sequence[FilingRow], *, today: date) -> tuple[FilingState, ...]:
    """The filings with their outcomes and deadlines as of that day."""
    outcomes = outcomes_of(connection, [filing.id for filing in found])
    return tuple(_state(filing, outcomes.get(filing.id, ()), today) for filing in found)


def filed_complaint(connection: Connection, case_id: int, recipient: str, *, today: date) -> FiledComplaint | None:
    """The newest filing of the case with that recipient; None where there is none, or no answer to it is waited for:
    it came, the case is closed, or no limit is known.
    """
    found = [filing for filing in filings_of(connection, [case_id]) if filing.recipient == recipient]
    newest = next(iter(filing_states(connection, found[-1:], today=today)), None)
    due = answer_due(newest.terms) if newest else None
    if newest is None or due is None:
        return None
    last = newest.filing
    facts = draft_version(connection, case_id, recipient, last.version).facts
    return FiledComplaint(
        recipient=recipient,
        number=str(facts["number"]),
        channel=Channel(last.channel).words,
        filed_on=last.filed_on,
        reference=last.reference or None,
        answer_due=due,
        portal=facts["authority"].get("addressee"),
    )


def _state(filing: FilingRow, outcomes: Sequence[OutcomeRow], today: date) -> FilingState:
    terms = states_of(
        filing.filed_on,
        [(Outcome(outcome.outcome), outcome.happened_on) for outcome in outcomes],
        topics=_topics(filing.recipient),
        is_closed=CaseState(filing.case_state) not in WAITED_FOR,
        today=today,
    )
    return FilingState(filing, tuple(outcomes), terms)


def _topics(recipient: str) -> frozenset[Topic]:
    try:
        return find_recipient(recipient).topics
    except UsageError:
        # A recipient whose folder was taken away since; what was filed with it stays on record.
        return frozenset()


def _only_filing(connection: Connection, case_id: int, recipient: str | None) -> FilingRow:
    read_case(connection, case_id)
    found = [one for one in filings_of(connection, [case_id]) if recipient in (None, one.recipient)]
    if not found:
        to = f" with `{recipient}`" if recipient else ""
        raise UsageError(f"nothing of case {case_id} was filed{to}")
    if len({filing.recipient for filing in found}) > 1:
        raise UsageError(f"case {case_id} was filed with several; name one with --recipient")
    return found[-1]


def _row(case_id: int, filed: Filed, approval: ApprovalRow, first: FilingRow | None, event_id: int) -> NewFiling:
    receipt = filed.receipt
    return NewFiling(
        case_id=case_id,
        approval_id=approval.id,
        recipient=filed.recipient,
        channel=filed.channel.value,
        filed_on=filed.filed_on,
        reference=filed.reference.strip(),
        receipt=receipt.file if receipt else None,
        receipt_digest=receipt.digest if receipt else None,
        receipt_name=receipt.name if receipt else None,
        first_id=first.id if first else None,
        again=filed.again.strip() if first else "",
        event_id=event_id,
    )


def _told(filed: Filed, first: FilingRow | None) -> str:
    number = filed.reference.strip()
    pattern = FilingWords.NUMBERED if number else FilingWords.DONE
    told = {"recipient": filed.recipient, "day": Day.padded(filed.filed_on), "channel": filed.channel.words}
    done = pattern(**told, reference=number) if number else pattern(**told)
    return FilingWords.AGAIN(filing=done, day=Day.padded(first.filed_on), own=filed.again.strip()) if first else done


def _why_not(approval: ApprovalRow, changes: Sequence[FoundChange], day: date) -> str:
    if day_in_belgrade(approval.at) > day:
        return f"it was approved on {day_in_belgrade(approval.at)}, after {day}"
    overtaken = [
        change for change in changes if change.event_id > approval.event_id and day_in_belgrade(change.at) <= day
    ]
    if overtaken and approval.ended_at is None:
        return f"it really changed on {day_in_belgrade(overtaken[0].at)}, after it was approved ({overtaken[0].note})"
    return f"the approval of {day_in_belgrade(approval.at)} had ended by {day}"
