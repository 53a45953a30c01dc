"""Every address of the desk, called as every role and as nobody, against a table written by hand."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from alerts.desk.app import API, ROUTERS
from alerts.desk.people import Role
from tests.desk.conftest import PASSWORD, DeskUnderTest, field

WHO = ("nobody", *(role.value for role in (Role.READONLY, Role.REVIEWER, Role.LEGAL, Role.COORDINATOR, Role.ADMIN)))

# Who gets in, in the order of WHO: `.` is let in (whatever is found there), `L` is sent to the log-in, `x` is refused
# with 403, `T` is told with 401 who they are not. A new route needs a line; think before you write it. (Logging out
# leads everybody to the log-in; test_access.py knows more about it. `/metrics` goes by token or by machine.)
TABLE = """
GET  /healthz                                . . . . . .
HEAD /healthz                                . . . . . .
GET  /metrics                                . . . . . .
GET  /login                                  . . . . . .
POST /login                                  T T T T T T
GET  /login/code                             L L L L L L
POST /login/code                             L L L L L L
POST /logout                                 L L L L L L
POST /tongue                                 . . . . . .
GET  /                                       L . . . . .
POST /views                                  L . . . . .
POST /views/{view_id}/delete                 L . . . . .
GET  /cases/{case_id}                        L . . . . .
POST /cases/{case_id}/decide                 L x . . . .
GET  /cases/{case_id}/draft.{kind}           L . . . . .
POST /cases/undo                             L x . . . .
POST /cases/{case_id}/notes                  L x . . . .
POST /cases/{case_id}/name                   L x . . . .
POST /cases/{case_id}/name/undo              L x . . . .
GET  /evidence/{record_id}                   L . . . . .
GET  /evidence/{record_id}/source.txt        L . . . . .
GET  /evidence/{record_id}/picture.png       L . . . . .
GET  /evidence/{record_id}/picture.jpg       L . . . . .
GET  /evidence/{record_id}/thumbnail.jpg     L . . . . .
GET  /check                                  L . . . . .
POST /check                                  L . . . . .
POST /check/page                             L . . . . .
POST /check/save                             L x . . . .
GET  /check/saved/{ad_id}                    L . . . . .
GET  /intake                                 L x . . . .
POST /intake                                 L x . . . .
GET  /sources                                L . . . . .
GET  /sources/{source}                       L . . . . .
POST /sources/{source}/switch                L x x x . .
POST /sources/{source}/run                   L x x x . .
GET  /nights                                 L . . . . .
GET  /nights/{night_id}                      L . . . . .
GET  /register                               L . . . . .
POST /register/judge                         L x x x . .
GET  /register/entries                       L . . . . .
GET  /register/differences                   L . . . . .
GET  /register/aliases                       L . . . . .
POST /register/aliases/revoke                L x . . . .
GET  /register/import                        L x x x . .
POST /register/import                        L x x x . .
POST /register/import/confirm                L x x x . .
GET  /reports                                L . . . . .
GET  /reports/file/{form}                    L . . . . .
GET  /legal                                  L . . . . .
GET  /legal/batch                            L . . . . .
GET  /legal/calendar.ics                     L . . . . .
GET  /legal/cases/{case_id}                  L . . . . .
POST /legal/cases/{case_id}/drafts           L x x . x .
POST /legal/cases/{case_id}/decide           L x x . x .
POST /legal/cases/{case_id}/undo             L x x . x .
GET  /legal/cases/{case_id}/drafts/{recipient} L . . . . .
POST /legal/cases/{case_id}/drafts/{recipient} L x x . x .
POST /legal/cases/{case_id}/drafts/{recipient}/preview L x x . x .
POST /legal/cases/{case_id}/drafts/{recipient}/approve L x x . x .
GET  /legal/cases/{case_id}/drafts/{recipient}/file.{kind} L . . . . .
GET  /legal/cases/{case_id}/drafts/{recipient}/annex.zip L . . . . .
GET  /legal/cases/{case_id}/drafts/{recipient}/filed L . . . . .
POST /legal/cases/{case_id}/drafts/{recipient}/filed L x x . x .
POST /legal/cases/{case_id}/filings/{filing_id}/outcome L x x . x .
GET  /legal/cases/{case_id}/filings/{filing_id}/receipt L . . . . .
GET  /legal/cases/{case_id}/filings/{filing_id}/reminder.{kind} L . . . . .
GET  /profile                                L . . . . .
POST /profile/password                       L . . . . .
POST /profile/sessions/end                   L . . . . .
POST /profile/totp/begin                     L . . . . .
GET  /profile/totp                           L . . . . .
GET  /profile/totp/qr.svg                    L . . . . .
POST /profile/totp                           L . . . . .
POST /profile/totp/remove                    L . . . . .
POST /profile/tokens                         L . . . . .
POST /profile/tokens/{token_id}/revoke       L . . . . .
GET  /people                                 L x x x x .
POST /people                                 L x x x x .
POST /people/{person_id}/role                L x x x x .
POST /people/{person_id}/disable             L x x x x .
POST /people/{person_id}/enable              L x x x x .
POST /people/{person_id}/unlock              L x x x x .
POST /people/{person_id}/reset               L x x x x .
GET  /audit                                  L x x x . .
GET  /api/v1/docs                            L . . . . .
"""

EXPECTED = {
    (method, path): tuple(marks) for method, path, *marks in (line.split() for line in TABLE.strip().splitlines())
}
FILLED = {"kind": "pdf", "record_id": "urn:uuid:00000000-0000-0000-0000-000000000000"}
"""Parts of paths that are no numbers."""


def _routes() -> set[tuple[str, str]]:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {(method, route.path) for route in routes for method in route.methods or ()}


def test_every_route_stands_in_the_table() -> None:
    lacking = sorted(f"{method} {path}" for method, path in _routes() - EXPECTED.keys())
    assert not lacking, f"say who gets in, in TABLE of tests/desk/test_routes.py: {lacking}"
    assert EXPECTED.keys() - _routes() == set(), "no longer there: take the line out of TABLE"


@pytest.mark.parametrize(("column", "who"), list(enumerate(WHO)), ids=WHO)
def test_each_route_lets_in_whom_the_table_says(desk: DeskUnderTest, column: int, who: str) -> None:
    if who != "nobody":
        desk.add(role=Role(who))
    wrong, client = {}, _client(desk, who)
    for (method, path), marks in EXPECTED.items():
        if who != "nobody" and client.get("/profile").status_code != 200:
            client = _client(desk, who)
        found = _mark(_call(client, who, method, path))
        if found != marks[column]:
            wrong[f"{method} {path}"] = f"{found} instead of {marks[column]}"
    assert wrong == {}


def test_a_form_without_its_token_is_refused_on_every_route(desk: DeskUnderTest) -> None:
    """Everywhere but at the log-in, where there is no session yet, and in the API, where there is no cookie."""
    desk.add(role=Role.ADMIN)
    posts = [path for method, path in EXPECTED if method == "POST" and not path.startswith((API, "/login"))]
    assert len(posts) > 10
    client = _client(desk, "admin")
    for path in posts:
        for form in ({}, {"csrf": "guessed"}, {"csrf": ""}):
            assert client.post(_filled(path), data={"tongue": "en"} | form).status_code == 403, path


def test_a_form_of_another_site_is_refused_on_every_route(desk: DeskUnderTest) -> None:
    desk.add(role=Role.ADMIN)
    client = _client(desk, "admin")
    token = field(client.get("/").text, "csrf")
    for method, path in EXPECTED:
        if method == "POST" and not path.startswith((API, "/login/code")):
            headers = {"origin": "https://other.example"}
            form = {"csrf": token, "tongue": "en"}
            assert client.post(_filled(path), data=form, headers=headers).status_code == 403, path
    assert client.get("/").status_code == 200


def _call(client: TestClient, who: str, method: str, path: str) -> tuple[int, str]:
    form = {}
    if method == "POST":
        page = client.get("/profile").text if who != "nobody" else ""
        form = {"csrf": field(page, "csrf") if page else "", "tongue": "latn"}
    answer = client.request(method, _filled(path), data=form or None)
    return answer.status_code, answer.headers.get("location", "")


def _client(desk: DeskUnderTest, who: str) -> TestClient:
    client = desk.another_client()
    if who != "nobody":
        form = {"email": "ana@primer.example", "password": PASSWORD}
        assert client.post("/login", data=form).status_code == 303
    return client


def _mark(answer: tuple[int, str]) -> str:
    status, location = answer
    assert status < 500
    if location == "/login" and status == 303:
        return "L"
    return {401: "T", 403: "x"}.get(status, ".")


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: FILLED.get(found.group(1), "999"), path)
