"""Sources whose ads stand on pages with schema.org data, reached by links or a sitemap."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrapy.http import TextResponse

from crawler.manifest import StructuredSource
from spiders.kinds.selectors import stated_by
from spiders.kinds.sitemap import read_sitemap
from spiders.kinds.source import Link, Listing, SourceSpider, addresses
from spiders.posting import Stated, merged
from spiders.structured import stated_postings


class StructuredSpider(SourceSpider):
    """Follows links to ads; the manifest's selectors fill what the structured data leave out."""

    manifest: StructuredSource

    def read_listing(self, response: TextResponse) -> Listing:
        """The links to ads, of a page or of a sitemap."""
        sitemap = read_sitemap(response)
        if sitemap is not None:
            return Listing(links=self._ads_among(sitemap.pages), listings=sitemap.sitemaps)
        links = self.manifest.listing.links
        return Listing(links=self._ads_among(addresses(response, links))) if links else Listing()

    def read_ads(self, response: TextResponse) -> Sequence[Stated]:
        """The postings of the page's data, else the one that the selectors find."""
        fields = self.manifest.fields
        # Pages that say all as data are not parsed as markup, which would take longer than all else about them.
        selected = stated_by(response.selector, fields) if fields else {}
        found = [merged(selected, stated) for stated in stated_postings(response.text, response.url)]
        if len(found) == 1:
            # The page itself is the ad's address; what its data call `url` is at times another site's.
            return [{**found[0], "url": selected.get("url")}]
        return found or ([selected] if selected else [])

    def _ads_among(self, urls: Sequence[str]) -> list[Link]:
        pattern = self.manifest.listing.pattern
        return [Link(url) for url in urls if pattern is None or re.search(pattern, url)]
