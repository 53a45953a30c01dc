"""What legal staff have before them: how far each case has come before each recipient, and what is late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event

from alerts.batch import filing_batch
from alerts.cases import Decision
from alerts.deadline_calendar import deadline_calendar
from alerts.draft_changes import is_approved
from alerts.laying import lay_ready
from alerts.matters import LIMITATION, Matter, count_stages, read_matters
from alerts.moving import move_by_program
from alerts.outcomes import Outcome
from alerts.script import Script
from alerts.stages import Stage
from crawler.assessment import Proposal
from crawler.store.cases import case_history
from crawler.store.drafts import change_draft, drafts_of_case
from crawler.store.legal_views import titles_of_cases
from crawler.store.links import add_link
from tests.alerts.legal_steps import LABOUR, MARKET, TODAY, approved_case, became, decide, file_case
from tests.alerts.test_calendar import parse_calendar
from tests.builders import NOW, StoreBuilder, complaint_assessment

both_databases = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def _matters(store: StoreBuilder, *, on: date = TODAY, closed: bool = False) -> list[Matter]:
    with store.connect() as connection:
        return list(read_matters(connection, today=on, closed=closed))


@contextmanager
def _statements(engine: Engine) -> Iterator[list[str]]:
    told: list[str] = []

    def note(*given: object) -> None:
        told.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)


@both_databases
def test_a_matter_goes_from_proposed_to_answered(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    assert _matters(store) == []
    decide(store, case_id, Decision.CONFIRM)
    (matter,) = _matters(store)
    assert (matter.recipient, matter.stage, matter.due) == (MARKET, Stage.TO_PREPARE, None)
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    (matter,) = _matters(store)
    assert (matter.stage, matter.version) == (Stage.PREPARED, 1)
    assert matter.due and (matter.due.id, matter.due.day, matter.due.days_left) == (LIMITATION, date(2027, 11, 20), 365)
    decide(store, case_id, Decision.APPROVE)
    (matter,) = _matters(store)
    assert (matter.stage, matter.person) == (Stage.APPROVED, "ana@primer.example")
    file_case(store, case_id)
    (matter,) = _matters(store)
    assert matter.stage is Stage.FILED
    assert matter.due and (matter.due.id, matter.due.day, matter.due.working_days_left) == (
        "handling",
        date(2026, 12, 7),
        11,
    )
    became(store, case_id, Outcome.PROCEDURE_STARTED, date(2026, 12, 1))
    (matter,) = _matters(store, on=date(2026, 12, 9))
    assert (matter.stage, matter.due) == (Stage.ANSWERED, None)
    decide(store, case_id, Decision.CLOSE)
    assert _matters(store) == []
    assert [(one.stage, one.due) for one in _matters(store, closed=True)] == [(Stage.CLOSED, None)]


def test_overdue_matters_stand_first_and_say_how_late_they_are(store: StoreBuilder) -> None:
    store.register()
    waiting, late = approved_case(store), approved_case(store)
    file_case(store, late)
    found = _matters(store, on=date(2026, 12, 9))
    assert [(one.case_id, one.is_overdue) for one in found] == [(late, True), (waiting, False)]
    assert found[0].due and (found[0].due.days_left, found[0].due.working_days_left) == (-2, -2)
    assert count_stages(found)[Stage.FILED] == 1


def test_a_case_without_a_proposal_asks_for_a_recipient(store: StoreBuilder) -> None:
    store.register()
    ad = store.ad()
    case_id = store.case(ad, store.assess(ad, complaint_assessment(complaint=Proposal(False))), state="confirmed")
    assert [(one.recipient, one.stage) for one in _matters(store)] == [(None, Stage.TO_PREPARE)]
    lay_ready(store.engine, store.settings, case_id, LABOUR, now=NOW)
    assert [(one.recipient, one.stage) for one in _matters(store)] == [(LABOUR, Stage.PREPARED)]


def test_an_approved_text_stays_beside_the_version_that_followed_it(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
    with store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=NOW, note="registar: A → B")
        (draft,) = drafts_of_case(connection, case_id)
        assert is_approved(connection, draft)
        change_draft(connection, draft, draft.facts, person="system", note="", now=NOW)
    assert [(one.stage, one.version) for one in _matters(store)] == [(Stage.APPROVED, 1), (Stage.PREPARED, 2)]


def test_lists_ask_the_store_as_often_for_one_case_as_for_many(store: StoreBuilder) -> None:
    store.register()

    def statements() -> list[int]:
        counts = []
        for read in (
            lambda connection: read_matters(connection, today=TODAY),
            lambda connection: filing_batch(connection, today=TODAY, guard_days=180),
        ):
            with _statements(store.engine) as told, store.connect() as connection:
                read(connection)
            counts.append(len(told))
        return counts

    file_case(store, approved_case(store))
    approved_case(store)
    before = statements()
    for _ in range(3):
        file_case(store, approved_case(store))
        approved_case(store)
    assert statements() == before


@both_databases
def test_a_batch_names_the_first_filing_of_a_joined_case(store: StoreBuilder) -> None:
    store.register()
    first, second = approved_case(store), approved_case(store, source="demo_tabla")
    file_case(store, first)
    with store.engine.begin() as connection:
        add_link(connection, kept_id=second, joined_id=first, event_id=case_history(connection, first)[-1].id)
    with store.connect() as connection:
        (row,) = filing_batch(connection, today=TODAY + timedelta(days=3), guard_days=180)
    assert (row["case"], row["ready"], row["filed_before"]["case"]) == (second, False, first)


@pytest.mark.parametrize(
    ("script", "summary"),
    [
        (Script.LATN, "Rok za odgovor: Tržišna inspekcija, slučaj {case}"),
        (Script.CYRL, "Рок за одговор: Тржишна инспекција, случај {case}"),
    ],
)
def test_the_calendar_tells_every_open_deadline_with_its_count(
    store: StoreBuilder, script: Script, summary: str
) -> None:
    store.register()
    filed, waiting = approved_case(store), approved_case(store)
    file_case(store, filed)
    with store.connect() as connection:
        found = read_matters(connection, today=TODAY)
        titles = titles_of_cases(connection, [matter.case_id for matter in found])
    content = deadline_calendar(
        found, titles, organisation=store.settings.file.organisation, now=NOW, script=script, address=str
    )
    events = {event["DTSTART;VALUE=DATE"]: event for event in parse_calendar(content)}
    assert sorted(events) == ["20261207", "20261221", "20271120"]
    assert events["20261207"]["SUMMARY"] == summary.format(case=filed)
    assert "Radnici za rad u Nemačkoj" in events["20261207"]["DESCRIPTION"]
    assert events["20271120"]["URL"] == str(waiting)
