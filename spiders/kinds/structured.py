"""Sources whose ads stand on pages with schema.org data, reached by links or a sitemap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scrapy.http import TextResponse

from crawler.manifest import StructuredSource
from crawler.notations import FieldName
from spiders.kinds.listing import Link, Listing
from spiders.kinds.selectors import stated_by
from spiders.kinds.sitemap import read_sitemap
from spiders.kinds.source import SourceSpider
from spiders.links import addresses
from spiders.posting import Stated, as_list, merged
from spiders.structured import stated_postings


class StructuredSpider(SourceSpider):
    """Follows links to ads; the manifest's selectors fill what the structured data leave out."""

    manifest: StructuredSource

    def read_listing(self, response: TextResponse) -> Listing:
        """The links to ads, of a page or of a sitemap."""
        sitemap = read_sitemap(response)
        if sitemap is not None:
            return Listing(links=self._ads_among(sitemap.pages), listings=sitemap.sitemaps)
        listing = self.manifest.listing
        if listing.links is None:
            return Listing()
        says_empty = None if listing.empty is None else bool(response.css(listing.empty))
        return Listing(links=self._ads_among(addresses(response, listing.links)), says_empty=says_empty)

    def read_ads(self, response: TextResponse) -> Sequence[Stated]:
        """The postings of the page's data, else the one that the selectors find."""
        return ads_in_markup(response, self.manifest.fields)

    def _ads_among(self, urls: Sequence[str]) -> list[Link]:
        pattern = self.manifest.listing.pattern
        return [Link(url) for url in urls if pattern is None or re.search(pattern, url)]


def ads_in_markup(response: TextResponse, fields: Mapping[FieldName, str]) -> Sequence[Stated]:
    """The postings of the page's structured data, selectors filling what they leave out; else what selectors find."""
    # Pages that say all as data are not parsed as markup, which would take longer than all else about them.
    selected = stated_by(response.selector, fields) if fields else {}
    found = [_completed(selected, stated) for stated in stated_postings(response.text, response.url)]
    if len(found) == 1:
        # The page itself is the ad's address; what its data call `url` is at times another site's.
        return [{**found[0], "url": selected.get("url")}]
    return found or ([selected] if selected else [])


def _completed(selected: Stated, stated: Stated) -> Stated:
    """The data, selectors filling what they leave out. Contacts add up: data often name the firm only."""
    contacts = [*as_list(selected.get("contactRaw")), *as_list(stated.get("contactRaw"))]
    return {**merged(selected, stated), "contactRaw": list(dict.fromkeys(map(str, contacts)))}
