"""Taking back the last decision: the state before returns exactly, and what the night found stays."""

from __future__ import annotations

import pytest

from alerts.cases import CaseState, Decision
from alerts.moving import move_by_program
from alerts.outcomes import Outcome
from alerts.undoing import undo
from crawler.errors import UsageError
from crawler.store.cases import case_history
from crawler.store.filings import filings_of
from tests.alerts.legal_steps import (
    ANA,
    TODAY,
    approved_case,
    became,
    both_databases,
    decide,
    file_case,
)
from tests.builders import NOW, StoreBuilder


@both_databases
def test_a_record_made_by_mistake_is_taken_back_and_can_be_made_anew(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    file_case(store, case_id)
    became(store, case_id, Outcome.PROCEDURE_STARTED, TODAY)
    for restored in (CaseState.FILED, CaseState.APPROVED):
        with store.engine.begin() as connection:
            assert undo(connection, case_id, person=ANA, now=NOW) is restored
    with store.connect() as connection:
        assert filings_of(connection, [case_id]) == []
        assert [event.undoes is not None for event in case_history(connection, case_id)][-2:] == [True, True]
    assert file_case(store, case_id)


def test_undo_brings_back_the_state_before_exactly(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    for decision in (Decision.UNSURE, Decision.DISMISS):
        decide(store, case_id, decision)
    with store.engine.begin() as connection:
        assert undo(connection, case_id, person=ANA, now=NOW) is CaseState.UNSURE
        assert undo(connection, case_id, person=ANA, now=NOW) is CaseState.OPEN
        with pytest.raises(UsageError, match="no decision"):
            undo(connection, case_id, person=ANA, now=NOW)


def test_what_the_night_found_since_is_not_undone(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    decide(store, case_id, Decision.DISMISS)
    with store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=NOW, note="registar: A → B")
        with pytest.raises(UsageError, match=r"really changed since .registar: A → B."):
            undo(connection, case_id, person=ANA, now=NOW)
