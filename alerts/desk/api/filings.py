"""What was filed outside of the program, what became of it, and what legal staff wait for. Nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from sqlalchemy import Connection

from alerts.batch import filing_batch
from alerts.desk.access import TheDesk
from alerts.desk.api.case_shapes import FilingShape, MovedShape
from alerts.desk.api.cases import LegalClerk, Reader, moved_case
from alerts.desk.api.draft_shapes import FilingAsk, MatterShape, OutcomeAsk, ReadyShape
from alerts.desk.api.shapes import (
    READS,
    READS_FILES,
    WRITES,
    CaseNumber,
    Cursor,
    FilingNumber,
    Limit,
    Listed,
    part_of,
)
from alerts.desk.deciding import note_of
from alerts.desk.failures import ApiError
from alerts.desk.legal_files import MEDIA_TYPES, filing_or_not_found, receipt_answer, reminder_answer
from alerts.desk.legal_steps import record_became, record_filed
from alerts.desk.legal_view import case_and_title
from alerts.desk.routes.legal import Shown, calendar_of, matters_shown
from alerts.desk.state import Desk
from alerts.drafting import DocumentFormat
from alerts.filing import WAITED_FOR, Filed, filing_states
from alerts.headings import heading
from alerts.receipts import LARGEST, NoReceiptError, Receipt, receipt_of
from alerts.recipients import LONGEST_RECIPIENT
from alerts.script import Script, storable
from alerts.showing import filing_json
from alerts.terms import Standing
from crawler.store.engine import reading
from crawler.store.filings import FilingRow, all_filings, filings_of
from crawler.store.legal_views import titles_of_cases

Recipient = Annotated[str, Query(max_length=LONGEST_RECIPIENT, description="Only what goes to this recipient.")]
LETTERS = READS_FILES | {
    200: {"description": "The file.", "content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}}
}
RECEIPT = READS_FILES | {200: {"description": "The file.", "content": {"application/octet-stream": {}}}}
CALENDAR = READS | {200: {"description": "The calendar.", "content": {"text/calendar": {}}}}

router = APIRouter(tags=["legal"])


@router.get("/cases/{case_id}/filings", responses=READS)
def filings(case_id: CaseNumber, desk: TheDesk, bearer: Reader) -> tuple[FilingShape, ...]:
    """What was filed of the case, with what became of it and the deadlines that run."""
    with reading(desk.engine) as connection:
        case_and_title(connection, case_id)
        return tuple(_told(connection, desk, filings_of(connection, [case_id])))


@router.post("/cases/{case_id}/filings", responses=WRITES, status_code=201)
def file_complaint(
    case_id: CaseNumber,
    desk: TheDesk,
    bearer: LegalClerk,
    ask: Annotated[FilingAsk, Form(media_type="multipart/form-data")],
) -> FilingShape:
    """Records that a person filed the approved text outside of the program; the same once more is refused."""
    reference = " ".join(storable(ask.reference).split())
    done = Filed(ask.recipient, ask.channel, ask.on, reference, _receipt(ask.receipt), note_of(ask.again))
    number = record_filed(desk, bearer.person, case_id, done)
    with reading(desk.engine) as connection:
        return next(_told(connection, desk, [filing_or_not_found(desk, case_id, number)]))


@router.post("/cases/{case_id}/filings/{filing_id}/outcomes", responses=WRITES, status_code=201)
def outcome(
    case_id: CaseNumber, filing_id: FilingNumber, ask: OutcomeAsk, desk: TheDesk, bearer: LegalClerk
) -> MovedShape:
    """Records what became of a filing."""
    filing = filing_or_not_found(desk, case_id, filing_id)
    record_became(desk, bearer.person, filing, ask.outcome, on=ask.on, note=note_of(ask.note))
    with reading(desk.engine) as connection:
        return moved_case(connection, case_id)


@router.get("/cases/{case_id}/filings/{filing_id}/receipt", responses=RECEIPT, response_class=Response)
def receipt(case_id: CaseNumber, filing_id: FilingNumber, desk: TheDesk, bearer: Reader) -> Response:
    """The kept receipt, if its bytes still match their hash."""
    return receipt_answer(desk, bearer, case_id, filing_id)


@router.get("/cases/{case_id}/filings/{filing_id}/reminder.{kind}", responses=LETTERS, response_class=Response)
def reminder(
    case_id: CaseNumber,
    filing_id: FilingNumber,
    kind: DocumentFormat,
    desk: TheDesk,
    bearer: Reader,
    script: Script = Script.CYRL,
) -> Response:
    """The letter that asks for an overdue answer; a person signs and hands it in."""
    return reminder_answer(desk, bearer, case_id, filing_id, kind=kind, script=script)


@router.get("/matters", responses=READS)
def matters(
    desk: TheDesk,
    bearer: Reader,
    stage: Shown = Shown.WAITING,
    recipient: Recipient = "",
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Listed[MatterShape]:
    """What legal staff have before them, the most urgent first; `stage=overdue` for what should have come."""
    with reading(desk.engine) as connection:
        page, following = part_of(
            matters_shown(connection, stage, recipient, today=desk.today()), cursor=cursor, limit=limit
        )
        titles = titles_of_cases(connection, [matter.case_id for matter in page])
    found = [
        matter.to_json() | {"title": heading(titles[matter.case_id].title, titles[matter.case_id].text)}
        for matter in page
    ]
    return Listed(items=tuple(map(MatterShape.model_validate, found)), next=following)


@router.get("/ready", responses=READS)
def ready(
    desk: TheDesk, bearer: Reader, recipient: Recipient = "", cursor: Cursor = 0, limit: Limit = 50
) -> Listed[ReadyShape]:
    """Approved texts that were not filed yet, with what speaks against filing them."""
    guard = desk.settings.file.filed_again_after_days
    with reading(desk.engine) as connection:
        found = filing_batch(connection, today=desk.today(), guard_days=guard, recipient=recipient or None)
    page, following = part_of(found, cursor=cursor, limit=limit)
    return Listed(items=tuple(map(ReadyShape.model_validate, page)), next=following)


@router.get("/deadlines", responses=READS)
def deadlines(
    desk: TheDesk,
    bearer: Reader,
    overdue: Annotated[bool, Query(description="Only filings with a deadline that passed.")] = False,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Listed[FilingShape]:
    """Every filing that waits, with its deadlines and how they were counted."""
    with reading(desk.engine) as connection:
        found = filing_states(connection, all_filings(connection, states=WAITED_FOR), today=desk.today())
    wanted = [one for one in found if not overdue or any(state.standing is Standing.OVERDUE for state in one.terms)]
    page, following = part_of(wanted, cursor=cursor, limit=limit)
    return Listed(items=tuple(FilingShape.model_validate(filing_json(one)) for one in page), next=following)


@router.get("/calendar.ics", responses=CALENDAR, response_class=Response)
def calendar(request: Request, desk: TheDesk, bearer: Reader, script: Script = Script.LATN) -> Response:
    """Every open deadline as a calendar file (iCalendar)."""
    base = f"{request.url.scheme}://{request.url.netloc}"
    return Response(calendar_of(desk, script, base=base), media_type="text/calendar; charset=utf-8")


def _told(connection: Connection, desk: Desk, rows: Sequence[FilingRow]) -> Iterator[FilingShape]:
    states = filing_states(connection, rows, today=desk.today())
    return (FilingShape.model_validate(filing_json(one)) for one in states)


def _receipt(sent: UploadFile | None) -> Receipt | None:
    if sent is None or not sent.filename:
        return None
    try:
        return receipt_of(storable(sent.filename), sent.file.read(LARGEST + 1))
    except NoReceiptError as error:
        raise ApiError(422, str(error), code="no_receipt") from error
