"""One case for offers that are one matter: joined, told of each other's changes, and parted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.cases import CaseState, Decision
from alerts.deciding import decide_case
from alerts.joining import join_cases, part_cases
from alerts.laying import lay_ready
from alerts.notes import read_note
from alerts.steps import open_cases, prepare_drafts
from alerts.undoing import undo
from crawler.assessment import Risk, RiskLevel, Verdict
from crawler.errors import UsageError
from crawler.store.cases import case_history, list_cases, read_case
from crawler.store.drafts import drafts_of_case
from pipelines.text.sentences import Sentence
from tests.alerts.legal_steps import (
    ANA,
    MARKET,
    both_databases,
    decide,
    file_case,
)
from tests.builders import NOW, StoreBuilder, StoredAd, complaint_assessment


@both_databases
def test_joined_cases_share_one_draft_and_can_be_parted(store: StoreBuilder) -> None:
    store.register()
    kept, joined = store.complaint_case(), store.complaint_case(source="demo_tabla")
    lay_ready(store.engine, store.settings, kept, MARKET, now=NOW)
    with store.engine.begin() as connection:
        join_cases(connection, kept, joined, person=ANA, now=NOW, note="isti broj")
        assert drafts_of_case(connection, kept) == []
        assert [(line.id, line.state) for line in list_cases(connection, states=["open"])] == [(kept, "open")]
    lay_ready(store.engine, store.settings, kept, MARKET, now=NOW)
    with store.connect() as connection:
        (draft,) = drafts_of_case(connection, kept)
    assert [place["portal"] for place in draft.facts["places"]] == ["demo-portal.example", "demo-tabla.example"]
    with store.engine.begin() as connection:
        with pytest.raises(UsageError, match=f"adwatch cases part {joined}"):
            undo(connection, joined, person=ANA, now=NOW)
        assert part_cases(connection, joined, person=ANA, now=NOW) is CaseState.OPEN
        assert drafts_of_case(connection, kept) == []


def test_parting_brings_back_no_case_that_a_person_dismissed(store: StoreBuilder) -> None:
    kept, joined = store.complaint_case(), store.complaint_case()
    with store.engine.begin() as connection:
        join_cases(connection, kept, joined, person=ANA, now=NOW)
    decide(store, kept, Decision.DISMISS)
    with store.engine.begin() as connection:
        assert part_cases(connection, joined, person=ANA, now=NOW) is CaseState.OPEN
        assert read_case(connection, kept).state == "dismissed"
        assert case_history(connection, kept)[-1].note == f"odvojen od njega slučaj {joined} ({ANA})"


def test_a_dismissal_that_is_taken_back_brings_no_drafts_of_a_case_that_was_parted(store: StoreBuilder) -> None:
    store.register()
    kept, joined = store.complaint_case(), store.complaint_case()
    with store.engine.begin() as connection:
        join_cases(connection, kept, joined, person=ANA, now=NOW)
    lay_ready(store.engine, store.settings, kept, MARKET, now=NOW)
    for decision in (Decision.CONFIRM, Decision.DISMISS):
        decide(store, kept, decision)
    with store.engine.begin() as connection:
        part_cases(connection, joined, person=ANA, now=NOW)
        assert undo(connection, kept, person=ANA, now=NOW) is CaseState.CONFIRMED
        assert drafts_of_case(connection, kept) == []


def test_a_real_change_of_a_joined_case_is_told_on_the_one_that_goes_on(store: StoreBuilder) -> None:
    _, second = _joined_cases(store)
    later = NOW + timedelta(days=1)
    store.assess(second, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    for at in (later, later + timedelta(days=1)):
        open_cases(store.night_now(at=at))
    with store.connect() as connection:
        told = [event.note for event in case_history(connection, 1) if event.person == "system"]
        assert read_case(connection, 2).state == "dismissed"
    assert told[-1] == "slučaj 2: nivo rizika: visok → kritičan"
    assert len([note for note in told if note.startswith("slučaj 2")]) == 1


@both_databases
def test_parted_case_has_no_drafts_of_facts_that_changed_while_it_was_joined(store: StoreBuilder) -> None:
    store.register()
    ads = [store.ad(), store.ad()]
    for ad in ads:
        store.assess(ad)
    open_cases(store.night_now())
    decide(store, 2, Decision.CONFIRM)
    prepare_drafts(store.night_now())
    with store.engine.begin() as connection:
        join_cases(connection, 1, 2, person=ANA, now=NOW)
    later = NOW + timedelta(days=1)
    store.assess(ads[1], complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    open_cases(store.night_now(at=later))
    with store.engine.begin() as connection:
        assert part_cases(connection, 2, person=ANA, now=later) is CaseState.CONFIRMED
        assert drafts_of_case(connection, 2) == []
    prepare_drafts(store.night_now(at=later))
    with store.connect() as connection:
        assert read_case(connection, 2).state == "drafted"


def _joined_cases(store: StoreBuilder) -> tuple[StoredAd, StoredAd]:
    """Case 1, which goes on for case 2; the ads of both."""
    store.register()
    first, second = store.ad(), store.ad()
    for ad in (first, second):
        store.assess(ad)
    open_cases(store.night_now())
    with store.engine.begin() as connection:
        join_cases(connection, 1, 2, person=ANA, now=NOW)
    return first, second


def _filed_with_a_joined_case(store: StoreBuilder) -> tuple[StoredAd, StoredAd]:
    """Case 1, filed, which goes on for case 2; the ads of both."""
    ads = _joined_cases(store)
    prepare_drafts(store.night_now())
    for decision in (Decision.CONFIRM, Decision.APPROVE):
        decide(store, 1, decision)
    file_case(store, 1)
    return ads


def test_what_changes_beside_a_filed_case_is_told_once_and_changes_nothing(store: StoreBuilder) -> None:
    _, second = _filed_with_a_joined_case(store)
    later = NOW + timedelta(days=1)
    store.assess(second, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    counts = [open_cases(store.night_now(at=at)).counts["changed"] for at in (later, later + timedelta(days=1))]
    assert counts == [1, 0]
    with store.connect() as connection:
        assert read_case(connection, 1).state == "filed"
        assert case_history(connection, 2)[-1].note == "nivo rizika: visok → kritičan"
        told = [event.note for event in case_history(connection, 1) if event.note.startswith("naknadna promena")]
    assert told == ["naknadna promena: slučaj 2: nivo rizika: visok → kritičan"]
    assert isinstance(read_note(told[0]), Sentence)


def test_what_is_told_of_a_joined_case_hides_no_change_of_the_filed_one(store: StoreBuilder) -> None:
    first, second = _filed_with_a_joined_case(store)
    later = NOW + timedelta(days=1)
    critical = complaint_assessment(
        risk=Risk(RiskLevel.CRITICAL, 0.9), register=replace(complaint_assessment().register, verdict=Verdict.EXPIRED)
    )
    for days, ad in enumerate((second, first)):
        store.assess(ad, critical, at=later + timedelta(days=days))
        open_cases(store.night_now(at=later + timedelta(days=days)))
    with store.connect() as connection:
        told = [event.note for event in case_history(connection, 1) if event.note.startswith("naknadna promena")]
    assert [note.count("slučaj 2: ") for note in told] == [2, 0]
    assert [note.count("nivo rizika: visok → kritičan") for note in told] == [1, 1]


def test_a_case_goes_along_with_one_only(store: StoreBuilder) -> None:
    one, two, three = (store.complaint_case() for _ in range(3))
    with store.engine.begin() as connection:
        join_cases(connection, one, two, person=ANA, now=NOW)
        for kept, joined in ((three, one), (two, three), (one, one)):
            with pytest.raises(UsageError):
                join_cases(connection, kept, joined, person=ANA, now=NOW)
        with pytest.raises(UsageError, match="adwatch cases part"):
            decide_case(connection, two, Decision.REOPEN, person=ANA, now=NOW)
