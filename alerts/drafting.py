"""Drafts as documents: a recipient's template filled with the kept facts, as text, DOCX or PDF in either script.

What is stated stands in the facts; this module adds nothing to it and sends nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from sqlalchemy import Connection

from alerts.document import DraftDocument, Verbatim, mark_value, parse_document, plain_text
from alerts.evidence import verify_items
from alerts.facts import DraftFacts
from alerts.frozen import approved_document
from alerts.passages import worded_anew
from alerts.recipients import FOLDER, TEMPLATE
from alerts.script import Script
from crawler.belgrade import BELGRADE, day_in_belgrade
from crawler.errors import DraftError, UsageError
from crawler.files import whole_file
from crawler.store.approvals import standing_approvals
from crawler.store.drafts import DraftRow, drafts_with_approved
from pipelines.register.reasons import read_reason, without_person
from pipelines.text.counting import counted

Choice = TypeVar("Choice", bound=StrEnum)
LETTERS = Path(__file__).parent / "letters"


class DocumentFormat(StrEnum):
    """Kinds of files a draft is written to."""

    DOCX = "docx"
    PDF = "pdf"
    TXT = "txt"


def document_of(facts: DraftFacts, script: Script) -> DraftDocument:
    """The draft as a document, with the passages that people worded anew.

    Raises DraftError where the template asks for what the facts do not hold.
    """
    document = template_document(facts, script)
    if not facts.edits:
        return document
    texts = {edit.original: edit.text for edit in facts.edits}
    return worded_anew(document, template_document(facts, Script.LATN), texts)


def template_document(facts: DraftFacts, script: Script) -> DraftDocument:
    """The draft as its template words it. Raises DraftError as `document_of`."""
    return fill(FOLDER / facts.authority.id, script, made_at=facts.made_at, facts=facts)


def kept_document(connection: Connection, draft: DraftRow, script: Script) -> DraftDocument:
    """The kept draft: as it was approved where this very version is, else as its facts are told now."""
    for approval in standing_approvals(connection, draft.case_id):
        if (approval.recipient, approval.version) == (draft.recipient, draft.version):
            return approved_document(approval, script)
    return document_of(DraftFacts.from_json(draft.facts), script)


def fill(folder: Path, script: Script, *, made_at: datetime, **values: object) -> DraftDocument:
    """The folder's template, filled, as a document. Raises DraftError where it asks for what is not there."""
    try:
        filled = _templates(folder.parent).get_template(f"{folder.name}/{TEMPLATE}").render(values)
    except TemplateError as error:
        raise DraftError(f"template of `{folder.name}`: {error}") from error
    return parse_document(filled, script, made_at=made_at)


def write_document(
    connection: Connection,
    case_id: int,
    *,
    recipient: str | None,
    kind: DocumentFormat,
    script: Script,
    evidence_folder: Path,
    output: Path,
) -> Path:
    """Writes the case's kept draft to that recipient (by default the first one) and returns the file's path.

    The evidence it cites is verified once more. The file is there whole or not at all. Raises UsageError where there
    is no such draft, or the file cannot be written, DraftError where the evidence does not verify.
    """
    draft = kept_draft(connection, case_id, recipient)
    verify_items(connection, evidence_folder, DraftFacts.from_json(draft.facts).evidence)
    write_whole(output, render(kept_document(connection, draft, script), kind))
    return output


def render(document: DraftDocument, kind: DocumentFormat) -> bytes:
    """The document as the bytes of a file."""
    # Word and PDF writers are loaded only where they are needed: they are slow to import.
    if kind is DocumentFormat.DOCX:
        from alerts.word import docx_of  # noqa: PLC0415

        return docx_of(document)
    if kind is DocumentFormat.PDF:
        from alerts.pdf import pdf_of  # noqa: PLC0415

        return pdf_of(document)
    return plain_text(document).encode()


def write_whole(path: Path, content: bytes) -> None:
    """Writes the file so that it is never seen half-written. Raises UsageError where it cannot be."""
    try:
        with whole_file(path) as stream:
            stream.write(content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def chosen_of(kinds: type[Choice], value: str) -> Choice:
    """The choice of that name. Raises UsageError with the known ones."""
    try:
        return kinds(value)
    except ValueError as error:
        raise UsageError(f"`{value}` is none of {', '.join(kinds)}") from error


def kept_draft(connection: Connection, case_id: int, recipient: str | None) -> DraftRow:
    """The case's draft to that recipient, by default the first; one that was taken back after it was approved, as it
    was approved. Raises UsageError where there is none.
    """
    for draft in drafts_with_approved(connection, case_id, standing_approvals(connection, case_id)):
        if recipient in (None, draft.recipient):
            return draft
    raise UsageError(f"case {case_id} has no draft" + (f" to `{recipient}`" if recipient else ""))


@cache
def _templates(folders: Path) -> Environment:
    templates = Environment(
        loader=FileSystemLoader([LETTERS, folders]),
        undefined=StrictUndefined,
        finalize=mark_value,
        trim_blocks=True,
        lstrip_blocks=True,
        # Plain text, never HTML; `mark_value` keeps values from being read as structure.
        autoescape=False,  # noqa: S701
    )
    templates.globals.update(unknown="nepoznato", not_configured="(nije podešeno)")
    templates.filters.update(day=_day, date=_date, local=_local, local_precise=_local_precise, utc=_utc)
    templates.filters.update(days=_days, listed=_listed, counted=counted, told=_told)
    return templates


def _day(moment: datetime) -> str:
    return _date(day_in_belgrade(moment))


def _date(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}."


def _local(moment: datetime) -> str:
    return f"{_day(moment)} u {moment.astimezone(BELGRADE):%H:%M}"


def _local_precise(moment: datetime) -> str:
    return f"{_day(moment)} u {moment.astimezone(BELGRADE):%H:%M:%S}"


def _utc(moment: datetime) -> str:
    return f"{_date(moment.date())} u {moment:%H:%M:%S}"


def _days(moments: Iterable[datetime]) -> str:
    return "; ".join(_local(moment) for moment in moments)


def _told(reason: str) -> str:
    """Who of our people decided is nobody's business but ours."""
    return without_person(read_reason(reason))


def _listed(values: Iterable[Verbatim]) -> Verbatim:
    return Verbatim(", ".join(values))
