"""Recording at the legal desk what a person filed outside of the program, and what became of it. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from alerts.desk.access import TheDesk, TheTongue, Visitor
from alerts.desk.deciding import LONGEST_NOTE, note_of
from alerts.desk.failures import Failure, PageError
from alerts.desk.legal_files import filing_or_not_found, receipt_answer, reminder_answer
from alerts.desk.legal_steps import record_became, record_filed
from alerts.desk.legal_view import read_draft_view
from alerts.desk.numbers import Number
from alerts.desk.routes.legal import Done, LegalClerk, LegalReader, Typed, case_answer
from alerts.desk.routes.legal_draft import RecipientId
from alerts.desk.speaking import Tongue, say, to_say
from alerts.desk.state import Desk
from alerts.drafting import DocumentFormat
from alerts.filing import (
    LONGEST_REFERENCE,
    Channel,
    Filed,
    FilingRefusal,
    FilingRefusedError,
)
from alerts.outcomes import Outcome
from alerts.receipts import LARGEST, NoReceiptError, Receipt, receipt_of
from alerts.script import Script, storable
from crawler.store.engine import reading
from crawler.store.filings import FilingRow

REASONS = {
    FilingRefusal.NOT_YET: to_say("Taj dan još nije došao."),
    FilingRefusal.LONG_REFERENCE: to_say("Broj predmeta ima najviše %(most)s znakova."),
    FilingRefusal.NOT_APPROVED: to_say(
        "Tog dana nije bilo odobrenog teksta: ili još nije odobren, ili je odobrenje prestalo da važi."
    ),
    FilingRefusal.FILED_BEFORE: to_say(
        "Ista ponuda je već podneta istom primaocu. Ako se ipak podnosi ponovo, napišite zašto."
    ),
    FilingRefusal.BEFORE_FILING: to_say("Taj dan je pre podnošenja."),
}

router = APIRouter(prefix="/legal/cases/{case_id}")


@dataclass(frozen=True, slots=True)
class FilingForm:
    """What was typed about a filing."""

    channel: str = ""
    on: str = ""
    reference: str = ""
    again: str = ""


def filing_form(
    channel: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
    reference: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> FilingForm:
    """The form as it was sent."""
    return FilingForm(channel, on, reference, again)


TheForm = Annotated[FilingForm, Depends(filing_form)]


@router.get("/drafts/{recipient}/filed")
def filing_page(case_id: Number, recipient: RecipientId, desk: TheDesk, visitor: LegalReader) -> Response:
    """The form by which a person records a filing."""
    return _page(desk, visitor, case_id, recipient, FilingForm(on=desk.today().isoformat()))


@router.post("/drafts/{recipient}/filed")
def filed(
    case_id: Number,
    recipient: RecipientId,
    desk: TheDesk,
    visitor: LegalClerk,
    tongue: TheTongue,
    typed: TheForm,
    receipt: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Records a filing, with its receipt."""
    day = _day(typed.on)
    errors: dict[str, str] = {}
    if typed.channel not in set(Channel):
        errors["channel"] = say(tongue, "Izaberite kako je podneto.")
    if day is None:
        errors["on"] = say(tongue, "Upišite dan podnošenja.")
    kept = _receipt(receipt, errors, tongue)
    if errors or day is None:
        return _page(desk, visitor, case_id, recipient, typed, errors)
    try:
        done = Filed(recipient, Channel(typed.channel), day, _line(typed.reference), kept, note_of(typed.again))
        record_filed(desk, visitor.person, case_id, done)
    except FilingRefusedError as error:
        return _page(desk, visitor, case_id, recipient, typed, _refused(error, tongue), first=error.first)
    except PageError as error:
        return _page(desk, visitor, case_id, recipient, typed, _failed(error.failure, "again", tongue))
    return RedirectResponse(f"/legal/cases/{case_id}?done={Done.FILED}#podnesci", status_code=303)


