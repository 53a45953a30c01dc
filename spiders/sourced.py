"""One spider class for each manifest, enabled or not: what `scrapy list` and `scrapy crawl NAME` see.

Manifests that cannot be read are logged and left out here: one mistake must not cost a night.
"""

from __future__ import annotations

import logging

from crawler.config import Settings
from crawler.manifest import read_manifests
from spiders.kinds.of_source import spider_class

logger = logging.getLogger(__name__)

_read = read_manifests(Settings.from_environment().source_folders)
for _fault in _read.faults.values():
    logger.error("manifest left out: %s", _fault)
globals().update({_one.id: spider_class(_one, module=__name__) for _one in _read.manifests.values()})
