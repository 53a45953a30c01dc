"""Spiders against a web site on loopback: what comes back, what is counted, and what is never asked for."""

from __future__ import annotations

import gzip
import threading
from pathlib import Path

import pytest

from crawler.health import Problem
from tests.spiders.loopback import Answer, Run, Site, ad_page, crawl, json_ld, links_to, serve, source

LISTED = (
    "/oglas/1",
    "/oglas/1#isti",
    "/oglas/2",
    "/skinut",
    "/odbijen",
    "/prazan",
    "/bez-oglasa",
    "/u-mrezu",
    "/tajno/1",
    "/bomba",
)
INSIDE = (
    "http://127.0.0.2:9/",
    "http://2130706433/",
    "http://[::ffff:10.0.0.1]/",
    "file:///etc/hostname",
    "mailto:a@b.example",
)


FIXED = {
    "/robots.txt": Answer("User-agent: *\nDisallow: /tajno/\n", headers={"Content-Type": "text/plain"}),
    "/oglasi": Answer(links_to(*LISTED, *INSIDE) + '<a class="dalje" href="/oglasi?p=2">dalje</a>'),
    "/odbijen": Answer("Zabranjeno", 403),
    "/prazan": Answer(""),
    "/bez-oglasa": Answer("<h1>Ovde je nekad bio oglas</h1>"),
    "/u-mrezu": Answer(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}),
    "/bomba": Answer(
        gzip.compress(b" " * 30_000_000), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
    ),
}


def _portal(path: str) -> Answer | None:
    if path.startswith("/oglasi?p="):
        # A listing without end that repeats itself: the next page is always there.
        number = int(path.rsplit("=", 1)[1])
        return Answer(links_to("/oglas/2", "/oglas/3") + f'<a class="dalje" href="/oglasi?p={number + 1}">dalje</a>')
    return FIXED.get(path) or (ad_page(f"Oglas {path[-1]}") if path.startswith("/oglas/") else None)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Run]:
    home = tmp_path_factory.mktemp("home")
    (home / "adwatch.yml").write_text("contact: provera@adwatch.example\n", encoding="utf-8")
    with serve(_portal) as site:
        source(
            home,
            "rs_portal",
            {
                "kind": "structured",
                "start_urls": [f"{site.url}/oglasi"],
                "listing": {"links": "a.oglas"},
                "paging": {"next": "a.dalje"},
            },
        )
        return site, crawl("rs_portal", home)


def test_every_ad_comes_once_with_the_address_it_was_fetched_from(portal: tuple[Site, Run]) -> None:
    site, run = portal
    assert sorted(ad["url"] for ad in run.ads) == [f"{site.url}/oglas/{number}" for number in (1, 2, 3)]
    assert run.ads[0]["source"] == "rs_portal"


def test_each_obstacle_is_counted_by_name_and_stops_nothing(portal: tuple[Site, Run]) -> None:
    _, run = portal
    assert run.problems == {
        Problem.GONE: 1,
        Problem.REFUSED: 1,
        Problem.EMPTY_ANSWER: 1,
        Problem.PARSE_ERROR: 1,
        # The bomb.
        Problem.OVER_LIMIT: 1,
        Problem.ROBOTS: 1,
        # Four links and a redirect.
        Problem.FORBIDDEN_ADDRESS: 5,
    }


def test_a_listing_without_new_links_ends_the_paging(portal: tuple[Site, Run]) -> None:
    site, _ = portal
    assert [path for path in site.asked if "p=" in path] == ["/oglasi?p=2", "/oglasi?p=3"]


def test_what_robots_txt_disallows_is_not_asked_for(portal: tuple[Site, Run]) -> None:
    site, _ = portal
    assert not [path for path in site.asked if path.startswith("/tajno")]


def test_we_say_who_we_are(portal: tuple[Site, Run]) -> None:
    site, _ = portal
    assert site.agents == {"adwatch/0.1 (+provera@adwatch.example)"}


