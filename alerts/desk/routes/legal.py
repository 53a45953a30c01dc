"""The legal desk: what waits and by when, what a batch would hold, the calendar, and one case with its filings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from alerts.batch import filing_batch
from alerts.cases import OF_LEGAL_STAFF, CaseState, Decision
from alerts.deadline_calendar import deadline_calendar
from alerts.desk.access import TheDesk, TheTongue, Visitor, require, require_post
from alerts.desk.deciding import move_seen, note_of, undo_seen
from alerts.desk.failures import Failure, PageError
from alerts.desk.legal_steps import lay as lay_draft
from alerts.desk.legal_view import addressee, read_legal_case
from alerts.desk.numbers import Number
from alerts.desk.permissions import Permission
from alerts.desk.speaking import Tongue
from alerts.desk.state import Desk
from alerts.filing import Channel
from alerts.gathering import DraftRefusedError, Refusal
from alerts.matters import Matter, count_stages, read_matters
from alerts.outcomes import Outcome
from alerts.script import Script
from crawler.errors import DraftError, UsageError
from crawler.store.engine import reading
from crawler.store.legal_views import count_filings, titles_of_cases

PAGE_SIZE = 50

LegalReader = Annotated[Visitor, Depends(require(Permission.SEE_CASES))]
LegalClerk = Annotated[Visitor, Depends(require_post(Permission.FILE))]

router = APIRouter(prefix="/legal")


class Shown(StrEnum):
    """Which matters a list shows; the value stands in addresses."""

    WAITING = "waiting"
    """All that are not closed."""
    OVERDUE = "overdue"
    TO_PREPARE = "to_prepare"
    PREPARED = "prepared"
    APPROVED = "approved"
    FILED = "filed"
    ANSWERED = "answered"
    CLOSED = "closed"


class Done(StrEnum):
    """What was done just before; the page says so."""

    NOTHING = ""
    LAID = "laid"
    SAVED = "saved"
    UNCHANGED = "unchanged"
    RESTORED = "restored"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    FILED = "filed"
    OUTCOME = "outcome"
    CLOSED = "closed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Typed:
    """A form of the case's page that was refused: what was typed, and what is wrong with it."""

    refused: Refusal | None = None
    """Why there is no draft."""
    chosen: str = ""
    """To whom."""
    filing: int = 0
    """Of which filing an outcome was told; 0: of none."""
    outcome: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    """Why a decision or an outcome could not be written down."""
    decision: str = ""
    note: str = ""
    """Beside that decision."""


