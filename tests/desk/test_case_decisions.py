"""Deciding at the case page: written with person and time, only on what was seen, and taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from alerts.desk.people import Role
from crawler.store.schema import case_events, cases
from tests.desk.conftest import DeskUnderTest, field


def test_a_decision_is_written_with_person_and_time(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.decide(case_id, "dismiss", reason="posrednik ima dozvolu", note="vidi  registar\x00")
    with desk.store.connect() as connection:
        row = connection.execute(case_events.select()).one()
    assert (row.person, row.after, row.at) == ("ana@primer.example", "dismissed", desk.now)
    assert row.note == "posrednik ima dozvolu: vidi registar\ufffd"
    assert "vidi registar" in desk.page(f"/cases/{case_id}")


def test_a_dismissal_without_reason_is_refused(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    answer = desk.decide(case_id, "dismiss", reason=" ", note="")
    assert answer.status_code == 400
    assert "samo sa razlogom" in answer.text
    assert desk.state(case_id) == "open"


def test_a_decision_on_what_somebody_else_changed_is_refused(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    shown = desk.page(f"/cases/{case_id}")
    form = {"csrf": field(shown, "csrf"), "seen": field(shown, "seen"), "reason": "duplikat"}
    desk.decide(case_id, "confirm")
    answer = desk.client.post(f"/cases/{case_id}/decide", data=form | {"decision": "dismiss"})
    assert answer.status_code == 409
    assert desk.state(case_id) == "confirmed"


def test_a_decision_on_a_judgement_that_the_night_replaced_is_refused(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    case_id = desk.store.case(ad, desk.store.assess(ad))
    seen = field(desk.page(f"/cases/{case_id}"), "seen")
    newer = desk.store.assess(ad)
    with desk.store.engine.begin() as connection:
        connection.execute(update(cases).values(assessment_id=newer))
    assert desk.decide(case_id, "confirm", seen=seen).status_code == 409
    assert desk.state(case_id) == "open"


def test_a_decision_can_be_taken_back(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.decide(case_id, "confirm")
    answer = desk.decide(case_id, "reopen", pile="confirmed")
    assert answer.headers["location"] == f"/cases/{case_id}?pile=open&done={case_id}"
    assert desk.state(case_id) == "open"


@pytest.mark.parametrize("decision", ["", "file", "approve", "prepare", "revise", "nonsense"])
def test_the_case_page_takes_no_other_decision(desk: DeskUnderTest, decision: str) -> None:
    desk.enter(Role.ADMIN)
    case_id = desk.store.complaint_case(state="drafted")
    assert desk.decide(case_id, decision).status_code == 400
    assert desk.state(case_id) == "drafted"
