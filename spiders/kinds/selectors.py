"""Fields of an ad out of markup by the CSS selectors of a manifest."""

from __future__ import annotations

from collections.abc import Mapping

from parsel import Selector, SelectorList

from crawler.notations import FieldName
from spiders.posting import Stated

OF_MANY_PARTS: frozenset[FieldName] = frozenset(
    ("description", "requirements", "contactRaw", "imageUrls", "jobLocation")
)
"""Fields that are all elements found; of the others it is the first."""


def stated_by(element: Selector, fields: Mapping[FieldName, str]) -> Stated:
    """What the selectors find below this element, as HTML, text or attribute values; fields not found are left out."""
    stated: dict[FieldName, object] = {}
    for name, selector in fields.items():
        found: SelectorList[Selector] = element.css(selector)
        values = found.getall() if name in OF_MANY_PARTS else found[:1].getall()
        if values:
            stated[name] = values if name in OF_MANY_PARTS else values[0]
    return stated
