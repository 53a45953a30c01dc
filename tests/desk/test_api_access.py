"""Every endpoint of the API, called as nobody, with a token that only reads, and as every role."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from alerts.desk.api.app import ROOT, api_routes
from alerts.desk.people import Role, person_of
from alerts.desk.protection import LARGEST_POST, MOST_POSTS
from alerts.desk.tokens import Scope, revoke
from crawler.store.people import find_person
from crawler.store.schema import people
from tests.desk.api_client import Program, program, reason
from tests.desk.conftest import DeskUnderTest

READS_ONLY = "reads only"
RECORD = "urn:uuid:00000000-0000-0000-0000-000000000000"
WHO = ("nobody", READS_ONLY, "readonly", "reviewer", "legal", "coordinator", "admin")

# Who is let in, in the order of WHO: `.` is (whatever is found there), `x` is refused with 403, `T` with 401. The
# second column is an admin's token that only reads; the others write as far as the role goes.
TABLE = """
GET  /me                                                        T . . . . . .
GET  /cases                                                     T . . . . . .
GET  /cases/{case_id}                                           T . . . . . .
GET  /cases/{case_id}/copies                                    T . . . . . .
GET  /cases/{case_id}/connections                               T . . . . . .
GET  /views                                                     T . . . . . .
POST /views                                                     T x . . . . .
POST /views/{view_id}/delete                                    T x . . . . .
POST /cases/{case_id}/decide                                    T x x . . . .
POST /cases/{case_id}/undo                                      T x x . . . .
POST /cases/{case_id}/notes                                     T x x . . . .
POST /cases/{case_id}/withdraw                                  T x x x . x .
POST /cases/{case_id}/close                                     T x x x . x .
GET  /cases/{case_id}/drafts                                    T . . . . . .
POST /cases/{case_id}/drafts                                    T x x x . x .
GET  /cases/{case_id}/drafts/{recipient}                        T . . . . . .
POST /cases/{case_id}/drafts/{recipient}/changes                T x x x . x .
POST /cases/{case_id}/drafts/{recipient}/preview                T . x x . x .
POST /cases/{case_id}/drafts/{recipient}/restore                T x x x . x .
POST /cases/{case_id}/drafts/{recipient}/approve                T x x x . x .
GET  /cases/{case_id}/drafts/{recipient}/file.{kind}            T . . . . . .
GET  /cases/{case_id}/drafts/{recipient}/annex.zip              T . . . . . .
GET  /cases/{case_id}/filings                                   T . . . . . .
POST /cases/{case_id}/filings                                   T x x x . x .
POST /cases/{case_id}/filings/{filing_id}/outcomes              T x x x . x .
GET  /cases/{case_id}/filings/{filing_id}/receipt               T . . . . . .
GET  /cases/{case_id}/filings/{filing_id}/reminder.{kind}       T . . . . . .
GET  /matters                                                   T . . . . . .
GET  /ready                                                     T . . . . . .
GET  /deadlines                                                 T . . . . . .
GET  /calendar.ics                                              T . . . . . .
POST /check                                                     T . . . . . .
POST /check/page                                                T . . . . . .
POST /check/picture                                             T . . . . . .
POST /check/save                                                T x x . . . .
POST /check/save/pictures                                       T x x . . . .
GET  /evidence/{record_id}                                      T . . . . . .
GET  /evidence/{record_id}/source.txt                           T . . . . . .
GET  /evidence/{record_id}/picture.png                          T . . . . . .
GET  /evidence/{record_id}/picture.jpg                          T . . . . . .
POST /register/match                                            T . . . . . .
GET  /register/snapshots                                        T . . . . . .
GET  /register/entries                                          T . . . . . .
GET  /register/differences                                      T . . . . . .
POST /register/import/preview                                   T . x x x . .
POST /register/import                                           T x x x x . .
POST /register/judge                                            T x x x x . .
GET  /register/aliases                                          T . . . . . .
POST /register/aliases/{decision}/revoke                        T x x . . . .
GET  /cases/{case_id}/name                                      T . . . . . .
POST /cases/{case_id}/name                                      T x x . . . .
POST /cases/{case_id}/name/undo                                 T x x . . . .
GET  /silence                                                   T . . . . . .
GET  /sources                                                   T . . . . . .
GET  /sources/{source}                                          T . . . . . .
POST /sources/{source}/disable                                  T x x x x . .
POST /sources/{source}/enable                                   T x x x x . .
POST /sources/{source}/run                                      T x x x x . .
GET  /nights                                                    T . . . . . .
GET  /nights/{night_id}                                         T . . . . . .
GET  /reports                                                   T . . . . . .
GET  /people                                                    T . x x x x .
GET  /people/{person_id}                                        T . x x x x .
POST /people                                                    T x x x x x .
POST /people/{person_id}/role                                   T x x x x x .
POST /people/{person_id}/disable                                T x x x x x .
POST /people/{person_id}/enable                                 T x x x x x .
POST /people/{person_id}/unlock                                 T x x x x x .
POST /people/{person_id}/reset                                  T x x x x x .
GET  /audit                                                     T . x x x . .
"""
EXPECTED = {
    (method, path): tuple(marks) for method, path, *marks in (line.split() for line in TABLE.strip().splitlines())
}


def test_every_endpoint_stands_in_the_table() -> None:
    found = {(method, route.path) for route in api_routes() for method in route.methods or ()}
    assert found == EXPECTED.keys()


@pytest.mark.parametrize(("column", "who"), list(enumerate(WHO)), ids=WHO)
def test_each_endpoint_lets_in_whom_the_table_says(desk: DeskUnderTest, column: int, who: str) -> None:
    caller, wrong = _caller(desk, who), {}
    for (method, path), marks in EXPECTED.items():
        answer = caller.client.request(method, ROOT + _filled(path), headers=caller.headers)
        assert answer.status_code < 500, path
        found = {401: "T", 403: "x"}.get(answer.status_code, ".")
        if found != marks[column]:
            wrong[f"{method} {path}"] = f"{found} instead of {marks[column]}"
        if answer.status_code >= 400:
            reason(answer)
    assert wrong == {}


def test_a_log_in_at_the_desk_does_not_count_for_the_api(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    answer = desk.client.get(f"{ROOT}/me")
    assert reason(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert desk.client.get(f"{ROOT}/openapi.json").status_code == 200
    assert "/api/v1/cases/{case_id}/decide" in desk.page(f"{ROOT}/docs")


def test_the_description_is_for_those_who_may_use_it(desk: DeskUnderTest) -> None:
    assert reason(Program(desk).get("/openapi.json")) == (401, "unauthorized")
    assert program(desk, Role.READONLY, Scope.READ).told("/openapi.json")["info"]["title"] == "adwatch"


def test_a_token_that_ran_out_was_revoked_or_is_of_somebody_disabled_is_no_token(desk: DeskUnderTest) -> None:
    short, long = program(desk, Role.ADMIN, days=1), program(desk, Role.ADMIN, days=30)
    lost = program(desk, Role.LEGAL)
    desk.wait(timedelta(days=1))
    assert reason(short.get("/me")) == (401, "unauthorized")
    with desk.store.engine.begin() as connection:
        row = find_person(connection, email="admin-write-30@primer.example")
        assert row
        assert revoke(connection, person_of(row), 2, now=desk.now)
        connection.execute(update(people).where(people.c.role == "legal").values(disabled_at=desk.now))
    assert reason(long.get("/me")) == (401, "unauthorized")
    assert reason(lost.get("/me")) == (401, "unauthorized")


JSON = {"content-type": "application/json"}
BODIES: tuple[tuple[dict[str, str], bytes, int], ...] = (
    ({"content-type": "text/plain"}, b"{}", 415),
    ({"content-type": "application/x-www-form-urlencoded"}, b"what=060", 415),
    ({}, b"{}", 415),
    (JSON, b"{", 422),
    (JSON, b"\xff\xfe", 422),
    (JSON, b'{"what": "\\ud800"}', 422),
    (JSON, b'{"\\ud800": 1, "what": "x"}', 422),
    (JSON, b'{"what": "\\u0000"}', 422),
    (JSON, b'{"what": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 422),
    (JSON, b'{"what": ' + b"9" * 10_000 + b"}", 422),
    (JSON, b'{"what": "' + b"x" * 2**20 + b'"}', 413),
)
ADDRESSES = {
    "/cases/0": 422,
    "/cases/99999999999999999999999999": 422,
    "/cases/2147483647": 404,
    "/cases/1%00": 422,
    "/cases/%F0%9F": 422,
    "/cases/1/drafts/%00": 422,
    "/cases/1/drafts/..%2f..%2fetc": 404,
    "/cases/1/drafts/%0A": 404,
    "/cases/1/drafts/" + "x" * 5000: 422,
    "/sources/%2e%2e": 422,
    "/nights/99999999999": 422,
    "/register/entries?of=9999-99-99": 404,
    "/register/entries?of=2026-01-01": 404,
    "/register/entries?q=%00&cursor=2147483647": 200,
    "/cases?cursor=-1": 422,
    "/cases?limit=100000": 422,
    "/cases?q=%00%ED%A0%80": 200,
    "/cases?unknown=1": 422,
    "/reports?from=%00": 422,
    "/reports?from=2026-02-01&to=2026-01-01": 422,
    "/nothing": 404,
}


def test_bodies_that_are_none_are_refused(desk: DeskUnderTest) -> None:
    caller = program(desk)
    for headers, body, status in BODIES:
        answer = caller.client.post(f"{ROOT}/check", content=body, headers=caller.headers | headers)
        assert reason(answer)[0] == status, body[:80]


def test_hostile_addresses_are_answered_calmly(desk: DeskUnderTest) -> None:
    caller = program(desk)
    for path, status in ADDRESSES.items():
        answer = caller.get(path)
        assert answer.status_code == status, path[:80]
        if status >= 400:
            reason(answer)


def test_posts_without_length_too_long_or_too_many_are_refused_as_json(desk: DeskUnderTest) -> None:
    caller = program(desk)
    address, kind = f"{ROOT}/cases/1/notes", {"content-type": "application/json"}
    chunked = caller.client.post(address, content=iter([b"{}"]), headers=caller.headers | kind)
    assert reason(chunked) == (411, "length_required")
    long = caller.client.post(address, content=b" " * (LARGEST_POST + 1), headers=caller.headers | kind)
    assert reason(long) == (413, "too_large")
    answers = [caller.post("/cases/1/notes") for _ in range(MOST_POSTS)]
    assert reason(answers[-1]) == (429, "too_many_requests")
    assert answers[-1].headers["retry-after"] == "60"


def test_a_method_that_is_not_there_is_named(desk: DeskUnderTest) -> None:
    caller = program(desk)
    answer = caller.client.delete(f"{ROOT}/cases/1", headers=caller.headers)
    assert reason(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def _caller(desk: DeskUnderTest, who: str) -> Program:
    if who == "nobody":
        return Program(desk)
    return program(desk, Role.ADMIN, Scope.READ) if who == READS_ONLY else program(desk, Role(who))


def _filled(path: str) -> str:
    values = {"kind": "pdf", "recipient": "nobody", "source": "no_source", "record_id": RECORD}
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found.group(1), "999"), path)


def test_a_fault_of_the_program_is_told_in_the_same_shape(desk: DeskUnderTest) -> None:
    asking = program(desk, Role.ADMIN)
    asking.client = TestClient(desk.app, raise_server_exceptions=False)
    with mock.patch("alerts.desk.api.silence.read_silence", side_effect=RuntimeError("a secret path")):
        answer = asking.get("/silence")
    assert reason(answer) == (500, "broken")
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
