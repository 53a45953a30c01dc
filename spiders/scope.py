"""Whether an ad is for work abroad by the site's own category. What its words say is judged by `pipelines`."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.manifest import Abroad
from spiders.posting import Stated, words_of


@dataclass(frozen=True, slots=True)
class Scope:
    """What the site's category says of one ad."""

    is_outside: bool = False
    """All it names are of other work."""
    unknown: tuple[str, ...] = ()
    """Categories that the manifest names neither way."""


def scope_of(stated: Stated, abroad: Abroad) -> Scope:
    """Where the ad belongs. An ad without a category, or with one that is not known, is inside."""
    if abroad.by != "category":
        return Scope()
    inside = {name.casefold() for name in abroad.inside}
    outside = {name.casefold() for name in abroad.outside}
    said = words_of(stated.get("category"))
    unknown = tuple(word for word in said if word.casefold() not in inside | outside)
    return Scope(is_outside=bool(said) and all(word.casefold() in outside for word in said), unknown=unknown)
