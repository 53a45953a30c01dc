"""From what a page states, field by field, to an AdPosting: cleaned, dated, with its raw twins.

Where on a page the fields stand is the business of the kinds and of `structured`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from crawler.items import AdPosting, BaseSalary, FetchedPage, HiringOrganization, JobLocation, Way
from crawler.manifest import Times
from crawler.notations import FieldName
from crawler.reaching import is_web_address
from spiders.dates import AS_WRITTEN, parse_date
from spiders.pay import StatedPay, salary_of_data, salary_of_parts
from spiders.text import html_to_text, one_line

Stated = Mapping[FieldName, object]
"""Raw values as JSON or selectors give them: text, HTML, numbers, schema.org objects, or lists of these."""

VOLATILE: frozenset[FieldName] = frozenset(
    ("url", "imageUrls", "datePublished", "dateModified", "validThrough", "jobStartDate")
)
"""What listings say of an ad and change while the ad stays as it is ("three hours ago")."""

PLACE_PARTS = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing said about one ad, and the listing itself where it was fetched."""

    stated: Stated
    page: FetchedPage | None = None

    def completes(self, stated: Stated) -> bool:
        """Some field of the ad is the listing's word: its own page leaves it out."""
        said = {name for name, value in self.stated.items() if states_something(value)}
        return not all(states_something(stated.get(name)) for name in said)


def facts_of(stated: Stated) -> int:
    """What a listing says of an ad, hashed to 8 bytes; nothing said is a fact too."""
    lasting = {name: value for name, value in stated.items() if name not in VOLATILE and states_something(value)}
    said = json.dumps(lasting, sort_keys=True, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(said).digest()[:8], signed=True)


def merged(listed: Stated, stated: Stated) -> Stated:
    """What both say together; the ad's own page wins."""
    return {**listed, **{name: value for name, value in stated.items() if states_something(value)}}


def states_something(value: object) -> bool:
    """Not None, an empty text or object or a bare truth value, nor a list of nothing else."""
    return any(not isinstance(part, bool) and part not in (None, "", {}) for part in as_list(value))


def build_ad(
    stated: Stated,
    *,
    source: str,
    base_url: str,
    fetched_at: datetime,
    page: FetchedPage | None = None,
    of_pictures: bool = False,
    times: Times = AS_WRITTEN,
) -> AdPosting | None:
    """The ad that these values describe, None where neither title nor description is among them.

    With `of_pictures` a picture will do: at some kinds of source posts have no words at all.

    `url` is the stated one made absolute, or `base_url`; dates that do not parse keep their raw twin only.
    """
    title = _line(stated.get("jobTitle"))
    description = _text(stated.get("description"))
    images = _images(stated.get("imageUrls"), base_url)
    if not title and not description and not (of_pictures and images):
        return None
    return AdPosting(
        source=source,
        page=page,
        url=_absolute(base_url, _line(stated.get("url"))) or base_url,
        jobPostingId=_line(stated.get("jobPostingId")),
        jobTitle=title,
        description=description,
        requirements=_lines(stated.get("requirements")),
        employmentType=_line(stated.get("employmentType")),
        hiringOrganization=_organization(stated.get("hiringOrganization")),
        jobLocation=_location(stated.get("jobLocation")),
        baseSalary=_salary(stated),
        contactRaw=_text(stated.get("contactRaw")),
        imageUrls=images,
        **_dates(stated, fetched_at, times),
    )


def ads_on_page(
    found: Sequence[Stated],
    *,
    source: str,
    base_url: str,
    page: FetchedPage,
    listed: Listed | None = None,
    link: str | None = None,
    of_pictures: bool = False,
    times: Times = AS_WRITTEN,
) -> list[AdPosting]:
    """The ads of one page, to which `link` led; None where the page is the listing itself.

    Where several lack an address, a fragment made of their text tells them apart.

    `listed` fills what the page leaves out; an ad that it filled keeps the listing as its second page.
    """
    ads: list[AdPosting] = []
    facts = facts_of(listed.stated if listed else {}) if link else 0
    for stated in found:
        whole = merged(listed.stated, stated) if listed else stated
        ad = build_ad(
            whole,
            source=source,
            base_url=base_url,
            fetched_at=page.fetched_at,
            page=page,
            of_pictures=of_pictures,
            times=times,
        )
        if ad is None:
            continue
        ad.listingPage = listed.page if listed and listed.completes(stated) else None
        ad.way = Way(link or ad.url, facts if link else facts_of(stated), has_own_page=bool(link))
        ads.append(ad)
    if len(ads) > 1:
        for ad in ads:
            if ad.url == base_url:
                digest = hashlib.sha256(f"{ad.jobTitle}\n{ad.description}".encode()).hexdigest()
                ad.url = f"{base_url.split('#', maxsplit=1)[0]}#posting-{digest[:12]}"
                if ad.way and not link:
                    ad.way = replace(ad.way, url=ad.url)
    return ads


