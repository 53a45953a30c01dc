"""A night over sites that want to lead us astray, keep us busy or bring us down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.config import Settings
from crawler.health import Problem
from crawler.store.engine import open_store, reading
from crawler.store.schema import ad_versions, ads, image_addresses
from tests.hostile import traps
from tests.hostile.night import Canary, NightRun, canary, run_night
from tests.spiders.loopback import Answer, Routes, Site, ad_page, links_to, serve, source

CONTACT = "provera@adwatch.example"
NAMES = {
    "javno.example": [["127.0.0.1"]],
    "unutra.javno.example": [["127.0.0.1"]],
    "unutra.example": [["127.0.0.1"]],
    "oba.javno.example": [["127.0.0.9", "127.0.0.1"]],
    # Public when it is looked at, inside when it is connected to.
    "preokret.javno.example": [["127.0.0.9"], ["127.0.0.9"], ["127.0.0.1"]],
}


@dataclass(slots=True)
class Hostile:
    """A night over all traps, the sites it met, and what stood inside the network."""

    night: NightRun
    home: Path
    sites: dict[str, Site]
    inside: Canary

    def texts(self, source: str) -> dict[str, str]:
        """Title and text of each ad of a source, by its path."""
        engine = open_store(Settings(self.home))
        with reading(engine) as connection:
            joined = select(ads.c.url, ad_versions.c.title, ad_versions.c.text).join(
                ad_versions, ad_versions.c.id == ads.c.version_id
            )
            rows = connection.execute(joined.where(ads.c.source == source)).all()
        engine.dispose()
        return {"/" + url.split("/", 3)[3]: f"{title or ''}\n{text}".strip() for url, title, text in rows}

    def problem_at(self, source: str, site: str) -> str | None:
        """What the source's spider told of a site's listing."""
        return self.night.problems(source).get(f"{self.sites[site].url}/oglasi")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    home = tmp_path_factory.mktemp("noc")
    (home / "adwatch.yml").write_text(f"contact: {CONTACT}\nparallel_spiders: 4\n", encoding="utf-8")
    with ExitStack() as stack:
        inside = stack.enter_context(canary())
        sites = {name: stack.enter_context(serve(routes)) for name, routes in _routes(inside.port).items()}
        # By this address the processes of the night reach "the internet", and nothing else stands at its port.
        sites["javno"] = stack.enter_context(serve(_names, host="127.0.0.9", port=inside.port))
        _write_sources(home, sites, inside.port)
        yield Hostile(run_night(home, names=NAMES), home, sites, inside)


def _routes(port: int) -> dict[str, Routes]:
    moved = {path: traps.to(address) for path, address in traps.disguised(port).items()}
    named = {
        **moved,
        "/osvezavanje": traps.refreshing_to(f"http://127.0.0.1:{port}/osvezeno"),
        "/lanac/1": traps.to("/lanac/2"),
        "/krug": traps.to("/krug"),
        "/datoteka": traps.to("file:///etc/hostname"),
        "/podaci": traps.to("data:text/html,x"),
    }
    fixed: dict[str, dict[str, Answer]] = {
        "skretanja": named,
        "bombe": {**traps.BOMBS, **traps.SIZES, **SLOW},
        "znakovi": {**traps.CHARSETS, **traps.SIGNS},
        "teske": traps.HEAVY,
    }
    return {
        **{name: _listed(pages) for name, pages in fixed.items()},
        **{f"robots_{name}": _with_robots(answer) for name, answer in ROBOTS.items()},
        "strane": _endless,
        "hvatac": _many_links,
        "feed": lambda path: _xml(traps.entity_bomb("rss", FEED)) if path == "/feed" else None,
        "mapa": _sitemap,
        "slike": _pictures,
        "pregledac": {
            "/strana": traps.page_that_breaks_out(port),
            "/skreni": traps.to(f"http://127.0.0.1:{port}/"),
        }.get,
        "pregledac_odlazi": {"/strana": traps.to(f"http://127.0.0.1:{port}/tajno")}.get,
        "pregledac_zauzet": {"/strana": traps.BUSY}.get,
        "imena": _names,
        "ceka": _asks_to_wait,
        **{f"zid_{name}": {"/oglasi": answer}.get for name, answer in WALLS.items()},
    }


WALLS = {
    "prijava": Answer('<form action="/ulaz"><input type="password" name="lozinka"></form>'),
    "captcha": Answer('<script src="https://geo.captcha-delivery.com/captcha/"></script>'),
    "zabrana": Answer("<title>Pristup odbijen</title>"),
    "saglasnost": Answer('<div id="cookie-wall">Prihvatite kolačiće</div>'),
    "prazno": Answer(" "),
    "skripta": Answer('<div id="root"></div><noscript>Uključite JavaScript.</noscript>'),
    "domen": Answer("<h1>portal.example</h1><p>This domain may be for sale.</p>"),
    "zakon": Answer("Nedostupno iz pravnih razloga", 451),
}


WALLED = {
    # After three refusals a source is left alone.
    "rs_zid_1": ("prijava", "captcha", "skripta", "domen"),
    "rs_zid_2": ("zabrana", "saglasnost"),
    "rs_zid_3": ("prazno", "zakon"),
}
OF_WALLS = {
    "prijava": Problem.LOGIN_WALL,
    "captcha": Problem.CAPTCHA,
    "zabrana": Problem.REFUSED,
    "saglasnost": Problem.CONSENT_WALL,
    "prazno": Problem.EMPTY_ANSWER,
    "skripta": Problem.NEEDS_SCRIPT,
    "domen": Problem.PARKED,
    "zakon": Problem.REFUSED,
}


def _asks_to_wait(path: str) -> Answer | None:
    if path == "/oglasi":
        return Answer(links_to(*map("/oglas/{}".format, range(30))))
    headers = {"Content-Type": "text/html", "Retry-After": "3600"}
    return Answer("Previše zahteva", 503, headers) if path.startswith("/oglas/") else None


def _names(path: str) -> Answer | None:
    """Links to names of the site's own domain; which addresses they have is its name server's word."""
    if path.startswith("/oglasi"):
        port = path.partition("port=")[2]
        names = ("unutra", "oba", "preokret")
        return Answer(links_to(*(f"http://{name}.javno.example:{port}/oglas/{name}" for name in names)))
    return ad_page("Kuvar") if path.startswith("/oglas/") else None


def _listed(pages: dict[str, Answer]) -> Routes:
    listing = Answer(links_to(*pages))
    return lambda path: listing if path == "/oglasi" else pages.get(path) or _chain(path)


def _chain(path: str) -> Answer | None:
    """A redirect after another, without end."""
    return traps.to(f"/lanac/{int(path.rpartition('/')[2]) + 1}") if path.startswith("/lanac/") else None


SLOW = {"/kap": Answer(stream=traps.drop_by_drop), "/tisina": Answer(stream=traps.silence)}
ROBOTS = {
    "zabranjuje": Answer("User-agent: adwatch\nDisallow: /\n", headers={"Content-Type": "text/plain"}),
    "greska": Answer("pao", 500),
    "velik": traps.hundred_megabytes(announced=False),
    "html": Answer("<html><body>User-agent: *<br>Disallow: /</body></html>"),
    "visi": Answer(stream=traps.silence),
    "odlazi": traps.to("http://drugde.example/robots.txt"),
    "nema": Answer("nema", 404),
}
FEED = (
    '<rss version="2.0"><channel><title>x</title><item><title>Kuvar</title><link>http://127.0.0.1/1</link>'
    "<description>&lol9;</description></item></channel></rss>"
)


def _with_robots(answer: Answer) -> Routes:
    pages = {"/robots.txt": answer, "/oglasi": Answer(links_to("/oglas/1")), "/oglas/1": ad_page("Kuvar")}
    return pages.get


def _endless(path: str) -> Answer | None:
    """A calendar that goes on for ever, with the same ads under new addresses and a session in each."""
    if path.startswith("/oglasi"):
        day = int(path.partition("dan=")[2] or 0)
        return Answer(
            links_to(*(f"/oglas/{n}?sesija={day}" for n in range(3)))
            + f'<a class="dalje" href="/oglasi?dan={day + 1}">'
        )
    return ad_page("Uvek isti oglas") if path.startswith("/oglas/") else None


def _many_links(path: str) -> Answer | None:
    if path == "/oglasi":
        return Answer(links_to(*(f"/oglas/{n}" for n in range(100_000))))
    return ad_page(f"Kuvar {path}") if path.startswith("/oglas/") else None


def _xml(body: bytes) -> Answer:
    return Answer(body, headers={"Content-Type": "application/xml"})


def _sitemap(path: str) -> Answer | None:
    index = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'
    each = "<sitemap><loc>{}</loc></sitemap>"
    bomb = "<urlset><url><loc>/&lol9;</loc></url></urlset>"
    named = ("/sitemap.xml", "/mapa/1", "/bomba.xml", "/mapa.xml.gz")
    if path == "/sitemap.xml":
        return _xml(index.format("".join(map(each.format, named))).encode())
    if path.startswith("/mapa/"):
        return _xml(index.format(each.format(f"/mapa/{int(path.rpartition('/')[2]) + 1}")).encode())
    packed = {"Content-Type": "application/gzip"}
    return {
        "/bomba.xml": _xml(traps.entity_bomb("urlset", bomb)),
        "/mapa.xml.gz": Answer(traps.BOMBS["/gzip"].body, headers=packed),
    }.get(path)


def _pictures(path: str) -> Answer | None:
    if path == "/oglasi":
        return Answer(links_to("/oglas/1"))
    if path == "/oglas/1":
        return ad_page("Posao", description="U inbox", image="/letak.png")
    return Answer(traps.huge_picture(), headers={"Content-Type": "image/png"}) if path == "/letak.png" else None


def _write_sources(home: Path, sites: dict[str, Site], port: int) -> None:
    usual: dict[str, Any] = {"kind": "structured", "listing": {"links": "a.oglas"}, "fields": {"jobTitle": "h1"}}
    for name in ("skretanja", "znakovi", "hvatac", "slike"):
        source(home, f"rs_{name}", {**usual, "start_urls": [f"{sites[name].url}/oglasi"]})
    of_robots = [f"{site.url}/oglasi" for name, site in sites.items() if name.startswith("robots_")]
    source(home, "rs_roboti", {**usual, "start_urls": of_robots})
    limits = {"delay_seconds": 0, "max_pages": 40, "max_minutes": 10}
    endless = {"start_urls": [f"{sites['strane'].url}/oglasi"], "paging": {"next": "a.dalje"}, "limits": limits}
    source(home, "rs_strane", {**usual, **endless})
    source(home, "rs_mapa", {**usual, "start_urls": [f"{sites['mapa'].url}/sitemap.xml"], "limits": limits})
    source(home, "rs_feed", {"kind": "feed", "start_urls": [f"{sites['feed'].url}/feed"]})
    slowly = {"delay_seconds": 0.05, "max_pages": 60, "max_minutes": 20}
    for name in ("bombe", "ceka", "teske"):
        source(home, f"rs_{name}", {**usual, "start_urls": [f"{sites[name].url}/oglasi"], "limits": slowly})
    for name, walls in WALLED.items():
        source(home, name, {**usual, "start_urls": [f"{sites[f'zid_{wall}'].url}/oglasi" for wall in walls]})
    named = f"http://javno.example:{sites['imena'].url.rpartition(':')[2]}/oglasi?port={port}"
    source(home, "rs_imena", {**usual, "start_urls": [named]})
    rendering = {"rendering": {"wait": "article", "wait_seconds": 20}, "item": "article"}
    rendered = {"kind": "rendered", **rendering, "fields": {"url": "a::attr(href)", "description": ".tekst"}}
    pages = [f"{sites[name].url}/strana" for name in ("pregledac", "pregledac_odlazi", "pregledac_zauzet")]
    source(home, "rs_pregledac", {**rendered, "start_urls": pages})


OUTCOMES = {
    "rs_bombe": "failed",
    "rs_ceka": "blocked",
    "rs_feed": "ok",
    "rs_hvatac": "partial",
    "rs_imena": "partial",
    "rs_mapa": "failed",
    "rs_pregledac": "partial",
    "rs_roboti": "partial",
    "rs_skretanja": "failed",
    "rs_slike": "ok",
    "rs_strane": "partial",
    "rs_teske": "partial",
    "rs_zid_1": "blocked",
    "rs_zid_2": "blocked",
    "rs_zid_3": "blocked",
    "rs_znakovi": "ok",
}
MOST_MEGABYTES = 500


def test_the_night_finishes_with_an_outcome_for_every_source(hostile: Hostile) -> None:
    assert {line["source"]: line["outcome"] for line in hostile.night.summary["sources"]} == OUTCOMES
    assert not [step for step in hostile.night.summary["steps"] if step["failure"]]


def test_no_process_held_more_than_the_limit(hostile: Hostile) -> None:
    held = {name: int(mb) for name, log in hostile.night.logs.items() for mb in re.findall(r"peak_mb=(\d+)", log)}
    print(f"most megabytes at once: {max(held.values())} ({max(held, key=held.__getitem__)})")
    assert len(held) == len(OUTCOMES) + 1  # the pictures' spider is no source
    assert max(held.values()) < MOST_MEGABYTES


def test_nobody_came_inside(hostile: Hostile) -> None:
    assert hostile.inside.visits == []


def test_every_disguise_of_an_inner_address_is_refused(hostile: Hostile) -> None:
    told = hostile.night.problems("rs_skretanja")
    forbidden = [url for url, problem in told.items() if problem == Problem.FORBIDDEN_ADDRESS]
    # All of them, and the one behind a refreshing page.
    assert len(forbidden) == len(traps.disguised(0)) + 1
    assert {
        told[f"{hostile.sites['skretanja'].url}{path}"] for path in ("/krug", "/lanac/6", "/datoteka", "/podaci")
    } == {Problem.REDIRECTED}


def test_what_is_too_large_or_too_slow_is_cut_off(hostile: Hostile) -> None:
    told, address = hostile.night.problems("rs_bombe"), hostile.sites["bombe"].url
    assert {told[address + path] for path in (*traps.BOMBS, *traps.SIZES)} == {Problem.OVER_LIMIT}
    assert {told[address + path] for path in SLOW} == {Problem.TIMEOUT}


def test_robots_txt_that_cannot_be_read_forbids_and_one_that_is_not_there_allows(hostile: Hostile) -> None:
    assert {name: hostile.problem_at("rs_roboti", f"robots_{name}") for name in ROBOTS} == {
        "zabranjuje": Problem.ROBOTS,
        "greska": Problem.HTTP_5XX,
        "velik": Problem.OVER_LIMIT,
        "html": None,
        "visi": Problem.TIMEOUT,
        "odlazi": Problem.ROBOTS,
        "nema": None,
    }
    asked = {name: hostile.sites[f"robots_{name}"].asked for name in ROBOTS}
    assert {name for name, paths in asked.items() if paths} == {"html", "nema"}


def test_a_name_is_judged_once_and_connected_to_where_it_was_judged(hostile: Hostile) -> None:
    assert list(hostile.texts("rs_imena")) == ["/oglas/preokret"]
    assert hostile.sites["javno"].asked == ["/oglas/preokret"]
    refused = {url.split("/")[2].split(":")[0] for url in hostile.night.problems("rs_imena")}
    assert refused == {"unutra.javno.example", "oba.javno.example"}


def test_each_wall_is_known_by_its_name(hostile: Hostile) -> None:
    told = {wall: hostile.problem_at(name, f"zid_{wall}") for name, walls in WALLED.items() for wall in walls}
    assert told == OF_WALLS


def test_who_asks_us_to_wait_is_not_asked_again(hostile: Hostile) -> None:
    # One may be under way when the answer comes.
    assert len(hostile.sites["ceka"].asked) <= 3
    assert "asked to wait source=rs_ceka seconds=3600" in hostile.night.logs["rs_ceka"]


def test_pages_without_end_end_with_the_limit_of_pages(hostile: Hostile) -> None:
    assert len(hostile.sites["strane"].asked) == 40
    assert len(hostile.sites["hvatac"].asked) == 60
    assert len(hostile.sites["mapa"].asked) == 40
    for name in ("rs_strane", "rs_hvatac", "rs_mapa"):
        assert hostile.night.source(name)["problems"][Problem.OVER_LIMIT] >= 1


def test_text_is_read_in_its_true_encoding(hostile: Hostile) -> None:
    texts = hostile.texts("rs_znakovi")
    assert {texts[path] for path in ("/kodna-1", "/kodna-2", "/kodna-3", "/kodna-5")} == {"Vozač u Nemačkoj, šest sati"}
    assert texts["/kodna-4"].startswith("Vozač u Nemačkoj, šest sati\ufffd")
    assert texts["/kodna-6"] == "Vozac u Nemackoj, sest sati"


def test_signs_that_hide_or_turn_text_are_not_in_it(hostile: Hostile) -> None:
    texts = hostile.texts("rs_znakovi")
    assert texts["/nule"] == "Kuvar\nPosao u Austriji"
    assert texts["/zdesna"] == "Kuvar tset\nPosao u Austriji"
    assert texts["/surogat"] == "Kuvar \ufffd\nPosao \ufffd u Austriji"
    assert texts["/sirove-nule"] == "Kuvar u Austriji"


def test_pages_built_to_be_slow_are_read_or_given_up(hostile: Hostile) -> None:
    read = hostile.texts("rs_teske")
    assert set(read) >= {"/b", "/br", "/razmaci", "/atributi-u-zapisu", "/mikro"}
    assert read["/b"] == "Zidar u inostranstvu\nPosao u inostranstvu"
    told = hostile.night.problems("rs_teske")
    given_up = ("/json-dubok", "/json-predubok", "/json-mnogo", "/json-zagrade")
    address = hostile.sites["teske"].url
    assert {told[address + path] for path in given_up} == {Problem.PARSE_ERROR}
    assert told[f"{address}/atributi"] == Problem.OVER_LIMIT


def test_entities_are_not_multiplied(hostile: Hostile) -> None:
    assert all(len(text) < 100 for text in hostile.texts("rs_feed").values())


def test_a_picture_that_would_fill_the_memory_is_not_opened(hostile: Hostile) -> None:
    engine = open_store(Settings(hostile.home))
    with reading(engine) as connection:
        assert connection.scalars(select(image_addresses.c.problem)).all() == ["too_many_pixels"]
    engine.dispose()


def test_the_browser_leaves_by_its_gate_only(hostile: Hostile) -> None:
    assert hostile.inside.visits == []
    assert list(hostile.texts("rs_pregledac")) == ["/objava/1"]
    log = hostile.night.logs["rs_pregledac"]
    kept = set(re.findall(r"browser kept inside its bounds: https?://([^/:\s]+|\[\S+\])", log))
    assert kept >= {"127.0.0.1", "localhost", "unutra.example"}
    told = hostile.night.problems("rs_pregledac")
    assert told[f"{hostile.sites['pregledac_zauzet'].url}/strana"] == Problem.TIMEOUT
    assert told[f"http://127.0.0.1:{hostile.inside.port}/tajno"] == Problem.FORBIDDEN_ADDRESS


def test_everybody_learns_who_asks(hostile: Hostile) -> None:
    agents = {agent for site in hostile.sites.values() for agent in site.agents}
    assert agents == {f"adwatch/0.1 (+{CONTACT})"}
