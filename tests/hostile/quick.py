"""The project's settings with short patience, so that a test need not wait for what never comes."""

from crawler.settings import *  # noqa: F403

DOWNLOAD_TIMEOUT = 15
RETRY_TIMES = 0
BROWSER_PAGE_SECONDS = 45
