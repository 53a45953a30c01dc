"""What may happen to a case, in whatever order decisions come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.cases import BY_PROGRAM, TRANSITIONS, CaseState, Decision, next_state, possible_decisions
from crawler.errors import UsageError
from crawler.store.cases import SETTLED


def _walk(decisions: list[Decision]) -> list[tuple[CaseState, Decision, CaseState]]:
    state, steps = CaseState.OPEN, []
    for decision in decisions:
        try:
            after = next_state(state, decision)
        except UsageError:
            continue
        steps.append((state, decision, after))
        state = after
    return steps


@given(st.lists(st.sampled_from(Decision), max_size=60))
def test_nothing_is_filed_that_no_person_approved(decisions: list[Decision]) -> None:
    approved = False
    for before, decision, after in _walk(decisions):
        if after is CaseState.FILED:
            assert approved
            assert decision not in BY_PROGRAM
        approved = approved or decision is Decision.APPROVE
        if before is CaseState.APPROVED and after not in (CaseState.APPROVED, CaseState.FILED):
            approved = False


@given(st.lists(st.sampled_from(Decision), max_size=60))
def test_what_was_filed_is_never_open_again(decisions: list[Decision]) -> None:
    steps = _walk(decisions)
    after_filing = [after for n, (_, _, after) in enumerate(steps) if any(s[2] is CaseState.FILED for s in steps[:n])]
    assert set(after_filing) <= {CaseState.FILED, CaseState.ANSWERED, CaseState.CLOSED}


def test_approval_is_made_by_people_only_and_stands_before_every_filing() -> None:
    leading_to = {
        target: {
            (state, decision)
            for state, row in TRANSITIONS.items()
            for decision, to in row.items()
            if to is target and state is not target
        }
        for target in (CaseState.APPROVED, CaseState.FILED)
    }
    assert leading_to[CaseState.FILED] == {(CaseState.APPROVED, Decision.FILE)}
    assert leading_to[CaseState.APPROVED] == {(CaseState.DRAFTED, Decision.APPROVE)}
    assert not {Decision.APPROVE, Decision.FILE} & BY_PROGRAM


@pytest.mark.parametrize("state", CaseState)
def test_every_state_can_be_reached_from_open(state: CaseState) -> None:
    reached, edge = {CaseState.OPEN}, {CaseState.OPEN}
    while edge:
        edge = {after for known in edge for after in TRANSITIONS[known].values()} - reached
        reached |= edge
    assert state in reached


@pytest.mark.parametrize(
    "undoable",
    [Decision.CONFIRM, Decision.DISMISS, Decision.UNSURE, Decision.REFER],
    ids=lambda decision: decision.value,
)
def test_a_decision_before_approval_can_be_taken_back(undoable: Decision) -> None:
    assert next_state(next_state(CaseState.OPEN, undoable), Decision.REOPEN) is CaseState.OPEN


def test_settled_are_the_states_that_no_change_moves() -> None:
    assert {state for state, row in TRANSITIONS.items() if Decision.REVISE not in row} == set(SETTLED)


def test_a_forbidden_decision_says_what_is_possible() -> None:
    with pytest.raises(UsageError, match="possible: confirm, dismiss"):
        next_state(CaseState.OPEN, Decision.FILE)


def test_people_are_offered_no_decision_of_the_program() -> None:
    assert Decision.REVISE not in possible_decisions(CaseState.OPEN)
    assert Decision.CONFIRM in possible_decisions(CaseState.OPEN)
