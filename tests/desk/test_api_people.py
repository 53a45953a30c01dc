"""People and the audit log by the API: what an admin does at /people, and what was recorded of it."""

from __future__ import annotations

import json
from datetime import timedelta

from alerts.desk.people import Role
from alerts.desk.tokens import Scope
from crawler.store.people import find_person
from tests.desk.api_client import program, reason
from tests.desk.conftest import PASSWORD, DeskUnderTest

ADMIN = "admin-write-30@primer.example"


def test_a_person_is_added_with_a_password_that_is_told_once(desk: DeskUnderTest) -> None:
    caller = program(desk)
    given = caller.did("/people", email=" Iva@Primer.example ", name="Iva  Primer", role="legal")
    person, password = given["person"], given["password"]
    assert (person["email"], person["name"], person["role"]) == ("iva@primer.example", "Iva Primer", "legal")
    assert person["is_password_due"] is True
    assert desk.log_in("iva@primer.example", password).headers["location"] == "/"
    assert desk.client.get("/").headers["location"] == "/profile"
    told = json.dumps([caller.told("/people"), caller.told(f"/people/{person['id']}"), caller.told("/audit")])
    assert "iva@primer.example" in told
    with desk.store.connect() as connection:
        row = find_person(connection, email="iva@primer.example")
    assert row
    assert password not in told and row.password_hash not in told and "argon2" not in told


def test_who_cannot_be_added_is_refused_with_the_reason(desk: DeskUnderTest) -> None:
    caller = program(desk)
    refused = {
        ("nije adresa", "Iva"): (422, "invalid"),
        ("iva@primer.example", "  "): (422, "invalid"),
        (ADMIN, "Iva"): (409, "taken"),
    }
    for (email, name), expected in refused.items():
        assert reason(caller.post("/people", email=email, name=name)) == expected
    assert reason(caller.post("/people", email="iva@primer.example", name="Iva", role="boss")) == (422, "invalid")
    assert len(caller.told("/people")["items"]) == 1


def test_a_role_is_changed_and_who_is_disabled_has_no_token(desk: DeskUnderTest) -> None:
    caller, other = program(desk), program(desk, Role.REVIEWER)
    number = next(one["id"] for one in caller.told("/people")["items"] if one["role"] == "reviewer")
    at = f"/people/{number}"
    assert caller.did(f"{at}/role", role="readonly")["role"] == "readonly"
    assert other.told("/me")["role"] == "readonly"
    assert caller.did(f"{at}/disable")["disabled_at"] == "2026-11-20T07:00:00Z"
    assert reason(other.get("/me")) == (401, "unauthorized")
    assert caller.did(f"{at}/enable")["disabled_at"] is None
    assert other.told("/me")["role"] == "readonly"
    assert reason(caller.post("/people/999/disable")) == (404, "not_found")


def test_one_admin_always_remains(desk: DeskUnderTest) -> None:
    caller = program(desk)
    (me,) = caller.told("/people")["items"]
    assert reason(caller.post(f"/people/{me['id']}/disable")) == (409, "last_admin")
    assert reason(caller.post(f"/people/{me['id']}/role", role="legal")) == (409, "last_admin")
    program(desk, days=20)
    assert caller.did(f"/people/{me['id']}/role", role="legal")["role"] == "legal"
    assert reason(caller.get("/people")) == (403, "forbidden")


def test_who_was_locked_out_is_let_in_again_or_given_a_new_password(desk: DeskUnderTest) -> None:
    caller = program(desk)
    desk.add()
    number = next(one["id"] for one in caller.told("/people")["items"] if one["email"] == "ana@primer.example")
    for _ in range(5):
        desk.log_in(password="pogresna lozinka")
    assert caller.told(f"/people/{number}")["is_locked"] is True
    assert caller.did(f"/people/{number}/unlock")["is_locked"] is False
    assert desk.log_in().headers["location"] == "/"
    given = caller.did(f"/people/{number}/reset")
    assert given["person"]["is_password_due"] is True
    assert desk.client.get("/").headers["location"] == "/login"
    assert desk.log_in(password=PASSWORD).status_code == 401
    assert desk.log_in(password=given["password"]).headers["location"] == "/"


def test_the_log_is_read_page_by_page_and_no_line_comes_twice(desk: DeskUnderTest) -> None:
    caller = program(desk)
    for name in ("prva", "druga", "treca"):
        caller.did("/people", email=f"{name}@primer.example", name=name)
    first = caller.told("/audit", act="person_added", limit=2)
    assert [line["subject"] for line in first["items"]] == ["treca@primer.example", "druga@primer.example"]
    caller.did("/people", email="cetvrta@primer.example", name="cetvrta")
    behind = caller.told("/audit", act="person_added", limit=2, cursor=first["next"])
    assert ([line["subject"] for line in behind["items"]], behind["next"]) == (["prva@primer.example"], None)
    line = first["items"][0]
    assert (line["person"], line["detail"], line["address"]) == (ADMIN, "reviewer", "testclient")


def test_the_log_is_narrowed_by_person_day_and_subject(desk: DeskUnderTest) -> None:
    caller = program(desk, days=300)
    caller.did("/people", email="prva@primer.example", name="prva")
    desk.wait(timedelta(days=2))
    caller.did("/people", email="druga@primer.example", name="druga")
    auditor = program(desk, Role.COORDINATOR, Scope.READ)
    mine = {"person": "ADMIN-write-300@primer.example", "act": "person_added"}
    assert len(auditor.told("/audit", **mine)["items"]) == 2
    assert len(auditor.told("/audit", **mine, since="2026-11-21")["items"]) == 1
    assert len(auditor.told("/audit", **mine, until="2026-11-21")["items"]) == 1
    assert len(auditor.told("/audit", subject="druga@primer.example")["items"]) == 1
    assert auditor.told("/audit", person="niko@primer.example")["items"] == []
    for day in ("9999-12-31", "0001-01-01", "juče"):
        assert reason(auditor.get("/audit", until=day)) == (422, "invalid")
