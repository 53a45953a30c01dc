"""What the settings take of Scrapy and what they leave out is there under the names they say."""

from __future__ import annotations

from scrapy.settings import default_settings

from crawler import settings


def test_extensions_that_stay_are_scrapys_own() -> None:
    assert settings.EXTENSIONS_BASE.items() <= default_settings.EXTENSIONS_BASE.items()


def test_nothing_serves_a_door_into_the_spider() -> None:
    assert not [name for name in settings.EXTENSIONS_BASE if "telnet" in name or "remote" in name]


def test_middlewares_that_are_left_out_would_run_otherwise() -> None:
    left_out = {name for name, place in settings.DOWNLOADER_MIDDLEWARES.items() if place is None}
    assert left_out <= default_settings.DOWNLOADER_MIDDLEWARES_BASE.keys()
    assert settings.SPIDER_MIDDLEWARES.keys() <= default_settings.SPIDER_MIDDLEWARES_BASE.keys()
