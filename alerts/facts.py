"""Everything a draft states, as values: kept with the draft, so that its text can be made again and does not drift.

How they are found in the store stands in `alerts.gathering`, how they are told in `alerts.drafting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from alerts.document import Verbatim
from alerts.recipients import DraftKind
from crawler.assessment import Verdict
from crawler.errors import DraftError
from pipelines.register.reasons import names_entry, read_reason

LIMITATION_IS_NEAR = 90
"""Days."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who files: the configured organisation. Empty: not configured, which the text says."""

    name: str
    seat: str
    mb: str
    pib: str
    representative: str
    email: Verbatim
    phone: Verbatim
    delivery_address: str

    @property
    def place(self) -> str:
        """The town of the seat: its last part, without the post code."""
        return self.seat.rsplit(",", 1)[-1].strip().lstrip("0123456789 ")


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom the draft addresses and what it asks for."""

    id: str
    """Folder in `alerts/recipients/`."""
    kind: DraftKind
    name: str
    address: str | None
    subject: str
    measures: tuple[str, ...]
    addressee: Verbatim | None = None
    """Host of the portal, where a letter goes to whoever runs one; None: the name says it all."""


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation of the country of work that helps people there."""

    country: str
    name: Verbatim
    phone: Verbatim | None


@dataclass(frozen=True, slots=True)
class Limitation:
    """When a misdemeanour can no longer be prosecuted, counted from when the ad was last seen."""

    last_seen: datetime
    evidence: int
    """Number of the evidence item that holds what was seen then."""
    ends_on: date
    days_left: int
    """From the day the draft was made; 0 and less: it has ended."""

    @property
    def is_near(self) -> bool:
        """It ends so soon that whoever reads this must be told."""
        return 0 < self.days_left <= LIMITATION_IS_NEAR


