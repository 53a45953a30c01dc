"""The bare spider with the garbage collector set up as that of our own spiders: what of the difference is only that."""

from __future__ import annotations

import gc
import sys

if __name__ == "__main__":
    gc.disable()

    from tests.bench.bare_spider import crawl

    crawl(sys.argv[1], is_tuned=True)
