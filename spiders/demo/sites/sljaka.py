"""A WordPress job board read through its RSS feed, with fields of its own for firm, place and closing day."""

from __future__ import annotations

from email.utils import format_datetime

from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import Answer, Request, page, page_count, page_of, plain, xml
from spiders.demo.words import month_first, slug

PAGE_SIZE = 10


class Sljaka:
    """sljaka-poslovi.example"""

    host = "sljaka-poslovi.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the site with its share of the ads."""
        self._ads = newest_first(ads, site=SiteName.SLJAKA)
        self._by_path = {detail_path(ad): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """Feed, details, front page and robots.txt."""
        if ad := self._by_path.get(request.path):
            return page("sljaka_oglas.html", ad=ad)
        match request.path:
            case "/poslovi/feed/":
                return self._feed(request.number("paged"))
            case "/" | "/poslovi/":
                return page("sljaka_lista.html", ads=self._by_path.items())
            case "/robots.txt":
                return plain("User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\n")
        return None

    def _feed(self, number: int) -> Answer | None:
        # Beyond the last page the engine answers 404.
        if number > page_count(self._ads, size=PAGE_SIZE):
            return None
        items = [
            {
                "ad": ad,
                "path": detail_path(ad),
                "published": format_datetime(ad.posted),
                "closing": month_first(ad.offer.until) if ad.offer.until else None,
            }
            for ad in page_of(self._ads, number, size=PAGE_SIZE)
        ]
        return xml("sljaka_feed.xml", host=self.host, items=items, built=format_datetime(self._ads[0].posted))


def detail_path(ad: PlacedAd) -> str:
    """The address of an ad on this site."""
    return f"/poslovi/{slug(ad.title)}-{ad.id}/"
