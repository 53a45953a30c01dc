"""What legal staff do with a draft and a filing, for pages and the API alike; rules stand in `alerts`."""

from __future__ import annotations

from datetime import date

from alerts.approving import approve_case
from alerts.cases import CaseState
from alerts.desk.failures import Failure, PageError
from alerts.desk.legal_view import case_and_title, draft_row
from alerts.desk.people import Person
from alerts.desk.state import Desk
from alerts.document import DraftDocument
from alerts.draft_changes import change_draft_by, restore_passages
from alerts.drafting import document_of
from alerts.editing import DraftChanges, changed_draft
from alerts.evidence import verify_items
from alerts.facts import DraftFacts
from alerts.filing import Filed, FilingRefusedError, record_filing, record_outcome
from alerts.law import built_in_law
from alerts.laying import lay_ready
from alerts.outcomes import Outcome
from alerts.receipts import keep_receipt
from alerts.script import Script
from crawler.errors import DraftError, UsageError
from crawler.store.audit import Act, record
from crawler.store.drafts import draft_version
from crawler.store.engine import reading
from crawler.store.filings import FilingRow


def lay(desk: Desk, person: Person, case_id: int, recipient: str | None) -> str:
    """Lays a draft ready; returns the recipient's id. Raises as `lay_ready`, and PageError for an unknown case."""
    with reading(desk.engine) as connection:
        case_and_title(connection, case_id)
    chosen = lay_ready(desk.engine, desk.settings, case_id, recipient, now=desk.clock())
    with desk.engine.begin() as connection:
        told = f"{chosen}: laid ready"
        record(
            connection,
            Act.DRAFT_CHANGED,
            person=person.email,
            now=desk.clock(),
            subject=f"case {case_id}",
            detail=told,
        )
    return chosen


def change(desk: Desk, person: Person, case_id: int, recipient: str, changes: DraftChanges, *, seen: int) -> int:
    """Keeps the changes as a new version; returns its number, or `seen` where nothing changes.

    Raises PageError where there is no such draft, UsageError as `change_draft_by`.
    """
    with desk.engine.begin() as connection:
        case_and_title(connection, case_id)
        draft_row(connection, case_id, recipient)
        number = change_draft_by(
            connection, case_id, recipient, changes, seen=seen, person=person.email, now=desk.clock()
        )
        if number != seen:
            told, subject = f"{recipient}: version {number}", f"case {case_id}"
            record(connection, Act.DRAFT_CHANGED, person=person.email, now=desk.clock(), subject=subject, detail=told)
    return number


def previewed(
    desk: Desk, person: Person, case_id: int, recipient: str, changes: DraftChanges, *, seen: int, script: Script
) -> DraftDocument:
    """What that version of the draft would read like. Keeps nothing.

    Raises EditRefusedError for words that cannot be so, PageError where there is no such version, or it cannot be told.
    """
    with reading(desk.engine) as connection:
        try:
            before = draft_version(connection, case_id, recipient, seen)
        except UsageError as error:
            raise PageError(Failure.NOT_FOUND) from error
    try:
        facts = DraftFacts.from_json(before.facts)
        after = changed_draft(facts, built_in_law(), changes, person=person.email, now=desk.clock())
        return document_of(after, script)
    except DraftError as error:
        raise PageError(Failure.DRAFT, case_id=case_id) from error


def restore(desk: Desk, person: Person, case_id: int, recipient: str) -> int:
    """Puts every passage back as the template words it; returns the new version's number. Raises as `change`."""
    with desk.engine.begin() as connection:
        case_and_title(connection, case_id)
        draft_row(connection, case_id, recipient)
        number = restore_passages(connection, case_id, recipient, person=person.email, now=desk.clock())
        told, subject = f"{recipient}: version {number}, as the template", f"case {case_id}"
        record(connection, Act.DRAFT_CHANGED, person=person.email, now=desk.clock(), subject=subject, detail=told)
    return number


def approve(desk: Desk, person: Person, case_id: int, recipient: str, *, sha256: str, note: str) -> CaseState:
    """Approves the very text whose hash somebody saw, once its evidence verifies. Raises PageError."""
    with desk.engine.begin() as connection:
        case_and_title(connection, case_id)
        row = draft_row(connection, case_id, recipient)
        try:
            verify_items(connection, desk.settings.evidence_folder, DraftFacts.from_json(row.facts).evidence)
            return approve_case(
                connection,
                case_id,
                person=person.email,
                now=desk.clock(),
                note=note,
                recipients=[recipient],
                texts=[sha256],
            )
        except UsageError as error:
            raise PageError(Failure.CHANGED, case_id=case_id) from error
        except DraftError as error:
            raise PageError(Failure.EVIDENCE, case_id=case_id) from error


def record_filed(desk: Desk, person: Person, case_id: int, filed: Filed) -> int:
    """Records what a person filed, with its receipt; returns the filing's number.

    Raises FilingRefusedError with the reason, PageError where the case is not there or cannot be filed now.
    """
    with reading(desk.engine) as connection:
        case_and_title(connection, case_id)
    if filed.receipt:
        keep_receipt(desk.settings.evidence_folder, filed.receipt)
    guard = desk.settings.file.filed_again_after_days
    try:
        with desk.engine.begin() as connection:
            return record_filing(connection, case_id, filed, person=person.email, now=desk.clock(), guard_days=guard)
    except FilingRefusedError:
        raise
    except UsageError as error:
        raise PageError(Failure.CHANGED, case_id=case_id) from error


def record_became(desk: Desk, person: Person, filing: FilingRow, outcome: Outcome, *, on: date, note: str) -> CaseState:
    """Records what became of a filing; returns the case's state. Raises as `record_filed`."""
    try:
        with desk.engine.begin() as connection:
            return record_outcome(
                connection,
                filing.case_id,
                outcome,
                on=on,
                person=person.email,
                now=desk.clock(),
                recipient=filing.recipient,
                note=note,
            )
    except FilingRefusedError:
        raise
    except UsageError as error:
        raise PageError(Failure.CHANGED, case_id=filing.case_id) from error
