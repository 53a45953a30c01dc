"""Decisions as they are written down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from alerts.cases import CaseState, Decision, DismissReason
from alerts.deciding import decide_case
from alerts.filing import Channel, Filed, record_filing, record_outcome
from alerts.laying import lay_ready
from alerts.moving import move_by_program
from alerts.outcomes import Outcome
from crawler.errors import UsageError
from crawler.store.cases import CaseEvent, case_history, change_state, hold_cases, read_case
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
        move_by_program(connection, case_id, decision, now=NOW)


def test_a_refused_decision_leaves_no_event(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    with pytest.raises(UsageError):
        _decide(store, case_id, Decision.APPROVE)
    with store.connect() as connection:
        assert case_history(connection, case_id) == []


def test_two_people_cannot_decide_on_the_same_state(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    with store.connect() as connection:
        seen = read_case(connection, case_id)
    _decide(store, case_id, Decision.CONFIRM)
    with store.engine.begin() as connection, pytest.raises(UsageError, match="somebody else"):
        change_state(connection, seen, CaseEvent("dismissed", ANA, NOW))


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
def test_of_two_people_who_decide_at_the_same_moment_one_wins_and_the_other_is_told(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    both = Barrier(2)

    def decide(decision: Decision) -> str:
        both.wait(timeout=600)
        try:
            with store.engine.begin() as connection:
                return decide_case(
                    connection, case_id, decision, person=ANA, now=NOW, note="razlog", seen=CaseState.OPEN
                ).value
        except UsageError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(decide, (Decision.DISMISS, Decision.UNSURE)), key=len)
    with store.connect() as connection:
        assert told[0] == read_case(connection, case_id).state
        assert len(case_history(connection, case_id)) == 1
    assert "somebody else" in told[1]


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
    assert _decide(store, case_id, Decision.APPROVE) is CaseState.APPROVED
    with store.engine.begin() as connection:
        filed = Filed("trzisna_inspekcija", Channel.COUNTER, NOW.date())
        record_filing(connection, case_id, filed, person=ANA, now=NOW + timedelta(days=1), guard_days=180)
        answered = record_outcome(
            connection, case_id, Outcome.PROCEDURE_STARTED, on=NOW.date(), person=ANA, now=NOW + timedelta(days=1)
        )
    assert answered is CaseState.ANSWERED
    assert _decide(store, case_id, Decision.CLOSE) is CaseState.CLOSED


@pytest.mark.parametrize("decision", [Decision.FILE, Decision.ANSWER, Decision.OUTCOME])
def test_what_has_details_is_not_recorded_by_a_note(store: StoreBuilder, decision: Decision) -> None:
    case_id = store.complaint_case(state="approved")
    with pytest.raises(UsageError, match="adwatch cases filed"):
        _decide(store, case_id, decision)


def test_a_dismissal_keeps_its_reason_as_a_code_and_in_words(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    with store.engine.begin() as connection:
        decide_case(
            connection,
            case_id,
            Decision.DISMISS,
            person=ANA,
            now=NOW,
            note="vidi registar",
            reason=DismissReason.LICENSED,
        )
        (event,) = case_history(connection, case_id)
    assert (event.decision, event.reason, event.note) == ("dismiss", "licensed", "posrednik ima dozvolu: vidi registar")


def test_a_decision_on_a_state_that_is_no_longer_there_is_told(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    _decide(store, case_id, Decision.CONFIRM)
    with store.engine.begin() as connection, pytest.raises(UsageError, match="confirmed by now, no longer open"):
        decide_case(connection, case_id, Decision.UNSURE, person=ANA, now=NOW, seen=CaseState.OPEN)


def test_an_unknown_case_is_named(store: StoreBuilder) -> None:
    with pytest.raises(UsageError, match="no case 99"):
        _decide(store, 99, Decision.CONFIRM)
