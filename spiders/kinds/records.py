"""Ads out of JSON values by the expressions of a manifest, whatever page carried the JSON."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from parsel import Selector
from scrapy.http import TextResponse

from crawler.health import Problem
from crawler.manifest import (
    JsonApiSource,
    JsonDetail,
    JsonListing,
    JsonRecord,
    JsonStateSource,
    Markup,
    Salary,
    ScriptObjectSource,
)
from crawler.notations import FieldName
from spiders.kinds.listing import Link, Listing
from spiders.kinds.selectors import stated_by
from spiders.kinds.source import SourceSpider
from spiders.kinds.structured import ads_in_markup
from spiders.lenient_json import Json, NotJsonError
from spiders.links import joined_address
from spiders.pay import plain_number
from spiders.posting import Stated, states_something

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
        says_empty = None if section.empty is None else bool(search(section.empty, data))
        if section.detail_url is None:
            ads = [self._absolute(response, stated_in(section, record)) for record in records]
            return Listing(ads=ads, last=last, says_empty=says_empty)
        return Listing(links=self._links(response, section.detail_url, records), last=last, says_empty=says_empty)

    def read_ads(self, response: TextResponse) -> Sequence[Stated]:
        """The one ad of the page."""
        if self.manifest.ad_page is not None:
            return ads_in_markup(response, self.manifest.ad_page.fields)
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
            Link(url, self._absolute(response, stated))
            for address, stated in found
            if address and (url := joined_address(response, str(address)))
        ]

    def _absolute(self, response: TextResponse, stated: Stated) -> Stated:
        """What the listing said, its address no longer relative to the listing."""
        url = stated.get("url")
        return {**stated, "url": joined_address(response, url)} if isinstance(url, str) else stated


def stated_in(record: JsonRecord, value: Json) -> Stated:
    """The fields that one JSON object states."""
    stated: dict[FieldName, object] = {}
    if record.markup is not None:
        stated.update(_stated_in_markup(record.markup, value))
    for name, expression in record.fields.items():
        if (found := search(expression, value)) is not None:
            stated[name] = found
    if record.salary is not None:
        stated.update(_salary(record.salary, value))
    return stated


def _stated_in_markup(markup: Markup, value: Json) -> Stated:
    html = search(markup.html, value)
    if not isinstance(html, str) or not html.strip():
        return {}
    return stated_by(Selector(html if "<" in html else unescape(html), type="html"), markup.fields)


def _salary(salary: Salary, value: Json) -> Stated:
    """The parts of a salary; a currency beside no amount states nothing."""
    amounts: dict[FieldName, object] = {}
    if salary.min is not None:
        amounts["salaryMin"] = _divided(search(salary.min, value), salary.divisor)
    if salary.max is not None:
        amounts["salaryMax"] = _divided(search(salary.max, value), salary.divisor)
    if amounts and not any(map(states_something, amounts.values())):
        return {}
    words: dict[FieldName, str | None] = {"salaryCurrency": salary.currency, "salaryUnit": salary.unit}
    return {**amounts, **{name: search(expression, value) for name, expression in words.items() if expression}}


def search(expression: str, value: Json) -> Json:
    """What a JMESPath expression finds; None also where the value is of a shape it cannot work on."""
    try:
        return _compiled(expression).search(value)
    except (JMESPathError, TypeError):
        # The latter where a text is compared with a number, which the library leaves to Python.
        return None


def _divided(amount: Json, divisor: int) -> Json:
    number = plain_number(amount) if isinstance(amount, str) else amount
    try:
        return float(number) / divisor if number not in (None, "") else None
    except (TypeError, ValueError, OverflowError):
        return amount


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> ParsedResult:
    return jmespath.compile(expression)
