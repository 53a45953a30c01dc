"""Sources whose listings are items in markup, each a link to an ad with some of its fields, or a whole ad."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsel import Selector
from scrapy.http import TextResponse

from crawler.manifest import ItemListing, SelectorsSource
from spiders.kinds.listing import Link, Listing
from spiders.kinds.selectors import stated_by
from spiders.kinds.source import SourceSpider
from spiders.kinds.structured import ads_in_markup
from spiders.links import absolute_address, addresses
from spiders.posting import Stated


class ItemListingSpider(SourceSpider):
    """Reads items by the manifest's selectors, and the pages that they link to."""

    manifest: SelectorsSource

    def read_listing(self, response: TextResponse) -> Listing:
        """The items, each a link or a whole ad."""
        listing = self.manifest.listing
        says_empty = None if listing.empty is None else bool(response.css(listing.empty))
        items = response.css(listing.item)
        if listing.link is None:
            ads = [stated for item in items if (stated := stated_by(item, listing.fields))]
            return Listing(ads=ads, says_empty=says_empty)
        links = [link for item in items if (link := _link(response, item, listing)) is not None]
        return Listing(links=links, says_empty=says_empty)

    def read_ads(self, response: TextResponse) -> Sequence[Stated]:
        """The ad of the page: its structured data, and what the selectors find."""
        return ads_in_markup(response, self.manifest.fields)


def _link(response: TextResponse, item: Selector, listing: ItemListing) -> Link | None:
    url = _address(response, item, listing)
    return Link(url, stated_by(item, listing.fields)) if url else None


def _address(response: TextResponse, item: Selector, listing: ItemListing) -> str | None:
    assert listing.link is not None  # noqa: S101 - only such listings have links
    if listing.address is None:
        return next(iter(addresses(response, listing.link, within=item)), None)
    found = re.search(listing.address, item.css(listing.link).get() or "")
    return absolute_address(response, found.group()) if found else None
