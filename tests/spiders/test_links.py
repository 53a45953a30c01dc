"""Addresses that nobody can ask for: one among the links of a page costs no other one, whatever the kind of page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter
from scrapy import Request
from scrapy.http import HtmlResponse, JsonResponse, TextResponse, XmlResponse

from crawler.errors import UsageError
from crawler.fetching import require_fetchable
from crawler.items import AdPosting
from crawler.manifest import AnySource, ListLink
from crawler.politeness import FETCHED_AT
from spiders.golden import offline_spider
from spiders.kinds.register import newest_link
from spiders.links import is_address
from spiders.posting import build_ad

START = "https://portal.example/oglasi"
GOOD = "https://portal.example/oglas/1"
NONE = (
    "http://[portal.example/oglas/2",
    "http://portal]example/oglas/2",
    "https://portal.example:99999/oglas/2",
    "https://portal.example:vrata/oglas/2",
    "https://℀.example/oglas/2",
)
NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


def read(manifest: dict[str, Any], kind: type[TextResponse], body: str) -> list[Any]:
    """What a spider of that manifest makes of the listing."""
    common = {"id": "rs_portal", "name": "Portal", "owner": "", "legal_note": "", "checked": "2026-11-20"}
    source: AnySource = TypeAdapter(AnySource).validate_python({**common, "start_urls": [START], **manifest})
    request = Request(START, meta={FETCHED_AT: NOW})
    response = kind(START, body=body.encode(), encoding="utf-8", request=request)
    return list(offline_spider(source).parse_listing(response, start=START, number=1))


def asked(found: list[Any]) -> list[str]:
    """Addresses asked for next."""
    return [one.url for one in found if isinstance(one, Request)]


@pytest.mark.parametrize("bad", NONE)
def test_bad_link_in_markup_costs_no_other(bad: str) -> None:
    links = "".join(f'<a class="oglas" href="{url}">Zidar</a>' for url in (bad, GOOD))
    structured = {"kind": "structured", "listing": {"links": "a.oglas"}}
    assert asked(read(structured, HtmlResponse, links)) == [GOOD]
    selectors = {"kind": "selectors", "listing": {"item": "li", "link": "a", "fields": {"jobTitle": "a"}}}
    items = "".join(f'<li><a href="{url}">Zidar</a></li>' for url in (bad, GOOD))
    assert asked(read(selectors, HtmlResponse, items)) == [GOOD]


@pytest.mark.parametrize("bad", NONE)
def test_bad_link_in_a_sitemap_costs_no_other(bad: str) -> None:
    urls = "".join(f"<url><loc>{url}</loc></url>" for url in (bad, GOOD))
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    assert asked(read({"kind": "structured", "listing": {}}, XmlResponse, body)) == [GOOD]


@pytest.mark.parametrize("bad", NONE)
def test_bad_link_in_json_costs_no_other(bad: str) -> None:
    body = json.dumps([{"naziv": "Zidar", "adresa": url} for url in (bad, GOOD)])
    listing = {"items": "@", "detail_url": "adresa", "fields": {"jobTitle": "naziv"}}
    linked = {"kind": "json_api", "listing": listing, "detail": {"fields": {"jobTitle": "naziv"}}}
    assert asked(read(linked, JsonResponse, body)) == [GOOD]


@pytest.mark.parametrize("bad", NONE)
def test_whole_ad_with_a_bad_address_is_kept_and_costs_no_other(bad: str) -> None:
    body = json.dumps([{"naziv": name, "adresa": url} for name, url in (("Zidar", bad), ("Tesar", GOOD))])
    listing = {"items": "@", "fields": {"jobTitle": "naziv", "url": "adresa"}}
    found = read({"kind": "json_api", "listing": listing}, JsonResponse, body)
    ads = [one for one in found if isinstance(one, AdPosting)]
    assert [(ad.jobTitle, ad.url.partition("#")[0]) for ad in ads] == [("Zidar", START), ("Tesar", GOOD)]


@pytest.mark.parametrize("bad", NONE)
def test_bad_address_is_none_of_an_ad_or_its_picture(bad: str) -> None:
    ad = build_ad({"jobTitle": "Zidar", "url": bad, "imageUrls": [bad]}, source="", base_url=START, fetched_at=NOW)
    assert ad is not None
    assert (ad.url, ad.imageUrls) == (START, None)
    assert not is_address(bad)


def test_attribute_of_a_name_that_is_none_hides_no_link() -> None:
    body = '<a {b="1" href="/spisak.csv">Spisak agencija</a>'
    response = HtmlResponse(START, body=body.encode(), request=Request(START, meta={FETCHED_AT: NOW}))
    with pytest.raises(ValueError, match="tag name"):
        _ = response.css("a")[0].attrib
    found = newest_link(response, ListLink())
    assert found is not None
    assert found.url == "https://portal.example/spisak.csv"


@pytest.mark.parametrize("bad", NONE)
def test_person_who_names_such_an_address_is_told(bad: str) -> None:
    with pytest.raises(UsageError, match="no http or https address"):
        require_fetchable(bad)