def _dates(stated: Stated, fetched_at: datetime, times: Times) -> dict[str, Any]:
    names: tuple[FieldName, ...] = ("datePublished", "dateModified", "validThrough", "jobStartDate")
    dates: dict[str, Any] = {}
    for name in names:
        raw = _line(stated.get(name))
        dates[f"{name}Raw"] = raw
        dates[name] = parse_date(raw, fetched_at=fetched_at, times=times) if raw else None
    return dates


def _organization(value: object) -> HiringOrganization | None:
    name = _line(_named(value))
    return HiringOrganization(name=name, nameRaw=name) if name else None


def _location(value: object) -> JobLocation | None:
    places = dict.fromkeys(place for part in as_list(value) if (place := _place(part)))
    return JobLocation(raw="; ".join(places)) if places else None


def _place(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return _line(value)
    address = value.get("address", value)
    if isinstance(address, list):
        address = address[0] if address else None
    if not isinstance(address, Mapping):
        return _line(address) or _line(value.get("name"))
    parts = dict.fromkeys(line for name in PLACE_PARTS if (line := _line(_named(address.get(name)))))
    return ", ".join(parts) or _line(address.get("name")) or _line(value.get("name")) or _line(address.get("value"))


def _salary(stated: Stated) -> BaseSalary | None:
    currency, unit = _line(stated.get("salaryCurrency")), _line(stated.get("salaryUnit"))
    pay = StatedPay(stated.get("salaryMin"), stated.get("salaryMax"), currency, unit)
    return salary_of_parts(pay) or salary_of_data(stated.get("baseSalary"), currency=currency)


def _images(value: object, base_url: str) -> list[str] | None:
    urls = (_absolute(base_url, _line(_addressed(part))) for part in as_list(value))
    return list(dict.fromkeys(url for url in urls if url)) or None


def _absolute(base_url: str, url: str | None) -> str | None:
    """The http(s) address, or None: nothing else on a page is an address we keep."""
    try:
        absolute = urljoin(base_url, url) if url else None
    except ValueError:
        return None
    return absolute if absolute and is_web_address(absolute) else None


def _named(value: object) -> object:
    """What stands for a schema.org object in one line: its name."""
    first = next(iter(as_list(value)), None)
    if not isinstance(first, Mapping):
        return first
    return first.get("name") or first.get("legalName") or first.get("value")


def _addressed(value: object) -> object:
    return value.get("url") or value.get("contentUrl") if isinstance(value, Mapping) else value


def words_of(value: object) -> list[str]:
    """The values that a field states, a line each."""
    return [line for text in _scalars(value) if (line := one_line(text))]


def _line(value: object) -> str | None:
    return ", ".join(words_of(value)) or None


def _lines(value: object) -> list[str] | None:
    texts = [html_to_text(text) for text in _scalars(value)]
    return [text for text in texts if text] or None


def _text(value: object) -> str | None:
    return "\n".join(_lines(value) or ()) or None


def _scalars(value: object) -> Iterable[str]:
    """Texts of a value or list; numbers as written, objects by name, truth values never."""
    for part in as_list(value):
        inner = _named(part) if isinstance(part, Mapping) else part
        if isinstance(inner, str | int | float) and not isinstance(inner, bool):
            yield str(inner)


def as_list(value: object) -> list[object]:
    """The values of a list however deeply nested, a single value as a list of one, nothing for None."""
    if isinstance(value, list | tuple):
        return [inner for part in value for inner in as_list(part)]
    return [] if value is None else [value]
