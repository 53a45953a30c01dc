"""A portal that carries its ads in Next.js state: wages in para, days as DD.MM.YYYY, the text as HTML."""

from __future__ import annotations

import json

from markupsafe import Markup

from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import Answer, Request, page, page_count, page_of, plain
from spiders.demo.words import as_html, dotted, shorten, slug, steady_number, sum_range

PAGE_SIZE = 10


class Radnik:
    """radnik.example"""

    host = "radnik.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the site with its share of the ads."""
        self._ads = newest_first(ads, site=SiteName.RADNIK)
        self._by_path = {detail_path(ad): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """Listing, details and robots.txt."""
        if ad := self._by_path.get(request.path):
            return page("radnik_oglas.html", ad=ad, state=_state("/posao/[...slug]", {"job": _job(ad)}))
        match request.path:
            case "/" | "/oglasi-za-posao":
                return self._listing(request.number("page"))
            case "/robots.txt":
                return plain("User-agent: *\nDisallow: /profil/\nDisallow: /api/\nCrawl-delay: 0\n")
        return None

    def _listing(self, number: int) -> Answer:
        shown = page_of(self._ads, number, size=PAGE_SIZE)
        results = {
            "totalPrimaryItems": len(self._ads),
            "jobs": {"primary": [_row(ad) for ad in shown], "secondary": []},
        }
        return page(
            "radnik_lista.html",
            ads=[(detail_path(ad), ad) for ad in shown],
            number=number,
            pages=page_count(self._ads, size=PAGE_SIZE),
            state=_state("/oglasi-za-posao", {"initialSearchResults": results}),
        )


def detail_path(ad: PlacedAd) -> str:
    """The address of an ad on this site."""
    return f"/posao/{slug(ad.title)}/{slug(ad.organization or 'poslodavac')}/{ad.id}"


def _row(ad: PlacedAd) -> dict[str, object]:
    return {
        "id": ad.id,
        "title": ad.title,
        "companyName": ad.organization,
        "location": ad.offer.place,
        "onlineViewDate": dotted(ad.posted.date()),
        "salary": _salary_text(ad),
        "url": detail_path(ad),
        "textAdSnippet": shorten(ad.text, 140),
        "isPremium": steady_number(f"premium {ad.id}", below=4) == 0,
    }


def _job(ad: PlacedAd) -> dict[str, object]:
    offer = ad.offer
    return {
        "id": ad.id,
        "title": ad.title,
        "companyName": ad.organization,
        "textAd": str(as_html(ad.text)),
        "datePosted": dotted(ad.posted.date()),
        "expirationDate": dotted(offer.until) if offer.until else None,
        "employmentType": {"id": 1, "nameSr": "Puno radno vreme", "nameEn": "Full time"},
        "unformattedSalary": _para(ad),
        "cities": [{"name": offer.place, "countryCode": offer.country}] if offer.place else [],
        "viewsCount": steady_number(f"views {ad.id}", below=900),
    }


def _para(ad: PlacedAd) -> dict[str, object] | None:
    wage = ad.offer.wage
    if wage is None:
        return None
    return {"from": int(wage.min * 100), "to": int(wage.max * 100), "currency": wage.currency, "unit": wage.unit.value}


def _salary_text(ad: PlacedAd) -> str | None:
    wage = ad.offer.wage
    return sum_range(wage.min, wage.max, wage.currency) if wage else None


def _state(route: str, props: dict[str, object]) -> Markup:
    state = {"props": {"pageProps": props, "__N_SSP": True}, "page": route, "query": {}, "buildId": "rd-2026-10"}
    # Next.js writes "<" as an escape, so that no text can close the script.
    return Markup(json.dumps(state, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - see above
