"""Cases as the API tells them. The assessment is that of the command line's contract (docs/json.md)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from alerts.cases import CaseState, Decision, DismissReason
from alerts.desk.api.shapes import MOST_ITEMS, Day, Moment, Shape, Text
from alerts.desk.numbers import LARGEST_NUMBER, Number
from alerts.desk.piles import Pile
from crawler.assessment import MediatorKind, RiskLevel, Verdict, WageUnit
from crawler.store.case_index import UNCHECKED
from crawler.store.case_lists import Sorting

Code = Annotated[str, Field(pattern=r"^[a-z0-9_\-]{0,80}$")]


class WageShape(Shape):
    """What the work pays."""

    min: float | None
    max: float | None
    currency: str
    """ISO 4217."""
    unit: WageUnit
    net: bool | None
    """True net, false gross, null not stated."""


class ContactsShape(Shape):
    """Ways to reach the publisher."""

    phones: tuple[str, ...]
    """E.164."""
    emails: tuple[str, ...]
    handles: tuple[str, ...]
    urls: tuple[str, ...]


class ImpersonationShape(Shape):
    """A well-known firm whose name the ad calls upon, while its contacts are not that firm's."""

    brand: str
    why: str
    """One hedged sentence in Serbian."""


class MediatorShape(Shape):
    """Who publishes the offer, as the ad tells."""

    name: str | None
    kind: MediatorKind
    pib: str | None
    """Tax number."""
    mb: str | None
    licence: str | None
    """The licence number that the ad itself claims."""
    possible_impersonation: ImpersonationShape | None


class NearestShape(Shape):
    """An entry of the register that resembles the name."""

    name: str
    score: float
    """0 to 1."""
    reasons: tuple[str, ...]


class RegisterShape(Shape):
    """The register's answer, with the day and the file it rests on."""

    verdict: Verdict | None
    """Null: not checked, which never means "not found"."""
    as_of: date | None
    snapshot: str | None
    entry: str | None
    score: float
    reasons: tuple[str, ...]
    nearest: tuple[NearestShape, ...]
    stale: bool
    """Nobody may be called unregistered on it."""


class IndicatorShape(Shape):
    """A thing the ad says, quoted."""

    code: str
    quote: str | None
    start: int | None
    """Offset into the title, a line break and the text."""
    end: int | None


class RiskShape(Shape):
    """How worrying the ad is."""

    level: RiskLevel
    score: float
    """0 to 1; orders within a level."""
    reasons: tuple[str, ...]


class ProposalShape(Shape):
    """Whether a complaint is proposed to the person who decides."""

    proposed: bool
    recipients: tuple[str, ...]
    why: tuple[str, ...]


class AssessmentShape(Shape):
    """All answers about one ad, as `adwatch check --json` prints them."""

    id: str
    is_job_ad: bool
    abroad: bool
    destinations: tuple[str, ...]
    """ISO 3166-1 alpha-2."""
    script: str
    language: str
    wage: WageShape | None
    contacts: ContactsShape
    mediator: MediatorShape
    register_: Annotated[RegisterShape, Field(alias="register")]
    indicators: tuple[IndicatorShape, ...]
    not_stated: tuple[str, ...]
    risk: RiskShape
    referral: tuple[str, ...]
    """Codes of hard triggers: police or prosecutor come before any inspectorate."""
    referral_quotes: tuple[IndicatorShape, ...]
    complaint: ProposalShape


class BadgeShape(Shape):
    """The register's answer as it may be shown today."""

    verdict: str
    """A verdict, `unchecked`, or `stale`: then nothing is said about anybody."""
    sentence: str
    """Serbian, Latin."""


class CaseLine(Shape):
    """One case in a list."""

    id: int
    state: CaseState
    pile: Pile
    level: RiskLevel
    title: str
    mediator: str | None
    destinations: tuple[str, ...]
    register_: Annotated[BadgeShape, Field(alias="register")]
    findings: tuple[str, ...]
    """Codes of hard triggers and indicators, the gravest first."""
    ads: int
    portals: int
    first_seen: Moment
    opened_at: Moment
    changed_since_decided: str | None
    """How it really changed since a person decided on it."""
    changed_after_approval: str | None


class ListAsk(Shape):
    """A list of cases; the filters are those of the queue's page."""

    pile: Pile = Pile.OPEN
    q: Annotated[str, Field(max_length=200)] = ""
    """Words, a contact, or the number of a case."""
    level: RiskLevel | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    """ISO 3166-1 alpha-2."""
    verdict: Annotated[str, Field(pattern=f"^({'|'.join((*Verdict, UNCHECKED))})?$")] = ""
    """Passed over while no fresh register is there."""
    source: Code = ""
    finding: Code = ""
    """Code of an indicator or hard trigger."""
    seen_from: date | None = None
    """The first ad was seen on that day or later."""
    seen_until: date | None = None
    refers: bool = False
    """Only those where police or prosecutor come first."""
    changed: bool = False
    """Only those that really changed since a person decided."""
    sort: Sorting = Sorting.WORST


