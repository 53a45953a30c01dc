"""Cases: lists, one case, deciding on it, taking that back, and notes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection

from alerts.cases import OF_LEGAL_STAFF, CaseState, Decision, possible_decisions
from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.case_shapes import (
    CaseLine,
    CasesAsk,
    CaseShape,
    DecideAsk,
    EventShape,
    LegalAsk,
    ListAsk,
    MovedShape,
    NoteAsk,
    UndoAsk,
)
from alerts.desk.api.doors import may, writes
from alerts.desk.api.shapes import READS, WRITES, CaseNumber, Listed
from alerts.desk.asked_list import AskedList
from alerts.desk.case_view import DESK_DECISIONS, case_or_not_found, mark_of
from alerts.desk.deciding import add_note_to, decide_seen, move_seen, note_of, undo_seen
from alerts.desk.findings import badge_of, order_codes
from alerts.desk.permissions import Permission
from alerts.desk.piles import pile_of
from alerts.desk.routes.queue import Entry, read_entries
from alerts.desk.silence import RegisterState, register_state
from alerts.desk.state import Desk
from alerts.headings import heading
from alerts.showing import shown_case
from alerts.timeline import read_timeline
from crawler.store.case_lists import list_cases, read_cases
from crawler.store.cases import case_history
from crawler.store.drafts import leading_ad
from crawler.store.engine import reading
from crawler.store.register import newest_snapshot_row

Reader = Annotated[Bearer, Depends(may(Permission.SEE_CASES))]
Decider = Annotated[Bearer, Depends(writes(Permission.DECIDE))]
LegalClerk = Annotated[Bearer, Depends(writes(Permission.FILE))]
router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("", responses=READS)
def cases(
    desk: TheDesk,
    bearer: Reader,
    ask: Annotated[CasesAsk, Query()],
) -> Listed[CaseLine]:
    """Cases of a pile, narrowed and ordered as asked. A page stays where it is while cases before it are decided."""
    with reading(desk.engine) as connection:
        register = newest_snapshot_row(connection)
        stale_after = desk.settings.file.register_stale_after_days
        relies = register_state(register, today=desk.today(), stale_after_days=stale_after) is RegisterState.FRESH
        found = list_cases(connection, list_of(ask).question(with_verdict=relies), at=ask.cursor or None)
        page = found.page(ask.limit)
        entries = read_entries(connection, desk, read_cases(connection, page), register)
    is_last = found.through + ask.limit >= len(found.ids)
    return Listed(items=tuple(map(_line, entries)), next=None if is_last else page[-1])


@router.get("/{case_id}", responses=READS)
def one_case(case_id: CaseNumber, desk: TheDesk, bearer: Reader) -> CaseShape:
    """One case: its ad, what was judged, drafts, approvals, filings, history and life."""
    with reading(desk.engine) as connection:
        case = case_or_not_found(connection, case_id)
        leading = leading_ad(connection, case_id)
        badge = badge_of(
            leading.assessment.register,
            today=desk.today(),
            stale_after_days=desk.settings.file.register_stale_after_days,
            newest=newest_snapshot_row(connection),
        )
        ad = leading.ad
        return CaseShape.model_validate(
            {
                **shown_case(connection, case_id, today=desk.today()),
                "pile": pile_of(CaseState(case.state)),
                "seen": mark_of(case),
                "register": badge,
                "ad": {
                    "id": ad.ad_id,
                    "source": ad.source,
                    "url": ad.url,
                    "title": ad.title,
                    "text": ad.text,
                    "picture_texts": ad.judged.ocr_texts,
                },
                "assessment": leading.assessment.to_json(),
                "life": [entry.to_json() for entry in read_timeline(connection, desk.settings, case).entries],
            }
        )


@router.post("/{case_id}/decide", responses=WRITES)
def decide(case_id: CaseNumber, ask: DecideAsk, desk: TheDesk, bearer: Decider) -> MovedShape:
    """Decides on the case. Approving, filing and closing have endpoints of their own."""
    person, now, note = bearer.person.email, desk.clock(), note_of(ask.note)
    with desk.engine.begin() as connection:
        decide_seen(
            connection,
            case_id,
            Decision(ask.decision),
            seen=ask.seen,
            person=person,
            now=now,
            note=note,
            reason=ask.reason,
        )
        return moved_case(connection, case_id)


@router.post("/{case_id}/undo", responses=WRITES)
def undo(case_id: CaseNumber, ask: UndoAsk, desk: TheDesk, bearer: Decider) -> MovedShape:
    """Takes back the last decision on the case; one of legal staff only by legal staff."""
    among = {*DESK_DECISIONS, *(OF_LEGAL_STAFF if bearer.person.role.may_file else ())}
    with desk.engine.begin() as connection:
        undo_seen(connection, case_id, ask.event, among=among, person=bearer.person.email, now=desk.clock())
        return moved_case(connection, case_id)


@router.post("/{case_id}/notes", responses=WRITES, status_code=201)
def add_note(case_id: CaseNumber, ask: NoteAsk, desk: TheDesk, bearer: Decider) -> EventShape:
    """Adds a note to the case's history, where it stays."""
    with desk.engine.begin() as connection:
        add_note_to(connection, case_id, ask.note, person=bearer.person.email, now=desk.clock())
        return EventShape.model_validate(case_history(connection, case_id)[-1]._mapping, extra="ignore")


