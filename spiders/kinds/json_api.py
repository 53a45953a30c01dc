"""Sources that answer with JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy.http import TextResponse

from crawler.manifest import JsonApiSource
from spiders.kinds.records import RecordSpider
from spiders.lenient_json import Json, parse_value


class JsonApiSpider(RecordSpider):
    """Reads an API: the whole answer is the JSON."""

    manifest: JsonApiSource

    def read_json(self, response: TextResponse, section: Any) -> Json:
        """The answer."""
        return parse_value(response.text)

    def request_options(self) -> Mapping[str, Any]:
        """The headers that the manifest asks for."""
        return {"headers": {"Accept": "application/json", **self.manifest.headers}}
