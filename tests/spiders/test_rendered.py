"""The rendered kind in a real browser: what is kept is what a reader had before his eyes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Error as BrowserError
from playwright.async_api import async_playwright
from sqlalchemy import select

from crawler.browser import launch_options
from crawler.config import Settings
from crawler.manifest import Rendering
from crawler.store.engine import open_store
from crawler.store.schema import captures
from spiders.kinds.rendered import unfold
from tests.spiders.loopback import Answer, crawl, serve, source

KEEP = '{"crawler.collecting.StorePipeline": 900}'

WALL = """<!DOCTYPE html><html><body><div id="zid"></div><img src="http://127.0.0.2:9/broj.png"><script>
let made = 0;
function more() {
  for (let i = 0; i < 4 && made < 12; i++) {
    made++;
    const post = document.createElement("article");
    post.style.minHeight = "500px";
    post.innerHTML = `<a href="/objava/${made}">${made}</a><p class="tekst">Oglas ${made}, skraćeno</p>`
      + `<button onclick="this.previousElementSibling.textContent = 'Oglas ${made}, ceo tekst'">još</button>`;
    document.getElementById("zid").append(post);
  }
}
more();
addEventListener("scroll", () => { if (innerHeight + scrollY >= document.body.scrollHeight - 50) more(); });
</script></body></html>"""


def _put_source(home: Path, address: str) -> None:
    source(
        home,
        "rs_zid",
        {
            "kind": "rendered",
            "start_urls": [f"{address}/strana"],
            "rendering": {"wait": "article", "scrolls": 10, "expanders": ["article button"]},
            "item": "article",
            "fields": {"url": "a::attr(href)", "description": ".tekst"},
        },
    )


def test_a_wall_is_scrolled_expanded_and_kept_as_document_with_its_picture(tmp_path: Path) -> None:
    with serve(lambda path: Answer(WALL) if path == "/strana" else None) as site:
        _put_source(tmp_path, site.url)
        run = crawl("rs_zid", tmp_path, "-s", "ITEM_PIPELINES=" + KEEP)
    assert [ad["description"] for ad in run.ads] == [f"Oglas {number}, ceo tekst" for number in range(1, 13)]
    assert run.ads[11]["url"] == f"{site.url}/objava/12"
    assert not run.problems
    assert site.agents == {"adwatch/0.1"}
    with open_store(Settings(tmp_path)).connect() as connection:
        kept = connection.execute(select(captures.c.method, captures.c.screenshot_record_id)).all()
    assert sorted(method for method, _ in kept) == ["browser", "browser"]
    assert len([picture for _, picture in kept if picture]) == 1


async def _unfolded(html: str) -> bytes | None:
    async with async_playwright() as playwright:
        options = {key: value for key, value in launch_options().items() if key != "proxy"}
        browser = await playwright.chromium.launch(**options)  # type: ignore[arg-type]
        page = await browser.new_page()
        await page.set_content(html)
        kept = await unfold(page, Rendering(wait=".nema", wait_seconds=0.2, scrolls=3))
        await browser.close()
        return kept.screenshot


def test_a_page_that_never_gets_ready_is_still_pictured() -> None:
    try:
        screenshot = asyncio.run(_unfolded("<h1>Prijavite se</h1>"))
    except BrowserError as error:  # pragma: no cover
        pytest.fail(f"no browser: {error}")
    assert screenshot is not None
    assert screenshot.startswith(b"\x89PNG")
