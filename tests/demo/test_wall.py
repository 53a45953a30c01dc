"""The social page is empty without a browser and complete with one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, sync_playwright

from crawler.browser import launch_options
from spiders.demo.ads import PlacedAd, SiteName
from spiders.demo.server import DemoServer, DemoSites
from tests.demo.reading import read

PATIENCE_MS = 180_000.0
ADDRESS = "http://drustvena.example/stranica/posao-inostranstvo"


@pytest.fixture(scope="module")
def browser(server: DemoServer) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = {**launch_options(), "proxy": {"server": server.proxy_url}, "timeout": PATIENCE_MS}
        launched = playwright.chromium.launch(**options)  # type: ignore[arg-type]
        yield launched
        launched.close()


def test_page_is_empty_without_its_script(sites: DemoSites) -> None:
    wall = BeautifulSoup(read(sites, ADDRESS.removeprefix("http://")), "lxml").select_one("#zid")
    assert wall is not None
    assert not wall.get_text(strip=True)


def test_scrolling_loads_every_post_and_the_button_shows_the_whole_text(
    browser: Browser, ads: tuple[PlacedAd, ...]
) -> None:
    texts = {str(ad.id): ad.text for ad in ads if ad.placement.site is SiteName.DRUSTVENA}
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(ADDRESS)
    page.wait_for_selector("article.objava")
    assert page.locator("article.objava").count() < len(texts)
    while not page.locator("#zid[data-kraj=da]").count():
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(50)
    for button in page.locator("button.prikazi-jos").all()[::-1]:
        button.click()
    posts = page.locator("article.objava").all()
    shown = {post.get_attribute("data-id"): post.locator(".objava-tekst").text_content() for post in posts}
    page.close()
    assert shown == texts


def test_texts_are_cut_until_expanded(browser: Browser) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{ADDRESS}/objava/880010012")
    text = page.locator(".objava-tekst")
    text.wait_for()
    assert page.locator("article.objava").count() == 1
    assert (text.text_content() or "").endswith("… ")
    page.click("button.prikazi-jos")
    assert "Dunavski Galeb" in (text.text_content() or "")
    page.close()
