"""RSS and Atom feeds whose entries are whole ads."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import feedparser
from scrapy.http import TextResponse

from crawler.health import Problem
from crawler.manifest import FeedSource, JsonRecord
from crawler.notations import FieldName
from spiders.kinds.listing import Listing
from spiders.kinds.records import stated_in
from spiders.kinds.source import SourceSpider

USUAL_FIELDS: Mapping[FieldName, str] = {
    "url": "link",
    "jobPostingId": "id",
    "jobTitle": "title",
    "description": "content[0].value || summary",
    "datePublished": "published || updated",
}


class FeedSpider(SourceSpider):
    """Reads feeds; the manifest's fields come on top of the usual ones."""

    manifest: FeedSource

    def read_listing(self, response: TextResponse) -> Listing:
        """The entries as ads."""
        # A stream, because feedparser takes text for a file name or an address and would open it.
        feed: Any = feedparser.parse(BytesIO(response.body), response_headers=_headers(response))
        if feed.bozo and not feed.entries:
            return Listing(problem=self.wall_on(response) or Problem.LAYOUT_CHANGED)
        record = JsonRecord(fields={**USUAL_FIELDS, **self.manifest.fields})
        return Listing(ads=[stated_in(record, entry) for entry in feed.entries])


def _headers(response: TextResponse) -> dict[str, str]:
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return {"content-type": content_type, "content-location": response.url}
