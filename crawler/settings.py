"""Scrapy's settings: polite by default, bounded everywhere, and honest about who asks.

What one source allows (delay, pages, minutes) comes from its manifest, in `spiders.kinds.source`.
"""

from __future__ import annotations

import attrs

from crawler.config import Settings
from crawler.items import AdPosting

BOT_NAME = "adwatch"
SPIDER_MODULES = ["spiders.generic", "spiders.sourced", "spiders.flyers", "spiders.screenshots"]
SPIDER_OF_SOURCE = "spiders.kinds.of_source.spider_of_source"
_OURS = Settings.from_environment()
USER_AGENT = _OURS.user_agent

AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 2.0
AUTOTHROTTLE_MAX_DELAY = 30.0
DOWNLOAD_DELAY = 2.0
DOWNLOAD_DELAY_JITTER = 0.0  # a manifest's delay is the least time between two requests, not about that
CONCURRENT_REQUESTS_PER_DOMAIN = 16  # where the delay is zero; with one there is one request at a time
# Scrapy starts as many tasks for each page; its 100 cost a fifth of the time (local pages of 15 kB, November 2026).
CONCURRENT_ITEMS = 8

# First in, first out: listings name their newest ads first.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
SCHEDULER_DISK_QUEUE = "scrapy.squeues.PickleFifoDiskQueue"

DOWNLOAD_TIMEOUT = 30
TWISTED_DNS_RESOLVER = "crawler.pinning.PinnedResolver"
# What is kept is to be evidence of what this site said, not of what somebody on the line did; not Scrapy's default.
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # unpacked; a page takes many times its size in memory once it is parsed
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
RETRY_TIMES = 1
# 429 is a refusal that we accept; asking again at once would be the opposite.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]
# Spiders classify every status themselves (spiders.walls).
HTTPERROR_ALLOW_ALL = True

COOKIES_ENABLED = True  # for one run only: a site's consent and session last as long as its spider
EXTENSIONS = {"crawler.memory.MemoryWatch": 0}
# Scrapy's own that we use. One that is switched off is loaded all the same, and its remote control loads a web server.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.logstats.LogStats": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
MEMORY_LIMIT_MB = (
    _OURS.file.spider_memory_mb
)  # beyond it the spider keeps what it has and ends; see docs/collecting-safely.md
WARN_ON_GENERATOR_RETURN_VALUE = False  # it parses the source of callbacks over and over; ours are typed
DOWNLOAD_HANDLERS = {
    "http": "crawler.downloading.BoundedDownloads",
    "https": "crawler.downloading.BoundedDownloads",
    **dict.fromkeys(("data", "file", "ftp", "s3")),
}
BROWSER_PAGE_SECONDS = 180  # waiting, scrolling and all
DOWNLOADER_MIDDLEWARES = {
    "crawler.politeness.AddressGuard": 50,
    "crawler.downloading.BoundedMarkup": 85,
    "crawler.charset.TrueCharset": 90,
    "crawler.robots.RobotsRules": 100,
    "crawler.politeness.PatientRetry": 550,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.politeness.FewCookies": 700,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    # AddressGuard answers for the domains too: Scrapy's own drops a redirect to elsewhere without a word.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
}
# These would look at each page and each request, to do nothing with our settings.
SPIDER_MIDDLEWARES = dict.fromkeys(
    (
        "scrapy.spidermiddlewares.start.StartSpiderMiddleware",
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware",
        "scrapy.spidermiddlewares.depth.DepthMiddleware",
        "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware",
    )
)
ITEM_PIPELINES = {"crawler.collecting.StorePipeline": 900}

FEED_EXPORT_ENCODING = "utf-8"
# `scrapy crawl NAME -O ads.jsonl` gives the ads without the bytes of their pages.
NOT_EXPORTED = ("page", "listingPage", "metadata", "way")
FEED_EXPORT_FIELDS = [field.name for field in attrs.fields(AdPosting) if field.name not in NOT_EXPORTED]
LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
LOG_FORMATTER = "crawler.logformat.OneLine"
LOG_SHORT_NAMES = True
STATS_DUMP = False