def test_a_source_that_refuses_is_left_alone(tmp_path: Path) -> None:
    fixed = {"/oglasi": Answer(links_to(*(f"/oglas/{number}" for number in range(40)))), "/robots.txt": Answer("", 404)}
    with serve(lambda path: fixed.get(path) or Answer("nisam robot", 429)) as site:
        manifest = {"kind": "structured", "start_urls": [f"{site.url}/oglasi"], "listing": {"links": "a.oglas"}}
        source(tmp_path, "rs_odbija", manifest)
        run = crawl("rs_odbija", tmp_path)
    assert run.problems[Problem.CAPTCHA] >= 3
    # Those under way when the third refusal arrived still came.
    assert len(site.asked) < 35


def test_a_site_that_sends_us_to_a_login_elsewhere_is_a_wall(tmp_path: Path) -> None:
    elsewhere = {"Location": "http://login.drugi.example/auth"}
    with serve(lambda path: Answer(status=302, headers=elsewhere) if path == "/oglasi" else None) as site:
        manifest = {"kind": "structured", "start_urls": [f"{site.url}/oglasi"], "listing": {"links": "a.oglas"}}
        source(tmp_path, "rs_prijava", manifest)
        run = crawl("rs_prijava", tmp_path)
    assert run.problems == {Problem.LOGIN_WALL: 1}


def test_an_unreachable_site_is_unreachable(tmp_path: Path) -> None:
    with serve(lambda _: None) as site:
        address = site.url
    manifest = {"kind": "structured", "start_urls": [f"{address}/oglasi"], "listing": {"links": "a.oglas"}}
    source(tmp_path, "rs_nema", manifest)
    assert crawl("rs_nema", tmp_path, "-s", "RETRY_TIMES=0").problems == {Problem.UNREACHABLE: 1}


def test_each_way_to_fail_has_its_word(tmp_path: Path) -> None:
    leaving = threading.Event()

    def troubled(path: str) -> Answer | None:
        if path == "/sporo":
            leaving.wait(600)
        if path == "/torn":
            return Answer("pola", headers={"Content-Length": "400", "Content-Type": "text/html"})
        if path == "/u-krug":
            return Answer(status=302, headers={"Location": "/u-krug"})
        return Answer("ne", {"/zauzet": 507, "/caj": 418}.get(path, 404))

    with serve(troubled) as site:
        paths = ("/sporo", "/torn", "/u-krug", "/zauzet", "/caj")
        addresses = [site.url.replace("http:", "https:") + "/", *(f"{site.url}{path}" for path in paths)]
        manifest = {"kind": "structured", "start_urls": addresses, "listing": {"links": "a.oglas"}}
        source(tmp_path, "rs_kvarovi", manifest)
        run = crawl("rs_kvarovi", tmp_path, "-s", "DOWNLOAD_TIMEOUT=10", "-s", "RETRY_TIMES=0")
        leaving.set()
    told = (Problem.TLS, Problem.TIMEOUT, Problem.UNREACHABLE, Problem.REDIRECTED, Problem.HTTP_5XX, Problem.HTTP_4XX)
    assert run.problems == dict.fromkeys(told, 1)


def test_the_nights_limit_of_pages_holds_and_the_newest_ads_are_in(tmp_path: Path) -> None:
    def endless(path: str) -> Answer | None:
        if path.startswith("/oglas/"):
            return ad_page(path)
        number = int(path.partition("p=")[2] or 1)
        return Answer(links_to(*(f"/oglas/{number}{letter}" for letter in "abc"))) if path != "/robots.txt" else None

    with serve(endless) as site:
        source(
            tmp_path,
            "rs_bez_kraja",
            {
                "kind": "structured",
                "start_urls": [f"{site.url}/oglasi"],
                "listing": {"links": "a.oglas"},
                "paging": {"parameter": "p"},
                "limits": {"delay_seconds": 0, "max_pages": 10},
            },
        )
        run = crawl("rs_bez_kraja", tmp_path)
    assert len(site.asked) == 10
    assert {ad["url"][-2:] for ad in run.ads} >= {"1a", "1b", "1c", "2a", "2b", "2c"}


def test_the_generic_spider_reads_a_directory_of_saved_pages(tmp_path: Path) -> None:
    pages = {"/a.html": ad_page("Zidar"), "/b.html": ad_page("Tesar"), "/beleske.txt": Answer("ništa")}
    index = '<ul><li><a href="a.html">a</a><li><a href="b.html">b</a><li><a href="beleske.txt">b</a></ul>'
    with serve(lambda path: Answer(index) if path == "/" else pages.get(path)) as site:
        run = crawl("jobposting", tmp_path, "-a", f"start_url={site.url}/")
    assert {ad["jobTitle"] for ad in run.ads} == {"Zidar", "Tesar"}
    assert not run.problems


