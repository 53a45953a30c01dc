"""What somebody with bad intentions would try at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.desk.entering import Entered
from alerts.desk.people import Role
from alerts.desk.protection import LARGEST_POST, MOST_POSTS, Pace, largest_post
from alerts.desk.sessions import COOKIE, LONGEST, Limits, find_session, hash_of
from crawler.config import Settings
from crawler.store.access import session_with_person
from crawler.store.audit import AuditFilter, read_audit
from tests.builders import StoreBuilder
from tests.desk.conftest import DeskUnderTest, field


def test_too_many_posts_from_one_address_are_slowed_down(desk: DeskUnderTest) -> None:
    def post() -> int:
        return desk.client.post("/tongue", data={"tongue": "en"}).status_code

    assert 429 not in {post() for _ in range(MOST_POSTS)}
    assert post() == 429
    assert desk.client.get("/login").status_code == 200
    desk.wait(timedelta(minutes=1))
    assert post() != 429


def test_the_pace_of_one_address_is_not_that_of_another() -> None:
    pace = Pace(2)
    assert [pace.admits("192.0.2.1", minute=1) for _ in range(3)] == [True, True, False]
    assert pace.admits("192.0.2.2", minute=1)
    assert pace.admits("192.0.2.1", minute=2)


def test_only_uploads_may_be_large(desk: DeskUnderTest) -> None:
    assert largest_post("/login") == largest_post("/checks") == largest_post("/cases/1/decide") == LARGEST_POST
    assert largest_post("/check") > LARGEST_POST
    assert desk.client.post("/check", content=b"x" * (LARGEST_POST + 1)).status_code != 413
    assert desk.client.post("/people", content=b"x" * (LARGEST_POST + 1)).status_code == 413


@pytest.mark.parametrize("host", ["other.example", "other.example:80", "testserver.other.example", "", "a b"])
def test_a_foreign_host_is_refused_where_the_names_are_set(small_store: StoreBuilder, host: str) -> None:
    (small_store.settings.home / "adwatch.yml").write_text("desk_hosts: [testserver]\n", encoding="utf-8")
    small_store.settings = Settings(small_store.settings.home)
    under_test = DeskUnderTest(small_store)
    assert under_test.client.get("/healthz").status_code == 200
    assert under_test.client.get("/healthz", headers={"host": host}).status_code == 400


@pytest.mark.parametrize("address", ["/", "/nowhere", "/login", "/people"])
def test_no_answer_repeats_the_host_that_was_asked(desk: DeskUnderTest, address: str) -> None:
    for _ in range(2):
        answer = desk.client.get(address, headers={"host": "other.example"})
        assert "other.example" not in answer.text + answer.headers.get("location", "")
        desk.client.cookies.clear()
        if address != "/login" and not desk.client.cookies:
            desk.add(f"ana{_}@primer.example", Role.ADMIN)
            desk.log_in(f"ana{_}@primer.example")


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/../../etc/passwd",
        "/evidence/..%2f..%2fadwatch.db",
        "/evidence/urn:uuid:..%2f..%2fadwatch.db",
        "/cases/1/draft.pdf%00",
        "/cases/1/draft.../../x",
        "/static/..%2f..%2f..%2fadwatch.yml",
        "/static/%2e%2e/%2e%2e/secret.py",
        "/static//etc/passwd",
    ],
)
def test_no_path_leads_out_of_what_is_served(desk: DeskUnderTest, path: str) -> None:
    desk.enter(Role.ADMIN)
    answer = desk.client.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_the_log_of_work_shows_log_ins_failures_and_decisions(desk: DeskUnderTest) -> None:
    desk.add(role=Role.ADMIN)
    desk.log_in(password="guess guess")
    desk.log_in()
    case_id = desk.store.complaint_case()
    desk.decide(case_id, "confirm")
    desk.client.post("/logout", data={"csrf": field(desk.page("/"), "csrf")})
    with desk.store.connect() as connection:
        lines = [(line.act, line.person, line.subject) for line in reversed(read_audit(connection, AuditFilter()))]
        addresses = {line.address for line in read_audit(connection, AuditFilter())}
    assert lines == [
        ("log_in_failed", "", "ana@primer.example"),
        ("log_in", "ana@primer.example", ""),
        ("decided", "ana@primer.example", f"case {case_id}"),
        ("log_out", "ana@primer.example", ""),
    ]
    assert addresses == {"testclient"}


def test_the_page_of_the_log_filters_and_has_an_empty_state(desk: DeskUnderTest) -> None:
    desk.enter(Role.COORDINATOR)
    desk.decide(desk.store.complaint_case(), "confirm")
    assert "odluka o slučaju</td>" in desk.page("/audit")
    assert "odluka o slučaju</td>" not in desk.page("/audit?act=log_in")
    assert "Nema zapisa" in desk.page("/audit?person=nobody@primer.example")
    assert "2 zapisa" in desk.page("/audit?since=2026-11-20&until=2026-11-20").replace("\u00a0", " ")
    assert "Nema zapisa" in desk.page("/audit?until=2026-11-19")
    for odd in ("since=9999-12-31&until=9999-12-31", "since=x", "person=%00", "act=%F0%9F", "page=99999"):
        assert desk.client.get(f"/audit?{odd}").status_code == 200, odd


def test_no_secret_stands_in_what_a_traceback_may_show(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    cookie = desk.client.cookies[COOKIE]
    with desk.store.connect() as connection:
        found = find_session(connection, cookie, Limits(LONGEST, LONGEST), now=desk.now)
        rows = session_with_person(connection, hash_of(cookie))
    assert found
    assert rows
    shown = repr((found, rows, desk.app.state.desk, Entered(cookie, needs_code=False)))
    secret = (cookie, hash_of(cookie), found[0].csrf, found[1].password_hash)
    assert [one for one in secret if one in shown] == []
