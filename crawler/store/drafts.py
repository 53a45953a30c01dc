"""Drafts and what they are made from: the case's ads with sightings and captures, and the register's snapshot.

What a draft says is the business of `alerts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update

from crawler.assessment import Ad, Assessment
from crawler.errors import UsageError
from crawler.evidence.warc import Capture
from crawler.store.approvals import ApprovalRow
from crawler.store.assessments import is_current, pictures_in
from crawler.store.captures import capture_of
from crawler.store.cases import SYSTEM
from crawler.store.images import AdPicture, pictures_of_versions
from crawler.store.links import with_joined
from crawler.store.register import newest_snapshot_row
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    captures,
    cases,
    draft_versions,
    drafts,
    register_snapshots,
    screenshots,
    sightings,
)
from crawler.store.writing import chunks, insert_new


@dataclass(frozen=True, slots=True)
class CaseAd:
    """One version of one ad of a case."""

    ad_id: int
    version_id: int
    capture_id: int
    source: str
    url: str
    title: str | None
    text: str
    listing_capture_id: int | None = None
    """Of the listing that said part of the ad; None where its own page said it all."""
    screenshot_capture_id: int | None = None
    """Of what the page looked like; None where nobody looked."""
    pictures: tuple[AdPicture, ...] = ()
    """Those whose text was judged with the ad's, in that order."""

    @property
    def capture_ids(self) -> tuple[int, ...]:
        """All that the ad rests on: its page, the listing, how the page looked, and its pictures that were read."""
        further = (one for one in (self.listing_capture_id, self.screenshot_capture_id) if one is not None)
        return self.capture_id, *further, *(picture.capture_id for picture in self.pictures)

    @property
    def judged(self) -> Ad:
        """The ad as it was judged: all offsets of its assessment point into its full text."""
        return Ad(self.text, title=self.title, ocr_texts=tuple(picture.text or "" for picture in self.pictures))


@dataclass(frozen=True, slots=True)
class LeadingAd:
    """The ad that a case is shown by, in the version that was judged, with the judgement."""

    ad: CaseAd
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class CaseSighting:
    """One time an ad of the case was seen."""

    ad_id: int
    seen_at: datetime
    capture_id: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An imported register file."""

    digest: str
    as_of: date
    file_name: str
    imported_at: datetime
    confirmed_on: date | None = None
    """A later day on which its source still published the very same file."""

    @property
    def known_on(self) -> date:
        """The last day of which this list is known to be the register."""
        return self.confirmed_on or self.as_of


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft to be kept. `facts` hold all it states."""

    case_id: int
    recipient: str
    facts: dict[str, Any]
    note: str = ""
    """What is new about it, where there was one before."""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft as stored."""

    id: int
    case_id: int
    recipient: str
    created_at: datetime
    facts: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """A draft as it was at some time; none is ever changed or removed with its draft."""

    case_id: int
    recipient: str
    number: int
    made_at: datetime
    person: str
    note: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A case, to whom its leading assessment proposes to complain, and what is drafted already."""

    case_id: int
    state: str
    assessment_id: int
    recipients: tuple[str, ...]
    """None where no complaint is proposed."""
    drafted: tuple[str, ...]


def leading_ad(connection: Connection, case_id: int) -> LeadingAd:
    """The ad whose assessment leads the case. Raises UsageError where there is no such case."""
    assessment_id = connection.scalar(select(cases.c.assessment_id).where(cases.c.id == case_id))
    if assessment_id is None:
        raise UsageError(f"there is no case {case_id}")
    return _judged_ad(connection, assessment_id)


def judged_copy(connection: Connection, ad_id: int) -> LeadingAd:
    """One of the case's ads (`ads_of_case`) as it stands and is judged now."""
    current = select(assessments.c.id).join(ads, is_current()).where(ads.c.id == ad_id)
    return _judged_ad(connection, connection.execute(current).scalar_one())


