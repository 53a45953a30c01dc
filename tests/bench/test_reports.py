"""A report of a whole year with `ADWATCH_BENCH_ADS` (100000) ads, a fifth as many cases and two contacts an ad."""

from __future__ import annotations

import time
from datetime import date

import pytest
from sqlalchemy import select

from alerts.reports.figures import SheetId, make_report
from alerts.reports.periods import Period
from crawler.store.schema import ads, assessments
from tests.bench.figures import Group, Notebook, median_ms
from tests.bench.fill_judged import ADS, BEGIN, SPAN, fill_judged
from tests.builders import StoreBuilder

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
MOST_SECONDS = 30.0
"""By the clock, on a machine that others use too."""


@pytest.mark.timeout(3600)
def test_a_year_of_many_ads_is_counted_in_seconds(
    store: StoreBuilder, capsys: pytest.CaptureFixture[str], notebook: Notebook
) -> None:
    fill_judged(store)
    taken: list[tuple[float, float]] = []
    for _ in range(3):
        began, worked = time.perf_counter(), time.process_time()
        with store.connect() as connection:
            report = make_report(connection, YEAR, now=BEGIN + SPAN, with_names=True)
        taken.append((time.perf_counter() - began, time.process_time() - worked))
    passed, spent = min(taken)
    with capsys.disabled():
        print(
            f"\n{store.engine.dialect.name}, {ADS:,} ads: a year in {passed:.2f} s, {spent:.2f} s of them "
            "of this process's processor"
        )
    what = f"a year of {ADS:,} ads beside the year before, {store.engine.dialect.name}"
    beside = "all ads read with their judgements, nothing counted", _reading_seconds(store)
    notebook.note(Group.REPORT, what, passed, "s", at_most=MOST_SECONDS, beside=beside)
    assert report.sheet(SheetId.OVERVIEW).rows[0].figures[0] > ADS / 2
    assert passed < MOST_SECONDS


def _reading_seconds(store: StoreBuilder) -> float:
    """Seconds that a plain reading of the same rows takes."""
    statement = select(ads.c.source, ads.c.first_seen, assessments.c.level, assessments.c.result).join(
        assessments, assessments.c.version_id == ads.c.version_id
    )
    with store.connect() as connection:
        return median_ms(lambda: connection.execute(statement).all(), rounds=3) / 1000
