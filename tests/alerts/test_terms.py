"""Which deadlines run after a filing, and when nobody is reminded of them any more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from alerts.law import ProvisionStatus, Topic, built_in_law
from alerts.outcomes import Outcome
from alerts.recipients import built_in_recipients
from alerts.terms import (
    COUNTING,
    TERMS_FILE,
    Standing,
    TermState,
    answer_due,
    built_in_terms,
    load_terms,
    states_of,
)
from crawler.errors import ConfigError

FILED = date(2026, 3, 11)
INSPECTION = frozenset({Topic.LICENCE, Topic.INSPECTION})


def _states(*outcomes: tuple[Outcome, date], today: date = FILED, is_closed: bool = False) -> dict[str, TermState]:
    found = states_of(FILED, outcomes, topics=INSPECTION, is_closed=is_closed, today=today)
    return {state.term.id: state for state in found}


def test_two_limits_run_from_the_day_of_filing() -> None:
    found = _states()
    assert {name: state.deadline.due for name, state in found.items()} == {
        "handling": date(2026, 3, 26),
        "not_started": date(2026, 4, 14),
    }
    assert {state.standing for state in found.values()} == {Standing.RUNNING}


def test_a_limit_is_overdue_the_day_after_its_last() -> None:
    assert _states(today=date(2026, 4, 14))["not_started"].standing is Standing.RUNNING
    passed = _states(today=date(2026, 4, 15))["not_started"]
    assert (passed.standing, passed.left) == (Standing.OVERDUE, -1)


def test_an_answer_ends_the_waiting_and_silence_does_not() -> None:
    late = date(2026, 5, 20)
    answered = _states((Outcome.PROCEDURE_STARTED, date(2026, 3, 20)), today=late)
    assert {state.standing for state in answered.values()} == {Standing.MET}
    silent = _states((Outcome.NO_ANSWER, date(2026, 4, 20)), (Outcome.AD_REMOVED, date(2026, 4, 20)), today=late)
    assert {state.standing for state in silent.values()} == {Standing.OVERDUE}


def test_nobody_is_reminded_of_a_closed_case() -> None:
    assert {state.standing for state in _states(today=date(2027, 1, 1), is_closed=True).values()} == {Standing.CLOSED}


def test_eight_days_to_mend_run_from_the_last_request() -> None:
    first, again = date(2026, 3, 20), date(2026, 4, 2)
    mended = (Outcome.MENDED, date(2026, 3, 25))
    assert _states((Outcome.RETURNED, first))["mending"].deadline.due == date(2026, 3, 30)
    assert _states((Outcome.RETURNED, first), mended)["mending"].standing is Standing.MET
    asked_again = _states((Outcome.RETURNED, first), mended, (Outcome.RETURNED, again))["mending"]
    assert (asked_again.deadline.due, asked_again.standing) == (date(2026, 4, 14), Standing.RUNNING)


def test_the_result_is_due_fifteen_days_after_the_inspection_ended() -> None:
    ended = (Outcome.INSPECTION_ENDED, date(2026, 3, 30))
    assert _states(ended)["result"].deadline.due == date(2026, 4, 14)
    assert _states(ended, (Outcome.RESULT_TOLD, date(2026, 4, 3)))["result"].standing is Standing.MET


def test_no_limit_is_invented_for_who_is_no_inspection() -> None:
    assert states_of(FILED, [], topics={Topic.OFFENCE}, is_closed=False, today=FILED) == ()
    assert answer_due(()) is None


def test_an_answer_is_due_by_the_first_limit_until_it_came() -> None:
    assert answer_due(_states().values()) == date(2026, 3, 26)
    assert answer_due(_states((Outcome.NO_PROCEDURE, date(2026, 3, 20))).values()) is None
    assert answer_due(_states(is_closed=True).values()) is None


def test_a_limit_that_no_lawyer_confirmed_says_so_beside_its_count() -> None:
    found = _states((Outcome.RETURNED, date(2026, 3, 20)))
    marked = {name for name, state in found.items() if "Dužinu ovog roka pravnik još nije potvrdio." in state.steps}
    assert marked == {name for name, state in found.items() if state.term.status is ProvisionStatus.TO_CONFIRM}


def test_the_count_says_that_no_lawyer_confirmed_how_it_is_done() -> None:
    status = {provision.id: provision.status for provision in built_in_law().provisions}[COUNTING]
    found = _states()["handling"]
    assert found.is_counting_confirmed is (status is ProvisionStatus.CONFIRMED)
    assert ("pravnik još nije potvrdio" in found.steps[-1]) is not found.is_counting_confirmed
    assert found.steps[: len(found.deadline.steps)] == found.deadline.steps


def test_a_portal_has_two_working_days() -> None:
    (found,) = states_of(date(2026, 4, 8), [], topics={Topic.HOSTING}, is_closed=False, today=date(2026, 4, 8))
    assert (found.term.id, found.deadline.due, found.left) == ("removal", date(2026, 4, 14), 2)


def test_limits_rest_on_provisions_and_recipients_that_exist() -> None:
    known = {provision.id for provision in built_in_law().provisions}
    assert {term.provision for term in built_in_terms() if term.provision} <= known
    topics = {topic for recipient in built_in_recipients().values() for topic in recipient.topics}
    assert all(term.topics & topics for term in built_in_terms())


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (("days: 8", "days: 0"), "0.days"),
        (("starts: returned", "starts: sometime"), "0.starts"),
        (("8", "8\n  x: 1"), "x"),
    ],
)
def test_a_limit_that_cannot_be_used_is_named(tmp_path: Path, change: tuple[str, str], where: str) -> None:
    file = tmp_path / "deadlines.yml"
    file.write_text(TERMS_FILE.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=where):
        load_terms(file)