@router.get("")
def overview(
    desk: TheDesk,
    visitor: LegalReader,
    stage: Shown = Shown.WAITING,
    recipient: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """One page of matters, the most urgent first."""
    with reading(desk.engine) as connection:
        waiting = read_matters(connection, today=desk.today())
        closed_count = count_filings(connection, [CaseState.CLOSED])
        listed = read_matters(connection, today=desk.today(), closed=True) if stage is Shown.CLOSED else waiting
        rows = _narrowed(listed, stage, recipient)
        pages = max(1, -(-len(rows) // PAGE_SIZE))
        number = min(page, pages)
        shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        titles = titles_of_cases(connection, [matter.case_id for matter in shown])
    counts = {Shown(each.value): count for each, count in count_stages(waiting).items()}
    counts |= {
        Shown.WAITING: len(waiting),
        Shown.OVERDUE: sum(matter.is_overdue for matter in waiting),
        Shown.CLOSED: closed_count,
    }
    known = {matter.recipient for matter in (*waiting, *listed) if matter.recipient}
    return desk.pages.answer(
        "legal.html",
        visitor=visitor,
        stage=stage,
        stages=[(each, counts[each]) for each in Shown],
        recipient=recipient,
        recipients=[addressee(one) for one in sorted(known | ({recipient} - {""}))],
        rows=[(matter, titles[matter.case_id], addressee(matter.recipient or "")) for matter in shown],
        page=number,
        pages=pages,
    )


@router.get("/batch")
def batch(desk: TheDesk, visitor: LegalReader, recipient: str = "") -> Response:
    """Everything that is approved and not filed, with what speaks against filing it. Records nothing."""
    guard = desk.settings.file.filed_again_after_days
    with reading(desk.engine) as connection:
        found = filing_batch(connection, today=desk.today(), guard_days=guard)
    rows = [row for row in found if recipient in ("", row["recipient"])]
    return desk.pages.answer(
        "legal_batch.html",
        visitor=visitor,
        recipient=recipient,
        recipients=[addressee(one) for one in sorted({row["recipient"] for row in found} | ({recipient} - {""}))],
        rows=[(row, addressee(row["recipient"])) for row in rows],
        guard_days=guard,
    )


@router.get("/calendar.ics")
def calendar(request: Request, desk: TheDesk, visitor: LegalReader, tongue: TheTongue) -> Response:
    """Every open deadline as a calendar file."""
    script = Script.CYRL if tongue is Tongue.CYRL else Script.LATN
    made = calendar_of(desk, script, base=str(request.base_url).rstrip("/"))
    headers = {"Content-Disposition": 'attachment; filename="rokovi.ics"'}
    return Response(made, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/cases/{case_id}")
def case_page(case_id: Number, desk: TheDesk, visitor: LegalReader, done: Done = Done.NOTHING) -> Response:
    """One case: its drafts, approvals and filings, and what legal staff can do next."""
    return case_answer(desk, visitor, case_id, done=done)


@router.post("/cases/{case_id}/drafts")
def lay(case_id: Number, desk: TheDesk, visitor: LegalClerk, recipient: Annotated[str, Form()] = "") -> Response:
    """Lays a draft ready for that recipient."""
    try:
        chosen = lay_draft(desk, visitor.person, case_id, recipient or None)
    except DraftRefusedError as error:
        return case_answer(desk, visitor, case_id, typed=Typed(error.reason, recipient))
    except (DraftError, UsageError):
        return case_answer(desk, visitor, case_id, typed=Typed(Refusal.OTHER, recipient))
    return RedirectResponse(f"/legal/cases/{case_id}/drafts/{chosen}?done={Done.LAID}", status_code=303)


@router.post("/cases/{case_id}/decide")
def decide(
    case_id: Number,
    desk: TheDesk,
    visitor: LegalClerk,
    decision: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Takes an approval back, or closes the case."""
    person, now = visitor.person.email, desk.clock()
    try:
        if decision not in (Decision.WITHDRAW, Decision.CLOSE) or seen not in set(CaseState):
            raise PageError(Failure.BAD_FORM)
        chosen, told = Decision(decision), note_of(note)
        with desk.engine.begin() as connection:
            move_seen(connection, case_id, chosen, seen=CaseState(seen), person=person, now=now, note=told)
    except PageError as error:
        typed = Typed(failure=error.failure, decision=decision, note=note)
        return case_answer(desk, visitor, case_id, typed=typed)
    done = Done.CLOSED if chosen is Decision.CLOSE else Done.WITHDRAWN
    return RedirectResponse(f"/legal/cases/{case_id}?done={done}", status_code=303)


@router.post("/cases/{case_id}/undo")
def take_back(case_id: Number, desk: TheDesk, visitor: LegalClerk, event: Annotated[int, Form()] = 0) -> Response:
    """Takes back the last decision of legal staff, if it still is the one seen."""
    person, now = visitor.person.email, desk.clock()
    with desk.engine.begin() as connection:
        undo_seen(connection, case_id, event, among=OF_LEGAL_STAFF, person=person, now=now)
    return RedirectResponse(f"/legal/cases/{case_id}?done={Done.UNDONE}", status_code=303)


def matters_shown(connection: Connection, stage: Shown, recipient: str, *, today: date) -> list[Matter]:
    """The matters of that stage, the most urgent first; `recipient`: only those, empty: all."""
    return _narrowed(read_matters(connection, today=today, closed=stage is Shown.CLOSED), stage, recipient)


def calendar_of(desk: Desk, script: Script, *, base: str) -> bytes:
    """Every open deadline as a calendar file, whose events lead to the desk at that address."""
    with reading(desk.engine) as connection:
        found = read_matters(connection, today=desk.today())
        titles = titles_of_cases(connection, [matter.case_id for matter in found])
    return deadline_calendar(
        found,
        titles,
        organisation=desk.settings.file.organisation,
        now=desk.clock(),
        script=script,
        address=lambda case_id: f"{base}/legal/cases/{case_id}",
    )


def _narrowed(found: Iterable[Matter], stage: Shown, recipient: str) -> list[Matter]:
    return [
        matter
        for matter in found
        if recipient in ("", matter.recipient)
        and (
            stage is Shown.WAITING
            or (stage is Shown.OVERDUE and matter.is_overdue)
            or stage.value == matter.stage.value
        )
    ]


def case_answer(
    desk: Desk, visitor: Visitor, case_id: int, *, done: Done = Done.NOTHING, typed: Typed | None = None
) -> Response:
    """The page of a case; where a form was refused, with what was typed. Raises PageError for no such case."""
    kept = typed or Typed()
    refused = kept.failure.status if kept.failure else 422
    with reading(desk.engine) as connection:
        view = read_legal_case(connection, case_id, today=desk.today())
    return desk.pages.answer(
        "legal_case.html",
        status=refused if typed else 200,
        visitor=visitor,
        view=view,
        done=done,
        typed=kept,
        outcomes=[(one.value, one.words) for one in Outcome],
        outcome_words={one.value: one.words for one in Outcome},
        channels={one.value: one.words for one in Channel},
        today=desk.today(),
        addressee=addressee,
    )
