"""The process that runs one spider: `python -m crawler.spider_process SOURCE [name=value …]`.

It ends with its parent: a night that is killed leaves no spider behind that would go on fetching.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import NoReturn

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.misc import load_object
from scrapy.utils.project import get_project_settings

from crawler.memory import bound_memory


def main(arguments: list[str]) -> int:
    """Runs the spider to its end. Returns the exit code."""
    if os.environ.get("ADWATCH_FOLLOW_PARENT"):
        threading.Thread(target=_end_with_parent, daemon=True).start()
    bound_memory()
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    name, *options = arguments
    settings = get_project_settings()
    spider: type[Spider] | None = load_object(settings["SPIDER_OF_SOURCE"])(name)
    if spider is not None:
        # Looking through all spiders loads what other kinds need, which takes longer than many a source.
        settings.set("SPIDER_MODULES", [])
    process = AsyncCrawlerProcess(settings)
    process.crawl(spider or name, **dict(option.split("=", 1) for option in options))
    process.start()
    return 1 if process.bootstrap_failed else 0


def _end_with_parent() -> NoReturn:
    """Standard input is a pipe the parent never writes to: its end is the parent's end."""
    # Not by way of sys.stdin, whose lock a sleeping reader would hold when the interpreter ends in peace.
    while os.read(0, 1024):
        continue
    # Not a graceful stop: what is unsaved is fetched again when the night is resumed.
    os._exit(70)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
