"""Sources whose pages carry their state as JSON in a script element (Next.js and its like)."""

from __future__ import annotations

from scrapy.http import TextResponse

from crawler.manifest import JsonStateSource, StateDetail, StateListing
from spiders.indexed_json import plain_json
from spiders.kinds.records import RecordSpider
from spiders.lenient_json import Json, NotJsonError, parse_value


class JsonStateSpider(RecordSpider):
    """Reads the JSON of the element that the manifest's selector finds."""

    manifest: JsonStateSource

    def read_json(self, response: TextResponse, section: StateListing | StateDetail) -> Json:
        """The state of the page."""
        state = "".join(response.css(section.selector).xpath("./text()").getall())
        if not state.strip():
            raise NotJsonError(f"{section.selector} is not on the page")
        value = parse_value(state)
        return plain_json(value) if self.manifest.notation == "indexed" else value
