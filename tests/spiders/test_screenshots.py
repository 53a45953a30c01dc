"""What the page of a flagged ad looked like is kept as evidence; nothing is clicked away, no wall is passed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from crawler.assessment import Risk, RiskLevel
from crawler.config import Settings
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import SCREENSHOT, read_payload
from crawler.keeping_screenshots import keep_screenshots
from crawler.night import Night
from crawler.store.engine import reading
from crawler.store.schema import captures, screenshots
from crawler.store.screenshots import screenshots_of
from spiders.walls import BLOCKS_ACCEPTED
from tests.builders import NOW, StoreBuilder, StoredAd, complaint_assessment
from tests.spiders.loopback import Answer, Site, serve, source

TALL = "<!doctype html><body style='margin:0;background:#c00'><div style='height:30000px'>Oglas</div>"
ROUTES: dict[str, Answer] = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /tajno/\n", headers={"Content-Type": "text/plain"}),
    "/oglas": Answer("<h1>Radnici</h1><img src='http://169.254.169.254/latest'><img src='/slika.png'>"),
    "/visok": Answer(TALL),
    "/saglasnost": Answer('<h1>Oglas</h1><form action="/consent"><button>Slažem se</button></form>'),
    "/prijava": Answer("<form><input type=password></form>"),
    "/tajno/oglas": Answer("<h1>Oglas</h1>"),
    "/kvar": Answer("greška", status=500),
}
EXPECTED = {
    "/oglas": None,
    "/visok": None,
    "/saglasnost": "blocked_consent",
    "/prijava": "blocked_login",
    "/tajno/oglas": "robots",
    "/kvar": "http_5xx",
    "/nema": "gone",
}


class Portal:
    """A store with flagged ads of a site on loopback."""

    def __init__(self, home: Path, site: Site) -> None:
        self.site = site
        self.store = StoreBuilder(home)
        source(home, "demo_portal", {"kind": "telegram", "start_urls": [f"{site.url}/s/kanal"]})
        self.paths: dict[int, str] = {}

    def ad(self, path: str, *, level: RiskLevel = RiskLevel.HIGH) -> StoredAd:
        """An ad at that address, judged so."""
        stored = self.store.ad(url=f"{self.site.url}{path}")
        self.store.assess(stored, complaint_assessment(risk=Risk(level, 0.7)))
        self.paths[stored.version_id] = path
        return stored

    def keep(self) -> dict[str, int]:
        """Runs the step."""
        settings = Settings(self.store.settings.home)
        return keep_screenshots(Night(self.store.night(), settings, self.store.engine, NOW)).counts

    def noted(self) -> dict[str, str | None]:
        """What is noted, by path."""
        with reading(self.store.engine) as connection:
            rows = connection.execute(select(screenshots.c.version_id, screenshots.c.problem)).all()
        return {self.paths[row.version_id]: row.problem for row in rows}


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """A fresh store and site. A proxy of the surroundings must not answer for the site."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with serve(ROUTES.get) as site:
        made = Portal(tmp_path / "home", site)
        yield made
        made.store.engine.dispose()


def warc_fields(folder: Path, record_id: str) -> str:
    """The metadata record beside that record."""
    for file in (folder / "warc").glob("*.warc.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_headers.get_header("WARC-Concurrent-To") == f"<{record_id}>":
                    return str(record.content_stream().read().decode())
    raise LookupError(record_id)


def test_pages_of_flagged_ads_are_pictured_once_and_failures_are_noted(portal: Portal) -> None:
    ads = {path: portal.ad(path) for path in EXPECTED}

    counts = portal.keep()

    assert portal.noted() == EXPECTED
    assert (counts["wanted"], counts["kept"], counts["blocked_consent"]) == (len(EXPECTED), 2, 1)
    folder = portal.store.settings.evidence_folder
    with reading(portal.store.engine) as connection:
        kept = screenshots_of(connection, [ad.version_id for ad in ads.values()])
        of = connection.scalar(select(captures.c.record_id).where(captures.c.id == ads["/oglas"].capture_id))
        assert verify_evidence(connection, folder).is_sound
    shown = {portal.paths[version_id]: capture for version_id, capture in kept.items()}
    assert set(shown) == {"/oglas", "/visok", "/saglasnost"}, "a consent form is shown, not clicked away"
    assert shown["/oglas"].url == f"{SCREENSHOT}{portal.site.url}/oglas"
    assert f"screenshotOf: <{of}>" in warc_fields(folder, shown["/oglas"].record_id)
    picture = Image.open(BytesIO(read_payload(folder, shown["/visok"])))
    assert picture.size == (1280, 12_000), "a page without end ends somewhere"
    assert picture.getpixel((600, 600)) == (204, 0, 0)
    assert portal.site.agents == {"adwatch/0.1"}

    asked = len(portal.site.asked)
    portal.keep()
    assert set(portal.site.asked[asked:]) == {"/prijava", "/kvar"}, "only what another night may mend"


def test_pages_of_other_ads_are_left_alone(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    portal.ad("/oglas", level=RiskLevel.MEDIUM)
    assert portal.keep() == {"wanted": 0, "kept": 0, "failed": 0}

    portal.ad("/visok")
    file = portal.store.settings.home / "adwatch.yml"
    file.write_text("screenshots_from: never\n", encoding="utf-8")
    assert portal.keep() == {"wanted": 0, "kept": 0, "failed": 0}
    assert portal.site.asked == []


def test_page_that_was_not_opened_is_not_tried(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"/prijava/{number}" for number in range(BLOCKS_ACCEPTED + 1)]
    for path in paths:
        monkeypatch.setitem(ROUTES, path, ROUTES["/prijava"])
        portal.ad(path)

    assert portal.keep()["blocked_login"] == len(paths)
    assert set(portal.site.asked) == set(paths[:BLOCKS_ACCEPTED])
    with reading(portal.store.engine) as connection:
        tries = list(connection.scalars(select(screenshots.c.tries).order_by(screenshots.c.version_id)))
    assert tries == [1] * BLOCKS_ACCEPTED + [0]


def test_page_that_fails_is_given_up_after_some_nights(portal: Portal) -> None:
    portal.ad("/kvar")
    wanted: list[Any] = [portal.keep()["wanted"] for _ in range(4)]
    assert wanted == [1, 1, 1, 0]
