"""Decisions as they are written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.cases import CaseState, Decision
from alerts.deciding import decide_case, mark_by_program
from alerts.laying import lay_ready
from crawler.errors import UsageError
from crawler.store.cases import case_history, change_state, hold_cases, read_case
from tests.builders import NOW, StoreBuilder

ANA = "ana@primer.example"


def _decide(store: StoreBuilder, case_id: int, decision: Decision, *, person: str = ANA, note: str = "") -> CaseState:
    with store.engine.begin() as connection:
        return decide_case(connection, case_id, decision, person=person, now=NOW + timedelta(hours=6), note=note)


def test_a_decision_is_kept_with_person_time_before_and_after(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    assert _decide(store, case_id, Decision.DISMISS, note="poznat poslodavac") is CaseState.DISMISSED
    with store.connect() as connection:
        (event,) = case_history(connection, case_id)
        assert read_case(connection, case_id).state == "dismissed"
    assert (event.person, event.before, event.after, event.note) == (ANA, "open", "dismissed", "poznat poslodavac")
    assert event.at == NOW + timedelta(hours=6)


def test_dismissing_needs_a_reason(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    with pytest.raises(UsageError, match="reason"):
        _decide(store, case_id, Decision.DISMISS, note="  ")


@pytest.mark.parametrize("person", ["", "  ", "system", "System "])
def test_no_decision_without_a_named_person(store: StoreBuilder, person: str) -> None:
    case_id = store.complaint_case()
    with pytest.raises(UsageError, match="named person"):
        _decide(store, case_id, Decision.CONFIRM, person=person)


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.FILE])
def test_the_program_neither_approves_nor_files(store: StoreBuilder, decision: Decision) -> None:
    case_id = store.complaint_case(state="drafted")
    with store.engine.begin() as connection, pytest.raises(UsageError, match="named person"):
        mark_by_program(connection, case_id, decision, now=NOW)


def test_a_refused_decision_leaves_no_event(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    with pytest.raises(UsageError):
        _decide(store, case_id, Decision.FILE)
    with store.connect() as connection:
        assert case_history(connection, case_id) == []


def test_two_people_cannot_decide_on_the_same_state(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    with store.connect() as connection:
        seen = read_case(connection, case_id)
    _decide(store, case_id, Decision.CONFIRM)
    with store.engine.begin() as connection, pytest.raises(UsageError, match="somebody else"):
        change_state(connection, seen, after="dismissed", person=ANA, now=NOW)


def test_a_case_is_held_only_in_the_states_asked_for(store: StoreBuilder) -> None:
    approved, still_open = store.complaint_case(state="approved"), store.complaint_case()
    with store.engine.begin() as connection:
        assert hold_cases(connection, [approved, still_open], states=("open", "confirmed")) == {still_open}


def test_confirming_a_case_with_drafts_makes_it_drafted_at_once(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    lay_ready(store.engine, store.settings, case_id, None, now=NOW)
    assert _decide(store, case_id, Decision.CONFIRM) is CaseState.DRAFTED
    with store.connect() as connection:
        assert [event.person for event in case_history(connection, case_id)] == [ANA, "system"]


def test_the_whole_way_of_a_case(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    assert _decide(store, case_id, Decision.CONFIRM) is CaseState.CONFIRMED
    lay_ready(store.engine, store.settings, case_id, "trzisna_inspekcija", now=NOW)
    for decision, after in (
        (Decision.APPROVE, CaseState.APPROVED),
        (Decision.FILE, CaseState.FILED),
        (Decision.ANSWER, CaseState.ANSWERED),
        (Decision.CLOSE, CaseState.CLOSED),
    ):
        assert _decide(store, case_id, decision) is after


def test_an_unknown_case_is_named(store: StoreBuilder) -> None:
    with pytest.raises(UsageError, match="no case 99"):
        _decide(store, 99, Decision.CONFIRM)
