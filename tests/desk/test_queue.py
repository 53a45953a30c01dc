"""The morning queue: worst first, each row with where, who and what, progress, piles and pages."""

from __future__ import annotations

import html
import re

from sqlalchemy import update

from crawler.store.schema import cases
from pipelines.indicators import describe
from tests.desk.conftest import DeskUnderTest


def _ranked(desk: DeskUnderTest, level: str, score: float) -> int:
    case_id = desk.store.complaint_case(title=f"{level} {score}")
    with desk.store.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == case_id).values(level=level, score=score))
    return case_id


def test_the_queue_begins_with_the_worst(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    for level, score in (("high", 0.5), ("critical", 0.1), ("medium", 0.9), ("high", 0.8)):
        _ranked(desk, level, score)
    shown = desk.page("/")
    order = [shown.index(title) for title in ("critical 0.1", "high 0.8", "high 0.5", "medium 0.9")]
    assert order == sorted(order)


def test_a_row_says_where_who_and_what(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.complaint_case()
    shown = desk.page("/")
    for words in ("Nemačka", "Primer Rad", "nije nađen u registru", "visok rizik", "1\u00a0oglas, 1\u00a0izvor"):
        assert words in shown


def test_findings_are_shown_as_what_the_ad_states(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.complaint_case()
    tags = desk.page("/").partition('<ul class="tags">')[2].partition("</ul>")[0]
    assert tags.index("Oglas navodi:") < tags.index(describe("upfront_fee").title)


def test_copies_on_other_portals_are_counted_once_a_case(desk: DeskUnderTest) -> None:
    desk.enter()
    first = desk.store.ad(source="demo_portal")
    desk.store.case(first, desk.store.assess(first))
    for source in ("demo_kanal", "demo_kanal"):
        desk.store.assess(desk.store.ad(source=source, series_id=first.series_id))
    assert "3\u00a0oglasa, 2\u00a0izvora" in desk.page("/")


def test_progress_counts_what_was_decided_since_the_night(desk: DeskUnderTest) -> None:
    desk.enter()
    numbers = [desk.store.complaint_case() for _ in range(3)]
    assert "Pregledano 0 od 3" in desk.page("/")
    desk.decide(numbers[0], "confirm")
    assert "Pregledano 1 od 3" in desk.page("/")
    desk.decide(numbers[1], "unsure")
    assert "Pregledano 2 od 3" in desk.page("/")


def test_an_empty_queue_after_work_says_that_all_is_reviewed(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    assert desk.decide(case_id, "confirm").headers["location"] == f"/?pile=open&done={case_id}"
    assert "Sve je pregledano" in desk.page("/")


def test_an_empty_queue_on_a_bad_night_does_not_soothe(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page("/")
    assert "Noćna obrada još nije rađena" in shown
    assert "Registar agencija nije uvezen" in shown
    assert "Pre nego što to protumačite kao mirnu noć" in shown


def test_other_piles_are_a_link_away(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.decide(case_id, "dismiss", reason="nije oglas za posao")
    assert f"/cases/{case_id}?pile=dismissed" in desk.page("/?pile=dismissed")
    assert f"/cases/{case_id}?pile=open" not in desk.page("/")


def test_a_long_queue_is_cut_into_pages(desk: DeskUnderTest) -> None:
    desk.enter()
    for _ in range(26):
        desk.store.complaint_case()
    first = desk.page("/")
    assert first.count("case-link") == 25
    assert "1–25 od 26" in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = desk.page(html.unescape(following.group(1)))
    assert second.count("case-link") == 1
    assert 'rel="prev" href="/?pile=open"' in second


def test_a_page_whose_cases_are_all_decided_shows_the_last_ones(desk: DeskUnderTest) -> None:
    desk.enter()
    first, second = _ranked(desk, "high", 0.5), _ranked(desk, "high", 0.4)
    assert f"/cases/{first}?" in desk.page(f"/?after={second}")


def test_a_decision_leads_to_the_next_case(desk: DeskUnderTest) -> None:
    desk.enter()
    mild, worst, middle = _ranked(desk, "medium", 0.1), _ranked(desk, "critical", 0.9), _ranked(desk, "high", 0.5)
    assert desk.decide(worst, "confirm").headers["location"] == f"/cases/{middle}?pile=open&done={worst}"
    assert desk.decide(mild, "unsure").headers["location"] == f"/cases/{middle}?pile=open&done={mild}"
    assert f"Slučaj {worst}</a> je sada: <strong>potvrđen" in desk.page(f"/cases/{middle}?done={worst}")