def _judged_ad(connection: Connection, assessment_id: int) -> LeadingAd:
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ad_versions.c.id.label("version_id"),
            ad_versions.c.capture_id,
            ad_versions.c.listing_capture_id,
            screenshots.c.capture_id.label("screenshot_capture_id"),
            ads.c.source,
            ads.c.url,
            ad_versions.c.title,
            ad_versions.c.text,
            assessments.c.result,
            assessments.c.basis,
        )
        .select_from(
            assessments.join(ad_versions, ad_versions.c.id == assessments.c.version_id)
            .join(ads, ads.c.id == ad_versions.c.ad_id)
            .outerjoin(screenshots, screenshots.c.version_id == ad_versions.c.id)
        )
        .where(assessments.c.id == assessment_id)
    )
    row = connection.execute(statement).one()
    values = dict(row._mapping)
    judged, shown = Assessment.from_json(values.pop("result")), pictures_in(values.pop("basis"))
    by_image = {one.image_id: one for one in pictures_of_versions(connection, [row.version_id]).get(row.version_id, ())}
    pictures = tuple(by_image[image] for image in shown if image in by_image)
    return LeadingAd(CaseAd(**values, pictures=pictures), judged)


def ads_of_case(connection: Connection, case_id: int) -> list[CaseAd]:
    """The ads of the case's series that, as they stand now, are judged to come from the case's mediator.

    Those of the cases that it goes on for are among them.
    """
    judged_so = exists().where(is_current(), assessments.c.mediator_key == cases.c.mediator_key)
    statement = (
        select(
            ads.c.id.label("ad_id"),
            ad_versions.c.id.label("version_id"),
            ad_versions.c.capture_id,
            ad_versions.c.listing_capture_id,
            screenshots.c.capture_id.label("screenshot_capture_id"),
            ads.c.source,
            ads.c.url,
            ad_versions.c.title,
            ad_versions.c.text,
        )
        .select_from(
            cases.join(ads, ads.c.series_id == cases.c.series_id)
            .join(ad_versions, ad_versions.c.id == ads.c.version_id)
            .outerjoin(screenshots, screenshots.c.version_id == ad_versions.c.id)
        )
        .where(cases.c.id.in_(with_joined(connection, case_id)), judged_so)
        .order_by(ads.c.first_seen, ads.c.id)
    )
    return [CaseAd(**row._mapping) for row in connection.execute(statement)]


def sightings_of(connection: Connection, ad_ids: Sequence[int]) -> list[CaseSighting]:
    """Every sighting of these ads, oldest first."""
    found: list[CaseSighting] = []
    for some in chunks(ad_ids):
        columns = sightings.c.ad_id, sightings.c.seen_at, sightings.c.capture_id
        statement = select(*columns).where(sightings.c.ad_id.in_(some))
        found.extend(CaseSighting(**row._mapping) for row in connection.execute(statement))
    return sorted(found, key=lambda sighting: (sighting.seen_at, sighting.ad_id))


def captures_by_id(connection: Connection, capture_ids: Sequence[int]) -> dict[int, Capture]:
    """Captures by row id."""
    found: dict[int, Capture] = {}
    for some in chunks(capture_ids):
        for row in connection.execute(select(captures).where(captures.c.id.in_(some))):
            found[row.id] = capture_of(row)
    return found


def capture_by_record(connection: Connection, record_id: str) -> Capture | None:
    """The capture of that WARC-Record-ID."""
    row = connection.execute(select(captures).where(captures.c.record_id == record_id)).first()
    return capture_of(row) if row else None


def find_snapshot(connection: Connection, *, digest: str, as_of: date) -> Snapshot | None:
    """The register snapshot of that file (SHA-256, hex) and day."""
    columns = (
        register_snapshots.c.digest,
        register_snapshots.c.as_of,
        register_snapshots.c.file_name,
        register_snapshots.c.imported_at,
        register_snapshots.c.confirmed_on,
    )
    found = connection.execute(
        select(*columns).where(register_snapshots.c.digest == digest, register_snapshots.c.as_of == as_of)
    ).first()
    return Snapshot(**found._mapping) if found else None


