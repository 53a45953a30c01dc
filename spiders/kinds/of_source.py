"""The spider of a source, by the kind that its manifest names. A kind's code is loaded when a source of it is."""

from __future__ import annotations

from scrapy.utils.misc import load_object

from crawler.config import Settings
from crawler.manifest import AnySource, find_manifest
from spiders.kinds.source import SourceSpider

KINDS = {
    "structured": "spiders.kinds.structured.StructuredSpider",
    "selectors": "spiders.kinds.item_listing.ItemListingSpider",
    "json_state": "spiders.kinds.json_state.JsonStateSpider",
    "script_object": "spiders.kinds.script_object.ScriptObjectSpider",
    "feed": "spiders.kinds.feed.FeedSpider",
    "json_api": "spiders.kinds.json_api.JsonApiSpider",
    "wordpress": "spiders.kinds.wordpress.WordPressSpider",
    "telegram": "spiders.kinds.telegram.TelegramSpider",
    "rendered": "spiders.kinds.rendered.RenderedSpider",
    "register": "spiders.kinds.register.RegisterSpider",
}


def spider_class(manifest: AnySource, *, module: str = __name__) -> type[SourceSpider]:
    """The spider of a source. Scrapy's loader takes a class only from the module that it says it is of."""
    kind: type[SourceSpider] = load_object(KINDS[manifest.kind])
    attributes = {"name": manifest.id, "manifest": manifest, "__module__": module, "__doc__": manifest.name}
    return type(manifest.id, (kind,), attributes)


def spider_of_source(name: str) -> type[SourceSpider] | None:
    """The spider of the source with this id, None where there is no such source. Raises SourceError."""
    manifest = find_manifest(Settings.from_environment().source_folders, name)
    return spider_class(manifest) if manifest else None
