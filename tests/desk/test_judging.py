"""Judging stored ads by a new register: the desk says when that is done, and starts it at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from alerts.desk.people import Role
from crawler.nightly import one_night_at_a_time
from crawler.store.audit import AuditFilter, read_audit
from crawler.store.schema import assessments
from tests.desk.api_client import program, reason
from tests.desk.conftest import DeskUnderTest, field

PATIENCE = 600
"""Seconds for a process that takes a few."""


def test_the_page_says_when_ads_are_judged_and_offers_to_do_it_at_once(desk: DeskUnderTest) -> None:
    desk.store.register()
    desk.enter(Role.COORDINATOR)
    page = desk.page("/register?imported=true").replace("\u00a0", " ")
    assert "Sačuvani oglasi još nisu procenjeni po njemu" in page
    assert "po rasporedu 21. 11. 2026. u 02:00" in page
    assert "Proceni oglase odmah" in page


@pytest.mark.parametrize("role", [Role.READONLY, Role.REVIEWER, Role.LEGAL])
def test_others_are_told_when_and_start_nothing(desk: DeskUnderTest, role: Role) -> None:
    desk.store.register()
    desk.enter(role)
    page = desk.page("/register")
    assert ("po rasporedu" in page, "Proceni oglase odmah" in page) == (True, False)
    assert desk.client.post("/register/judge", data={"csrf": field(page, "csrf")}).status_code == 403


def test_ads_are_judged_by_a_process_of_its_own(desk: DeskUnderTest) -> None:
    desk.store.ad()
    desk.store.register()
    desk.enter(Role.COORDINATOR)
    csrf = field(desk.page("/register"), "csrf")
    started = desk.client.post("/register/judge", data={"csrf": csrf})
    assert (started.status_code, started.headers["location"]) == (303, "/register#procena")
    desk.app.state.desk.judgings.wait(PATIENCE)
    assert "je završeno" in desk.page("/register")
    with desk.store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(assessments)) == 1
        (line, *_) = read_audit(connection, AuditFilter(act="run_started"))
    assert (line.person, line.detail) == ("ana@primer.example", "judging ads again")
    assert line.subject == "register of 2026-11-01"


def test_nothing_is_judged_without_a_list_or_while_a_night_runs(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    csrf = field(desk.page("/register"), "csrf")
    without = desk.client.post("/register/judge", data={"csrf": csrf})
    assert (without.status_code, "nemaju po čemu da se procene" in without.text) == (409, True)
    desk.store.register()
    with one_night_at_a_time(desk.store.settings, desk.store.engine):
        busy = desk.client.post("/register/judge", data={"csrf": csrf})
    assert (busy.status_code, "Upravo radi noćna obrada" in busy.text) == (409, True)
    assert desk.app.state.desk.judgings.newest() is None


def test_a_program_is_told_when_and_why_not(desk: DeskUnderTest) -> None:
    caller = program(desk)
    assert reason(caller.post("/register/judge")) == (409, "conflict")
    desk.store.register(as_of=date(2026, 11, 1))
    with one_night_at_a_time(desk.store.settings, desk.store.engine):
        assert reason(caller.post("/register/judge")) == (409, "busy")