class CasesAsk(ListAsk):
    """Which cases are asked for."""

    cursor: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)] = 0
    """`next` of the page before; 0: the first."""
    limit: Annotated[int, Field(ge=1, le=MOST_ITEMS)] = 50


class AdShape(Shape):
    """The ad that a case is shown by, in the version that was judged."""

    id: int
    source: str
    url: str
    title: str | None
    text: str
    picture_texts: tuple[str, ...]
    """What was read by machine on its pictures."""


class DraftVersionShape(Shape):
    """One version of a draft."""

    version: int
    made_at: Moment
    person: str
    note: str


class CaseDraftShape(Shape):
    """One draft of a case."""

    recipient: str
    version: int
    made_at: Moment
    approved_by: str | None
    """Who approved this very version."""
    versions: tuple[DraftVersionShape, ...]


class ApprovalShape(Shape):
    """An approved text."""

    recipient: str
    version: int
    person: str
    at: Moment
    sha256: str
    ended_at: Moment | None
    """Null: it stands."""


class OutcomeShape(Shape):
    """What became of a filing."""

    outcome: str
    on: Day
    note: str
    person: str


class DeadlineShape(Shape):
    """One time limit of a filing."""

    term: str
    what: str
    who: str
    """`recipient` or `us`."""
    start: Day
    days: int
    count: str
    """`calendar` or `working`."""
    due: Day
    working_days: int | None
    standing: str
    """`running`, `overdue`, `met` or `closed`."""
    working_days_left: int
    confirmed: bool
    """False: legal staff have yet to confirm the limit."""
    steps: tuple[str, ...]
    """How it was counted."""


class FilingShape(Shape):
    """What a person filed outside of the program."""

    id: int
    case: int
    recipient: str
    channel: str
    filed_on: Day
    reference: str
    receipt: str | None
    receipt_sha256: str | None
    version: int
    approved_sha256: str
    person: str
    recorded_at: Moment
    first: int | None
    """The filing that this one repeats."""
    again: str
    outcomes: tuple[OutcomeShape, ...]
    deadlines: tuple[DeadlineShape, ...]


class JoinedShape(Shape):
    """A case that a person joined with this one."""

    case: int
    role: str


class LinkedShape(Shape):
    """Another case that shares a contact."""

    case: int
    state: CaseState
    why: str


class EventShape(Shape):
    """One line of a case's history."""

    id: int
    at: Moment
    person: str
    decision: str | None
    before: str
    after: str
    reason: str | None
    note: str
    undoes: int | None


class PieceShape(Shape):
    """A piece of a passage that an edit changed."""

    mark: str
    text: str


class ChangeShape(Shape):
    """One field that an edit changed."""

    field: str
    pieces: tuple[PieceShape, ...]


class HappeningShape(Shape):
    """One line of an offer's life."""

    at: Moment
    event: str
    what: str
    detail: str
    source: str
    url: str
    capture: str
    """WARC-Record-ID."""
    changes: tuple[ChangeShape, ...]


class CaseShape(Shape):
    """One case with all that people decided on it."""

    id: int
    state: CaseState
    pile: Pile
    seen: str
    """Mark of what is told here; a decision on anything else is refused."""
    possible: tuple[Decision, ...]
    """What may be decided now, by somebody whose role allows it."""
    level: RiskLevel
    score: float
    title: str
    url: str
    mediator: str | None
    verdict: Verdict | None
    register_: Annotated[BadgeShape, Field(alias="register")]
    referral: tuple[str, ...]
    changed_after_approval: str | None
    ad: AdShape
    assessment: AssessmentShape
    drafts: tuple[CaseDraftShape, ...]
    approvals: tuple[ApprovalShape, ...]
    filings: tuple[FilingShape, ...]
    joined: tuple[JoinedShape, ...]
    linked: tuple[LinkedShape, ...]
    history: tuple[EventShape, ...]
    life: tuple[HappeningShape, ...]
    """The oldest first."""


class MovedShape(Shape):
    """Where a case stands after it was decided."""

    id: int
    state: CaseState
    pile: Pile
    seen: str
    possible: tuple[Decision, ...]
    event: int
    """The newest event of its history; `undo` names it."""


class DecideAsk(Shape):
    """A decision on a case."""

    decision: Literal["confirm", "dismiss", "unsure", "refer", "reopen"]
    seen: Annotated[str, Field(max_length=60)]
    """The mark that the case had when it was read; the same decision sent twice is refused the second time."""
    reason: DismissReason | None = None
    """Of a dismissal."""
    note: Text = ""
    """A dismissal without reason needs one."""


class UndoAsk(Shape):
    """Taking back the last decision on a case."""

    event: Number
    """The event that is taken back, as the case's history tells it."""


class NoteAsk(Shape):
    """A note on a case."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]


class LegalAsk(Shape):
    """Withdrawing an approval, or closing a case."""

    seen: CaseState
    """The state in which the case was read."""
    note: Text = ""
