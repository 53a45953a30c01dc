"""One draft at the legal desk: changing, previewing, approving and taking it along as a file. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from alerts.desk.access import TheDesk, TheTongue, Visitor
from alerts.desk.deciding import note_of
from alerts.desk.failures import Failure, PageError
from alerts.desk.legal_files import Wanted, annex_answer, draft_answer
from alerts.desk.legal_steps import approve as approve_seen
from alerts.desk.legal_steps import change as change_draft
from alerts.desk.legal_steps import previewed, restore
from alerts.desk.legal_view import case_and_title, draft_row, read_draft_view
from alerts.desk.numbers import Number
from alerts.desk.routes.legal import Done, LegalClerk, LegalReader
from alerts.desk.speaking import Tongue, say, to_say
from alerts.desk.state import Desk
from alerts.document import DraftDocument
from alerts.drafting import DocumentFormat
from alerts.editing import LONGEST_PASSAGE, DraftChanges, EditRefusal, EditRefusedError
from alerts.law import built_in_law
from alerts.recipients import LONGEST_RECIPIENT
from alerts.script import Script
from crawler.errors import UsageError
from crawler.store.engine import reading

PASSAGE = "passage-"

REASONS = {
    EditRefusal.UNKNOWN: to_say("Pasus %(number)s više ne postoji."),
    EditRefusal.EMPTY: to_say("Pasus %(number)s je prazan."),
    EditRefusal.TOO_LONG: to_say("Pasus %(number)s ima više od %(most)s znakova."),
    EditRefusal.QUOTE: to_say("Pasus %(number)s navodi reči oglasa; one moraju da ostanu: „%(quote)s“."),
    EditRefusal.SAME: to_say("Pasus %(number)s već tako glasi."),
}

RecipientId = Annotated[str, PathParameter(min_length=1, max_length=LONGEST_RECIPIENT)]

router = APIRouter(prefix="/legal/cases/{case_id}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form of the editor holds."""

    seen: int
    """The version that it was filled from."""
    passages: dict[int, str]
    provisions: frozenset[str]
    """Ids of those to be cited."""
    restore: int
    """Number of the passage to be put back; 0: none."""
    action: str

    def changes(self) -> DraftChanges:
        """What the person wants."""
        wanted: dict[int, str | None] = dict(self.passages)
        if self.restore:
            wanted[self.restore] = None
        states = {one.id: one.id in self.provisions for one in built_in_law().provisions}
        return DraftChanges(wanted, states)


async def whole_form(request: Request) -> Sent:
    """The editor's form, whose fields are as many as the draft has passages."""
    return _sent(await request.form())


