"""A portal with JobPosting JSON-LD in the shapes that real pages have, one broken page and a disallowed archive."""

from __future__ import annotations

import json
from html import escape

from babel import Locale
from markupsafe import Markup

from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import Answer, Request, page, page_count, page_of, plain, xml
from spiders.demo.words import as_html, slug, sum_range

PAGE_SIZE = 10
BROKEN = "/oglas/48999-pomocni-radnik-u-kuhinji-linc"
FIXED_PAGES = {
    "/": "poslovi_plus_pocetna.html",
    "/arhiva/": "poslovi_plus_arhiva.html",
    BROKEN: "poslovi_plus_prekinut.html",
}
ROBOTS = """User-agent: *
Disallow: /arhiva/
Disallow: /nalog/

Sitemap: http://poslovi-plus.example/sitemap.xml
"""


class PosloviPlus:
    """poslovi-plus.example"""

    host = "poslovi-plus.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the site with its share of the ads."""
        self._ads = newest_first(ads, site=SiteName.POSLOVI_PLUS)
        self._by_path = {detail_path(ad): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """Listing, details, sitemap, robots.txt, the broken page and the archive."""
        if ad := self._by_path.get(request.path):
            return page("poslovi_plus_oglas.html", ad=ad, json_ld=json_ld(ad), path=request.path)
        if request.path == "/oglasi":
            return self._listing(request.number("strana"))
        if request.path == "/sitemap.xml":
            return xml("poslovi_plus_sitemap.xml", host=self.host, ads=self._by_path.items(), broken=BROKEN)
        if request.path == "/robots.txt":
            return plain(ROBOTS)
        template = FIXED_PAGES.get(request.path)
        return page(template) if template else None

    def _listing(self, number: int) -> Answer | None:
        pages = page_count(self._ads, size=PAGE_SIZE)
        if number > pages:
            return None
        return page(
            "poslovi_plus_lista.html",
            ads=[(detail_path(ad), ad) for ad in page_of(self._ads, number, size=PAGE_SIZE)],
            number=number,
            pages=pages,
            total=len(self._ads),
            broken=BROKEN,
        )


def detail_path(ad: PlacedAd) -> str:
    """The address of an ad on this site."""
    return f"/oglas/{ad.id}-{slug(ad.title)}"


def json_ld(ad: PlacedAd) -> Markup:
    """The script's content; the last digit of the ad's number decides which of five real-life shapes it has."""
    posting = _posting(ad)
    match ad.id % 5:
        case 0:
            return _script(posting)
        case 1:
            posting["baseSalary"] = float(ad.offer.wage.min) if ad.offer.wage else None
            return _script(
                [{"@context": "https://schema.org", "@type": "Organization", "name": "Poslovi Plus"}, posting]
            )
        case 2:
            posting["@type"] = ["JobPosting"]
            posting["jobLocation"] = [_place(ad, {"@type": "Country", "name": _country_name(ad)})]
            site = {"@type": "WebSite", "name": "Poslovi Plus", "url": "http://poslovi-plus.example/"}
            return _script({"@context": "https://schema.org", "@graph": [site, posting]})
        case 3:
            posting["description"] = ad.text
            posting["baseSalary"] = _sum(ad)
            # Line ends inside a JSON string: strict parsers refuse them, pages have them.
            return _script(posting, raw_newlines=True)
    posting["title"] = escape(ad.title)
    posting["description"] = escape(escape(str(as_html(ad.text))))
    return _script(posting)


def _posting(ad: PlacedAd) -> dict[str, object]:
    offer = ad.offer
    posting: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": ad.title,
        "description": str(as_html(ad.text)),
        "datePosted": ad.posted.date().isoformat(),
        "employmentType": "FULL_TIME",
        "identifier": {"@type": "PropertyValue", "name": "Poslovi Plus", "value": str(ad.id)},
        "jobLocation": _place(ad, offer.country),
    }
    if offer.until:
        posting["validThrough"] = f"{offer.until.isoformat()}T23:59"
    if ad.organization:
        posting["hiringOrganization"] = {"@type": "Organization", "name": ad.organization}
    if offer.wage:
        posting["baseSalary"] = _monetary_amount(ad)
    return posting


def _place(ad: PlacedAd, country: object) -> dict[str, object]:
    address = {"@type": "PostalAddress", "addressLocality": ad.offer.place, "addressCountry": country}
    return {"@type": "Place", "address": address}


def _country_name(ad: PlacedAd) -> str | None:
    return Locale("sr", script="Latn").territories.get(ad.offer.country) if ad.offer.country else None


def _monetary_amount(ad: PlacedAd) -> dict[str, object] | None:
    wage = ad.offer.wage
    if wage is None:
        return None
    value = {
        "@type": "QuantitativeValue",
        "minValue": float(wage.min),
        "maxValue": float(wage.max),
        "unitText": wage.unit.value,
    }
    return {"@type": "MonetaryAmount", "currency": wage.currency, "value": value}


def _sum(ad: PlacedAd) -> str | None:
    wage = ad.offer.wage
    return sum_range(wage.min, wage.max, wage.currency) if wage else None


def _script(value: object, *, raw_newlines: bool = False) -> Markup:
    text = json.dumps(value, ensure_ascii=False, indent=1).replace("</", "<\\/")
    return Markup(text.replace("\\n", "\n") if raw_newlines else text)  # noqa: S704 - our own data, "</" is broken up
