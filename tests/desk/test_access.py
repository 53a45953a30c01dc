from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import update

from alerts.desk.app import ROUTERS
from alerts.desk.people import Role
from alerts.desk.secret import SECRET_FILE, desk_secret
from alerts.desk.sessions import COOKIE, limits_of
from crawler.errors import ConfigError
from crawler.store.schema import people
from tests.desk.conftest import DeskUnderTest, field

NOT_BY_LOG_IN = {"/healthz", "/login", "/tongue", "/metrics"}
"""Open to all, or (`/metrics`) to a token and to this machine: see test_metrics.py."""


def _guarded() -> list[tuple[str, str]]:
    record = "urn:uuid:00000000-0000-0000-0000-000000000000"
    return [
        (method, route.path.replace("{case_id}", "1").replace("{kind}", "pdf").replace("{record_id}", record))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and route.path not in NOT_BY_LOG_IN
        for method in sorted(route.methods or ())
    ]


def test_every_page_sends_nobody_to_the_log_in(desk: DeskUnderTest) -> None:
    guarded = _guarded()
    assert len(guarded) >= 8
    for method, address in guarded:
        answer = desk.client.request(method, address, data={"csrf": ""} if method == "POST" else None)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/login"), (method, address)


@pytest.mark.parametrize("address", ["/docs", "/redoc", "/openapi.json"])
def test_the_interface_description_is_not_served(desk: DeskUnderTest, address: str) -> None:
    assert desk.client.get(address).status_code == 404


def test_health_needs_no_log_in(desk: DeskUnderTest) -> None:
    assert desk.client.get("/healthz").text == "ok"


def test_a_form_without_the_token_changes_nothing(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    seen = field(desk.page(f"/cases/{case_id}"), "seen")
    for token in ({}, {"csrf": "guessed"}, {"csrf": "šđ"}):
        answer = desk.client.post(f"/cases/{case_id}/decide", data={"decision": "confirm", "seen": seen} | token)
        assert answer.status_code == 403
    assert desk.state(case_id) == "open"


@pytest.mark.parametrize(
    "header",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://other.example"}],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(desk: DeskUnderTest, header: dict[str, str]) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    shown = desk.page(f"/cases/{case_id}")
    form = {"decision": "confirm", "csrf": field(shown, "csrf"), "seen": field(shown, "seen")}
    assert desk.client.post(f"/cases/{case_id}/decide", data=form, headers=header).status_code == 403
    assert desk.state(case_id) == "open"


def test_who_only_reads_sees_the_case_and_cannot_decide(desk: DeskUnderTest) -> None:
    desk.enter(Role.READONLY)
    case_id = desk.store.complaint_case()
    shown = desk.page(f"/cases/{case_id}")
    assert "Vaša uloga samo čita" in shown
    assert 'value="confirm"' not in shown
    form = {"decision": "confirm", "csrf": field(shown, "csrf"), "seen": "open.1"}
    assert desk.client.post(f"/cases/{case_id}/decide", data=form).status_code == 403
    assert desk.state(case_id) == "open"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.READONLY])
def test_every_other_role_decides(desk: DeskUnderTest, role: Role) -> None:
    desk.enter(role)
    case_id = desk.store.complaint_case()
    assert desk.decide(case_id, "confirm").status_code == 303
    assert desk.state(case_id) == "confirmed"


def test_a_session_that_stands_idle_ends(desk: DeskUnderTest) -> None:
    desk.enter()
    idle = limits_of(desk.store.settings.file).idle
    desk.wait(idle - timedelta(minutes=1))
    assert desk.client.get("/").status_code == 200
    desk.wait(idle - timedelta(minutes=1))
    assert desk.client.get("/").status_code == 200
    desk.wait(idle)
    assert desk.client.get("/").headers["location"] == "/login"


def test_a_session_ends_after_a_day_of_work_however_busy(desk: DeskUnderTest) -> None:
    desk.enter()
    end = desk.now + limits_of(desk.store.settings.file).whole
    while desk.now + timedelta(hours=1) < end:
        desk.wait(timedelta(hours=1))
        assert desk.client.get("/").status_code == 200
    desk.wait(timedelta(hours=1))
    assert desk.client.get("/").headers["location"] == "/login"


def test_a_person_who_was_disabled_is_out_at_once(desk: DeskUnderTest) -> None:
    desk.enter()
    with desk.store.engine.begin() as connection:
        connection.execute(update(people).values(disabled_at=desk.now))
    assert desk.client.get("/").headers["location"] == "/login"
    assert desk.log_in().status_code == 401


def test_a_cookie_that_was_tampered_with_is_nobody(desk: DeskUnderTest) -> None:
    desk.enter()
    cookie = desk.client.cookies[COOKIE]
    for forged in ("", "x", cookie[:-1], "W" + cookie, cookie.swapcase(), cookie + "\x7f"):
        desk.client.cookies.clear()
        desk.client.cookies.set(COOKIE, forged)
        assert desk.client.get("/").headers["location"] == "/login"


def test_logging_out_needs_the_token_and_ends_the_session(desk: DeskUnderTest) -> None:
    desk.enter()
    assert desk.client.post("/logout", data={}).status_code == 403
    cookie = desk.client.cookies[COOKIE]
    assert desk.client.post("/logout", data={"csrf": field(desk.page("/"), "csrf")}).status_code == 303
    assert desk.client.get("/").headers["location"] == "/login"
    desk.client.cookies.set(COOKIE, cookie)
    assert desk.client.get("/").headers["location"] == "/login"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: DeskUnderTest) -> None:
    desk.add()
    cookie = next(line for line in desk.log_in().headers.get_list("set-cookie") if line.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_behind_tls_cookies_are_secure(desk: DeskUnderTest) -> None:
    desk.add()
    desk.client.base_url = "https://testserver"
    cookie = next(line for line in desk.log_in().headers.get_list("set-cookie") if line.startswith(COOKIE))
    assert "Secure" in cookie


@pytest.mark.parametrize("address", ["/", "/login", "/healthz", "/nowhere", "/static/desk.css", "/cases/999"])
def test_every_answer_carries_the_security_headers(desk: DeskUnderTest, address: str) -> None:
    if address != "/login":
        desk.enter()
    headers = desk.client.get(address).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


def test_pages_with_personal_data_are_not_kept_by_browsers(desk: DeskUnderTest) -> None:
    desk.enter()
    assert desk.client.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in desk.client.get("/static/desk.css").headers["cache-control"]


def test_a_missing_static_file_is_not_kept_by_browsers(desk: DeskUnderTest) -> None:
    answer = desk.client.get("/static/none.css")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("address", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fcases.py"])
def test_static_files_lead_nowhere_else(desk: DeskUnderTest, address: str) -> None:
    assert desk.client.get(address).status_code == 404


def test_a_post_that_is_too_large_is_refused_unread(desk: DeskUnderTest) -> None:
    assert desk.client.post("/login", data={"email": "a" * 70_000}).status_code == 413
    assert desk.client.post("/login", content=iter([b"email=a"])).status_code == 411


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    secret = desk_secret(tmp_path)
    assert len(secret) == 64
    assert desk_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [SECRET_FILE]


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_text("", encoding="ascii")
    with pytest.raises(ConfigError, match="holds no secret"):
        desk_secret(tmp_path)


def test_sessions_outlive_a_restart(desk: DeskUnderTest) -> None:
    desk.enter()
    restarted = DeskUnderTest(desk.store)
    restarted.client.cookies.set(COOKIE, desk.client.cookies[COOKIE])
    assert restarted.client.get("/").status_code == 200