@router.post("/{case_id}/withdraw", responses=WRITES, tags=["legal"])
def withdraw(case_id: CaseNumber, ask: LegalAsk, desk: TheDesk, bearer: LegalClerk) -> MovedShape:
    """Takes the approval of the case's drafts back, so that they can be changed and approved anew."""
    return _move(desk, bearer, case_id, Decision.WITHDRAW, ask)


@router.post("/{case_id}/close", responses=WRITES, tags=["legal"])
def close(case_id: CaseNumber, ask: LegalAsk, desk: TheDesk, bearer: LegalClerk) -> MovedShape:
    """Closes the case; nobody is reminded of its deadlines any more."""
    return _move(desk, bearer, case_id, Decision.CLOSE, ask)


def moved_case(connection: Connection, case_id: int) -> MovedShape:
    """Where the case stands now."""
    case = case_or_not_found(connection, case_id)
    state = CaseState(case.state)
    events = case_history(connection, case_id)
    return MovedShape(
        id=case.id,
        state=state,
        pile=pile_of(state),
        seen=mark_of(case),
        possible=possible_decisions(state),
        event=events[-1].id if events else 0,
    )


def _move(desk: Desk, bearer: Bearer, case_id: int, decision: Decision, ask: LegalAsk) -> MovedShape:
    person, now = bearer.person.email, desk.clock()
    with desk.engine.begin() as connection:
        move_seen(connection, case_id, decision, seen=ask.seen, person=person, now=now, note=note_of(ask.note))
        return moved_case(connection, case_id)


def list_of(ask: ListAsk) -> AskedList:
    """The list as the queue knows it."""
    return AskedList(
        pile=ask.pile,
        q=" ".join(ask.q.replace("\x00", "").split()),
        level=ask.level or "",
        country=ask.country,
        verdict=ask.verdict,
        source=ask.source,
        finding=ask.finding,
        seen_from=ask.seen_from.isoformat() if ask.seen_from else "",
        seen_until=ask.seen_until.isoformat() if ask.seen_until else "",
        refers="1" if ask.refers else "",
        changed="1" if ask.changed else "",
        sort=ask.sort,
    )


def _line(entry: Entry) -> CaseLine:
    case, judged = entry.case, entry.case.assessment
    return CaseLine.model_validate(
        {
            "id": case.id,
            "state": case.state,
            "pile": pile_of(CaseState(case.state)),
            "level": case.level,
            "title": heading(case.title, case.opening),
            "mediator": judged.mediator.name,
            "destinations": judged.destinations,
            "register": entry.badge,
            "findings": order_codes(judged),
            "ads": case.ads,
            "portals": case.portals,
            "first_seen": case.first_seen,
            "opened_at": case.opened_at,
            "changed_since_decided": entry.returned,
            "changed_after_approval": entry.changed,
        }
    )
