"""One spider class for each manifest, enabled or not: what `scrapy list` and `scrapy crawl NAME` see.

Manifests that cannot be read are logged and left out here: one mistake must not cost a night.
"""

from __future__ import annotations

import logging

from crawler.config import Settings
from crawler.manifest import AnySource, read_manifests
from spiders.kinds.feed import FeedSpider
from spiders.kinds.json_api import JsonApiSpider
from spiders.kinds.json_state import JsonStateSpider
from spiders.kinds.register import RegisterSpider
from spiders.kinds.rendered import RenderedSpider
from spiders.kinds.script_object import ScriptObjectSpider
from spiders.kinds.source import SourceSpider
from spiders.kinds.structured import StructuredSpider
from spiders.kinds.telegram import TelegramSpider

logger = logging.getLogger(__name__)

KINDS: dict[str, type[SourceSpider]] = {
    "structured": StructuredSpider,
    "json_state": JsonStateSpider,
    "script_object": ScriptObjectSpider,
    "feed": FeedSpider,
    "json_api": JsonApiSpider,
    "telegram": TelegramSpider,
    "rendered": RenderedSpider,
    "register": RegisterSpider,
}


def spider_class(manifest: AnySource, *, module: str = __name__) -> type[SourceSpider]:
    """The spider of a source. Scrapy takes a class only from the module that it says it is of."""
    attributes = {"name": manifest.id, "manifest": manifest, "__module__": module, "__doc__": manifest.name}
    return type(manifest.id, (KINDS[manifest.kind],), attributes)


_read = read_manifests(Settings.from_environment().source_folders)
for _fault in _read.faults.values():
    logger.error("manifest left out: %s", _fault)
globals().update({_manifest.id: spider_class(_manifest) for _manifest in _read.manifests.values()})
