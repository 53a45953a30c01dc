"""One case: its page, deciding on it and taking that back, notes, and its drafts as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from alerts.cases import CaseState, Decision, DismissReason
from alerts.desk.access import Decider, LoggedIn, TheDesk, Visitor
from alerts.desk.asked_list import AskedList, FormList, ShownList
from alerts.desk.case_view import DESK_DECISIONS, case_or_not_found, just_decided, read_case_view, undoable
from alerts.desk.deciding import LONGEST_NOTE, add_note_to, decide_seen, note_of, undo_seen
from alerts.desk.failures import Failure, PageError
from alerts.desk.legal_files import Wanted, draft_answer
from alerts.desk.legal_view import draft_row
from alerts.desk.missing import missing_drafts
from alerts.desk.numbers import Number
from alerts.desk.piles import pile_of
from alerts.desk.state import Desk
from alerts.drafting import DocumentFormat
from alerts.script import Script
from alerts.wording import wording
from crawler.store.case_lists import list_cases
from crawler.store.cases import CaseRow
from crawler.store.engine import reading

router = APIRouter(prefix="/cases")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form of the case's page that was refused: why, and what was typed."""

    failure: Failure | None = None
    field: str = ""
    """Id of the field: `beleska` for a note on the case, `note` for one beside a dismissal; empty: none."""
    text: str = ""


@router.get("/{case_id}")
def case_page(
    case_id: Number,
    desk: TheDesk,
    visitor: LoggedIn,
    shown: ShownList,
    script: Script = Script.CYRL,
    done: int = 0,
) -> Response:
    """The case, in the list that the person walks through; `done` names the case that was decided just before."""
    return _page(desk, visitor, case_id, shown, script=script, done=done)


@router.post("/{case_id}/decide")
def decide(
    case_id: Number,
    desk: TheDesk,
    visitor: Decider,
    shown: FormList,
    decision: Annotated[str, Form()] = "",
    seen: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Writes the decision and goes on to the next case of the list."""
    person, now = visitor.person.email, desk.clock()

    def write() -> str:
        chosen = _desk_decision(decision)
        why = _dismiss_reason(reason) if chosen is Decision.DISMISS else None
        told = note_of(_joined(reason if why is DismissReason.OTHER or why is None else "", note))
        with desk.engine.begin() as connection:
            case = case_or_not_found(connection, case_id)
            following = _following(connection, case, chosen, shown)
            decide_seen(connection, case_id, chosen, seen=seen, person=person, now=now, note=told, reason=why)
        return _address_after(case_id, following, AskedList() if chosen is Decision.REOPEN else shown)

    return _written(
        desk,
        visitor,
        case_id,
        shown,
        write,
        Typed(field="note" if note or decision == Decision.DISMISS else "", text=note),
    )


@router.post("/undo")
def undo_last(
    desk: TheDesk,
    visitor: Decider,
    shown: FormList,
    case: Annotated[Number, Form()],
    event: Annotated[Number, Form()],
) -> Response:
    """Takes back the person's own decision, and goes back to the case."""
    person, now = visitor.person.email, desk.clock()
    with desk.engine.begin() as connection:
        undo_seen(connection, case, event, among=DESK_DECISIONS, of=person, person=person, now=now)
    return RedirectResponse(f"/cases/{case}?{shown.query()}&done={case}", status_code=303)


@router.post("/{case_id}/notes")
def add_note(
    case_id: Number,
    desk: TheDesk,
    visitor: Decider,
    shown: FormList,
    note: Annotated[str, Form()] = "",
) -> Response:
    """Adds a note to the case's history, where it stays."""

    def write() -> str:
        with desk.engine.begin() as connection:
            add_note_to(connection, case_id, note, person=visitor.person.email, now=desk.clock())
        return f"/cases/{case_id}?{shown.query()}#beleske"

    return _written(desk, visitor, case_id, shown, write, Typed(field="beleska", text=note))


@router.get("/{case_id}/draft.{kind}")
def draft_file(
    case_id: Number,
    kind: DocumentFormat,
    desk: TheDesk,
    visitor: LoggedIn,
    recipient: str = "",
    script: Script = Script.CYRL,
    version: Number | None = None,
) -> Response:
    """The case's draft to that recipient (by default the first) in that version (by default the newest) as a file, once
    the evidence it cites verifies.
    """
    with reading(desk.engine) as connection:
        row = draft_row(connection, case_id, recipient or None, version)
    return draft_answer(desk, visitor, Wanted(case_id, row.recipient, script, kind, row.version))


def _written(
    desk: Desk, visitor: Visitor, case_id: int, shown: AskedList, write: Callable[[], str], typed: Typed
) -> Response:
    """Leads to the address that `write` returns; where it is refused, the case's page with what was typed."""
    try:
        return RedirectResponse(write(), status_code=303)
    except PageError as error:
        if error.failure is Failure.NOT_FOUND:
            raise
        return _page(desk, visitor, case_id, shown, typed=replace(typed, failure=error.failure))


def _page(
    desk: Desk,
    visitor: Visitor,
    case_id: int,
    shown: AskedList,
    *,
    script: Script = Script.CYRL,
    done: int = 0,
    typed: Typed | None = None,
) -> Response:
    with reading(desk.engine) as connection:
        question = shown.question()
        view = read_case_view(connection, case_id, desk.settings, question=question, script=script, today=desk.today())
        decided = just_decided(connection, done)
        last = undoable(connection, visitor.person.email, now=desk.clock())
        missing = missing_drafts(connection, desk.settings, view, now=desk.clock())
    return desk.pages.answer(
        "case.html",
        status=typed.failure.status if typed and typed.failure else 200,
        visitor=visitor,
        view=view,
        missing=missing,
        shown=shown,
        pile=shown.pile,
        script=script,
        decided=decided,
        last=last,
        typed=typed or Typed(),
        longest_note=LONGEST_NOTE,
        names=desk.sources.names(),
        omissions=wording().not_stated,
        reasons=[reason.words for reason in DismissReason if reason is not DismissReason.OTHER],
    )


def _desk_decision(name: str) -> Decision:
    if name not in DESK_DECISIONS:
        raise PageError(Failure.BAD_FORM)
    return Decision(name)


def _dismiss_reason(words: str) -> DismissReason:
    """The reason that the form offers in these words; `other` for words of one's own."""
    return next((reason for reason in DismissReason if reason.words == words.strip()), DismissReason.OTHER)


def _joined(reason: str, note: str) -> str:
    return ": ".join(part.strip() for part in (reason, note) if part.strip())


def _following(connection: Connection, case: CaseRow, chosen: Decision, shown: AskedList) -> int | None:
    """Where one goes on: after taking a decision back the same case, else the next one, else the first of the list."""
    if chosen is Decision.REOPEN or pile_of(CaseState(case.state)) is not shown.pile:
        return case.id
    place = list_cases(connection, shown.question(), at=case.id)
    following = place.next or next(iter(place.ids), None)
    return following if following != case.id else None


def _address_after(case_id: int, following: int | None, shown: AskedList) -> str:
    page = "/" if following is None else f"/cases/{following}"
    return f"{page}?{shown.query()}&done={case_id}"
