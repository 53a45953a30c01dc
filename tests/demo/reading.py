"""Walks a demo site from its listing as a visitor would, to find which ads can be reached."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import feedparser
from bs4 import BeautifulSoup

from spiders.demo.ads import SiteName
from spiders.demo.server import DemoSites


def read(sites: DemoSites, address: str) -> str:
    """The page at that address; fails the test where there is none."""
    answer = sites.answer(f"http://{address}")
    assert answer.status == 200, address
    return answer.body.decode()


def literal(page: str, name: str) -> Any:
    """The object assigned to a name in a script."""
    return json.JSONDecoder().raw_decode(page, page.index(name) + len(name))[0]


def next_data(page: str) -> Any:
    """The page's Next.js properties."""
    script = BeautifulSoup(page, "lxml").select_one("script#__NEXT_DATA__")
    assert script
    return json.loads(script.text)["props"]["pageProps"]


def _poslovi_plus(sites: DemoSites) -> Iterator[tuple[int, str]]:
    path: str | None = "/oglasi"
    while path:
        soup = BeautifulSoup(read(sites, f"poslovi-plus.example{path}"), "lxml")
        for link in soup.select("a.oglas-naslov"):
            if "48999" not in link["href"]:
                yield int(re.findall(r"\d+", str(link["href"]))[0]), read(sites, f"poslovi-plus.example{link['href']}")
        following = soup.select_one("a[rel=next]")
        path = str(following["href"]) if following else None


def _radnik(sites: DemoSites) -> Iterator[tuple[int, str]]:
    number = 1
    while rows := next_data(read(sites, f"radnik.example/oglasi-za-posao?q=&page={number}"))["initialSearchResults"][
        "jobs"
    ]["primary"]:
        for row in rows:
            yield row["id"], next_data(read(sites, f"radnik.example{row['url']}"))["job"]["textAd"]
        number += 1


def _mali_oglasi(sites: DemoSites) -> Iterator[tuple[int, str]]:
    number, pages = 1, 1
    while number <= pages:
        page = read(sites, f"mali-oglasi.example/posao-pretraga?u_poslednjih_h=168&page={number}")
        listing = literal(page, "QuidditaEnvironment.serverListData=")
        number, pages = number + 1, listing["TotalPages"]
        for row in listing["Ads"]:
            detail = read(sites, f"mali-oglasi.example{row['RelativeUrl']}")
            yield int(row["Id"]), literal(detail, "QuidditaEnvironment.CurrentClassified=")["TextHtml"]


def _sljaka(sites: DemoSites) -> Iterator[tuple[int, str]]:
    number = 1
    while (answer := sites.answer(f"http://sljaka-poslovi.example/poslovi/feed/?paged={number}")).status == 200:
        for entry in feedparser.parse(answer.body).entries:
            yield int(entry.id.rsplit("=", 1)[1]), entry.content[0].value
        number += 1


def _kp_oglasi(sites: DemoSites) -> Iterator[tuple[int, str]]:
    feed = "kp-oglasi.example/api/search/v3/feed/search?category_id=2137&per-page=10&sort_by=newest"
    number, pages = 1, 1
    while number <= pages:
        answer = json.loads(read(sites, f"{feed}&page={number}"))
        number, pages = number + 1, answer["_meta"]["pageCount"]
        for item in answer["items"]:
            details = read(sites, f"kp-oglasi.example/api/search/v3/feed/details/{item['id']}")
            yield item["id"], json.loads(details)["description"]


def kanal_pages(sites: DemoSites) -> Iterator[BeautifulSoup]:
    """The channel's pages, the newest first."""
    path: str | None = "/s/posao_eu_balkan"
    while path:
        soup = BeautifulSoup(read(sites, f"kanal.example{path}"), "lxml")
        yield soup
        older = soup.select_one("link[rel=prev]")
        path = str(older["href"]) if older else None


def _kanal(sites: DemoSites) -> Iterator[tuple[int, str]]:
    for soup in kanal_pages(sites):
        for message in soup.select(".tgme_widget_message:not(.service_message)"):
            body = message.select_one(".js-message_text")
            shown = body or message.select_one(".tgme_widget_message_photo_wrap")
            assert shown
            yield int(str(message["data-post"]).rsplit("/", 1)[1]), body.get_text() if body else str(shown["style"])


def _drustvena(sites: DemoSites) -> Iterator[tuple[int, str]]:
    number: int | None = 1
    while number:
        batch = json.loads(read(sites, f"drustvena.example/podaci/zid/posao-inostranstvo?deo={number}"))
        number = batch["sledeca"]
        yield from ((post["id"], post["tekst"]) for post in batch["objave"])


WALKS: dict[SiteName, Callable[[DemoSites], Iterator[tuple[int, str]]]] = {
    SiteName.POSLOVI_PLUS: _poslovi_plus,
    SiteName.RADNIK: _radnik,
    SiteName.MALI_OGLASI: _mali_oglasi,
    SiteName.SLJAKA: _sljaka,
    SiteName.KP_OGLASI: _kp_oglasi,
    SiteName.KANAL: _kanal,
    SiteName.DRUSTVENA: _drustvena,
}
