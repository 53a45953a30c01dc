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
        self._ids = {str(ad.id): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """The empty page, its script, batches of posts, single posts and robots.txt."""
        match request.path:
            case "/stranica/posao-inostranstvo":
                return page("drustvena.html", script=SCRIPT, wall=WALL, post=None)
            case "/static/zid.js":
                return self._script
            case "/podaci/zid/posao-inostranstvo":
                return self._batch(request)
            case "/robots.txt":
                return plain("User-agent: *\nDisallow: /poruke/\nDisallow: /pretraga/\n")
        found = self._ids.get(request.path.removeprefix(f"{PAGE}/objava/"))
        return page("drustvena.html", script=SCRIPT, wall=WALL, post=found.id) if found else None

    def _batch(self, request: Request) -> Answer:
        if ad := self._ids.get(request.query.get("objava", "")):
            return json_answer({"objave": [_post(ad)], "sledeca": None})
        number = request.number("deo")
        more = number * BATCH < len(self._ads)
        shown = page_of(self._ads, number, size=BATCH)
        return json_answer({"objave": [_post(ad) for ad in shown], "sledeca": number + 1 if more else None})


def _post(ad: PlacedAd) -> dict[str, object]:
    return {
        "id": ad.id,
        "adresa": f"{PAGE}/objava/{ad.id}",
        "autor": ad.contact.person or ad.organization or "Posao inostranstvo",
        "vreme": ad.posted.isoformat(),
        "tekst": ad.text,
        "duzina": CUT_AT,
        "reakcije": steady_number(f"reactions {ad.id}", below=240),
        "komentari": steady_number(f"comments {ad.id}", below=90),
    }


def _read(path: Path) -> Answer:
    return Answer(path.read_bytes(), "text/javascript; charset=utf-8")
