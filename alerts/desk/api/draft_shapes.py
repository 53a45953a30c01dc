"""Drafts, filings and what legal staff have before them, as the API tells them."""

from __future__ import annotations

from typing import Annotated

from fastapi import UploadFile
from pydantic import Field

from alerts.cautions import CautionKind
from alerts.desk.api.case_shapes import ApprovalShape, DraftVersionShape
from alerts.desk.api.shapes import Day, Moment, Shape, Text
from alerts.desk.numbers import Number
from alerts.editing import LONGEST_PASSAGE
from alerts.filing import LONGEST_REFERENCE, Channel
from alerts.law import Part
from alerts.outcomes import Outcome
from alerts.recipients import LONGEST_RECIPIENT
from alerts.stages import Stage

MOST_CHANGES = 300


class AddresseeShape(Shape):
    """Whom a draft goes to."""

    id: str
    name: str
    """Serbian, Latin."""
    portal: str
    """Host of the portal that it is about; empty: none."""
    is_known: bool
    """False: the program no longer knows this recipient."""


class DraftLineShape(Shape):
    """One draft, or an approved text, of a case."""

    to: AddresseeShape
    version: int
    made_at: Moment
    approved_by: str | None
    """Who approved this very version."""
    is_filed: bool


class DraftsShape(Shape):
    """All drafts of a case."""

    drafts: tuple[DraftLineShape, ...]
    choices: tuple[AddresseeShape, ...]
    """To whom a draft could be made besides."""
    changed_after_approval: str | None


class PassageShape(Shape):
    """One paragraph or list item that can be worded anew."""

    number: int
    heading: str
    text: str
    """As the draft says it now, in Latin script."""
    original: str
    """As the template words it."""
    is_quote: bool
    """It is a line of the ad; its words stay as they are."""
    edited_by: str | None


class ProvisionShape(Shape):
    """One provision of the law, and whether the draft cites it."""

    id: str
    citation: str
    part: Part
    is_on: bool
    is_confirmed: bool
    """Whether legal staff may rely on it as it stands in the data."""


class CautionShape(Shape):
    """One thing to know before the draft is approved or filed."""

    kind: CautionKind
    day: Day | None
    count: int
    provisions: tuple[str, ...]


class DraftShape(Shape):
    """One draft with all that belongs to it."""

    case: int
    to: AddresseeShape
    version: int
    versions: tuple[DraftVersionShape, ...]
    """The newest first."""
    text: str
    """In the script that was asked for."""
    sha256: str
    """Of the text in both scripts; approving names it."""
    approval: ApprovalShape | None
    """Of this very version."""
    is_changeable: bool
    is_approvable: bool
    is_filed: bool
    evidence_verifies: bool
    passages: tuple[PassageShape, ...]
    provisions: tuple[ProvisionShape, ...]
    cautions: tuple[CautionShape, ...]
    changed_after_approval: str | None


class LayAsk(Shape):
    """Laying a draft ready."""

    recipient: Annotated[str, Field(min_length=1, max_length=LONGEST_RECIPIENT)] | None = None
    """Null: the one that is proposed first."""


class LaidShape(Shape):
    """A draft that lies ready."""

    case: int
    recipient: str


class PassageAsk(Shape):
    """A passage worded anew."""

    number: Annotated[int, Field(ge=1, le=99_999)]
    text: Annotated[str, Field(max_length=LONGEST_PASSAGE)] | None
    """Null: as the template words it."""


class ProvisionAsk(Shape):
    """A provision cited, or not."""

    id: Annotated[str, Field(max_length=100)]
    is_on: bool


class ChangesAsk(Shape):
    """Changes of a draft, made as one new version; what is so already changes nothing."""

    seen: Number
    """The version that was read."""
    passages: Annotated[tuple[PassageAsk, ...], Field(max_length=MOST_CHANGES)] = ()
    provisions: Annotated[tuple[ProvisionAsk, ...], Field(max_length=MOST_CHANGES)] = ()


class ChangedShape(Shape):
    """A draft after it was changed."""

    version: int
    is_new: bool
    """False: nothing changed."""


class PreviewShape(Shape):
    """What a draft would read like."""

    text: str


class ApproveAsk(Shape):
    """Approving the very text that was read."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: Text = ""


class FilingAsk(Shape):
    """What a person filed outside of the program."""

    recipient: Annotated[str, Field(min_length=1, max_length=LONGEST_RECIPIENT)]
    channel: Channel
    on: Day
    """The day in Belgrade on which it was filed."""
    reference: Annotated[str, Field(max_length=LONGEST_REFERENCE)] = ""
    """The authority's number."""
    again: Text = ""
    """Why it is filed again, where it was filed before."""
    receipt: UploadFile | None = None
    """PDF, JPEG, PNG, TIFF or a saved message (EML), up to 20 MB."""


class OutcomeAsk(Shape):
    """What became of a filing."""

    outcome: Outcome
    on: Day
    note: Text = ""


class MatterShape(Shape):
    """One case before one recipient."""

    case: int
    title: str
    recipient: str | None
    """Null: nobody was proposed; a person chooses."""
    stage: Stage
    version: int | None
    since: Moment | None
    person: str | None
    filing: int | None
    due: Day | None
    """The day that it waits for."""
    due_what: str | None
    """A time limit, or `limitation`."""
    days_left: int | None
    working_days_left: int | None
    overdue: bool


class FiledBeforeShape(Shape):
    """An earlier filing of the same offer."""

    filing: int
    case: int
    on: Day


class ReadyShape(Shape):
    """An approved text that was not filed yet."""

    case: int
    recipient: str
    title: str
    version: int
    approved_by: str
    approved_at: Moment
    sha256: str
    changed: str
    """What really changed after it was approved; empty: nothing."""
    limitation: Day | None
    filed_before: FiledBeforeShape | None
    ready: bool
