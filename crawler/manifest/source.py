"""What is common to the manifests of all sources, whatever their kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, field_validator, model_validator

from crawler.layout import Place
from crawler.manifest.parts import Abroad, Expected, Limits, Model, Paging, Salary, Times
from crawler.not_to_crawl import service_of, service_of_domain
from crawler.notations import Cron, FieldName, Pattern, WebAddress
from crawler.reaching import is_for_trying

FILLED = re.compile(r"\\\{(?:word|since)\\\}")
"""What a run fills into start addresses, as `re.escape` writes it."""
MANUAL_SOURCE = "manual"
"""Id under which ads stand that people bring by hand (`crawler.intake`); no manifest may take it."""
LEAST_DELAY = 1.0
"""Seconds between two requests to somebody else's site."""


class SourceManifest(Model):
    """What is common to all sources."""

    of_ad_pages: ClassVar[frozenset[str]] = frozenset(("detail", "ad_page", "fields"))
    """Parts that say where fields stand on the page of an ad; what others map stands on listings."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{1,79}$")
    """Name of the folder and of the spider."""
    name: str
    owner: str
    """Who runs the site, as far as it says."""
    start_urls: tuple[WebAddress, ...] = Field(min_length=1)
    """`{word}` stands for each of `abroad.words`, `{since}` for the day (ISO 8601) `lookback_days` ago."""
    lookback_days: int = Field(default=14, ge=1, le=366)
    allowed_domains: tuple[str, ...] = ()
    """Hosts that may be asked, with their subdomains; by default those of the start addresses."""
    paging: Paging | None = None
    limits: Limits = Field(default_factory=Limits)
    expected: Expected = Field(default_factory=Expected)
    abroad: Abroad = Abroad(by="text")
    times: Times = Times()
    optional: tuple[FieldName, ...] = ()
    """Mapped fields that the site often leaves out. One of the others, missing in all ads of a run, is a changed
    layout (`crawler.layout`)."""
    unchecked_certificate: str = ""
    """Why the certificate of this site is not checked: expired, or its authority not sent along. Empty: it is checked,
    as that of every source should be. Pictures and screenshots of its ads are had only where it passes."""
    schedule: Cron | None = None
    """Crontab line in Europe/Belgrade; None is every night."""
    site_lines: Pattern | None = None
    """Lines of descriptions in which this is found are the site's own ("first published at …") and left out."""
    legal_note: str
    """On what terms this source is read."""
    checked: date
    """When a person last compared this manifest with the site."""
    checked_note: str = ""
    to_fill_in: tuple[str, ...] = ()
    """What a person must find out before the source can be enabled; `adwatch sources check` repeats it."""
    enabled: bool = True

    @model_validator(mode="after")
    def _spares_the_site(self) -> Self:
        if self.limits.delay_seconds < LEAST_DELAY and not all(map(is_for_trying, self.start_urls)):
            raise ValueError(f"limits.delay_seconds of a real site is {LEAST_DELAY:g} at least")
        return self

    @model_validator(mode="after")
    def _complete_if_enabled(self) -> Self:
        if self.enabled and self.to_fill_in:
            raise ValueError("an enabled source has nothing left to fill in; see to_fill_in")
        return self

    @field_validator("id")
    @classmethod
    def _is_free(cls, source: str) -> str:
        if source == MANUAL_SOURCE:
            raise ValueError("is taken by what people bring by hand")
        return source

    @model_validator(mode="after")
    def _of_no_closed_service(self) -> Self:
        closed = [service_of(url) for url in self.start_urls]
        closed += [service_of_domain(domain, self.start_urls) for domain in self.allowed_domains]
        for service in filter(None, closed):
            raise ValueError(service.refusal)
        return self

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.abroad.by == "words") != any("{word}" in url for url in self.start_urls):
            raise ValueError("{word} in a start address and abroad.words need each other")
        mapped = frozenset().union(*self.mapped_fields.values())
        if (self.abroad.by == "category") != ("category" in mapped):
            raise ValueError("the field category and abroad by category need each other")
        if unmapped := set(self.optional) - mapped:
            raise ValueError(f"optional names what no selector or expression finds: {', '.join(sorted(unmapped))}")
        return self

    @property
    def mapped_fields(self) -> Mapping[Place, frozenset[FieldName]]:
        """Fields for which the manifest says where they stand, by the place."""
        of_pages = frozenset(_mapped((name, part) for name, part in self if name in self.of_ad_pages))
        of_listings = frozenset(_mapped((name, part) for name, part in self if name not in self.of_ad_pages))
        return {Place.LISTING: of_listings, Place.AD_PAGE: of_pages}

    @property
    def required_fields(self) -> Mapping[Place, frozenset[FieldName]]:
        """Of these the fields that the site gives with nearly every ad."""
        return {place: fields - set(self.optional) for place, fields in self.mapped_fields.items()}

    def first_addresses(self, today: date) -> tuple[str, ...]:
        """The start addresses of a run on that day, words and days filled in."""
        since = (today - timedelta(days=self.lookback_days)).isoformat()
        words = self.abroad.words or ("",)
        filled = (
            url.replace("{word}", quote(word, safe="")).replace("{since}", since)
            for url in self.start_urls
            for word in words
        )
        return tuple(dict.fromkeys(filled))

    def is_first_address(self, url: str) -> bool:
        """Some run begins at this address, whatever the word and the day."""
        return any(re.fullmatch(FILLED.sub("[^&#]*", re.escape(start)), url) for start in self.start_urls)

    @model_validator(mode="before")
    @classmethod
    def _default_domains(cls, data: object) -> object:
        if not isinstance(data, dict) or data.get("allowed_domains"):
            return data
        urls = data.get("start_urls")
        hosts = [urlsplit(url).hostname for url in urls if isinstance(url, str)] if isinstance(urls, list) else []
        domains = dict.fromkeys(host.removeprefix("www.") for host in hosts if host)
        return {**data, "allowed_domains": list(domains)}


SALARY_FIELDS: dict[str, FieldName] = {
    "min": "salaryMin",
    "max": "salaryMax",
    "currency": "salaryCurrency",
    "unit": "salaryUnit",
}


def _mapped(parts: Iterable[tuple[str, Any]]) -> Iterator[FieldName]:
    """The fields that these parts of a manifest, or parts of them, map."""
    for name, part in parts:
        if name == "fields":
            yield from part
        elif isinstance(part, Salary):
            yield from (field for key, field in SALARY_FIELDS.items() if getattr(part, key) is not None)
        elif isinstance(part, Model):
            yield from _mapped(part)
