"""A spider killed in the middle of a night: what was kept is not fetched again, and nothing is doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from crawler.crawling import order_for, run_spiders
from crawler.manifest import read_manifest
from crawler.night import Night
from crawler.store.schema import ad_versions, ads, runs, sightings
from tests.builders import StoreBuilder
from tests.spiders.loopback import Answer, ad_page, links_to, serve, source
from tests.whole.running import PATIENT

SOURCE = "rs_portal"
ADS = 130
PATIENCE = 600
HELD_BACK = 115
"""Ads answered before the site falls silent: one batch of 100 is kept by then, the next is not."""


def test_a_spider_killed_and_run_again_fetches_no_ad_that_it_kept(tmp_path: Path) -> None:
    store, is_open = StoreBuilder(tmp_path / "data"), threading.Event()

    def portal(path: str) -> Answer | None:
        if path.startswith("/oglasi"):
            first = 0 if path == "/oglasi" else ADS // 2
            following = '<a class="dalje" href="/oglasi?p=2">dalje</a>' if not first else ""
            return Answer(links_to(*(f"/oglas/{number}" for number in range(first, first + ADS // 2))) + following)
        if not path.startswith("/oglas/"):
            return None
        if int(path.rpartition("/")[2]) >= HELD_BACK:
            is_open.wait(PATIENCE)
        return ad_page(path)

    with serve(portal) as site:
        manifest = {
            "kind": "structured",
            "start_urls": [f"{site.url}/oglasi"],
            "listing": {"links": "a.oglas"},
            "paging": {"next": "a.dalje"},
            "limits": {"delay_seconds": 0, "max_pages": 500, "stop_at_known": 1},
        }
        source(store.settings.home, SOURCE, manifest)
        night = Night(store.night(at=datetime.now(UTC)), store.settings, store.engine, datetime.now(UTC))
        _kill_in_the_middle(store, night.id)
        is_open.set()
        kept = _paths(store, site.url)
        assert 0 < len(kept) < ADS
        asked_before = len(site.asked)
        order = order_for(read_manifest(store.settings.home / "sources" / SOURCE / "source.yml"))
        assert run_spiders(night, [order]).counts["crashed"] == 0
        asked = site.asked[asked_before:]
        assert not kept & set(asked)
        assert {path for path in asked if path.startswith("/oglas/")} | kept == _paths(store, site.url)
        # A finished source has no second turn in its night.
        run_spiders(night, [order])
        assert len(site.asked) == asked_before + len(asked)
    assert max(Counter(asked).values()) == 1
    with store.connect() as connection:
        for table in (ads, ad_versions, sightings):
            assert connection.scalar(select(func.count()).select_from(table)) == ADS
        assert connection.execute(select(runs.c.ads, runs.c.new_ads, runs.c.paged)).one() == (ADS, ADS, "end")


def _kill_in_the_middle(store: StoreBuilder, night_id: int) -> None:
    environment = {**os.environ, **PATIENT, "ADWATCH_HOME": str(store.settings.home), "ADWATCH_NIGHT": str(night_id)}
    command = [sys.executable, "-m", "crawler.spider_process", SOURCE]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as spider:
        deadline = time.monotonic() + PATIENCE
        while not _paths(store, "") and spider.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert spider.poll() is None
        spider.kill()


def _paths(store: StoreBuilder, base: str) -> set[str]:
    with store.connect() as connection:
        return {url.removeprefix(base) for url in connection.scalars(select(ads.c.url))}
