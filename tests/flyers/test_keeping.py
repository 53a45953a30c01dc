"""Pictures are fetched once, within bounds, and kept as evidence; what fails is counted and ends nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from scrapy import Request
from scrapy.http import Response
from sqlalchemy import select, update

from crawler.assessment import Proposal, Risk, RiskLevel
from crawler.config import Settings
from crawler.evidence.verify import verify_evidence
from crawler.keeping_flyers import AskedPicture, WantedPicture, keep_flyers, wanted_pictures
from crawler.night import Night
from crawler.pictures import open_picture, thumbnail
from crawler.store.engine import reading
from crawler.store.images import MOST_TRIES, PictureState, wanted_ads
from crawler.store.schema import ad_versions, captures, image_addresses, images
from spiders.flyers import FlyersSpider
from spiders.walls import BLOCKS_ACCEPTED
from tests.builders import NOW, StoreBuilder, complaint_assessment
from tests.flyers.drawing import LATIN, Flyer, draw, encoded
from tests.spiders.loopback import Answer, Site, serve, source

FLYER = encoded(draw(Flyer(*LATIN[0])))
JPEG = {"Content-Type": "image/jpeg"}


def _exploding() -> bytes:
    """A small PNG of a hundred million pixels, twice what is allowed."""
    return encoded(Image.new("1", (10_000, 10_000)), optimize=True)


ROUTES: dict[str, Answer] = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /tajno/\n", headers={"Content-Type": "text/plain"}),
    "/letak.png": Answer(FLYER, headers=JPEG),
    "/isti.png": Answer(FLYER, headers=JPEG),
    "/tajno/letak.png": Answer(FLYER, headers=JPEG),
    "/strana.jpg": Answer("<html>nije slika</html>", headers=JPEG),
    "/veliko.jpg": Answer(b"\xff\xd8" + b"0" * 9_000_000, headers=JPEG),
    "/bomba.png": Answer(_exploding(), headers={"Content-Type": "image/png"}),
    "/tacka.png": Answer(encoded(Image.new("RGB", (1, 1))), headers=JPEG),
    "/u-mrezu.jpg": Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    "/seli-se.png": Answer(status=302, headers={"Location": "/letak.png"}),
    "/kvar.jpg": Answer("greška", status=500),
}
EXPECTED = {
    "/letak.png": None,
    "/isti.png": None,
    "/seli-se.png": None,
    "/tajno/letak.png": "robots",
    "/strana.jpg": "not_a_picture",
    "/veliko.jpg": "too_many_bytes",
    "/bomba.png": "too_many_pixels",
    "/tacka.png": "too_small",
    "/u-mrezu.jpg": "forbidden_address",
    "/kvar.jpg": "http_5xx",
    "/nema.jpg": "gone",
}


class Portal:
    """A store whose ads show pictures of a site on loopback."""

    def __init__(self, home: Path, site: Site) -> None:
        self.site = site
        self.store = StoreBuilder(home)
        source(home, "demo_portal", {"kind": "telegram", "start_urls": [f"{site.url}/s/kanal"]})

    def ad(self, *paths: str, state: PictureState = PictureState.STATED, **words: Any) -> Any:
        """An ad that gives these pictures."""
        stored = self.store.ad(**words)
        urls = [path if "://" in path else self.site.url + path for path in paths]
        with self.store.engine.begin() as connection:
            connection.execute(
                update(ad_versions)
                .where(ad_versions.c.id == stored.version_id)
                .values(pictures=state, posting={"imageUrls": urls})
            )
        return stored

    def keep(self) -> dict[str, int]:
        """Runs the step."""
        settings = Settings(self.store.settings.home)
        return keep_flyers(Night(self.store.night(), settings, self.store.engine, NOW)).counts

    def problems(self) -> dict[str, str | None]:
        """What became of each address, by path."""
        with reading(self.store.engine) as connection:
            rows = connection.execute(select(image_addresses.c.url, image_addresses.c.problem)).all()
        return {row.url.removeprefix(self.site.url): row.problem for row in rows}


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A fresh store and site. A proxy of the surroundings must not answer for the site."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with serve(ROUTES.get) as site:
        made = Portal(tmp_path / "home", site)
        yield made
        made.store.engine.dispose()


def test_pictures_are_kept_once_as_evidence_and_failures_are_counted(portal: Portal) -> None:
    flagged = portal.ad(*list(EXPECTED)[:6])
    portal.store.assess(flagged)
    portal.ad(*list(EXPECTED)[6:], state=PictureState.AWAITED)

    counts = portal.keep()

    assert portal.problems() == EXPECTED
    assert (counts["wanted"], counts["kept"], counts["failed"]) == (11, 3, 8)
    with reading(portal.store.engine) as connection:
        kept = connection.execute(select(images.c.kind, images.c.width, images.c.height)).all()
        kinds = set(connection.scalars(select(captures.c.record_type).where(captures.c.url.endswith(".png"))))
        assert verify_evidence(connection, portal.store.settings.evidence_folder).is_sound
    assert [tuple(row) for row in kept] == [("PNG", 900, 900)]
    assert kinds == {"response", "revisit"}

    asked = len(portal.site.asked)
    portal.keep()
    assert portal.site.asked[asked:] == ["/kvar.jpg", "/kvar.jpg"], "only what may be mended, with Scrapy's one retry"


@pytest.mark.parametrize(("headers", "asked"), [({}, BLOCKS_ACCEPTED), ({"Retry-After": "3600"}, 1)])
def test_source_that_refuses_its_pictures_is_left_alone_until_another_night(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], asked: int
) -> None:
    paths = [f"/zabranjeno/{number}.jpg" for number in range(6)]
    for path in paths:
        monkeypatch.setitem(ROUTES, path, Answer("zabranjeno", status=403, headers=headers))
    portal.store.assess(portal.ad(*paths))

    assert portal.keep()["blocked_bot"] == len(paths)
    assert portal.problems() == dict.fromkeys(paths, "blocked_bot")
    assert [path for path in portal.site.asked if path in paths] == paths[:asked]


def test_pictures_that_were_never_asked_for_are_not_given_up(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"/slike/{number}.png" for number in range(6)]
    for path in paths:
        monkeypatch.setitem(ROUTES, path, Answer("zabranjeno", status=403))
    portal.store.assess(portal.ad(*paths))
    for _ in range(MOST_TRIES):
        portal.keep()
    assert portal.problems() == dict.fromkeys(paths, "blocked_bot")

    for path in paths:
        monkeypatch.setitem(ROUTES, path, ROUTES["/letak.png"])
    asked, left = paths[:BLOCKS_ACCEPTED], paths[BLOCKS_ACCEPTED:]
    assert portal.keep()["wanted"] == len(left)
    assert portal.problems() == dict.fromkeys(asked, "blocked_bot") | dict.fromkeys(left)


def test_address_beyond_scrapys_length_keeps_no_other_picture_back(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = [f"/letak.png?oznaka={letter * 3000}" for letter in "ab"]
    for path in long:
        monkeypatch.setitem(ROUTES, path, ROUTES["/letak.png"])
    paths = [long[0], "/letak.png", long[1], "/isti.png"]
    portal.store.assess(portal.ad(*paths))

    assert portal.keep()["kept"] == len(paths)
    assert portal.problems() == dict.fromkeys(paths)
    assert not any("referer" in headers for headers in portal.site.headers), "no picture led to the next"
    with reading(portal.store.engine) as connection:
        assert verify_evidence(connection, portal.store.settings.evidence_folder).is_sound


def test_answer_that_nobody_foresaw_is_noted_and_the_next_picture_is_asked_for(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADWATCH_HOME", str(portal.store.settings.home))
    portal.store.assess(portal.ad("/letak.png", "/isti.png"))
    spider = FlyersSpider()
    wanted = wanted_of(portal.store)
    (first,) = spider.each_in_turn(Request(one.url, cb_kwargs={"wanted": one}) for one in wanted)
    # Without its request, which every answer has, the page cannot be read.
    answer = Response(first.url, body=FLYER)

    asked, following = spider.parse_visit(answer, wanted[0])

    assert asked == AskedPicture(wanted[0], problem="parse_error")
    assert following.cb_kwargs == {"wanted": wanted[1]}


def wanted_of(store: StoreBuilder) -> list[WantedPicture]:
    """The pictures that the store's ads still want."""
    with reading(store.engine) as connection:
        return wanted_pictures(connection, wanted_ads(connection))


def test_pictures_of_ads_that_worry_nobody_are_not_fetched(portal: Portal) -> None:

    harmless = portal.ad("/letak.png")
    portal.store.assess(harmless, complaint_assessment(risk=Risk(RiskLevel.LOW, 0.1), complaint=Proposal()))

    assert portal.keep()["wanted"] == 0
    assert portal.site.asked == []


def test_exif_stays_in_the_evidence_and_nowhere_else() -> None:

    exif = Image.Exif()
    exif[0x010E] = "Ana Primer, Primerska 1"
    exif[0x0112] = 6
    taken = encoded(Image.new("RGB", (400, 200), "red"), "JPEG", exif=exif)

    assert b"Primerska" in taken
    assert open_picture(taken).size == (200, 400), "turned as the camera was held"
    assert b"Primerska" not in thumbnail(taken, largest_side=300)
    assert not Image.open(BytesIO(thumbnail(taken, largest_side=300))).getexif()