@dataclass(frozen=True, slots=True)
class Subject:
    """Who published the offer, as the ad tells; None and empty: the ad does not say."""

    name: Verbatim | None
    kind: str
    pib: Verbatim | None
    mb: Verbatim | None
    licence: Verbatim | None
    phones: tuple[Verbatim, ...]
    emails: tuple[Verbatim, ...]
    handles: tuple[Verbatim, ...]
    urls: tuple[Verbatim, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """How an ad came that a person brought by hand; address and day are that person's word."""

    seen_url: Verbatim | None
    seen_on: date | None
    page: int | None
    """Number of the evidence item that holds the page there, where the program fetched it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One ad at one address, with every time it was seen."""

    portal: Verbatim
    """Host of the address."""
    url: Verbatim
    title: Verbatim | None
    sightings: tuple[datetime, ...]
    """Oldest first, at least one."""
    evidence: int
    """Number of the evidence item that holds the ad."""
    brought: Brought | None = None
    """None: the program found it."""
    last_evidence: int | None = None
    """Number of the one that saw it last; None: the draft was made before that was kept."""

    @property
    def first_seen(self) -> datetime:
        """When the ad was seen first."""
        return self.sightings[0]

    @property
    def last_seen(self) -> datetime:
        """When the ad was seen last."""
        return self.sightings[-1]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the ad says."""

    words: str
    quote: Verbatim | None
    """None: derived from the whole ad."""
    picture: int | None = None
    """Number of the evidence item that holds the picture the words were read on, by machine; None: the page's words."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """What a machine read on a picture of the quoted ad."""

    evidence: int
    """Number of the evidence item that holds the picture."""
    lines: tuple[Verbatim, ...]


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """The register file that was searched."""

    as_of: date
    digest: Verbatim
    """SHA-256, hex."""
    file_name: Verbatim
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class NearName:
    """An entry of the register that resembles the name searched for."""

    name: Verbatim
    score: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """What was searched in the register and what it answered."""

    snapshot: SnapshotFacts | None
    """None: nothing was checked."""
    verdict: Verdict | None
    stale: bool
    searched: tuple[Verbatim, ...]
    entry: Verbatim | None
    reasons: tuple[str, ...]
    nearest: tuple[NearName, ...]


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One capture whose bytes were verified when the draft was made."""

    number: int
    url: Verbatim
    fetched_at: datetime
    method: str
    digest: Verbatim
    """SHA-256 of the payload, hex."""
    record_id: Verbatim
    """WARC-Record-ID."""
    revisit_of: Verbatim | None
    """WARC-Record-ID of the record that holds the same bytes."""


@dataclass(frozen=True, slots=True)
class CitedProvision:
    """A provision of law as the draft cites it."""

    id: str
    citation: str
    statement: str


@dataclass(frozen=True, slots=True)
class ProvisionChoice:
    """A provision that a person switched on or off for this draft."""

    id: str
    is_on: bool
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EditedPassage:
    """A paragraph or list item that a person worded anew for this draft."""

    original: str
    """As the template words it in Latin script, without its number in a list."""
    text: str
    """What stands in its place, in Latin script."""
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """The contents of one draft."""

    case_id: int
    number: Verbatim
    """The submitter's own number."""
    made_at: datetime
    submitter: Submitter
    authority: Authority
    subject: Subject
    triggers: tuple[str, ...]
    """Why the case goes to police or prosecutor, worded."""
    places: tuple[Place, ...]
    """In order of first sighting."""
    destinations: tuple[str, ...]
    statements: tuple[Statement, ...]
    not_stated: tuple[str, ...]
    register_check: RegisterCheck
    provisions: tuple[CitedProvision, ...]
    notice_provisions: tuple[CitedProvision, ...]
    fee_provisions: tuple[CitedProvision, ...]
    privacy_provisions: tuple[CitedProvision, ...]
    evidence: tuple[EvidenceItem, ...]
    leading_evidence: int
    """Number of the evidence item that holds the quoted ad."""
    annexes: tuple[str, ...]
    ad_lines: tuple[Verbatim, ...]
    """The quoted ad's text, a line each."""
    ad_shortened: bool
    picture_texts: tuple[PictureText, ...] = ()
    limitation: Limitation | None = None
    """None: the program itself never saw the ad, or the draft was made before it was counted."""
    limitation_provisions: tuple[CitedProvision, ...] = ()
    set_aside: tuple[CitedProvision, ...] = ()
    """Provisions that the rules chose and no lawyer confirmed yet: left out of the text."""
    partners: tuple[Partner, ...] = ()
    choices: tuple[ProvisionChoice, ...] = ()
    """The newest for each provision; what they amount to is in the provisions already."""
    edits: tuple[EditedPassage, ...] = ()
    """One for each passage that was worded anew."""

    @property
    def near_names(self) -> tuple[NearName, ...]:
        """Names of the register that are alike: for who checks licences, nobody else is told of other agencies."""
        return self.register_check.nearest if self._checks_licences else ()

    @property
    def register_reasons(self) -> tuple[str, ...]:
        """Why the register answers as it does; to others without those that name entries, likewise."""
        reasons = tuple(read_reason(reason.rstrip(".")) for reason in self.register_check.reasons)
        return reasons if self._checks_licences else tuple(one for one in reasons if not names_entry(one))

    @property
    def _checks_licences(self) -> bool:
        return self.authority.kind in (DraftKind.COMPLAINT, DraftKind.COPY)

    @property
    def is_brought(self) -> bool:
        """Some of it a person brought: nobody knows whether everybody could read it."""
        return any(place.brought for place in self.places)

    @property
    def sightings_by_portal(self) -> list[tuple[Verbatim, tuple[datetime, ...]]]:
        """Every sighting of ads that the program found, grouped by portal, in order of the portal's first one."""
        grouped: dict[Verbatim, list[datetime]] = {}
        for place in (place for place in self.places if place.brought is None):
            grouped.setdefault(place.portal, []).extend(place.sightings)
        return [(portal, tuple(sorted(seen))) for portal, seen in grouped.items()]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Reads what `to_json` wrote. Raises DraftError where it was made by another version of the program."""
        try:
            return _ADAPTER.validate_python(data)  # type: ignore[return-value]
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise DraftError(f"the kept draft cannot be read: {where}") from error


_ADAPTER = TypeAdapter(DraftFacts)
