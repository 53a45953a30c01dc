"""Two workers share a source that only a browser shows: each page is opened once, by Chromium, and kept once."""

from __future__ import annotations

import threading
from collections import Counter

from redis import Redis
from sqlalchemy import select

from crawler.store.engine import reading
from crawler.store.schema import ads, captures
from tests.scaling.team import PATIENCE, Team, end_well, holders, stop, wait_until
from tests.spiders.loopback import Answer, serve, source

PAGES = 8
ON_A_PAGE = 2
PAGE = """<!DOCTYPE html><html><body><div id="zid"></div><script>
for (const number of [1, 2]) {
  const post = document.createElement("article");
  post.innerHTML = `<a href="${location.pathname}/objava/${number}">${number}</a><p>Oglas ${number}, ceo tekst</p>`;
  document.getElementById("zid").append(post);
}
</script></body></html>"""


class Wall:
    """Pages that a script fills. None is answered before both workers hold one; with a delay each holds no more."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.open = threading.Event()
        self.lock = threading.Lock()

    def answer(self, path: str) -> Answer | None:
        """A page, or that there is none."""
        with self.lock:
            self.asked[path] += 1
        if not path.startswith("/zid/"):
            return None
        self.open.wait(PATIENCE)
        return Answer(PAGE)


def test_rendered_source_is_shared_and_each_page_opened_once(team: Team, redis: Redis) -> None:
    wall = Wall()
    with serve(wall.answer) as site:
        manifest = {
            "kind": "rendered",
            "start_urls": [f"{site.url}/zid/{number}" for number in range(PAGES)],
            "rendering": {"wait": "article"},
            "item": "article",
            "fields": {"url": "a::attr(href)", "description": "p"},
            "limits": {"delay_seconds": 0.2, "max_minutes": 5, "max_pages": 60},
        }
        source(team.home, "rs_zid", manifest)
        with (
            team.started("worker", "--name", "jedan") as one,
            team.started("worker", "--name", "dva") as two,
            team.started("crawl", "rs_zid") as night,
        ):
            wait_until(lambda: len(holders(redis)) == 2)
            wall.open.set()
            end_well(night)
            stop(one, two)
    pages = {f"/zid/{number}": 1 for number in range(PAGES)}
    assert {path: count for path, count in wall.asked.items() if path.startswith("/zid/")} == pages
    run = team.run()
    assert (run.outcome, run.problems, run.ads, run.listings) == ("ok", {}, PAGES * ON_A_PAGE, PAGES)
    with reading(team.store.engine) as connection:
        addresses = connection.scalars(select(ads.c.url)).all()
        kept = connection.execute(select(captures)).all()
    assert sorted(addresses) == sorted(f"{site.url}{page}/objava/{number}" for page in pages for number in (1, 2))
    assert {row.method for row in kept} == {"browser"}
    documents = [row for row in kept if row.screenshot_record_id]
    assert sorted(row.url for row in documents) == sorted(f"{site.url}{page}" for page in pages)
    assert len(kept) == 2 * PAGES, "each document and its picture"
    assert len({row.file for row in kept}) == 2, "both took part, each with a file of its own"
