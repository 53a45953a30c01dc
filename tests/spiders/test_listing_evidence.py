"""What only the listing says about an ad leads to the listing's own bytes (rule 2)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import orjson
from scrapy import Request
from scrapy.http import TextResponse

from crawler.items import AdPosting
from crawler.manifest import JsonApiSource
from crawler.politeness import FETCHED_AT
from spiders.golden import offline_spider

MANIFEST = JsonApiSource.model_validate(
    {
        "id": "rs_api",
        "name": "rs_api",
        "owner": "izmišljen",
        "kind": "json_api",
        "start_urls": ["https://api.example/oglasi"],
        "listing": {
            "items": "items",
            "detail_url": "join('/', ['/oglas', to_string(id)])",
            "fields": {"hiringOrganization": "firm", "jobTitle": "title"},
        },
        "detail": {"fields": {"jobTitle": "title", "hiringOrganization": "firm", "description": "text"}},
        "legal_note": "Izmišljeno.",
        "checked": date(2026, 11, 20),
    }
)
LISTED = {"items": [{"id": number, "firm": "Primer Gradnja", "title": "Zidar"} for number in (1, 2)]}


def _answer(request: Request, data: object) -> TextResponse:
    request.meta[FETCHED_AT] = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    return TextResponse(request.url, body=orjson.dumps(data), request=request, encoding="utf-8")


def _ads(*details: object) -> list[AdPosting]:
    """The ads of a listing whose pages say this."""
    spider = offline_spider(MANIFEST)
    listing = _answer(Request("https://api.example/oglasi"), LISTED)
    requests = list(spider.parse_listing(listing, start=listing.url, number=1))
    return [
        ad
        for request, detail in zip(requests, details, strict=True)
        for ad in spider.parse_ad(_answer(request, detail), **request.cb_kwargs)
    ]


def test_an_ad_whose_employer_only_the_listing_names_carries_the_listing() -> None:
    ads = _ads({"title": "Zidar", "text": "Opis."}, {"title": "Tesar", "text": "Opis."})
    listings = [ad.listingPage for ad in ads]
    assert [ad.hiringOrganization.name for ad in ads if ad.hiringOrganization] == ["Primer Gradnja"] * 2
    assert listings[0] is not None
    assert orjson.loads(listings[0].body) == LISTED
    assert listings[0] is listings[1]


def test_an_ad_whose_own_page_says_all_carries_no_listing() -> None:
    whole = {"title": "Zidar", "firm": "Primer Gradnja", "text": "Opis."}
    assert [ad.listingPage for ad in _ads(whole, whole)] == [None, None]