@router.post("/filings/{filing_id}/outcome")
def outcome(
    case_id: Number,
    filing_id: Number,
    desk: TheDesk,
    visitor: LegalClerk,
    tongue: TheTongue,
    what: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Records what became of a filing."""
    filing = filing_or_not_found(desk, case_id, filing_id)
    day = _day(on)
    errors: dict[str, str] = {}
    if what not in set(Outcome):
        errors[f"what-{filing_id}"] = say(tongue, "Izaberite šta se dogodilo.")
    if day is None:
        errors[f"on-{filing_id}"] = say(tongue, "Upišite dan kada se to dogodilo.")
    typed = {"what": what, "on": on, "note": note}
    if errors or day is None:
        return case_answer(desk, visitor, case_id, typed=Typed(filing=filing_id, outcome=typed, errors=errors))
    try:
        record_became(desk, visitor.person, filing, Outcome(what), on=day, note=note_of(note))
    except FilingRefusedError as error:
        told = {f"on-{filing_id}": _reason(error.reason, tongue)}
        return case_answer(desk, visitor, case_id, typed=Typed(filing=filing_id, outcome=typed, errors=told))
    except PageError as error:
        told = _failed(error.failure, f"note-{filing_id}", tongue)
        return case_answer(desk, visitor, case_id, typed=Typed(filing=filing_id, outcome=typed, errors=told))
    return RedirectResponse(f"/legal/cases/{case_id}?done={Done.OUTCOME}#podnesci", status_code=303)


@router.get("/filings/{filing_id}/receipt")
def receipt_file(case_id: Number, filing_id: Number, desk: TheDesk, visitor: LegalReader) -> Response:
    """The kept receipt, if its bytes still match their hash; to be saved, never shown as a page of ours."""
    return receipt_answer(desk, visitor, case_id, filing_id)


@router.get("/filings/{filing_id}/reminder.{kind}")
def reminder_file(
    case_id: Number,
    filing_id: Number,
    kind: DocumentFormat,
    desk: TheDesk,
    visitor: LegalReader,
    script: Script = Script.CYRL,
) -> Response:
    """The letter that asks for an overdue answer; a person signs and hands it in."""
    return reminder_answer(desk, visitor, case_id, filing_id, kind=kind, script=script)


def _page(
    desk: Desk,
    visitor: Visitor,
    case_id: int,
    recipient: str,
    typed: FilingForm,
    errors: dict[str, str] | None = None,
    *,
    first: FilingRow | None = None,
) -> Response:
    with reading(desk.engine) as connection:
        view = read_draft_view(connection, desk, case_id, recipient, script=Script.CYRL)
    return desk.pages.answer(
        "legal_filing.html",
        status=422 if errors else 200,
        visitor=visitor,
        view=view,
        typed=typed,
        errors=errors or {},
        first=first or view.first,
        channels=[(channel.value, channel.words) for channel in Channel],
        today=desk.today(),
        longest_reference=LONGEST_REFERENCE,
        largest=LARGEST,
    )


def _receipt(sent: UploadFile | None, errors: dict[str, str], tongue: Tongue) -> Receipt | None:
    """The receipt that was sent; None where there is none, or something is wrong with it, which `errors` then says."""
    if sent is None or not sent.filename:
        return None
    content = sent.file.read(LARGEST + 1)
    try:
        return receipt_of(storable(sent.filename), content)
    except NoReceiptError:
        told = (
            say(tongue, "Potvrda je veća od %(most)s MB.", most=LARGEST // 2**20)
            if len(content) > LARGEST
            else say(tongue, "Potvrda je PDF, slika (JPEG, PNG, TIFF) ili sačuvana poruka (EML); ova datoteka to nije.")
        )
        errors["receipt"] = told
    return None


def _refused(error: FilingRefusedError, tongue: Tongue) -> dict[str, str]:
    fields = {FilingRefusal.LONG_REFERENCE: "reference", FilingRefusal.FILED_BEFORE: "again"}
    return {fields.get(error.reason, "on"): _reason(error.reason, tongue)}


def _failed(failure: Failure, note: str, tongue: Tongue) -> dict[str, str]:
    """Why it could not be written down; `note`: id of the field that may be too long."""
    if failure is Failure.LONG_NOTE:
        return {note: say(tongue, "Napomena ima najviše %(most)s znakova.", most=LONGEST_NOTE)}
    return {"": say(tongue, "Nije zabeleženo: slučaj je u međuvremenu promenjen. Pogledajte kako sada stoji.")}


def _reason(reason: FilingRefusal, tongue: Tongue) -> str:
    return say(tongue, REASONS[reason], most=LONGEST_REFERENCE)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _line(text: str) -> str:
    return " ".join(storable(text).split())
