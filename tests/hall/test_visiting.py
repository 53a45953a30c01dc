"""On which days a known ad's own page is visited."""

from __future__ import annotations

from datetime import date, timedelta

from crawler.visiting import due_on

NEW = date(2026, 11, 1)


def _visits(days: int) -> list[int]:
    """Ages in days at which the page is visited, where a night runs every day."""
    visited, ages = NEW, []
    for age in range(1, days):
        due = due_on(NEW, visited)
        if due is not None and due <= NEW + timedelta(days=age):
            visited = NEW + timedelta(days=age)
            ages.append(age)
    return ages


def test_visits_become_rarer_and_never_cease() -> None:
    assert _visits(130) == [1, 2, 4, 8, 16, 30, 60, 90, 120]


def test_a_visit_that_came_late_is_not_made_up_for() -> None:
    assert due_on(NEW, NEW + timedelta(days=5)) == NEW + timedelta(days=8)


def test_a_page_that_is_gone_is_asked_for_once_more_and_then_left() -> None:
    gone = NEW + timedelta(days=30)
    assert due_on(NEW, gone, misses=1) == gone + timedelta(days=1)
    assert due_on(NEW, gone, misses=2) is None
