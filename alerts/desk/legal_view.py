"""What the legal desk shows of one case and one draft, read at once as values. Lists come from `alerts.matters`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection

from alerts.annex import estimate_annex
from alerts.approving import text_digest
from alerts.cases import OF_LEGAL_STAFF, CaseState, Decision, possible_decisions
from alerts.cautions import Caution, read_cautions
from alerts.desk.failures import Failure, PageError
from alerts.desk.state import Desk
from alerts.document import DraftDocument, plain_text
from alerts.drafting import document_of, kept_document
from alerts.editing import Passage, ProvisionState, passages_of, provision_states
from alerts.evidence import verify_items
from alerts.facts import DraftFacts
from alerts.filing import FilingState, earlier_filing, filing_states
from alerts.law import built_in_law
from alerts.matters import Due, due_of
from alerts.recipients import built_in_recipients, find_recipient, split_recipient
from alerts.script import Script
from alerts.stating import portal_of
from alerts.terms import FILED, Standing, TermState
from alerts.undoing import LastDecision, last_decision
from crawler.errors import DraftError, UsageError
from crawler.manifest import MANUAL_SOURCE
from crawler.store.approvals import ApprovalRow, approvals_of, changes_after_approval, standing_approvals
from crawler.store.cases import CaseRow, read_case
from crawler.store.drafts import DraftRow, DraftVersion, ads_of_case, draft_versions_of, drafts_with_approved
from crawler.store.filings import FilingRow, filings_of
from crawler.store.legal_views import CaseTitle, titles_of_cases
from pipelines.life.passages import Passage as ChangedPassage
from pipelines.life.passages import changed_passages, compare_texts


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a draft goes to, as pages name it."""

    id: str
    name: str
    """Serbian, Latin; of a recipient whose folder was taken away its id."""
    portal: str
    """Host of the portal that it is about; empty: none."""
    is_known: bool


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft, or an approved text, in the list of a case."""

    to: Addressee
    row: DraftRow
    approval: ApprovalRow | None
    """Of this very version, where it stands."""
    is_filed: bool


@dataclass(frozen=True, slots=True)
class LegalCase:
    """One case as legal staff see it."""

    case: CaseRow
    about: CaseTitle
    drafts: tuple[DraftLine, ...]
    approvals: tuple[ApprovalRow, ...]
    filings: tuple[FilingState, ...]
    possible: frozenset[Decision]
    last: LastDecision | None
    """What could be taken back by legal staff; None: nothing."""
    changed: str | None
    """What really changed after the approval."""
    choices: tuple[Addressee, ...]
    """To whom a draft could be made besides."""
    today: date

    @property
    def newest_filings(self) -> frozenset[int]:
        """Those to which an outcome belongs: the newest to each recipient."""
        return frozenset({one.filing.recipient: one.filing.id for one in self.filings}.values())

    @property
    def reminders(self) -> frozenset[int]:
        """Filings whose recipient may be reminded: what was to come after the filing is overdue."""
        late = (one.filing.id for one in self.filings if any(map(_is_late_answer, one.terms)))
        return self.newest_filings & set(late)

    @property
    def dues(self) -> dict[int, dict[str, Due]]:
        """By filing and time limit: the day that is waited for."""
        return {
            one.filing.id: {state.term.id: due_of(state, today=self.today) for state in one.terms}
            for one in self.filings
        }


@dataclass(frozen=True, slots=True)
class Section:
    """Passages under one heading of the document."""

    heading: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class DraftView:
    """One draft with all that belongs to it."""

    case: CaseRow
    about: CaseTitle
    to: Addressee
    row: DraftRow
    document: DraftDocument
    approval: ApprovalRow | None
    """Of this very version."""
    older: ApprovalRow | None
    """Of another version, which stands beside it."""
    digest: str
    """SHA-256 of the text in both scripts: what an approval keeps."""
    sections: tuple[Section, ...]
    provisions: tuple[ProvisionState, ...]
    cautions: tuple[Caution, ...]
    broken: bool
    """The evidence does not verify."""
    changed: str | None
    versions: tuple[DraftVersion, ...]
    compared: tuple[ChangedPassage, ...] | None
    """What changed since the version asked for; None: none was asked for."""
    annex_size: int
    """About how many bytes."""
    first: FilingRow | None
    """An earlier filing with this recipient, near enough for the guard."""
    is_filed: bool
    """This version was filed."""

    @property
    def is_changeable(self) -> bool:
        """Whether legal staff may change the text now."""
        return self.approval is None and CaseState(self.case.state) not in _FIXED

    @property
    def is_approvable(self) -> bool:
        """Whether it can be approved now."""
        return self.approval is None and Decision.APPROVE in possible_decisions(CaseState(self.case.state))

    @property
    def edited(self) -> int:
        """How many passages people worded anew."""
        return sum(passage.edit is not None for section in self.sections for passage in section.passages)


_FIXED = (CaseState.FILED, CaseState.ANSWERED, CaseState.CLOSED, CaseState.DISMISSED)


def addressee(recipient: str) -> Addressee:
    """The recipient as pages name it."""
    portal = split_recipient(recipient)[1] or ""
    try:
        return Addressee(recipient, find_recipient(recipient).name, portal, is_known=True)
    except UsageError:
        return Addressee(recipient, recipient, "", is_known=False)


def read_legal_case(connection: Connection, case_id: int, *, today: date) -> LegalCase:
    """The case as the page shows it. Raises PageError where there is none of that number."""
    case, about = case_and_title(connection, case_id)
    approvals, filings = approvals_of(connection, [case_id]), filings_of(connection, [case_id])
    filed = {(filing.recipient, filing.version) for filing in filings}
    standing = [one for one in approvals if one.ended_at is None]
    rows = drafts_with_approved(connection, case_id, standing)
    return LegalCase(
        case=case,
        about=about,
        drafts=tuple(
            DraftLine(
                addressee(row.recipient),
                row,
                next((one for one in standing if _key(one) == _key(row)), None),
                _key(row) in filed,
            )
            for row in rows
        ),
        approvals=tuple(approvals),
        filings=filing_states(connection, filings, today=today),
        possible=frozenset(possible_decisions(CaseState(case.state))),
        last=_last_of_legal(connection, case_id),
        changed=changes_after_approval(connection, [case_id]).get(case_id),
        choices=_choices(connection, case_id, {row.recipient for row in rows}),
        today=today,
    )


def read_draft_view(
    connection: Connection,
    desk: Desk,
    case_id: int,
    recipient: str,
    *,
    script: Script,
    version: int | None = None,
    compare: int | None = None,
) -> DraftView:
    """The draft, by default its newest version. Raises PageError where there is none, or it cannot be told."""
    case, about = case_and_title(connection, case_id)
    row = draft_row(connection, case_id, recipient, version)
    own = [one for one in standing_approvals(connection, case_id) if one.recipient == recipient]
    approval = next((one for one in own if one.version == row.version), None)
    versions = draft_versions_of(connection, case_id, recipient)
    guard = desk.settings.file.filed_again_after_days
    folder = desk.settings.evidence_folder
    try:
        facts = DraftFacts.from_json(row.facts)
        return DraftView(
            case=case,
            about=about,
            to=addressee(recipient),
            row=row,
            document=kept_document(connection, row, script),
            approval=approval,
            older=next((one for one in own if one.version != row.version), None),
            digest=approval.digest if approval else text_digest(row),
            sections=_sections(passages_of(facts)),
            provisions=provision_states(facts, built_in_law()),
            cautions=read_cautions(connection, desk.settings, row, now=desk.clock()),
            broken=not _verifies(connection, desk, facts),
            changed=changes_after_approval(connection, [case_id]).get(case_id),
            versions=tuple(reversed(versions)),
            compared=_compared(facts, versions, compare),
            annex_size=estimate_annex(connection, folder, facts),
            first=earlier_filing(connection, case_id, recipient, on=desk.today(), guard_days=guard),
            is_filed=_key(row) in {(one.recipient, one.version) for one in filings_of(connection, [case_id])},
        )
    except DraftError as error:
        raise PageError(Failure.DRAFT, case_id=case_id) from error


def draft_row(connection: Connection, case_id: int, recipient: str | None, version: int | None = None) -> DraftRow:
    """The draft or approved text to that recipient (None: the first one), by default the newest version.

    Raises PageError where there is none.
    """
    for row in drafts_with_approved(connection, case_id, standing_approvals(connection, case_id)):
        if recipient in (None, row.recipient) and version in (None, row.version):
            return row
    raise PageError(Failure.NOT_FOUND)


def case_and_title(connection: Connection, case_id: int) -> tuple[CaseRow, CaseTitle]:
    """The case and what it is about. Raises PageError where there is none of that number."""
    try:
        return read_case(connection, case_id), titles_of_cases(connection, [case_id])[case_id]
    except UsageError as error:
        raise PageError(Failure.NOT_FOUND) from error


def _is_late_answer(state: TermState) -> bool:
    return state.standing is Standing.OVERDUE and state.term.starts == FILED


def _key(one: ApprovalRow | DraftRow) -> tuple[str, int]:
    return one.recipient, one.version


def _sections(passages: Iterable[Passage]) -> tuple[Section, ...]:
    grouped = groupby(passages, key=lambda passage: passage.heading)
    return tuple(Section(heading, tuple(found)) for heading, found in grouped)


def _verifies(connection: Connection, desk: Desk, facts: DraftFacts) -> bool:
    try:
        verify_items(connection, desk.settings.evidence_folder, facts.evidence)
    except DraftError:
        return False
    return True


def _compared(
    facts: DraftFacts, versions: Sequence[DraftVersion], number: int | None
) -> tuple[ChangedPassage, ...] | None:
    before = next((one for one in versions if one.number == number), None)
    if before is None:
        return None
    texts = (plain_text(document_of(one, Script.LATN)) for one in (DraftFacts.from_json(before.facts), facts))
    return changed_passages(compare_texts(*texts))


def _last_of_legal(connection: Connection, case_id: int) -> LastDecision | None:
    try:
        last = last_decision(connection, case_id)
    except UsageError:
        return None
    return last if last.decision in OF_LEGAL_STAFF else None


def _choices(connection: Connection, case_id: int, drafted: set[str]) -> tuple[Addressee, ...]:
    ads = ads_of_case(connection, case_id)
    portals = dict.fromkeys(portal_of(ad) for ad in ads if ad.source != MANUAL_SOURCE)
    found: list[str] = []
    for recipient_id, recipient in built_in_recipients().items():
        found += [f"{recipient_id}:{portal}" for portal in portals] if recipient.per_portal else [recipient_id]
    return tuple(addressee(one) for one in found if one not in drafted and split_recipient(one)[0] not in drafted)