def newest_register_day(connection: Connection) -> date | None:
    """The day of the newest register snapshot; None where none was imported."""
    newest = newest_snapshot_row(connection)
    return newest.as_of if newest else None


def proposed_cases(connection: Connection, *, states: Sequence[str], laid: bool) -> list[Proposed]:
    """Cases in these states, in order of their number: those with drafts, or without `laid` those that `note_laid` did
    not note.
    """
    joined = cases.join(assessments, assessments.c.id == cases.c.assessment_id)
    statement = (
        select(cases.c.id, cases.c.state, cases.c.assessment_id, assessments.c.proposed, assessments.c.result)
        .select_from(joined)
        .where(cases.c.state.in_(states))
        .order_by(cases.c.id)
    )
    # As the index ix_cases_unlaid says it.
    unlaid = cases.c.assessment_id.is_distinct_from(cases.c.laid_assessment_id)
    statement = statement.where(exists().where(drafts.c.case_id == cases.c.id) if laid else unlaid)
    rows = connection.execute(statement).all()
    drafted = _drafted(connection, [row.id for row in rows])
    return [
        Proposed(
            row.id,
            row.state,
            row.assessment_id,
            tuple(row.result["complaint"]["recipients"]) if row.proposed else (),
            tuple(drafted.get(row.id, ())),
        )
        for row in rows
    ]


def note_laid(connection: Connection, found: Iterable[Proposed]) -> None:
    """Notes those of these cases for which all drafts lie ready now that their assessments ask for."""
    asked = {case.case_id: case for case in found}
    is_as_read = cases.c.id == bindparam("its_id"), cases.c.assessment_id == bindparam("its_basis")
    statement = update(cases).where(*is_as_read).values(laid_assessment_id=bindparam("its_basis"))
    for some in chunks(sorted(asked)):
        # Held before the look: whoever takes drafts back writes into these rows too.
        connection.execute(select(cases.c.id).where(cases.c.id.in_(some)).order_by(cases.c.id).with_for_update()).all()
        there = _drafted(connection, some)
        complete = (asked[number] for number in some if set(asked[number].recipients) <= set(there.get(number, ())))
        rows = [{"its_id": case.case_id, "its_basis": case.assessment_id} for case in complete]
        if rows:
            connection.execute(statement, rows)


def save_drafts(connection: Connection, made: Sequence[NewDraft], *, now: datetime) -> None:
    """Keeps the drafts, each as the next version for its case and recipient; one that is there is left as it is."""
    case_ids = sorted({draft.case_id for draft in made})
    there, newest = _drafted(connection, case_ids), _newest_numbers(connection, case_ids)
    rows = [
        {"case_id": draft.case_id, "recipient": draft.recipient, "created_at": now, "facts": draft.facts}
        | {"version": newest.get((draft.case_id, draft.recipient), 0) + 1, "note": draft.note}
        for draft in made
        if draft.recipient not in there.get(draft.case_id, ())
    ]
    insert_new(connection, drafts, [{name: row[name] for name in row if name != "note"} for row in rows])
    _keep_versions(connection, rows, person=SYSTEM)


def change_draft(
    connection: Connection, draft: DraftRow, facts: dict[str, Any], *, person: str, note: str, now: datetime
) -> int:
    """Makes the facts the draft's next version and returns its number.

    Raises UsageError where somebody else changed or removed the draft since it was read.
    """
    number = _newest_numbers(connection, [draft.case_id]).get((draft.case_id, draft.recipient), draft.version) + 1
    changed = connection.execute(
        update(drafts)
        .where(drafts.c.id == draft.id, drafts.c.version == draft.version)
        .values(facts=facts, version=number, created_at=now)
    )
    if changed.rowcount != 1:
        raise UsageError(f"the draft to `{draft.recipient}` was changed by somebody else meanwhile; look at it again")
    row = {"case_id": draft.case_id, "recipient": draft.recipient, "version": number, "created_at": now}
    _keep_versions(connection, [{**row, "facts": facts, "note": note}], person=person)
    return number


