"""A changed layout, as one run shows it: counted, judged when the run ends, and recorded as the source's health."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.config import Settings
from crawler.health import Problem
from crawler.layout import (
    AD_PAGES,
    EMPTY_LISTINGS,
    LISTINGS,
    SILENT_AD_PAGES,
    Place,
    ads_stat,
    field_stat,
    lost_parts,
)
from crawler.store.engine import open_store, reading
from crawler.store.schema import runs
from tests.spiders.loopback import Answer, crawl, serve, source

LISTED, PAGED = ads_stat(Place.LISTING), ads_stat(Place.AD_PAGE)
STORED = ("-s", 'ITEM_PIPELINES={"crawler.collecting.StorePipeline": 900}')


@pytest.mark.parametrize(
    ("stats", "lost"),
    [
        ({}, []),
        ({LISTINGS: 3, EMPTY_LISTINGS: 2}, []),
        ({LISTINGS: 3, EMPTY_LISTINGS: 3}, ["ads of listings"]),
        ({AD_PAGES: 4, SILENT_AD_PAGES: 4}, []),
        ({AD_PAGES: 9, SILENT_AD_PAGES: 8}, []),
        ({AD_PAGES: 5, SILENT_AD_PAGES: 5}, ["ads of pages"]),
        ({LISTED: 4}, []),
        ({LISTED: 5, field_stat(Place.LISTING, "jobTitle"): 1}, ["jobLocation of listing"]),
        ({LISTED: 5}, ["jobLocation of listing", "jobTitle of listing"]),
        # A text that the listing cuts short is no stand-in for the whole one.
        ({PAGED: 5, field_stat(Place.LISTING, "description"): 5}, ["description of ad_page"]),
    ],
)
def test_only_what_is_missing_everywhere_is_a_changed_layout(stats: dict[str, int], lost: list[str]) -> None:
    required = {Place.LISTING: {"jobTitle", "jobLocation"}, Place.AD_PAGE: {"description"}}
    assert lost_parts(stats.get, required=required) == lost  # type: ignore[arg-type]


def item(number: int) -> str:
    return f'<li class="oglas"><a href="/oglas/{number}">Zidar {number}</a> <i>Grac</i></li>'


def site(path: str) -> Answer | None:
    if path.startswith("/oglas/"):
        return Answer(f"<main><h1>Zidar</h1><p>Oglas {path}, stan obezbeđen.</p></main>")
    return Answer("<ul>" + "".join(map(item, range(6))) + "</ul>") if path == "/oglasi" else None


LISTING = {"item": "li.oglas", "link": "a", "fields": {"jobTitle": "a", "jobLocation": "i"}}
FIELDS = {"description": "main p"}


@pytest.mark.parametrize(
    ("changes", "is_changed"),
    [
        ({}, False),
        ({"listing": {**LISTING, "item": "li.ad"}}, True),
        ({"listing": {**LISTING, "link": "b"}}, True),
        ({"listing": {**LISTING, "fields": {"jobTitle": "a", "jobLocation": "b"}}}, True),
        ({"listing": {**LISTING, "fields": {"jobTitle": "a", "jobLocation": "b"}}, "optional": ["jobLocation"]}, False),
        ({"fields": {"description": ".tekst"}}, True),
    ],
)
def test_health_turns_layout_changed(tmp_path: Path, changes: dict[str, Any], *, is_changed: bool) -> None:
    with serve(site) as running:
        manifest = {"kind": "selectors", "listing": LISTING, "fields": FIELDS, **changes}
        source(tmp_path, "rs_tabla", {"start_urls": [f"{running.url}/oglasi"], **manifest})
        crawl("rs_tabla", tmp_path, *STORED)
    with reading(open_store(Settings(tmp_path))) as connection:
        (problems,) = connection.scalars(select(runs.c.problems)).all()
    assert (Problem.LAYOUT_CHANGED in problems) == is_changed


def search(path: str) -> Answer | None:
    hits = {"/pretraga?q=Malta": item(1), "/pretraga?q=Linc": ""}
    return Answer(f"<ul>{hits[path]}</ul>") if path in hits else site(path)


@pytest.mark.parametrize(("words", "is_changed"), [(["Malta", "Linc"], False), (["Linc"], True)])
def test_a_word_that_finds_nothing_is_no_changed_layout_while_another_finds_ads(
    tmp_path: Path, words: list[str], *, is_changed: bool
) -> None:
    with serve(search) as running:
        manifest = {
            "kind": "selectors",
            "listing": LISTING,
            "fields": FIELDS,
            "abroad": {"by": "words", "words": words},
        }
        source(tmp_path, "rs_reci", {"start_urls": [running.url + "/pretraga?q={word}"], **manifest})
        crawl("rs_reci", tmp_path, *STORED)
    searches = [path for path in running.asked if path.startswith("/pretraga")]
    assert sorted(searches) == sorted(f"/pretraga?q={word}" for word in words)
    with reading(open_store(Settings(tmp_path))) as connection:
        (problems,) = connection.scalars(select(runs.c.problems)).all()
    assert (Problem.LAYOUT_CHANGED in problems) == is_changed
