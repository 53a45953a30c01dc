"""The register by the API: what changed between lists, importing one that was looked at, decisions on names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from httpx import Response

from alerts.desk.api.app import ROOT
from alerts.desk.people import Role
from alerts.desk.tokens import Scope
from crawler.store.audit import AuditFilter, read_audit
from crawler.store.register import list_snapshots
from pipelines.register.importing import import_file
from tests.desk.api_client import Program, program, reason
from tests.desk.conftest import MORNING, DeskUnderTest
from tests.register.lists import HEADER, ROWS, write_csv

NEW = ("9.", "Novi Bor d.o.o.", "Bor", "102-10/2026", "01.11.2026.", "", "", "", "")
ENTRY = "Primer Radnik d.o.o."


def _send(caller: Program, path: str, file: Path, *, as_of: str = "2026-11-20", **fields: str) -> Response:
    """Posts the list as a form."""
    given = {"file": (file.name, file.read_bytes(), "application/octet-stream")}
    form = {"as_of": as_of, **fields}
    answer: Response = caller.client.post(f"{ROOT}{path}", data=form, files=given, headers=caller.headers)
    return answer


def _look(caller: Program, file: Path) -> dict[str, object]:
    answer = _send(caller, "/register/import/preview", file)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def _import(desk: DeskUnderTest, file: Path, day: date) -> None:
    import_file(desk.store.settings, desk.store.engine, file, as_of=day, now=MORNING)


def _lists(desk: DeskUnderTest) -> int:
    with desk.store.connect() as connection:
        return len(list_snapshots(connection))


def test_a_list_is_looked_at_and_then_put_in_force_once(desk: DeskUnderTest, tmp_path: Path) -> None:
    _import(desk, write_csv(tmp_path / "stari.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    caller = program(desk, Role.COORDINATOR)
    file = write_csv(tmp_path / "novi.csv", [HEADER, *ROWS[1:], NEW])
    seen = _look(program(desk, Role.ADMIN, Scope.READ), file)
    changes = seen["changes"]
    assert isinstance(changes, dict)
    assert [one["name"] for one in changes["added"]] == ["Novi Bor d.o.o."]
    assert (seen["agencies"], seen["doubt"], seen["is_known"], _lists(desk)) == (5, None, False, 1)
    done = _send(caller, "/register/import", file, seen=str(seen["snapshot"]))
    assert (done.status_code, done.json()["is_new"], done.json()["changes"]) == (200, True, changes)
    again = _send(caller, "/register/import", file, seen=str(seen["snapshot"]))
    assert (again.json()["is_new"], _lists(desk)) == (False, 2)
    assert _look(caller, file)["is_known"] is True
    with desk.store.connect() as connection:
        acts = [(row.act, row.person) for row in read_audit(connection, AuditFilter(subject="register of 2026-11-20"))]
    assert acts == [("register_imported", "coordinator-write-30@primer.example")] * 2


def test_only_the_list_that_was_seen_is_put_in_force(desk: DeskUnderTest, tmp_path: Path) -> None:
    caller = program(desk)
    seen = _look(caller, write_csv(tmp_path / "jedan.csv", [HEADER, *ROWS]))
    other = write_csv(tmp_path / "drugi.csv", [HEADER, *ROWS, NEW])
    assert reason(_send(caller, "/register/import", other, seen=str(seen["snapshot"]))) == (409, "changed")
    assert _send(caller, "/register/import", other).status_code == 422
    assert _lists(desk) == 0


def test_a_torn_list_needs_somebody_who_says_that_it_is_complete(desk: DeskUnderTest, tmp_path: Path) -> None:
    _import(desk, write_csv(tmp_path / "stari.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    caller, file = program(desk), write_csv(tmp_path / "novi.csv", [HEADER, ROWS[0]])
    seen = _look(caller, file)
    assert seen["doubt"] == "torn"
    snapshot = str(seen["snapshot"])
    assert reason(_send(caller, "/register/import", file, seen=snapshot)) == (409, "torn")
    assert _lists(desk) == 1
    assert _send(caller, "/register/import", file, seen=snapshot, is_complete="true").status_code == 200
    assert _lists(desk) == 2


def test_refused_rows_are_told_in_english(desk: DeskUnderTest, tmp_path: Path) -> None:
    bad = ("6.", "Samo Ime", "", "", "", "", "", "", "")
    told = _look(program(desk), write_csv(tmp_path / "a.csv", [HEADER, *ROWS, bad]))
    (row,) = told["refused_rows"]  # type: ignore[misc]
    assert (told["refused"], row["row"]) == (1, 7)
    assert "name" in row["reason"]


@pytest.mark.parametrize(
    ("name", "content", "as_of", "expected"),
    [
        ("spisak.exe", b"MZ\0\0\0", "2026-11-20", (422, "not_a_list")),
        ("spisak.xlsx", b"PK\x03\x04torn", "2026-11-20", (422, "not_a_list")),
        ("prazan.csv", "Naziv agencije;Sedište;Broj rešenja\n".encode(), "2026-11-20", (422, "not_a_list")),
        ("velik.csv", b"a" * (8 * 1024 * 1024 + 1), "2026-11-20", (413, "too_large")),
        ("spisak.csv", b"a", "2026-11-21", (422, "invalid")),
    ],
)
def test_what_is_no_list_is_refused_and_changes_nothing(
    desk: DeskUnderTest, tmp_path: Path, name: str, content: bytes, as_of: str, expected: tuple[int, str]
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    caller = program(desk)
    assert reason(_send(caller, "/register/import/preview", file, as_of=as_of)) == expected
    assert reason(_send(caller, "/register/import", file, as_of=as_of, seen="sha256:0")) == expected
    assert _lists(desk) == 0


def test_differences_are_those_of_the_newest_two_lists_or_of_those_named(desk: DeskUnderTest, tmp_path: Path) -> None:
    caller = program(desk, Role.READONLY, Scope.READ)
    assert reason(caller.get("/register/differences")) == (404, "not_found")
    _import(desk, write_csv(tmp_path / "a.csv", [HEADER, *ROWS]), date(2026, 10, 1))
    assert caller.told("/register/differences")["from"] is None
    moved = [*ROWS[0]]
    moved[2] = "Zrenjanin"
    _import(desk, write_csv(tmp_path / "b.csv", [HEADER, moved, *ROWS[1:], NEW]), date(2026, 11, 1))
    found = caller.told("/register/differences")
    assert ([one["name"] for one in found["added"]], found["from"]["as_of"]) == (["Novi Bor d.o.o."], "2026-10-01")
    assert found["changed"][0]["fields"]["seat"] == ["Beograd", "Zrenjanin"]
    back = caller.told("/register/differences", before="2026-11-01", after="2026-10-01")
    assert [one["name"] for one in back["removed"]] == ["Novi Bor d.o.o."]
    assert reason(caller.get("/register/differences", before="besmislica")) == (404, "not_found")


def test_a_name_is_decided_about_once_and_the_decision_taken_back(desk: DeskUnderTest) -> None:
    desk.store.register(names=(ENTRY, "Orlovo Gnezdo d.o.o."))
    at = f"/cases/{desk.store.complaint_case()}/name"
    caller = program(desk, Role.REVIEWER)
    shown = caller.told(at)
    assert (shown["name"], shown["decisions"], shown["may_confirm"]) == ("Primer Rad", [], True)
    assert ENTRY in {one["name"] for one in shown["nearest"]}
    marks = {"seen": shown["seen"], "known": shown["known"]}
    assert reason(caller.post(at, entry="Orlovo", belongs=True, **marks)) == (422, "bad_form")
    decided = caller.did(at, entry=ENTRY, belongs=True, **marks)
    assert decided["answer_now"]["entry"] == ENTRY
    assert reason(caller.post(at, entry=ENTRY, belongs=False, **marks)) == (409, "changed")
    (decision,) = decided["decisions"]
    assert (decision["person"], decision["belongs"]) == ("reviewer-write-30@primer.example", True)
    undone = caller.did(f"{at}/undo", decision=decision["id"], seen=decided["seen"])
    assert (undone["decisions"], undone["answer_now"]) == ([], None)
    assert reason(caller.post(f"{at}/undo", decision=decision["id"], seen=decided["seen"])) == (409, "changed")


def test_decisions_on_names_are_listed_and_one_is_taken_back_by_number(desk: DeskUnderTest) -> None:
    desk.store.register(names=(ENTRY,))
    at = f"/cases/{desk.store.complaint_case()}/name"
    caller = program(desk, Role.LEGAL)
    for belongs in (False, True):
        shown = caller.told(at)
        caller.did(at, entry=ENTRY, belongs=belongs, seen=shown["seen"], known=shown["known"])
    first = caller.told("/register/aliases", limit=1)
    assert (first["items"][0]["belongs"], first["next"]) == (True, 1)
    newest = first["items"][0]["id"]
    revoked = caller.did(f"/register/aliases/{newest}/revoke")
    assert revoked["revoked_by"] == "legal-write-30@primer.example"
    assert reason(caller.post(f"/register/aliases/{newest}/revoke")) == (409, "changed")
    assert [one["belongs"] for one in caller.told(at)["decisions"]] == [False]
