"""The answer to a caller, and what is kept of an offer, as the API tells it."""

from __future__ import annotations

from typing import Annotated

from fastapi import UploadFile
from pydantic import Field

from alerts.advice.schema import ChannelUse
from alerts.cases import CaseState
from alerts.check.recognising import GivenKind
from alerts.desk.api.case_shapes import AssessmentShape, BadgeShape, RegisterShape
from alerts.desk.api.shapes import Day, Moment, Shape, Text
from crawler.assessment import RiskLevel
from crawler.intake import LONGEST_ADDRESS, LONGEST_TEXT
from crawler.store.images import MOST_OF_AN_AD
from pipelines.connections.mentions import ContactKind

LongText = Annotated[str, Field(max_length=LONGEST_TEXT)]
WebAddress = Annotated[str, Field(max_length=LONGEST_ADDRESS)]


class CheckAsk(Shape):
    """An offer, or one line of it."""

    what: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    """A text, phone, address, name, PIB or matični broj."""
    is_text: bool = False
    """It is the text of an offer, whatever it looks like."""


class PageAsk(Shape):
    """The address of a public page."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS)]


class FindingShape(Shape):
    """What one indicator found."""

    code: str
    title: str
    why: str
    reference: str
    quotes: tuple[str, ...]
    refers: bool
    """Police or prosecutor come first."""


class KnownAdShape(Shape):
    """A stored ad that shares something with what was given."""

    ad_id: int
    source: str
    url: str
    title: str | None
    name: str | None
    destinations: tuple[str, ...]
    first_seen: Moment
    last_seen: Moment


class KnownCaseShape(Shape):
    """A case that such ads belong to."""

    id: int
    state: CaseState
    level: RiskLevel


class KnownShape(Shape):
    """Stored ads that share something, and their cases."""

    count: int
    is_cut: bool
    """There are more than were looked at."""
    ads: tuple[KnownAdShape, ...]
    """The newest few."""
    cases: tuple[KnownCaseShape, ...]


class KnownContactShape(Shape):
    """A contact that stored ads name."""

    kind: ContactKind
    value: str
    sentence: str
    """Serbian, Latin."""
    is_shared: bool
    """A switchboard or the like: it connects nobody."""
    known: KnownShape


class NamedShape(Shape):
    """A name under which the contact stands in ads, and the register's answer to it."""

    name: str
    register_: Annotated[RegisterShape, Field(alias="register")]
    badge: BadgeShape


class QuestionShape(Shape):
    """What to ask the caller."""

    ask: str
    why: str


class ChannelShape(Shape):
    """A body or organisation that a caller may turn to."""

    name: str
    use: ChannelUse
    countries: tuple[str, ...]
    phones: tuple[str, ...]
    email: str
    site: str
    note: str
    is_verified: bool


class CheckShape(Shape):
    """One answer to a caller. Nothing of it is stored."""

    kind: GivenKind
    """What it was taken for."""
    register_: Annotated[RegisterShape, Field(alias="register")]
    badge: BadgeShape
    remark: str
    """Words in place of the register's sentence; empty where that fits."""
    as_of: Day | None
    """The day of the list; null: no register was imported."""
    known_on: Day | None
    assessment: AssessmentShape | None
    """Of a text; null for a contact or a name."""
    findings: tuple[FindingShape, ...]
    contacts: tuple[KnownContactShape, ...]
    names: tuple[NamedShape, ...]
    same: KnownShape | None
    """Ads at the address, or under the name."""
    questions: tuple[QuestionShape, ...]
    steps: tuple[str, ...]
    """Of a safe departure."""
    channels: tuple[ChannelShape, ...]
    """Those for danger first."""


class PictureAsk(Shape):
    """A picture of an offer."""

    picture: UploadFile
    """JPEG, PNG, WebP or GIF, up to 8 MB."""
    what: LongText = ""
    """Text that belongs to it."""


class PictureCheckShape(Shape):
    """The answer about a picture. Nothing of it is stored."""

    read: str
    """The words that were read on it by machine."""
    problem: str
    """Why the picture was not read, where `what` alone was checked; else empty."""
    check: CheckShape


class SaveAsk(Shape):
    """An offer to be kept as an ad with its evidence."""

    text: LongText = ""
    seen_url: WebAddress = ""
    """Where it was seen."""
    seen_on: Day | None = None
    note: Text = ""
    fetch: bool = False
    """Ask for the page at `seen_url` once; it is the text then."""


class SavePicturesAsk(SaveAsk):
    """An offer with pictures of it."""

    pictures: Annotated[list[UploadFile], Field(min_length=1, max_length=MOST_OF_AN_AD)]
    """JPEG, PNG, WebP or GIF, up to 8 MB each."""


class KeptShape(Shape):
    """What became of an offer that was kept."""

    ad_id: int
    cases: tuple[int, ...]
    is_judged: bool
    """False: a night runs, and the next one judges it."""
