"""Ads out of JSON values by the expressions of a manifest, whatever page carried the JSON."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from scrapy.http import TextResponse

from crawler.health import Problem
from crawler.manifest import JsonApiSource, JsonDetail, JsonListing, JsonRecord, JsonStateSource, ScriptObjectSource
from crawler.notations import FieldName
from spiders.kinds.source import Link, Listing, SourceSpider
from spiders.lenient_json import Json, NotJsonError
from spiders.posting import Stated

logger = logging.getLogger(__name__)


class RecordSpider(SourceSpider):
    """Base of the kinds whose pages carry JSON; a kind says where."""

    manifest: JsonApiSource | JsonStateSource | ScriptObjectSource

    def read_json(self, response: TextResponse, section: Any) -> Json:
        """The JSON of this page; `section` is the manifest's listing or detail. Raises NotJsonError."""
        raise NotImplementedError

    def read_listing(self, response: TextResponse) -> Listing:
        """The items, each a link or a whole ad."""
        section: JsonListing = self.manifest.listing
        try:
            data = self.read_json(response, section)
        except NotJsonError as error:
            logger.warning("listing not understood source=%s url=%s reason=%s", self.name, response.url, error)
            return Listing(problem=self.wall_on(response) or Problem.LAYOUT_CHANGED)
        if self._is_captcha(data):
            return Listing(problem=Problem.CAPTCHA)
        items = search(section.items, data)
        records = [item for item in items if item is not None] if isinstance(items, list) else []
        last = section.more is not None and not search(section.more, data)
        if section.detail_url is None:
            return Listing(ads=[stated_in(section, record) for record in records], last=last)
        return Listing(links=list(self._links(response, section.detail_url, records)), last=last)

    def read_ads(self, response: TextResponse) -> Sequence[Stated]:
        """The one ad of the page."""
        section: JsonDetail | None = self.manifest.detail
        if section is None:
            raise LookupError("the manifest says nothing about pages of ads")
        try:
            data = self.read_json(response, section)
        except NotJsonError as error:
            raise LookupError(str(error)) from error
        record = search(section.item, data)
        return [stated_in(section, record)] if isinstance(record, dict) and not self._is_captcha(data) else []

    def wall_on(self, response: TextResponse) -> Problem | None:
        """The captcha that the page's own state admits, or a wall that its markup shows."""
        for section in (self.manifest.listing, self.manifest.detail):
            try:
                if section is not None and self._is_captcha(self.read_json(response, section)):
                    return Problem.CAPTCHA
            except NotJsonError:
                continue
        return super().wall_on(response)

    def _is_captcha(self, data: Json) -> bool:
        return self.manifest.captcha is not None and bool(search(self.manifest.captcha, data))

    def _links(self, response: TextResponse, expression: str, records: Sequence[Json]) -> Sequence[Link]:
        found = [(search(expression, record), stated_in(self.manifest.listing, record)) for record in records]
        return [
            Link(response.urljoin(str(address)), self._absolute(response, stated))
            for address, stated in found
            if address
        ]

    def _absolute(self, response: TextResponse, stated: Stated) -> Stated:
        """What the listing said, its address no longer relative to the listing."""
        url = stated.get("url")
        return {**stated, "url": response.urljoin(url)} if isinstance(url, str) else stated


def stated_in(record: JsonRecord, value: Json) -> Stated:
    """The fields that one JSON object states."""
    stated: dict[FieldName, object] = {
        name: found for name, expression in record.fields.items() if (found := search(expression, value)) is not None
    }
    if record.salary is not None:
        salary = record.salary
        amounts: dict[FieldName, str | None] = {"salaryMin": salary.min, "salaryMax": salary.max}
        for name, expression in amounts.items():
            amount = search(expression, value) if expression else None
            stated[name] = _divided(amount, salary.divisor)
        words: dict[FieldName, str | None] = {"salaryCurrency": salary.currency, "salaryUnit": salary.unit}
        stated.update({name: search(expression, value) for name, expression in words.items() if expression})
    return stated


def search(expression: str, value: Json) -> Json:
    """What a JMESPath expression finds; None also where the value is of a shape it cannot work on."""
    try:
        return _compiled(expression).search(value)
    except JMESPathError:
        return None


def _divided(amount: Json, divisor: int) -> Json:
    try:
        return float(amount) / divisor if amount not in (None, "") else None
    except (TypeError, ValueError):
        return amount


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)
