"""The demo's sources against the demo's sites: every ad that a reader can reach comes out with its whole text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.config import Settings
from crawler.health import Problem
from crawler.manifest import load_manifests
from spiders.demo.ads import PlacedAd, SiteName, load_offers, placed_ads
from spiders.demo.server import DemoServer, serve_demo_sites
from tests.spiders.loopback import crawl

SOURCES = {name: f"demo_{name.value.replace('-', '_')}" for name in SiteName}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serve_demo_sites() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "adwatch.yml").write_text("demo: true\n", encoding="utf-8")
    return tmp_path


def _words(text: str | None) -> list[str]:
    return re.findall(r"\w+", text or "")


def _placed(site: SiteName) -> list[PlacedAd]:
    return [ad for ad in placed_ads(load_offers()) if ad.placement.site is site]


@pytest.mark.parametrize("site", list(SiteName), ids=lambda site: site.value)
def test_every_reachable_ad_comes_with_its_whole_text(site: SiteName, server: DemoServer, home: Path) -> None:
    run = crawl(SOURCES[site], home, proxy=server.proxy_url)
    found = {ad["jobPostingId"]: ad for ad in run.ads}
    placed = _placed(site)
    assert len(run.ads) == len(placed) == len({ad["url"] for ad in run.ads})
    for ad in placed:
        read = next(read for key, read in found.items() if key.endswith(str(ad.id)))
        # An ad whose words are markup is read as markup where the page gives it as HTML.
        if "<" not in ad.text:
            assert _words(read.get("description")) == ([] if ad.placement.flyer else _words(ad.text))
        assert read["datePublished"].startswith(ad.posted.date().isoformat()[:8])
    assert run.problems == ({Problem.PARSE_ERROR: 1} if site is SiteName.POSLOVI_PLUS else {})


def test_a_closed_group_is_recorded_as_a_login_wall(server: DemoServer, home: Path) -> None:
    run = crawl("demo_grupa", home, proxy=server.proxy_url)
    assert run.problems == {Problem.LOGIN_WALL: 1}
    assert run.ads == []


def test_the_demo_has_a_source_for_each_site(home: Path) -> None:
    manifests = load_manifests(Settings(home).source_folders)
    assert set(manifests) == {*SOURCES.values(), "demo_grupa", "demo_registar"}
    assert all(manifest.enabled for manifest in manifests.values())