def test_the_generic_spider_follows_a_sitemap_and_keeps_to_its_limit(tmp_path: Path) -> None:
    def routes(path: str) -> Answer | None:
        places = "".join(f"<url><loc>{site.url}/oglas/{number}</loc></url>" for number in range(30))
        xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
        if path == "/sitemap.xml":
            return Answer(xml, headers={"Content-Type": "application/xml"})
        return ad_page(path) if path.startswith("/oglas/") else None

    with serve(routes) as site:
        run = crawl("jobposting", tmp_path, "-a", f"start_url={site.url}/sitemap.xml", "-a", "max_pages=8")
    assert len(site.asked) == 8
    assert len(run.ads) == 7


def test_the_generic_spider_takes_one_ad_from_a_page_of_one(tmp_path: Path) -> None:
    with serve(lambda path: ad_page("Kuvar", url="http://firma.example/") if path == "/oglas" else None) as site:
        run = crawl("jobposting", tmp_path, "-a", f"start_url={site.url}/oglas")
    assert [ad["url"] for ad in run.ads] == [f"{site.url}/oglas"]


def test_the_generic_spider_reads_an_ad_on_its_own_page_rather_than_on_the_listing(tmp_path: Path) -> None:
    def routes(path: str) -> Answer | None:
        if path.startswith("/oglas/"):
            return ad_page(f"Ceo oglas {path[-1]}")
        short = [json_ld("Zidar, skraćeno", url=f"/oglas/{number}") for number in (1, 2)]
        return Answer(f'<a href="/oglas/1">1</a>{short[0]}{short[1]}') if path == "/oglasi" else None

    with serve(routes) as site:
        run = crawl("jobposting", tmp_path, "-a", f"start_url={site.url}/oglasi")
    assert {ad["url"].removeprefix(site.url): ad["jobTitle"] for ad in run.ads} == {
        "/oglas/1": "Ceo oglas 1",
        "/oglas/2": "Zidar, skraćeno",
    }


def test_pages_of_ads_have_a_limit_of_their_own_where_the_site_counts_them(tmp_path: Path) -> None:
    listing = links_to(*(f"/oglas/{number}" for number in range(9)))
    with serve(lambda path: Answer(listing) if path.startswith("/oglasi") else ad_page(path)) as site:
        manifest = {"kind": "structured", "listing": {"links": "a.oglas"}, "paging": {"parameter": "p"}}
        limits = {"delay_seconds": 0, "max_ad_pages": 4}
        source(tmp_path, "rs_malo", {**manifest, "start_urls": [f"{site.url}/oglasi"], "limits": limits})
        run = crawl("rs_malo", tmp_path)
    assert len(run.ads) == 4


def test_later_pages_are_asked_for_by_offset_with_headers_of_their_own(tmp_path: Path) -> None:
    def routes(path: str) -> Answer | None:
        first = int(path.rsplit("/", 1)[1]) if path.startswith("/jos/") else 0
        items = "".join(f"<li><h2>Oglas {number}</h2></li>" for number in range(first, first + 3))
        return Answer(items) if first < 9 and path != "/robots.txt" else None

    with serve(routes) as site:
        paging = {"url": "/jos/{page}", "first": 3, "step": 3, "headers": {"X-Requested-With": "XMLHttpRequest"}}
        listing = {"item": "li", "fields": {"jobTitle": "h2"}}
        manifest = {"kind": "selectors", "listing": listing, "paging": paging}
        source(tmp_path, "rs_odmak", {**manifest, "start_urls": [f"{site.url}/poslovi"]})
        run = crawl("rs_odmak", tmp_path)
    assert {ad["jobTitle"] for ad in run.ads} == {f"Oglas {number}" for number in range(9)}
    assert site.asked == ["/poslovi", "/jos/3", "/jos/6", "/jos/9"]
    assert ["x-requested-with" in headers for headers in site.headers] == [False, True, True, True]
