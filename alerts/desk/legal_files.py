"""What legal staff take along as files, for pages and the API alike: drafts, annexes, receipts, reminders."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fastapi import Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from alerts.annex import write_annex
from alerts.desk.access import Caller
from alerts.desk.failures import Failure, PageError
from alerts.desk.legal_view import case_and_title, draft_row
from alerts.desk.noting import note
from alerts.desk.protection import SANDBOX
from alerts.desk.state import Desk
from alerts.drafting import DocumentFormat, kept_document, render
from alerts.evidence import verify_items
from alerts.facts import DraftFacts
from alerts.filing import filed_complaint
from alerts.follow_ups import follow_up_document, state_follow_up
from alerts.law import built_in_law
from alerts.notes import NoteWords
from alerts.recipients import split_recipient
from alerts.script import Script
from crawler.errors import ConfigError, DraftError, EvidenceError, UsageError
from crawler.store.audit import Act
from crawler.store.cases import note_on_case
from crawler.store.engine import reading
from crawler.store.filings import FilingRow, filings_of

MEDIA_TYPES = {
    DocumentFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    DocumentFormat.PDF: "application/pdf",
    DocumentFormat.TXT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which draft is wanted as a file, and how."""

    case_id: int
    recipient: str
    script: Script
    kind: DocumentFormat = DocumentFormat.PDF
    version: int | None = None
    """None: the newest."""


def draft_answer(desk: Desk, caller: Caller, wanted: Wanted) -> Response:
    """The draft or approved text as a file, once the evidence it cites verifies. Raises PageError."""
    case_id = wanted.case_id
    with reading(desk.engine) as connection:
        case_and_title(connection, case_id)
        row = draft_row(connection, case_id, wanted.recipient, wanted.version)
        try:
            cited = DraftFacts.from_json(row.facts).evidence
            content = render(kept_document(connection, row, wanted.script), wanted.kind)
        except DraftError as error:
            raise PageError(Failure.DRAFT, case_id=case_id) from error
        try:
            verify_items(connection, desk.settings.evidence_folder, cited)
        except DraftError as error:
            raise PageError(Failure.EVIDENCE, case_id=case_id) from error
    note(desk, caller, Act.DOWNLOADED, subject=f"case {case_id}", detail=f"{wanted.recipient}, {wanted.kind}")
    return _document(content, wanted.kind, file_name(case_id, wanted.recipient, wanted.script, wanted.kind))


def annex_answer(desk: Desk, caller: Caller, wanted: Wanted) -> Response:
    """All evidence that the draft names, packed anew; the case's history says who took it along, and with which hash.

    The file is sent piece by piece and then removed. Raises PageError.
    """
    case_id, folder = wanted.case_id, Path(tempfile.mkdtemp(prefix="adwatch-annex-"))
    try:
        _pack(desk, wanted, folder / "annex.zip")
        with (folder / "annex.zip").open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        told = NoteWords.ANNEX_TAKEN(recipient=wanted.recipient, digest=digest)
        with desk.engine.begin() as connection:
            note_on_case(connection, case_id, person=caller.person.email, now=desk.clock(), note=told)
    except (DraftError, EvidenceError) as error:
        shutil.rmtree(folder)
        raise PageError(Failure.EVIDENCE, case_id=case_id) from error
    except BaseException:
        shutil.rmtree(folder)
        raise
    note(desk, caller, Act.DOWNLOADED, subject=f"case {case_id}", detail=f"{wanted.recipient}, annex")
    return FileResponse(
        folder / "annex.zip",
        media_type="application/zip",
        filename=file_name(case_id, wanted.recipient, wanted.script, "zip"),
        background=BackgroundTask(shutil.rmtree, folder),
    )


def receipt_answer(desk: Desk, caller: Caller, case_id: int, filing_id: int) -> Response:
    """The kept receipt, if its bytes still match their hash; to be saved, never shown as a page of ours."""
    filing = filing_or_not_found(desk, case_id, filing_id)
    if filing.receipt is None:
        raise PageError(Failure.NOT_FOUND)
    try:
        content = (desk.settings.evidence_folder / filing.receipt).read_bytes()
    except OSError as error:
        raise PageError(Failure.EVIDENCE, case_id=case_id) from error
    if hashlib.sha256(content).hexdigest() != filing.receipt_digest:
        raise PageError(Failure.EVIDENCE, case_id=case_id)
    note(desk, caller, Act.DOWNLOADED, subject=f"case {case_id}", detail=f"receipt of filing {filing_id}")
    name = f"potvrda-{case_id}-{filing_id}.{filing.receipt.rsplit('.', 1)[-1]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": SANDBOX}
    return Response(content, media_type="application/octet-stream", headers=headers)


def reminder_answer(
    desk: Desk, caller: Caller, case_id: int, filing_id: int, *, kind: DocumentFormat, script: Script
) -> Response:
    """The letter that asks for an overdue answer; a person signs and hands it in. Raises PageError."""
    filing = filing_or_not_found(desk, case_id, filing_id)
    with reading(desk.engine) as connection:
        found = filed_complaint(connection, case_id, filing.recipient, today=desk.today())
    if found is None:
        raise PageError(Failure.NOT_FOUND)
    try:
        organisation = desk.settings.file.organisation
        letter = state_follow_up(found, organisation=organisation, law=built_in_law(), now=desk.clock())
        content = render(follow_up_document(letter, script), kind)
    except ConfigError as error:
        raise PageError(Failure.DRAFT, case_id=case_id) from error
    except (DraftError, UsageError) as error:
        raise PageError(Failure.NOT_FOUND) from error
    note(desk, caller, Act.DOWNLOADED, subject=f"case {case_id}", detail=f"reminder of filing {filing_id}, {kind}")
    return _document(content, kind, file_name(case_id, f"pozurnica-{filing_id}", script, kind))


def filing_or_not_found(desk: Desk, case_id: int, filing_id: int) -> FilingRow:
    """The case's filing of that number. Raises PageError where there is none."""
    with reading(desk.engine) as connection:
        found = next((one for one in filings_of(connection, [case_id]) if one.id == filing_id), None)
    if found is None:
        raise PageError(Failure.NOT_FOUND)
    return found


def file_name(case_id: int, recipient: str, script: Script, kind: str) -> str:
    """What a downloaded file is called."""
    return f"slucaj-{case_id}-{split_recipient(recipient)[0]}-{script}.{kind}"


def _pack(desk: Desk, wanted: Wanted, output: Path) -> None:
    with reading(desk.engine) as connection:
        case_and_title(connection, wanted.case_id)
        draft_row(connection, wanted.case_id, wanted.recipient)
        write_annex(
            connection,
            wanted.case_id,
            recipient=wanted.recipient,
            script=wanted.script,
            evidence_folder=desk.settings.evidence_folder,
            output=output,
            now=desk.clock(),
        )


def _document(content: bytes, kind: DocumentFormat, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)
