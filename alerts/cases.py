"""What may happen to a case: its states, the decisions, and which decision leads where.

Pure values; who decides, when, and how it is written down stands in `alerts.deciding`.
"""

from __future__ import annotations

from enum import StrEnum

from crawler.errors import UsageError


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    """Found by the night; nobody has looked at it."""
    UNSURE = "unsure"
    """Somebody looked and asks for a second look."""
    CONFIRMED = "confirmed"
    """Worth a complaint; its drafts are not ready yet."""
    DRAFTED = "drafted"
    """Confirmed, and drafts lie ready."""
    APPROVED = "approved"
    """A named person approved the drafts as they are."""
    FILED = "filed"
    """A named person filed outside the program and recorded it."""
    ANSWERED = "answered"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    REFERRED = "referred"
    """Handed to police or prosecutor."""


class Decision(StrEnum):
    """What can be decided on a case."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    UNSURE = "unsure"
    REFER = "refer"
    REOPEN = "reopen"
    """Takes back a decision, as long as nothing is approved."""
    APPROVE = "approve"
    WITHDRAW = "withdraw"
    """Takes back an approval."""
    FILE = "file"
    """Records that a person filed; nothing is sent by the program."""
    ANSWER = "answer"
    """Records that the authority told what it does."""
    OUTCOME = "outcome"
    """Records what else became of it: the ad removed, no answer, a request to mend."""
    CLOSE = "close"
    PREPARE = "prepare"
    """Drafts of a confirmed case are ready. Made by the program."""
    REVISE = "revise"
    """The ad or the register's answer really changed. Made by the program."""


BY_PROGRAM = frozenset({Decision.PREPARE, Decision.REVISE})
"""Decisions no person makes; all others need a named person."""

OF_LEGAL_STAFF = frozenset(
    {Decision.APPROVE, Decision.WITHDRAW, Decision.FILE, Decision.ANSWER, Decision.OUTCOME, Decision.CLOSE}
)
"""Decisions that only legal staff make."""

WITH_DETAILS = frozenset({Decision.FILE, Decision.ANSWER, Decision.OUTCOME})
"""Decisions that say more than a note: they are recorded by `alerts.filing`."""

UNDO = "undo"
"""What stands in the place of a decision where one is taken back."""


class DismissReason(StrEnum):
    """Why a case is dismissed."""

    NO_JOB_AD = "no_job_ad"
    NOT_ABROAD = "not_abroad"
    LICENSED = "licensed"
    OWN_EMPLOYER = "own_employer"
    DUPLICATE = "duplicate"
    NO_GROUNDS = "no_grounds"
    OTHER = "other"
    """Only with words of one's own."""

    @property
    def words(self) -> str:
        """In Serbian (Latin)."""
        return _REASONS[self]


_REASONS = {
    DismissReason.NO_JOB_AD: "nije oglas za posao",
    DismissReason.NOT_ABROAD: "posao nije u inostranstvu",
    DismissReason.LICENSED: "posrednik ima dozvolu",
    DismissReason.OWN_EMPLOYER: "poslodavac zapošljava za sebe",
    DismissReason.DUPLICATE: "duplikat drugog slučaja",
    DismissReason.NO_GROUNDS: "nema dovoljno osnova",
    DismissReason.OTHER: "drugo",
}

TRANSITIONS: dict[CaseState, dict[Decision, CaseState]] = {
    CaseState.OPEN: {
        Decision.CONFIRM: CaseState.CONFIRMED,
        Decision.DISMISS: CaseState.DISMISSED,
        Decision.UNSURE: CaseState.UNSURE,
        Decision.REFER: CaseState.REFERRED,
        Decision.REVISE: CaseState.OPEN,
    },
    CaseState.UNSURE: {
        Decision.CONFIRM: CaseState.CONFIRMED,
        Decision.DISMISS: CaseState.DISMISSED,
        Decision.REFER: CaseState.REFERRED,
        Decision.REOPEN: CaseState.OPEN,
        Decision.REVISE: CaseState.UNSURE,
    },
    CaseState.CONFIRMED: {
        Decision.DISMISS: CaseState.DISMISSED,
        Decision.UNSURE: CaseState.UNSURE,
        Decision.REFER: CaseState.REFERRED,
        Decision.REOPEN: CaseState.OPEN,
        Decision.PREPARE: CaseState.DRAFTED,
        Decision.REVISE: CaseState.CONFIRMED,
    },
    CaseState.DRAFTED: {
        Decision.APPROVE: CaseState.APPROVED,
        Decision.DISMISS: CaseState.DISMISSED,
        Decision.UNSURE: CaseState.UNSURE,
        Decision.REFER: CaseState.REFERRED,
        Decision.REOPEN: CaseState.OPEN,
        Decision.REVISE: CaseState.CONFIRMED,
    },
    CaseState.APPROVED: {
        Decision.FILE: CaseState.FILED,
        Decision.WITHDRAW: CaseState.CONFIRMED,
        # A new version is laid beside the frozen text, which may be on its way already; it is approved anew.
        Decision.REVISE: CaseState.APPROVED,
        Decision.APPROVE: CaseState.APPROVED,
    },
    CaseState.FILED: {
        # To a second recipient.
        Decision.FILE: CaseState.FILED,
        Decision.ANSWER: CaseState.ANSWERED,
        Decision.OUTCOME: CaseState.FILED,
        Decision.CLOSE: CaseState.CLOSED,
    },
    CaseState.ANSWERED: {
        Decision.FILE: CaseState.ANSWERED,
        Decision.ANSWER: CaseState.ANSWERED,
        Decision.OUTCOME: CaseState.ANSWERED,
        Decision.CLOSE: CaseState.CLOSED,
    },
    CaseState.CLOSED: {},
    CaseState.DISMISSED: {Decision.REOPEN: CaseState.OPEN, Decision.REVISE: CaseState.OPEN},
    CaseState.REFERRED: {
        Decision.CONFIRM: CaseState.CONFIRMED,
        Decision.CLOSE: CaseState.CLOSED,
        Decision.REOPEN: CaseState.OPEN,
        Decision.REVISE: CaseState.REFERRED,
    },
}


def next_state(state: CaseState, decision: Decision) -> CaseState:
    """Where the decision leads. Raises UsageError where a case in that state cannot be decided so."""
    try:
        return TRANSITIONS[state][decision]
    except KeyError as error:
        allowed = ", ".join(sorted(TRANSITIONS[state])) or "nothing"
        raise UsageError(f"a case that is {state} cannot be decided `{decision}`; possible: {allowed}") from error


def possible_decisions(state: CaseState) -> tuple[Decision, ...]:
    """What a person may decide on a case in that state, in the order of `Decision`."""
    return tuple(choice for choice in Decision if choice in TRANSITIONS[state] and choice not in BY_PROGRAM)
