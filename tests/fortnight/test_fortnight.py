"""A fortnight of nights, days and failures, played once to the real program; each test accounts for one thing.

The nights, the desk and the scheduler are processes with a clock of their own (`tests/clock`), on a
PostgreSQL that is restarted, with mail that arrives at a real server. What happens stands in `script.yml`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.fortnight.accountant import Accountant
from tests.fortnight.machine import ANA
from tests.fortnight.playing import play_fortnight
from tests.fortnight.script import NIGHTS, Script, What, read_script
from tests.messages.servers import mail_server
from tests.postgres import postgres_server

pytestmark = pytest.mark.timeout(3600)
EVERY_NIGHT = range(1, NIGHTS + 1)
COUNTED = ("confirm", "dismiss", "unsure", "refer")
"""Decisions that the report counts."""


@pytest.fixture(scope="module")
def script() -> Script:
    """What happens."""
    return read_script()


@pytest.fixture(scope="module")
def found(script: Script, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accountant]:
    """What the played fortnight left behind."""
    with pytest.MonkeyPatch.context() as patch, postgres_server() as server, mail_server() as mail:
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            patch.delenv(name)
        play = play_fortnight(script, tmp_path_factory.mktemp("fortnight") / "home", server, mail.port)
        yield Accountant(play, mail.taken)
        play.machine.engine.dispose()


@pytest.fixture(scope="module")
def report(found: Accountant, script: Script) -> dict[str, list[dict[str, Any]]]:
    """The sheets of `adwatch report` for the fortnight."""
    first, last = script.begins(1).date(), script.begins(NIGHTS).date()
    moment = script.begins(NIGHTS) + timedelta(days=1, hours=7)
    told = found.play.machine.told(moment, "report", "--from", str(first), "--to", str(last))
    sheets: dict[str, list[dict[str, Any]]] = told["sheets"]
    return sheets


def night_of(script: Script, what: What) -> int:
    """The night in which that goes wrong."""
    return next(night for night, failure in script.failures.items() if failure.what is what)


def test_every_night_was_run_once_and_only_the_one_cut_off_for_good_has_no_end(
    found: Accountant, script: Script
) -> None:
    assert found.nights() == [(night, night != night_of(script, What.CUT_OFF)) for night in EVERY_NIGHT]
    assert found.failed_steps() == []


def test_every_portal_was_run_once_a_night_and_failed_when_the_script_says(found: Accountant, script: Script) -> None:
    expected = {(night, portal, script.brings(portal, night)) for night in EVERY_NIGHT for portal in script.portals}
    assert found.runs() == Counter(expected)


def test_no_ad_is_lost_or_doubled(found: Accountant, script: Script) -> None:
    assert found.ads() == Counter((ad.portal, ad.id) for ad in script.ads)


def test_every_ad_was_seen_once_in_each_night_that_showed_it(found: Accountant, script: Script) -> None:
    assert found.sightings() == Counter((night, ad.id) for ad in script.ads for night in script.seen(ad))


def test_every_text_is_kept_since_the_night_that_brought_it(found: Accountant, script: Script) -> None:
    texts = [(night, ad) for ad in script.ads for night in (script.seen(ad)[0], *ad.edits)]
    assert found.versions() == Counter((night, ad.id, ad.text_in(night)) for night, ad in texts)


def test_copies_reposts_and_moved_ads_are_one_offer(found: Accountant, script: Script) -> None:
    assert found.series() == {frozenset(ad.id for ad in ads) for ads in script.offers.values()}


def test_each_life_is_told_as_it_was_lived(found: Accountant, script: Script) -> None:
    told = {offer: found.life(offer) for offer in script.offers}
    assert told == {offer: Counter(script.life(offer)) for offer in script.offers}


def test_evidence_verifies_and_is_what_the_portals_served(found: Accountant, script: Script) -> None:
    moment = script.begins(NIGHTS) + timedelta(days=1)
    verified = found.play.machine.told(moment, "evidence", "verify")
    assert verified["ok"], verified
    assert found.evidence() <= found.play.portals.served
    assert set(found.pages_kept().values()) == {1}


def test_every_worrying_offer_has_one_case_that_stands_where_people_left_it(found: Accountant, script: Script) -> None:
    assert found.cases() == Counter((offer, night, script.states[offer]) for offer, night in script.cases.items())


def test_every_decision_is_kept_once_with_its_day_and_person(found: Accountant, script: Script) -> None:
    decided = [(one.after, one.offer, one.decision, one.person, one.reason) for one in script.decisions]
    assert found.decisions() == Counter(decided)
    filed = [(one.after, one.offer, one.person) for one in script.decisions if one.decision == "file"]
    assert found.filings() == Counter(filed)


def test_dismissed_cases_return_only_on_a_real_change(found: Accountant, script: Script) -> None:
    assert found.returned() == Counter(script.returned.items())


def test_each_alarm_comes_once_when_it_breaks_and_once_when_it_is_well(found: Accountant, script: Script) -> None:
    cut_off, scheduler = night_of(script, What.CUT_OFF), night_of(script, What.SCHEDULER_KILLED)
    of_the_program = [
        *((cut_off, "night", True), (cut_off + 1, "night", False)),
        *((scheduler, "scheduler", True), (scheduler, "scheduler", False)),
    ]
    assert found.changes_of_state() == script.alarms()
    assert found.alarms() == Counter([*script.alarms(), *of_the_program])
    assert found.play.machine.told(script.begins(NIGHTS) + timedelta(days=1), "messages", "list") == []


def test_the_digest_comes_once_after_every_night_that_ended(found: Accountant, script: Script) -> None:
    digests = [letter for letter in found.letters if letter["To"] == ANA]
    assert len(digests) == len({letter["Message-ID"] for letter in digests}) == NIGHTS - 1
    told = Counter(name for letter in digests for name in found.new_cases(letter))
    assert told == Counter(script.cases.keys())


def test_the_report_counts_what_the_script_says(report: dict[str, list[dict[str, Any]]], script: Script) -> None:
    overview = {row["figure"]: row["value"] for row in report["overview"]}
    counted = [one for one in script.decisions if one.decision in COUNTED]
    silent = [portal for night in EVERY_NIGHT for portal in script.portals if not script.brings(portal, night)]
    expected = {
        "ads": len(script.ads),
        "ads_abroad": sum(ad.country is not None for ad in script.ads),
        "series": len(script.offers),
        "cases": len(script.cases),
        "decisions": len(counted),
        "referred": sum(one.decision == "refer" for one in counted),
        "filings": sum(one.decision == "file" for one in script.decisions),
        "outcomes": 0,
        "connections": 0,
        "silent": len(silent),
    }
    assert {name: overview[name] for name in expected} == expected
    assert not any(row["value_before"] for row in report["overview"])


def test_the_report_tells_each_portal_country_and_decision(
    report: dict[str, list[dict[str, Any]]], script: Script
) -> None:
    sources = {row["source"]: (row["nights"], row["silent"], row["ads"]) for row in report["sources"]}
    assert sources == {portal: _figures(script, portal) for portal in script.portals}
    countries = {row["country"]: row["ads"] for row in report["destinations"]}
    assert countries == Counter(ad.country for ad in script.ads if ad.country)
    decisions = {(row["decision"], row["reason"]): row["decisions"] for row in report["decisions"]}
    assert decisions == Counter((one.decision, one.reason) for one in script.decisions if one.decision in COUNTED)
    weeks = [(row["ads"], row["confirm"], row["dismiss"], row["unsure"], row["refer"]) for row in report["time"]]
    assert weeks == [_week(script, nights) for nights in (EVERY_NIGHT[:7], EVERY_NIGHT[7:])]


def _figures(script: Script, portal: str) -> tuple[int, int, int]:
    silent = sum(not script.brings(portal, night) for night in EVERY_NIGHT)
    return NIGHTS, silent, sum(ad.portal == portal for ad in script.ads)


def _week(script: Script, nights: range) -> tuple[int, ...]:
    ads = sum(script.seen(ad)[0] in nights for ad in script.ads)
    decided = Counter(one.decision.value for one in script.decisions if one.after in nights)
    return ads, *(decided[name] for name in COUNTED)
