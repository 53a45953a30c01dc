"""The project's settings with patience for a page that a test holds back, however slow the machine is."""

from crawler.settings import *  # noqa: F403

DOWNLOAD_TIMEOUT = 600
