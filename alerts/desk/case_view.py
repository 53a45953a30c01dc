"""Everything one case page shows, read at once as values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from alerts.cases import CaseState, Decision, possible_decisions
from alerts.connections import CaseConnection, connections_of_case
from alerts.desk.checks import Check, CheckedCase, next_checks
from alerts.desk.copies import ShownCopy, compare_copies
from alerts.desk.failures import Failure, PageError
from alerts.desk.findings import HardTrigger, MarkedAd, RegisterBadge, as_sentences, badge_of, hard_triggers, mark_ad
from alerts.desk.graph import Graph, draw_graph
from alerts.desk.naming import NameDecisions, read_decisions
from alerts.desk.numbers import LARGEST_NUMBER
from alerts.desk.pictures import ShownPicture, show_pictures
from alerts.desk.piles import Pile, pile_of
from alerts.document import plain_text
from alerts.drafting import kept_document
from alerts.facts import CitedProvision, DraftFacts
from alerts.recipients import title_of
from alerts.script import Script
from alerts.timeline import Timeline, read_timeline
from crawler.assessment import Assessment
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.errors import DraftError, UsageError
from crawler.evidence.warc import Capture
from crawler.store.approvals import APPROVED, changes_after_approval, standing_approvals
from crawler.store.case_lists import CaseList, CaseQuestion, list_cases
from crawler.store.cases import CaseRow, case_history, newest_decision_of, read_case
from crawler.store.desk_views import (
    Seen,
    SisterCase,
    find_capture,
    read_copies,
    read_sightings,
    screenshot_of,
    sister_cases,
)
from crawler.store.drafts import CaseAd, DraftRow, captures_by_id, drafts_with_approved, leading_ad
from crawler.store.images import AdPicture, pictures_of_versions
from crawler.store.intakes import Intake, intakes_of_ads
from crawler.store.register import newest_snapshot_row

MOST_COPIES = 100
MOST_SIGHTINGS = 200
MOST_SISTERS = 20
DESK_DECISIONS = (Decision.CONFIRM, Decision.DISMISS, Decision.UNSURE, Decision.REFER, Decision.REOPEN)
"""What the case page offers; approving and filing are the legal staff's."""
UNDOABLE_FOR = timedelta(hours=12)
"""One sitting: a key must not take back what was decided days ago."""


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """One draft's text; None where it cannot be told."""

    recipient: str
    name: str
    row: DraftRow
    text: str | None
    is_approved: bool
    set_aside: tuple[CitedProvision, ...]
    """Provisions left out of the text until a lawyer confirms them."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """The person's last decision, which one key takes back."""

    event_id: int
    case_id: int
    state: CaseState
    """To which it led."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A case that was decided just before, so that it can be taken back at once."""

    id: int
    state: CaseState
    pile: Pile


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What the register says of the mediator, and what people decided about the name."""

    badge: RegisterBadge
    names: NameDecisions
    now: RegisterBadge | None
    """The answer with people's decisions, where the case does not rest on it yet."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Where else the offer stands, and when it was seen."""

    copies: tuple[ShownCopy, ...]
    captures: tuple[Capture, ...]
    """Of all ads of the case, the leading one among them."""
    is_copies_cut: bool
    """As many were read as are read at most: there may be more."""
    sightings: tuple[tuple[date, tuple[Seen, ...]], ...]
    """By day in Belgrade, newest first."""
    is_sightings_cut: bool
    sisters: tuple[SisterCase, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with all that belongs to it."""

    case: CaseRow
    seen: str
    """Mark of what the person sees; a decision on anything else is refused."""
    ad: CaseAd
    intake: Intake | None
    """How the ad came, where a person brought it by hand."""
    page_capture: Capture | None
    """The page at the address that the person named, where it was fetched."""
    assessment: Assessment
    marked: MarkedAd
    pictures: tuple[ShownPicture, ...]
    hard_triggers: tuple[HardTrigger, ...]
    register: ShownAnswer
    spread: Spread
    connections: tuple[CaseConnection, ...]
    graph: Graph | None
    checks: tuple[Check, ...]
    screenshot: str | None
    """WARC-Record-ID of the picture of the ad's page, where there is one."""
    timeline: Timeline
    evidence: tuple[Capture, ...]
    """The capture of the shown text first."""
    drafts: tuple[DraftPreview, ...]
    changed_after_approval: str | None
    """What changed since the drafts were approved; None: nothing, or they are not approved."""
    history: tuple[Row[Any], ...]
    place: CaseList
    """The list that the person walks through, with the case's place in it."""
    decisions: tuple[Decision, ...]
    """What may be decided now, at this desk."""


def read_case_view(
    connection: Connection, case_id: int, settings: Settings, *, question: CaseQuestion, script: Script, today: date
) -> CaseView:
    """The case as the page shows it. Raises PageError where there is none of that number."""
    case = case_or_not_found(connection, case_id)
    leading = leading_ad(connection, case_id)
    ad, assessment = leading.ad, as_sentences(leading.assessment)
    marked = mark_ad(ad.judged, assessment)
    beside = _beside(connection, ad)
    register = _answer(connection, assessment, settings.file.register_stale_after_days, today)
    spread = read_spread(connection, case_id, ad)
    connections = connections_of_case(connection, case_id)
    return CaseView(
        case=case,
        seen=mark_of(case),
        ad=ad,
        intake=beside.intake,
        page_capture=beside.page_capture,
        assessment=assessment,
        marked=marked,
        pictures=show_pictures(beside.pictures, ad, marked),
        hard_triggers=hard_triggers(assessment),
        register=register,
        spread=spread,
        connections=connections,
        graph=draw_graph(case_id, connections),
        checks=_checks(assessment, register.badge, connections, spread, beside),
        screenshot=beside.screenshot,
        timeline=read_timeline(connection, settings, case),
        evidence=_evidence(connection, ad, beside.pictures, spread),
        drafts=tuple(_previews(connection, case_id, script)),
        changed_after_approval=_changed(connection, case),
        history=tuple(case_history(connection, case_id)),
        place=list_cases(connection, question, at=case_id),
        decisions=offered_decisions(CaseState(case.state), refers=bool(assessment.referral)),
    )


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is kept of the leading ad beside its words."""

    intake: Intake | None
    page_capture: Capture | None
    pictures: tuple[AdPicture, ...]
    screenshot: str | None


def _beside(connection: Connection, ad: CaseAd) -> _Beside:
    intake = intakes_of_ads(connection, [ad.ad_id]).get(ad.ad_id)
    page = intake.page_capture_id if intake else None
    return _Beside(
        intake=intake,
        page_capture=find_capture(connection, page) if page is not None else None,
        pictures=pictures_of_versions(connection, [ad.version_id]).get(ad.version_id, ()),
        screenshot=screenshot_of(connection, ad.version_id),
    )


def _changed(connection: Connection, case: CaseRow) -> str | None:
    return changes_after_approval(connection, [case.id]).get(case.id) if case.state == APPROVED else None


def _answer(connection: Connection, assessment: Assessment, stale_after_days: int, today: date) -> ShownAnswer:
    badge = partial(badge_of, today=today, stale_after_days=stale_after_days, newest=newest_snapshot_row(connection))
    names = read_decisions(connection, assessment, today=today, stale_after_days=stale_after_days)
    return ShownAnswer(badge(assessment.register), names, badge(names.answer_now) if names.answer_now else None)


def read_spread(connection: Connection, case_id: int, ad: CaseAd) -> Spread:
    """Where the offer of that leading ad stands besides."""
    copies = read_copies(connection, case_id, limit=MOST_COPIES)
    sightings = read_sightings(connection, case_id, limit=MOST_SIGHTINGS)
    others = [copy for copy in copies if copy.ad_id != ad.ad_id]
    return Spread(
        copies=compare_copies(others, title=ad.title, text=ad.text),
        captures=tuple(copy.capture for copy in copies),
        is_copies_cut=len(copies) == MOST_COPIES,
        sightings=_by_day(sightings),
        is_sightings_cut=len(sightings) == MOST_SIGHTINGS,
        sisters=tuple(sister_cases(connection, case_id, limit=MOST_SISTERS)),
    )


def _checks(
    assessment: Assessment,
    badge: RegisterBadge,
    connections: Sequence[CaseConnection],
    spread: Spread,
    beside: _Beside,
) -> tuple[Check, ...]:
    read = [one.confidence for one in beside.pictures if one.text and one.confidence]
    return next_checks(
        CheckedCase(
            assessment=assessment,
            badge=badge,
            connections=connections,
            sisters=spread.sisters,
            differing_copies=sum(not copy.is_same for copy in spread.copies),
            has_screenshot=beside.screenshot is not None,
            is_brought=beside.intake is not None,
            least_confidence=min(read, default=None),
        )
    )


def _evidence(connection: Connection, ad: CaseAd, pictures: Sequence[AdPicture], spread: Spread) -> tuple[Capture, ...]:
    """Each capture once: that of the shown text first, then those of its pictures, then those of the copies."""
    named = (*ad.capture_ids, *(picture.capture_id for picture in pictures))
    kept = captures_by_id(connection, named)
    own = (kept[capture_id] for capture_id in named if capture_id in kept)
    return tuple({capture.record_id: capture for capture in (*own, *spread.captures)}.values())


def case_or_not_found(connection: Connection, case_id: int) -> CaseRow:
    """The case. Raises PageError where there is none of that number."""
    try:
        return read_case(connection, case_id)
    except UsageError as error:
        raise PageError(Failure.NOT_FOUND) from error


def just_decided(connection: Connection, case_id: int) -> Decided | None:
    """The case that an address says was decided just before; None where it names none."""
    if not 1 <= case_id <= LARGEST_NUMBER:
        return None
    try:
        case = read_case(connection, case_id)
    except UsageError:
        return None
    state = CaseState(case.state)
    return Decided(case.id, state, pile_of(state))


def undoable(connection: Connection, person: str, *, now: datetime) -> Undoable | None:
    """What the person decided last at the desk today, if it still stands."""
    last = newest_decision_of(connection, person, decisions=DESK_DECISIONS, since=now - UNDOABLE_FOR)
    return Undoable(last.event_id, last.case_id, CaseState(last.after)) if last else None


def mark_of(case: CaseRow) -> str:
    """Changes when the case is decided, or another assessment leads it."""
    return f"{case.state}.{case.assessment_id}"


def offered_decisions(state: CaseState, *, refers: bool) -> tuple[Decision, ...]:
    """What the case page offers in that state; referring only where the ad calls for it."""
    possible = possible_decisions(state)
    return tuple(choice for choice in DESK_DECISIONS if choice in possible and (refers or choice is not Decision.REFER))


def _by_day(seen: Sequence[Seen]) -> tuple[tuple[date, tuple[Seen, ...]], ...]:
    days = groupby(seen, key=lambda sighting: day_in_belgrade(sighting.seen_at))
    return tuple((day, tuple(group)) for day, group in days)


def _previews(connection: Connection, case_id: int, script: Script) -> Iterator[DraftPreview]:
    standing = standing_approvals(connection, case_id)
    approved = {(one.recipient, one.version) for one in standing}
    for row in drafts_with_approved(connection, case_id, standing):
        text: str | None = None
        set_aside: tuple[CitedProvision, ...] = ()
        try:
            text = plain_text(kept_document(connection, row, script))
            set_aside = DraftFacts.from_json(row.facts).set_aside
        except DraftError:
            # Made by another version of the program: the page says so.
            pass
        is_approved = (row.recipient, row.version) in approved
        yield DraftPreview(row.recipient, recipient_name(row.recipient), row, text, is_approved, set_aside)


def recipient_name(recipient_id: str) -> str:
    """The recipient's name, or its id where there is none of that id."""
    try:
        return title_of(recipient_id)
    except UsageError:
        # A recipient whose folder was taken away since; its drafts stay readable.
        return recipient_id
