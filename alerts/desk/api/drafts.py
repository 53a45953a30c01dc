"""Drafts of a case: reading, changing, approving, taking along. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.case_shapes import MovedShape
from alerts.desk.api.cases import LegalClerk, Reader, moved_case
from alerts.desk.api.doors import may
from alerts.desk.api.draft_shapes import (
    ApproveAsk,
    ChangedShape,
    ChangesAsk,
    DraftShape,
    DraftsShape,
    LaidShape,
    LayAsk,
    PreviewShape,
)
from alerts.desk.api.shapes import READS, READS_FILES, WRITES, CaseNumber, RecipientId
from alerts.desk.deciding import note_of
from alerts.desk.legal_files import MEDIA_TYPES, Wanted, annex_answer, draft_answer
from alerts.desk.legal_steps import approve as approve_seen
from alerts.desk.legal_steps import change as change_draft
from alerts.desk.legal_steps import lay as lay_draft
from alerts.desk.legal_steps import previewed, restore
from alerts.desk.legal_view import DraftLine, DraftView, read_draft_view, read_legal_case
from alerts.desk.numbers import Number
from alerts.desk.permissions import Permission
from alerts.document import plain_text
from alerts.drafting import DocumentFormat
from alerts.editing import DraftChanges, Passage, ProvisionState
from alerts.script import Script
from crawler.store.approvals import ApprovalRow
from crawler.store.drafts import DraftVersion
from crawler.store.engine import reading

Version = Annotated[Number | None, Query(description="By default the newest.")]
Previewer = Annotated[Bearer, Depends(may(Permission.FILE))]
FILES = READS_FILES | {
    200: {
        "description": "The file.",
        "content": {kind.partition(";")[0]: {} for kind in (*MEDIA_TYPES.values(), "application/zip")},
    }
}


@dataclass(frozen=True, slots=True)
class Named:
    """The draft that an address names."""

    case_id: int
    recipient: str


def named_draft(case_id: CaseNumber, recipient: RecipientId) -> Named:
    """The draft to that recipient, whether or not there is one."""
    return Named(case_id, recipient)


NamedDraft = Annotated[Named, Depends(named_draft)]
router = APIRouter(prefix="/cases/{case_id}/drafts", tags=["legal"])


@router.get("", responses=READS)
def drafts(case_id: CaseNumber, desk: TheDesk, bearer: Reader) -> DraftsShape:
    """The case's drafts, and to whom others could be made."""
    with reading(desk.engine) as connection:
        view = read_legal_case(connection, case_id, today=desk.today())
    found = {"drafts": list(map(_line, view.drafts)), "choices": view.choices, "changed_after_approval": view.changed}
    return DraftsShape.model_validate(found)


@router.post("", responses=WRITES, status_code=201)
def lay(case_id: CaseNumber, ask: LayAsk, desk: TheDesk, bearer: LegalClerk) -> LaidShape:
    """Lays a draft ready; one that lies ready stays as it is."""
    return LaidShape(case=case_id, recipient=lay_draft(desk, bearer.person, case_id, ask.recipient))


@router.get("/{recipient}", responses=READS_FILES)
def one_draft(
    draft: NamedDraft, desk: TheDesk, bearer: Reader, script: Script = Script.CYRL, version: Version = None
) -> DraftShape:
    """The draft, or approved text, with its passages and provisions and what speaks against it."""
    with reading(desk.engine) as connection:
        view = read_draft_view(connection, desk, draft.case_id, draft.recipient, script=script, version=version)
    return _shape(view)


@router.post("/{recipient}/changes", responses=WRITES)
def change(draft: NamedDraft, ask: ChangesAsk, desk: TheDesk, bearer: LegalClerk) -> ChangedShape:
    """Words passages anew and switches provisions, as one new version. Words of the ad stay as they are."""
    version = change_draft(desk, bearer.person, draft.case_id, draft.recipient, _changes(ask), seen=ask.seen)
    return ChangedShape(version=version, is_new=version != ask.seen)


