"""A case's timeline as it is told from the store, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.timeline import Timeline, read_timeline, told_lines
from crawler.baseline import Paged
from crawler.health import Problem, RunOutcome
from crawler.store.cases import read_case
from crawler.store.nights import Measured, begin_run, finish_run
from pipelines.life.events import LifeEvent
from tests.builders import AD_TEXT, NOW, StoreBuilder, StoredAd

DAY = timedelta(days=1)


def _run(store: StoreBuilder, days: int, *seen: StoredAd, outcome: RunOutcome = RunOutcome.OK) -> None:
    """A night in which the portal was asked and showed these ads."""
    at = NOW + days * DAY
    night_id = store.night(at=at)
    for ad in seen:
        store.see_again(ad, at=at, night_id=night_id)
    with store.engine.begin() as connection:
        begin_run(connection, night_id=night_id, source="demo_portal", now=at - DAY / 100)
        problems = {} if outcome is RunOutcome.OK else {Problem.UNREACHABLE: 1}
        finish_run(
            connection,
            night_id=night_id,
            source="demo_portal",
            now=at + DAY / 100,
            outcome=outcome,
            counts={},
            problems=problems,
            measured=Measured(paged=Paged.END),
        )


def _case(store: StoreBuilder) -> tuple[int, StoredAd, StoredAd]:
    """A case on one ad, and an older ad of another offer that shows how far back the portal was looked at."""
    steady = store.ad(at=NOW - DAY)
    ad = store.ad()
    return store.case(ad, store.assess(ad)), ad, steady


def _told(store: StoreBuilder, case_id: int) -> Timeline:
    with store.connect() as connection:
        return read_timeline(connection, store.settings, read_case(connection, case_id))


def test_an_ad_is_missing_only_where_runs_that_ended_well_looked_far_enough_back(store: StoreBuilder) -> None:
    case_id, _, steady = _case(store)
    _run(store, 1, outcome=RunOutcome.FAILED)
    _run(store, 2, steady, outcome=RunOutcome.PARTIAL)
    newer = store.ad(at=NOW + 2 * DAY)
    _run(store, 3, newer)
    _run(store, 4, newer)
    _run(store, 5, steady)
    assert [entry.event for entry in _told(store, case_id).entries] == [LifeEvent.FIRST_SEEN]
    _run(store, 6, steady)
    missing = _told(store, case_id).entries[-1]
    assert missing.event is LifeEvent.MISSING
    assert missing.what.replace("\u00a0", " ") == "Nije viđen od 20. 11. 2026."


@pytest.mark.parametrize(("nights", "event"), [(5, LifeEvent.SEEN_AGAIN), (20, LifeEvent.REPOSTED)])
def test_an_ad_that_returns_is_seen_again_or_after_two_weeks_published_anew(
    store: StoreBuilder, nights: int, event: LifeEvent
) -> None:
    case_id, ad, steady = _case(store)
    for days in range(1, nights):
        _run(store, days, steady)
    _run(store, nights, steady, ad)
    told = _told(store, case_id).entries
    assert [entry.event for entry in told] == [LifeEvent.FIRST_SEEN, LifeEvent.MISSING, event]
    assert f"({nights}\u00a0dana)" in told[-1].detail


def test_an_edit_is_told_field_by_field_with_its_capture(store: StoreBuilder) -> None:
    case_id, ad, _ = _case(store)
    later = store.new_version(
        ad,
        text=AD_TEXT.replace("2.500", "2.900").replace("060 000 0001", "060 000 0002"),
        title="Hitno",
        at=NOW + DAY,
    )
    store.assess(later)
    (_, edit) = _told(store, case_id).entries
    labels = [line.label for line in edit.changes]
    assert edit.event is LifeEvent.EDITED
    assert list(dict.fromkeys(labels)) == ["Naslov", "Tekst", "Kontakt", "Zarada"]
    lines = "\n".join(told_lines(_told(store, case_id)))
    assert "[-2.500-][+2.900+] evra" in lines
    assert "[+Broj telefona +381600000002+]" in lines
    assert f"snimak {edit.record_id}" in lines


def test_another_portal_and_a_copy_are_told_apart(store: StoreBuilder) -> None:
    case_id, ad, _ = _case(store)
    store.assess(store.ad(series_id=ad.series_id, source="demo_tabla", at=NOW + DAY))
    store.assess(store.ad(series_id=ad.series_id, at=NOW + 2 * DAY))
    store.assess(store.ad(series_id=ad.series_id, at=NOW + 3 * DAY), mediator_key="neko drugi")
    told = _told(store, case_id).entries
    assert [entry.event for entry in told] == [LifeEvent.FIRST_SEEN, LifeEvent.ALSO_ON, LifeEvent.COPIED]


def test_a_case_whose_ads_changed_hands_says_so(store: StoreBuilder) -> None:
    case_id, ad, _ = _case(store)
    store.assess(ad, mediator_key="neko drugi")
    nothing = "Nijedan oglas ovog slučaja više ne stoji onako kako je procenjen."
    assert list(told_lines(_told(store, case_id))) == [nothing]
