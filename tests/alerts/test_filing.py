"""Filing outside of the program, as it is recorded: only approved texts, never twice unseen, and what became of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest

from alerts.batch import filing_batch
from alerts.cases import CaseState, Decision
from alerts.filing import filed_complaint, filing_states
from alerts.follow_ups import FiledComplaint
from alerts.laying import lay_ready
from alerts.moving import move_by_program
from alerts.outcomes import Outcome
from crawler.errors import UsageError
from crawler.store.approvals import standing_approvals
from crawler.store.cases import case_history, read_case
from crawler.store.filings import filings_of
from tests.alerts.legal_steps import (
    IVA,
    LABOUR,
    MARKET,
    TODAY,
    approved_case,
    became,
    both_databases,
    decide,
    file_case,
)
from tests.builders import NOW, StoreBuilder


@both_databases
def test_a_filing_is_kept_with_all_that_was_said_of_it(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    file_case(store, case_id)
    with store.connect() as connection:
        (filing,) = filings_of(connection, [case_id])
        (approval,) = standing_approvals(connection, case_id)
        event = case_history(connection, case_id)[-1]
        assert read_case(connection, case_id).state == "filed"
    assert (filing.channel, filing.filed_on, filing.reference, filing.person) == (
        "registered_post",
        TODAY,
        "353-1/2026",
        IVA,
    )
    assert (filing.version, filing.digest) == (1, approval.digest)
    assert event.note == "trzisna_inspekcija, 20.11.2026., preporučenom pošiljkom, broj 353-1/2026"


@both_databases
def test_the_same_offer_is_not_filed_twice_and_the_first_is_named(store: StoreBuilder) -> None:
    store.register()
    first = approved_case(store)
    with store.connect() as connection:
        series_id = read_case(connection, first).series_id
    ad = store.ad(series_id=series_id)
    second = store.case(ad, store.assess(ad, mediator_key="drugi"), mediator_key="drugi")
    lay_ready(store.engine, store.settings, second, MARKET, now=NOW)
    for decision in (Decision.CONFIRM, Decision.APPROVE):
        decide(store, second, decision)
    number = file_case(store, first)
    with pytest.raises(UsageError, match=rf"already filed: case {first} .* 2026-11-20, reference 353-1/2026"):
        file_case(store, second)
    file_case(store, second, again="vraćeno na uređenje")
    with store.connect() as connection:
        (filing,) = filings_of(connection, [second])
    assert (filing.first_id, filing.again) == (number, "vraćeno na uređenje")


@both_databases
def test_two_who_record_the_same_filing_at_once_leave_one(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    both = Barrier(2)

    def file(_: int) -> str:
        both.wait(timeout=600)
        try:
            return str(file_case(store, case_id))
        except UsageError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(file, range(2)), key=len)
    assert "already filed" in told[1]
    with store.connect() as connection:
        assert len(filings_of(connection, [case_id])) == 1


def test_long_after_it_may_be_filed_again(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    file_case(store, case_id)
    later = NOW + timedelta(days=181)
    file_case(store, case_id, at=later)
    with store.connect() as connection:
        assert [filing.first_id for filing in filings_of(connection, [case_id])] == [None, None]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filed_on": TODAY + timedelta(days=1)}, "not come yet"),
        ({"filed_on": TODAY - timedelta(days=1)}, "approved on 2026-11-20, after 2026-11-19"),
        ({"recipient": LABOUR}, "was ever approved"),
        ({"reference": "x" * 121}, "at most 120"),
    ],
)
def test_what_cannot_have_been_filed_is_refused(store: StoreBuilder, changes: dict[str, Any], message: str) -> None:
    store.register()
    case_id = approved_case(store)
    with pytest.raises(UsageError, match=message):
        file_case(store, case_id, **changes)
    with store.connect() as connection:
        assert filings_of(connection, [case_id]) == []
        assert read_case(connection, case_id).state == "approved"


def test_after_a_real_change_only_what_went_before_it_can_be_recorded(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    change = NOW + timedelta(days=2)
    with store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=change, note="registar: A → B")
    with pytest.raises(UsageError, match=r"really changed on 2026-11-22, after it was approved .registar: A → B."):
        file_case(store, case_id, at=change)
    with store.connect() as connection:
        (row,) = filing_batch(connection, today=change.date(), guard_days=180)
    assert (row["ready"], row["changed"]) == (False, "registar: A → B")
    file_case(store, case_id, at=change, filed_on=date(2026, 11, 21))


def test_an_approval_that_was_withdrawn_is_none(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    assert decide(store, case_id, Decision.WITHDRAW) is CaseState.DRAFTED
    with pytest.raises(UsageError, match="had ended"):
        file_case(store, case_id)


def test_deadlines_run_until_an_answer_and_stop_with_the_case(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    file_case(store, case_id)

    def standing(day: date) -> dict[str, str]:
        with store.connect() as connection:
            (found,) = filing_states(connection, filings_of(connection, [case_id]), today=day)
        return {state.term.id: state.standing.value for state in found.terms}

    assert standing(date(2026, 12, 8)) == {"handling": "overdue", "not_started": "running"}
    assert became(store, case_id, Outcome.AD_REMOVED, date(2026, 12, 1)) is CaseState.FILED
    assert became(store, case_id, Outcome.RETURNED, date(2026, 12, 2)) is CaseState.FILED
    assert standing(date(2026, 12, 11))["mending"] == "overdue"
    assert became(store, case_id, Outcome.NO_PROCEDURE, date(2026, 12, 12)) is CaseState.ANSWERED
    assert standing(date(2026, 12, 20)) == {"mending": "overdue", "handling": "met", "not_started": "met"}
    decide(store, case_id, Decision.CLOSE, at=NOW + timedelta(days=40))
    assert standing(date(2027, 3, 1))["mending"] == "closed"


def test_letters_that_follow_up_get_the_filing_they_speak_of(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=TODAY) is None
    file_case(store, case_id)
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=TODAY) == FiledComplaint(
            MARKET, f"{case_id}/2026", "preporučenom pošiljkom", TODAY, "353-1/2026", date(2026, 12, 7)
        )
    became(store, case_id, Outcome.NO_PROCEDURE, date(2026, 12, 12))
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=date(2026, 12, 20)) is None


def test_nobody_writes_that_no_answer_came_once_the_case_is_closed(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    file_case(store, case_id)
    decide(store, case_id, Decision.CLOSE, at=NOW + timedelta(days=40))
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=date(2027, 1, 11)) is None


def test_an_outcome_needs_a_filing_and_a_day_that_can_be(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    with pytest.raises(UsageError, match="nothing of case"):
        became(store, case_id, Outcome.NO_ANSWER, TODAY)
    file_case(store, case_id)
    with pytest.raises(UsageError, match="before the filing"):
        became(store, case_id, Outcome.NO_ANSWER, TODAY - timedelta(days=1))
