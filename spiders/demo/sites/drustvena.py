"""A social page, empty until its script has run: posts come as JSON, more on scrolling, texts cut until expanded."""

from __future__ import annotations

from pathlib import Path

from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import TEMPLATES, Answer, Request, json_answer, page, page_of, plain
from spiders.demo.words import steady_number

PAGE = "/stranica/posao-inostranstvo"
WALL = "/podaci/zid/posao-inostranstvo"
SCRIPT = "/static/zid.js"
BATCH = 5
CUT_AT = 160


class Drustvena:
    """drustvena.example"""

    host = "drustvena.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the page with its share of the ads."""
        self._ads = newest_first(ads, site=SiteName.DRUSTVENA)
        self._script = _read(TEMPLATES / "drustvena_zid.js")
        self._by_id = {str(ad.id): ad for ad in self._ads}
        self._by_path = {detail_path(ad): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """The empty page, its script, batches of posts, single posts and robots.txt."""
        if request.path == PAGE or request.path in self._by_path:
            found = self._by_path.get(request.path)
            return page("drustvena.html", script=SCRIPT, wall=WALL, post=found.id if found else None)
        if request.path == WALL:
            return self._batch(request)
        if request.path == "/robots.txt":
            return plain("User-agent: *\nDisallow: /poruke/\nDisallow: /pretraga/\n")
        return self._script if request.path == SCRIPT else None

    def _batch(self, request: Request) -> Answer:
        if ad := self._by_id.get(request.query.get("objava", "")):
            return json_answer({"objave": [_post(ad)], "sledeca": None})
        number = request.number("deo")
        more = number * BATCH < len(self._ads)
        shown = page_of(self._ads, number, size=BATCH)
        return json_answer({"objave": [_post(ad) for ad in shown], "sledeca": number + 1 if more else None})


def detail_path(ad: PlacedAd) -> str:
    """The address of a post on this site."""
    return f"{PAGE}/objava/{ad.id}"


def _post(ad: PlacedAd) -> dict[str, object]:
    return {
        "id": ad.id,
        "adresa": detail_path(ad),
        "autor": ad.contact.person or ad.organization or "Posao inostranstvo",
        "vreme": ad.posted.isoformat(),
        "tekst": ad.text,
        "duzina": CUT_AT,
        "reakcije": steady_number(f"reactions {ad.id}", below=240),
        "komentari": steady_number(f"comments {ad.id}", below=90),
    }


def _read(path: Path) -> Answer:
    return Answer(path.read_bytes(), "text/javascript; charset=utf-8")