def draft_versions_of(connection: Connection, case_id: int, recipient: str) -> list[DraftVersion]:
    """All versions of the case's draft to that recipient, oldest first."""
    columns = [draft_versions.c[name] for name in DraftVersion.__slots__]
    statement = select(*columns).where(draft_versions.c.case_id == case_id, draft_versions.c.recipient == recipient)
    return [DraftVersion(**row._mapping) for row in connection.execute(statement.order_by(draft_versions.c.number))]


def draft_version(connection: Connection, case_id: int, recipient: str, number: int) -> DraftVersion:
    """That version of the case's draft to the recipient. Raises UsageError where there is none."""
    for version in draft_versions_of(connection, case_id, recipient):
        if version.number == number:
            return version
    raise UsageError(f"case {case_id} has no version {number} of a draft to `{recipient}`")


def drafts_with_approved(connection: Connection, case_id: int, standing: Iterable[ApprovalRow]) -> list[DraftRow]:
    """The case's drafts, then approved texts that are an older version of theirs, or whose draft was taken back.

    `standing` are the case's approvals that stand.
    """
    current = drafts_of_case(connection, case_id)
    there = {(draft.recipient, draft.version) for draft in current}
    older = (one for one in standing if (one.recipient, one.version) not in there)
    return [*current, *(_approved_draft(connection, one) for one in older)]


def _approved_draft(connection: Connection, approval: ApprovalRow) -> DraftRow:
    found = draft_version(connection, approval.case_id, approval.recipient, approval.version)
    return DraftRow(0, found.case_id, found.recipient, found.made_at, found.facts, found.number)


def newest_version(connection: Connection, case_id: int, recipient: str) -> DraftVersion | None:
    """The newest version, also where the draft itself was taken back since; None where there never was one."""
    return next(reversed(draft_versions_of(connection, case_id, recipient)), None)


def drafts_of_case(connection: Connection, case_id: int) -> list[DraftRow]:
    """The case's drafts, in the order they were made."""
    statement = select(drafts).where(drafts.c.case_id == case_id).order_by(drafts.c.id)
    return [DraftRow(**row._mapping) for row in connection.execute(statement)]


def drafted_recipients(connection: Connection, case_id: int) -> list[str]:
    """Recipients to whom the case has drafts, in the order they were made."""
    return _drafted(connection, [case_id]).get(case_id, [])


def delete_drafts(connection: Connection, case_id: int) -> int:
    """Removes the case's drafts, because the facts they state no longer hold. Returns how many there were."""
    count = connection.scalar(select(func.count()).select_from(drafts).where(drafts.c.case_id == case_id)) or 0
    if count:
        connection.execute(delete(drafts).where(drafts.c.case_id == case_id))
    connection.execute(update(cases).where(cases.c.id == case_id).values(laid_assessment_id=None))
    return int(count)


def _drafted(connection: Connection, case_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for some in chunks(case_ids):
        statement = select(drafts.c.case_id, drafts.c.recipient).where(drafts.c.case_id.in_(some))
        for row in connection.execute(statement.order_by(drafts.c.id)):
            found.setdefault(row.case_id, []).append(row.recipient)
    return found


def _newest_numbers(connection: Connection, case_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    key = draft_versions.c.case_id, draft_versions.c.recipient
    for some in chunks(case_ids):
        statement = select(*key, func.max(draft_versions.c.number).label("number"))
        for row in connection.execute(statement.where(key[0].in_(some)).group_by(*key)):
            found[row.case_id, row.recipient] = row.number
    return found


def _keep_versions(connection: Connection, rows: Sequence[dict[str, Any]], *, person: str) -> None:
    kept = [
        {name: row[name] for name in ("case_id", "recipient", "facts", "note")}
        | {"number": row["version"], "made_at": row["created_at"], "person": person}
        for row in rows
    ]
    insert_new(connection, draft_versions, kept)