@router.post("/{recipient}/preview", responses=WRITES)
def preview(
    draft: NamedDraft, ask: ChangesAsk, desk: TheDesk, bearer: Previewer, script: Script = Script.CYRL
) -> PreviewShape:
    """What the draft would read like. Keeps nothing."""
    changes = _changes(ask)
    document = previewed(desk, bearer.person, draft.case_id, draft.recipient, changes, seen=ask.seen, script=script)
    return PreviewShape(text=plain_text(document))


@router.post("/{recipient}/restore", responses=WRITES)
def restore_passages(draft: NamedDraft, desk: TheDesk, bearer: LegalClerk) -> ChangedShape:
    """Puts every passage back as the template words it."""
    return ChangedShape(version=restore(desk, bearer.person, draft.case_id, draft.recipient), is_new=True)


@router.post("/{recipient}/approve", responses=WRITES)
def approve(draft: NamedDraft, ask: ApproveAsk, desk: TheDesk, bearer: LegalClerk) -> MovedShape:
    """Approves the very text that was read, once its evidence verifies. Nothing is sent."""
    approve_seen(desk, bearer.person, draft.case_id, draft.recipient, sha256=ask.sha256, note=note_of(ask.note))
    with reading(desk.engine) as connection:
        return moved_case(connection, draft.case_id)


@router.get("/{recipient}/file.{kind}", responses=FILES, response_class=Response)
def draft_file(
    draft: NamedDraft,
    kind: DocumentFormat,
    desk: TheDesk,
    bearer: Reader,
    script: Script = Script.CYRL,
    version: Version = None,
) -> Response:
    """The draft or approved text as a file, once the evidence it cites verifies."""
    return draft_answer(desk, bearer, Wanted(draft.case_id, draft.recipient, script, kind, version))


@router.get("/{recipient}/annex.zip", responses=FILES, response_class=Response)
def annex(draft: NamedDraft, desk: TheDesk, bearer: Reader, script: Script = Script.CYRL) -> Response:
    """All evidence that the draft names, packed anew; the case's history says who took it along."""
    return annex_answer(desk, bearer, Wanted(draft.case_id, draft.recipient, script))


def _changes(ask: ChangesAsk) -> DraftChanges:
    return DraftChanges(
        {passage.number: passage.text for passage in ask.passages},
        {provision.id: provision.is_on for provision in ask.provisions},
    )


def _line(line: DraftLine) -> dict[str, object]:
    return {
        "to": line.to,
        "version": line.row.version,
        "made_at": line.row.created_at,
        "approved_by": line.approval.person if line.approval else None,
        "is_filed": line.is_filed,
    }


def _shape(view: DraftView) -> DraftShape:
    return DraftShape.model_validate(
        {
            "case": view.case.id,
            "to": view.to,
            "version": view.row.version,
            "versions": [_version(one) for one in view.versions],
            "text": plain_text(view.document),
            "sha256": view.digest,
            "approval": _approval(view.approval) if view.approval else None,
            "is_changeable": view.is_changeable,
            "is_approvable": view.is_approvable,
            "is_filed": view.is_filed,
            "evidence_verifies": not view.broken,
            "passages": [_passage(passage) for section in view.sections for passage in section.passages],
            "provisions": list(map(_provision, view.provisions)),
            "cautions": view.cautions,
            "changed_after_approval": view.changed,
        }
    )


def _version(one: DraftVersion) -> dict[str, object]:
    return {"version": one.number, "made_at": one.made_at, "person": one.person, "note": one.note}


def _approval(approval: ApprovalRow) -> dict[str, object]:
    return {
        "recipient": approval.recipient,
        "version": approval.version,
        "person": approval.person,
        "at": approval.at,
        "sha256": approval.digest,
        "ended_at": approval.ended_at,
    }


def _passage(passage: Passage) -> dict[str, object]:
    return {
        "number": passage.number,
        "heading": passage.heading,
        "text": passage.text,
        "original": passage.original,
        "is_quote": passage.is_quote,
        "edited_by": passage.edit.person if passage.edit else None,
    }


def _provision(state: ProvisionState) -> dict[str, object]:
    return {
        "id": state.provision.id,
        "citation": state.citation,
        "part": state.part,
        "is_on": state.is_on,
        "is_confirmed": state.is_confirmed,
    }
