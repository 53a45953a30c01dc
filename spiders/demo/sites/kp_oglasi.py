"""A classified site with a JSON interface: a feed of ads by category and details with named parameters."""

from __future__ import annotations

from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import Answer, Request, json_answer, page, page_count, page_of, plain
from spiders.demo.words import slug, steady_number

MAX_PAGE_SIZE = 50
CATEGORY = "2137"
FEED = "/api/search/v3/feed/search"
DETAILS = "/api/search/v3/feed/details/"


class KpOglasi:
    """kp-oglasi.example"""

    host = "kp-oglasi.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the site with its share of the ads."""
        self._ads = newest_first(ads, site=SiteName.KP_OGLASI)
        self._by_id = {str(ad.id): ad for ad in self._ads}
        self._by_path = {detail_path(ad): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """Feed, details, pages for people and robots.txt."""
        if request.path == FEED:
            return self._feed(request)
        if request.path.startswith(DETAILS):
            found = self._by_id.get(request.path.removeprefix(DETAILS))
            return json_answer(_details(found)) if found else None
        if ad := self._by_path.get(request.path):
            return page("kp_oglasi_oglas.html", ad=ad)
        if request.path == "/robots.txt":
            return plain("User-agent: *\nDisallow: /user/\n")
        return page("kp_oglasi_pocetna.html", ads=self._by_path.items()) if request.path == "/" else None

    def _feed(self, request: Request) -> Answer:
        ads = self._ads if request.query.get("category_id", CATEGORY) == CATEGORY else ()
        size = min(request.number("per-page", default=20), MAX_PAGE_SIZE)
        number = request.number("page")
        meta = {
            "totalCount": len(ads),
            "pageCount": page_count(ads, size=size),
            "currentPage": number,
            "perPage": size,
        }
        return json_answer({"items": [_item(ad) for ad in page_of(ads, number, size=size)], "_meta": meta})


def detail_path(ad: PlacedAd) -> str:
    """The address of an ad's page for people."""
    return f"/oglas/{slug(ad.title)}-id-{ad.id}"


def _item(ad: PlacedAd) -> dict[str, object]:
    wage = ad.offer.wage
    return {
        "id": ad.id,
        "url": detail_path(ad),
        # The site has no titles: it shows the beginning of the text.
        "title": " ".join(ad.text.split())[:70],
        "description": ad.text,
        "city": ad.offer.place,
        "category_id": int(CATEGORY),
        "created_time": int(ad.posted.timestamp()),
        # People type anything into the price.
        "price": float(wage.min) if wage else steady_number(f"price {ad.id}", below=2),
        "currency": wage.currency if wage else "EUR",
        "user": {"id": steady_number(f"user {ad.id}", below=90000), "username": ad.contact.person or ad.organization},
        "views": steady_number(f"views {ad.id}", below=500),
    }


def _details(ad: PlacedAd) -> dict[str, object]:
    offer = ad.offer
    named = {
        "Vrsta zaposlenja": "Puno radno vreme",
        "Firma": ad.organization,
        "Mesto rada": offer.place,
        "Oglas ističe": offer.until.isoformat() if offer.until else None,
    }
    params = [
        {"id": number, "name": name, "value": value} for number, (name, value) in enumerate(named.items()) if value
    ]
    return {**_item(ad), "mobile": ad.contact.phone, "email": ad.contact.email, "params": params}
