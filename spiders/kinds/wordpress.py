"""Posts of WordPress sites by their REST interface: whole ads, and a header that says how many pages there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy.http import TextResponse

from crawler.health import Problem
from crawler.manifest import JsonRecord, WordPressSource
from crawler.notations import FieldName
from spiders.kinds.listing import Listing
from spiders.kinds.records import stated_in
from spiders.kinds.source import SourceSpider
from spiders.lenient_json import NotJsonError, parse_value

USUAL_FIELDS: Mapping[FieldName, str] = {
    "url": "link",
    "jobPostingId": "id",
    "jobTitle": "title.rendered",
    "description": "content.rendered",
    # `date` is the site's own time, `date_gmt` the same in UTC; neither names its zone.
    "datePublished": "join('', [date_gmt, 'Z'])",
    "dateModified": "join('', [modified_gmt, 'Z'])",
    "imageUrls": '_embedded."wp:featuredmedia"[].source_url',
}
"""There by the interface's own definition; pictures only where `_embed` asks for them."""


class WordPressSpider(SourceSpider):
    """Reads posts; the manifest's fields come on top of the usual ones."""

    manifest: WordPressSource

    def read_listing(self, response: TextResponse) -> Listing:
        """The posts as ads. An empty list is an answer: nothing was posted, or nothing fits the word."""
        try:
            posts = parse_value(response.text)
        except NotJsonError:
            return Listing(problem=self.wall_on(response) or Problem.LAYOUT_CHANGED)
        if not isinstance(posts, list):
            return Listing(problem=Problem.LAYOUT_CHANGED)
        record = JsonRecord(fields={**USUAL_FIELDS, **self.manifest.fields})
        found = [stated_in(record, post) for post in posts if isinstance(post, dict)]
        ads = [stated for stated in found if stated.get("jobTitle") or stated.get("description")]
        # Posts there, and nothing of them to be read: the listing is empty without saying so.
        return Listing(ads=ads, says_empty=not posts)

    def next_address(self, response: TextResponse, start: str, number: int) -> str | None:
        """The following page, up to the number of pages that the answer's header states: beyond, WordPress errs."""
        pages = (response.headers.get("X-WP-TotalPages") or b"").decode("latin-1")
        is_last = pages.isdecimal() and number >= int(pages)
        return None if is_last else super().next_address(response, start, number)

    def request_options(self) -> Mapping[str, Any]:
        """Asks for JSON."""
        return {"headers": {"Accept": "application/json"}}
