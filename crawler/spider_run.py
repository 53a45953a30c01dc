"""One spider from its settings to its end, in a process that does nothing else: `crawler.spider_process`."""

from __future__ import annotations

import os

# Early and from here: Scrapy's TLS looks at each frame on the stack and each module there is, half a second later on.
import scrapy.core.downloader.handlers.http11  # noqa: F401
from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.misc import load_object
from scrapy.utils.project import get_project_settings

from crawler.config import Settings
from crawler.logs import log_of_spider
from crawler.memory import bound_memory, keep_loaded
from crawler.shared.work import worker_name


def run_spider(name: str, *options: str) -> int:
    """Runs the source's spider with `name=value` options. Returns the exit code."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    settings = get_project_settings()
    bound_memory(settings.getint("MEMORY_LIMIT_MB"))
    spider: type[Spider] | None = load_object(settings["SPIDER_OF_SOURCE"])(name)
    if spider is not None:
        # Looking through all spiders loads what other kinds need, which takes longer than many a source.
        settings.set("SPIDER_MODULES", [])
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    if worker_name() is not None and spider is not None:
        from crawler.shared.working import shared_settings  # noqa: PLC0415 - a spider that runs alone needs no Redis

        shared = shared_settings(settings, name, minutes=spider.manifest.limits.max_minutes)  # type: ignore[attr-defined]
        if shared is None:
            return 0
        settings.setdict(shared, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    log_of_spider(Settings.from_environment(), level=settings["LOG_LEVEL"])
    crawler = process.create_crawler(spider or name)
    crawler.signals.connect(keep_loaded, signal=signals.engine_started)
    process.crawl(crawler, **dict(option.split("=", 1) for option in options))
    process.start()
    return 1 if process.bootstrap_failed else 0