TheForm = Annotated[Sent, Depends(whole_form)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the editor shows in place of what is kept: typed and not saved."""

    passages: dict[int, str] = field(default_factory=dict)
    provisions: frozenset[str] | None = None
    errors: dict[str, str] = field(default_factory=dict)
    preview: DraftDocument | None = None
    failure: Failure | None = None
    """Why it was not approved."""
    note: str = ""
    """Beside the approval."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which draft is shown, and beside what."""

    case_id: int
    recipient: str
    script: Script
    version: int | None = None
    """None: the newest."""
    compare: int | None = None
    """The version that it is compared with; None: none."""
    done: Done = Done.NOTHING

    def after(self, done: Done) -> str:
        """Its address after that was done."""
        return f"/legal/cases/{self.case_id}/drafts/{self.recipient}?script={self.script}&done={done}"


def named_draft(case_id: Number, recipient: RecipientId, script: Script = Script.CYRL) -> Asked:
    """The draft that an address names."""
    return Asked(case_id, recipient, script)


NamedDraft = Annotated[Asked, Depends(named_draft)]


@router.get("/drafts/{recipient}")
def draft_page(
    draft: NamedDraft,
    desk: TheDesk,
    visitor: LegalReader,
    version: Number | None = None,
    compare: Number | None = None,
    done: Done = Done.NOTHING,
) -> Response:
    """The draft beside its preview, what speaks against it, and what can be done with it."""
    return _page(desk, visitor, replace(draft, version=version, compare=compare, done=done))


@router.post("/drafts/{recipient}")
def change(draft: NamedDraft, desk: TheDesk, visitor: LegalClerk, tongue: TheTongue, sent: TheForm) -> Response:
    """Previews what was typed, keeps it as a new version, or puts passages back."""
    case_id, recipient = draft.case_id, draft.recipient
    with reading(desk.engine) as connection:
        case_and_title(connection, case_id)
        draft_row(connection, case_id, recipient)
    if sent.action == "preview":
        return _page(desk, visitor, draft, typed=_previewed(desk, visitor, draft, sent, tongue))
    try:
        if sent.action == "restore_all":
            restore(desk, visitor.person, case_id, recipient)
            done = Done.RESTORED
        else:
            number = change_draft(desk, visitor.person, case_id, recipient, sent.changes(), seen=sent.seen)
            done = Done.SAVED if number != sent.seen else Done.UNCHANGED
    except EditRefusedError as error:
        return _page(desk, visitor, draft, typed=_typed(sent, _refused(error, tongue)))
    except UsageError:
        told = say(tongue, "Nije sačuvano: nacrt je u međuvremenu promenjen ili odobren. Vaš tekst stoji ispod.")
        return _page(desk, visitor, draft, typed=_typed(sent, {"": told}))
    return RedirectResponse(f"{draft.after(done)}#izmene", status_code=303)


@router.post("/drafts/{recipient}/preview")
def preview(draft: NamedDraft, desk: TheDesk, visitor: LegalClerk, tongue: TheTongue, sent: TheForm) -> Response:
    """Only the preview of what was typed, for the page's script. Keeps nothing."""
    typed = _previewed(desk, visitor, draft, sent, tongue)
    return desk.pages.answer("legal_preview.html", document=typed.preview, errors=typed.errors)


@router.post("/drafts/{recipient}/approve")
def approve(
    draft: NamedDraft,
    desk: TheDesk,
    visitor: LegalClerk,
    sha256: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Approves the very text that the person saw, once its evidence verifies."""
    try:
        approve_seen(desk, visitor.person, draft.case_id, draft.recipient, sha256=sha256, note=note_of(note))
    except PageError as error:
        return _page(desk, visitor, draft, typed=Typed(failure=error.failure, note=note))
    return RedirectResponse(draft.after(Done.APPROVED), status_code=303)


@router.get("/drafts/{recipient}/file.{kind}")
def draft_file(
    draft: NamedDraft, kind: DocumentFormat, desk: TheDesk, visitor: LegalReader, version: Number | None = None
) -> Response:
    """The draft or approved text as a file, once the evidence it cites verifies."""
    return draft_answer(desk, visitor, Wanted(draft.case_id, draft.recipient, draft.script, kind, version))


@router.get("/drafts/{recipient}/annex.zip")
def annex_file(draft: NamedDraft, desk: TheDesk, visitor: LegalReader) -> Response:
    """All evidence that the draft names, packed anew."""
    return annex_answer(desk, visitor, Wanted(draft.case_id, draft.recipient, draft.script))


def _page(desk: Desk, visitor: Visitor, asked: Asked, *, typed: Typed | None = None) -> Response:
    with reading(desk.engine) as connection:
        view = read_draft_view(
            connection,
            desk,
            asked.case_id,
            asked.recipient,
            script=asked.script,
            version=asked.version,
            compare=asked.compare,
        )
    shown = typed or Typed()
    return desk.pages.answer(
        "legal_draft.html",
        status=shown.failure.status if shown.failure else 422 if shown.errors else 200,
        visitor=visitor,
        view=view,
        script=asked.script,
        compare=asked.compare,
        done=asked.done,
        typed=shown,
        document=shown.preview or view.document,
        longest=LONGEST_PASSAGE,
        may_change=view.is_changeable and visitor.person.role.may_file,
    )


def _previewed(desk: Desk, visitor: Visitor, asked: Asked, sent: Sent, tongue: Tongue) -> Typed:
    """What the draft would read like; of a refused change only why it is refused."""
    case_id, recipient = asked.case_id, asked.recipient
    try:
        document = previewed(
            desk, visitor.person, case_id, recipient, sent.changes(), seen=sent.seen, script=asked.script
        )
        return _typed(sent, {}, document)
    except EditRefusedError as error:
        return _typed(sent, _refused(error, tongue))


def _typed(sent: Sent, errors: dict[str, str], document: DraftDocument | None = None) -> Typed:
    return Typed(sent.passages, sent.provisions, errors, document)


def _refused(error: EditRefusedError, tongue: Tongue) -> dict[str, str]:
    told = say(tongue, REASONS[error.reason], number=error.number, most=LONGEST_PASSAGE, quote=error.quote)
    return {f"{PASSAGE}{error.number}": told}


def _sent(form: FormData) -> Sent:
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    passages = {
        int(name.removeprefix(PASSAGE)): value
        for name, value in texts
        if name.startswith(PASSAGE) and _is_number(name.removeprefix(PASSAGE))
    }
    plain = dict(texts)
    return Sent(
        seen=_number(plain.get("seen", "")),
        passages=passages,
        provisions=frozenset(value for name, value in texts if name == "provision"),
        restore=_number(plain.get("restore", "")),
        action=plain.get("do", "save"),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
