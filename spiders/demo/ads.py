"""The invented ads of the demo world: the schema of `ads.yml` and its loader.

What the sites make of an ad is written in `sites/`; what the program should find in it stands under `expect` and
is read by tests only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawler.assessment import MediatorKind, Verdict, WageUnit
from crawler.belgrade import BELGRADE
from crawler.errors import SourceError
from crawler.yaml_data import parse_yaml
from spiders.demo.rewriting import Rewrite, rewrite

ADS_FILE = Path(__file__).parent / "ads.yml"


class SiteName(StrEnum):
    """The demo sites that carry ads."""

    POSLOVI_PLUS = "poslovi-plus"
    RADNIK = "radnik"
    MALI_OGLASI = "mali-oglasi"
    SLJAKA = "sljaka"
    KP_OGLASI = "kp-oglasi"
    KANAL = "kanal"
    DRUSTVENA = "drustvena"


def _in_belgrade(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=BELGRADE)


LocalTime = Annotated[datetime, AfterValidator(_in_belgrade)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PageWage(_Data):
    """A wage that the page gives in a field of its own, besides what the text says."""

    min: Decimal
    max: Decimal
    currency: str = "EUR"
    unit: WageUnit = WageUnit.MONTH


class PageContact(_Data):
    """A contact that the page gives in a field of its own."""

    person: str | None = None
    phone: str | None = None
    email: str | None = None


class Expected(_Data):
    """What is true of an offer; None means that no test should ask. Never read by the program."""

    job_ad: bool = True
    abroad: bool | None = None
    destinations: tuple[str, ...] | None = None
    mediator: str | None = None
    kind: MediatorKind | None = None
    verdict: Verdict | None = None
    """The register's answer by `register.csv` on 24 November 2026."""
    indicators: tuple[str, ...] = ()
    """Codes that must be among those found; there may be more."""

    @model_validator(mode="after")
    def _other_texts_say_no_more(self) -> Self:
        if not self.job_ad and (self.abroad or self.destinations or self.mediator or self.indicators):
            raise ValueError("a text that is no job ad has no destination, mediator or indicators")
        return self


class Placement(_Data):
    """An offer put on a site: what differs there from the offer's own words, and the site's trimmings."""

    site: SiteName
    id: int = Field(ge=1)
    posted: LocalTime
    """In Belgrade time where no zone is given."""
    title: str | None = None
    text: str | None = None
    """Words of its own, where the copy is shortened or told anew."""
    organization: str | None = None
    contact: PageContact | None = None
    before: str = ""
    after: str = ""
    replace: dict[str, str] = Field(default_factory=dict)
    """Words changed in the offer's text; each must occur in it."""
    rewrite: Rewrite | None = None
    category: str = "inostranstvo"
    """Classified site only: part of the address."""
    forwarded_from: str | None = None
    """Channel only."""
    reply_to: str | None = None
    """Channel only: the quoted beginning of another message."""
    photos: int = Field(default=0, ge=0, le=6)
    flyer: str | None = Field(default=None, pattern=r"^[a-z0-9-]+\.png$")
    """Channel only: the post is nothing but this picture of `pictures/`, with the offer's words on it."""
    video: str | None = None
    """Channel only: a video's duration."""


class Offer(_Data):
    """A distinct ad (or other text) with all its copies. Two offers are never copies of each other."""

    offer: str = Field(pattern=r"^[a-z0-9-]+$")
    expect: Expected
    title: str
    text: str
    organization: str | None = None
    place: str | None = None
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    wage: PageWage | None = None
    contact: PageContact = PageContact()
    until: date | None = None
    placed: tuple[Placement, ...] = Field(min_length=1)


class _AdsFile(_Data):
    ads: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class PlacedAd:
    """An ad as one site shows it."""

    offer: Offer
    placement: Placement
    title: str
    text: str

    @property
    def id(self) -> int:
        """The site's own number of the ad."""
        return self.placement.id

    @property
    def posted(self) -> datetime:
        """When it was published, aware."""
        return self.placement.posted

    @property
    def organization(self) -> str | None:
        """The publisher, where the page has a field for it."""
        return self.placement.organization or self.offer.organization

    @property
    def contact(self) -> PageContact:
        """Contacts in fields of the page."""
        return self.placement.contact or self.offer.contact


@cache
def load_offers(path: Path = ADS_FILE) -> tuple[Offer, ...]:
    """All offers of the file. Raises SourceError naming the first field that is wrong."""
    try:
        return _AdsFile.model_validate(parse_yaml(path.read_text(encoding="utf-8"))).ads
    except (OSError, yaml.YAMLError) as error:
        raise SourceError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SourceError(f"{path}: {where}: {first['msg']}") from error


def placed_ads(offers: tuple[Offer, ...]) -> Iterator[PlacedAd]:
    """Every placement of every offer. Raises SourceError where a word to replace does not occur."""
    for offer in offers:
        for placement in offer.placed:
            yield _placed(offer, placement)


def newest_first(ads: tuple[PlacedAd, ...], *, site: SiteName) -> tuple[PlacedAd, ...]:
    """The ads of one site, newest first."""
    ours = (ad for ad in ads if ad.placement.site is site)
    return tuple(sorted(ours, key=lambda ad: (ad.posted, ad.id), reverse=True))


def _placed(offer: Offer, placement: Placement) -> PlacedAd:
    title = placement.title or offer.title
    text = (placement.text or offer.text).strip()
    for old, new in placement.replace.items():
        if old not in text and old not in title:
            raise SourceError(f"ads.yml: {offer.offer}: {old!r} does not occur and cannot be replaced")
        title, text = title.replace(old, new), text.replace(old, new)
    text = "\n\n".join(part for part in (placement.before.strip(), text.strip(), placement.after.strip()) if part)
    if placement.rewrite:
        title, text = rewrite(title, placement.rewrite), rewrite(text, placement.rewrite)
    return PlacedAd(offer, placement, title, text)
