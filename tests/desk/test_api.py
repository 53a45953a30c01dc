"""What a program does by the API is what a person does at the desk, with the same rules, and stands in the same log."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from sqlalchemy import func, select

from alerts.desk.api.app import ROOT, api_routes, described
from alerts.desk.people import Role
from alerts.desk.tokens import Scope
from crawler.store.audit import Act, AuditFilter, read_audit
from crawler.store.intakes import cases_of_ad
from crawler.store.schema import ads
from tests.builders import AD_TEXT, AD_TITLE, REGISTER_FILE
from tests.desk.api_client import program, reason
from tests.desk.conftest import DeskUnderTest
from tests.desk.legal_walks import MARKET, PDF, approved_case, confirmed_case, filed_case


def _acts(desk: DeskUnderTest) -> list[tuple[str, str]]:
    with desk.store.connect() as connection:
        rows = read_audit(connection, AuditFilter(), size=200)
    return [(row.act, row.subject) for row in rows if row.act != Act.TOKEN_MADE]


def test_a_token_says_whom_it_speaks_for(desk: DeskUnderTest) -> None:
    told = program(desk, Role.REVIEWER, Scope.READ).told("/me")
    assert (told["role"], told["scope"], "decide" in told["permissions"]) == ("reviewer", "read", True)


def test_cases_are_listed_page_by_page_and_no_case_is_lost_when_one_is_decided_between(desk: DeskUnderTest) -> None:
    made = {desk.store.complaint_case() for _ in range(5)}
    caller = program(desk, Role.REVIEWER)
    first = caller.told("/cases", limit=2)
    seen = [case["id"] for case in first["items"]]
    caller.did(f"/cases/{seen[0]}/decide", decision="unsure", seen=caller.told(f"/cases/{seen[0]}")["seen"])
    following = first["next"]
    while following:
        page = caller.told("/cases", limit=2, cursor=following)
        seen += [case["id"] for case in page["items"]]
        following = page["next"]
    assert (sorted(seen), len(seen)) == (sorted(made), 5)
    assert caller.told("/cases", pile="unsure")["items"][0]["id"] == seen[0]
    assert caller.told("/cases", level="low")["items"] == []


def test_a_case_is_told_with_the_assessment_of_the_contract(desk: DeskUnderTest) -> None:
    desk.store.register()
    case_id = desk.store.complaint_case()
    told = program(desk, Role.READONLY, Scope.READ).told(f"/cases/{case_id}")
    judged, text = told["assessment"], f"{AD_TITLE}\n{AD_TEXT}"
    assert judged["risk"]["level"] == "high"
    assert [text[one["start"] : one["end"]] for one in judged["indicators"]] == [judged["indicators"][0]["quote"]]
    assert (told["register"]["verdict"], judged["register"]["verdict"]) == ("not_found", "not_found")
    assert told["life"][0]["at"].endswith("Z")
    desk.wait(timedelta(days=400))
    late = program(desk, Role.READONLY, Scope.READ, days=20).told(f"/cases/{case_id}")
    assert late["register"]["verdict"] == "stale"


def test_a_decision_is_made_once_carries_the_name_and_can_be_taken_back(desk: DeskUnderTest) -> None:
    case_id = desk.store.complaint_case()
    caller = program(desk, Role.REVIEWER)
    seen = caller.told(f"/cases/{case_id}")["seen"]
    assert reason(caller.post(f"/cases/{case_id}/decide", decision="dismiss", seen=seen)) == (422, "no_reason")
    moved = caller.did(f"/cases/{case_id}/decide", decision="dismiss", seen=seen, reason="licensed", note="vidi dopis")
    assert (moved["state"], desk.state(case_id)) == ("dismissed", "dismissed")
    again = caller.post(f"/cases/{case_id}/decide", decision="dismiss", seen=seen, reason="licensed")
    assert reason(again) == (409, "changed")
    event = caller.told(f"/cases/{case_id}")["history"][-1]
    assert (event["person"], event["reason"]) == ("reviewer-write-30@primer.example", "licensed")
    assert caller.did(f"/cases/{case_id}/undo", event=event["id"])["state"] == "open"
    assert reason(caller.post(f"/cases/{case_id}/undo", event=event["id"])) == (409, "changed")
    noted = caller.did(f"/cases/{case_id}/notes", note="Zvala je  ista osoba.\x00")
    assert noted["note"].startswith("Zvala je ista osoba.")
    assert reason(caller.post(f"/cases/{case_id}/notes", note="  ")) == (422, "no_note")
    assert [act for act, subject in _acts(desk) if subject == f"case {case_id}"] == ["noted", "decided", "decided"]


def test_what_legal_staff_decided_a_reviewer_cannot_take_back(desk: DeskUnderTest) -> None:
    desk.store.register()
    case_id = approved_case(desk)
    event = program(desk, Role.LEGAL).told(f"/cases/{case_id}")["history"][-1]["id"]
    assert reason(program(desk, Role.REVIEWER).post(f"/cases/{case_id}/undo", event=event)) == (409, "changed")
    assert program(desk, Role.ADMIN).did(f"/cases/{case_id}/undo", event=event)["state"] == "drafted"


def test_a_draft_is_changed_approved_filed_and_answered(desk: DeskUnderTest) -> None:
    desk.store.register()
    case_id = confirmed_case(desk)
    caller, at = program(desk, Role.LEGAL), f"/cases/{case_id}/drafts/{MARKET}"
    assert caller.told(f"/cases/{case_id}/drafts")["drafts"][0]["to"]["id"] == MARKET
    assert caller.told("/matters", stage="prepared")["items"][0]["case"] == case_id
    draft = caller.told(at, script="latn")
    passage = next(one for one in draft["passages"] if not one["is_quote"] and "„" not in one["text"])
    changes = {"seen": draft["version"], "passages": [{"number": passage["number"], "text": "Drugačije rečeno."}]}
    assert "Drugačije rečeno." in caller.did(f"{at}/preview?script=latn", **changes)["text"]
    assert caller.told(at)["version"] == draft["version"]
    changed = caller.did(f"{at}/changes", **changes)
    assert (changed["is_new"], changed["version"]) == (True, draft["version"] + 1)
    assert caller.post(f"{at}/changes", **changes).status_code == 409
    unknown = {"seen": changed["version"], "passages": [{"number": 9999, "text": "x"}]}
    assert reason(caller.post(f"{at}/changes", **unknown)) == (422, "unknown")
    assert caller.post(f"{at}/approve", sha256=draft["sha256"]).status_code == 409
    assert caller.did(f"{at}/approve", sha256=caller.told(at)["sha256"])["state"] == "approved"
    assert caller.told("/ready")["items"][0]["ready"] is True

    form = {"recipient": MARKET, "channel": "counter", "on": desk.now.date().isoformat(), "reference": "353-1/2026"}
    address, files = f"{ROOT}/cases/{case_id}/filings", {"receipt": ("potvrda.pdf", PDF, "application/pdf")}
    wrong = {"receipt": ("potvrda.exe", b"MZ", "application/pdf")}
    assert reason(caller.client.post(address, data=form, files=wrong, headers=caller.headers)) == (422, "no_receipt")
    filed = caller.client.post(address, data=form, files=files, headers=caller.headers)
    assert filed.status_code == 201, filed.text
    assert reason(caller.client.post(address, data=form, files=files, headers=caller.headers)) == (409, "filed_before")
    number = filed.json()["id"]
    assert caller.get(f"/cases/{case_id}/filings/{number}/receipt").content == PDF
    assert caller.told("/deadlines")["items"][0]["deadlines"]
    desk.wait(timedelta(days=1))
    told = {"outcome": "procedure_started", "on": desk.now.date().isoformat()}
    assert caller.did(f"/cases/{case_id}/filings/{number}/outcomes", **told)["state"] == "answered"
    early = told | {"on": "2020-01-01"}
    assert reason(caller.post(f"/cases/{case_id}/filings/{number}/outcomes", **early)) == (409, "before_filing")
    assert caller.did(f"/cases/{case_id}/close", seen="answered")["state"] == "closed"
    acts = [act for act, subject in _acts(desk) if subject == f"case {case_id}"]
    assert {"draft_changed", "decided", "downloaded"} <= set(acts)


def test_files_are_those_of_the_desk(desk: DeskUnderTest) -> None:
    register = desk.store.settings.evidence_folder / "register" / "registar-agencija.xlsx"
    register.parent.mkdir(parents=True)
    register.write_bytes(REGISTER_FILE)
    desk.store.register()
    case_id = approved_case(desk)
    caller, at = program(desk, Role.LEGAL), f"/cases/{case_id}/drafts/{MARKET}"
    begins = {"pdf": b"%PDF", "docx": b"PK"}
    for kind, begin in begins.items():
        assert caller.get(f"{at}/file.{kind}").content.startswith(begin)
    assert caller.get(f"{at}/file.txt", script="latn").text.strip() == caller.told(at, script="latn")["text"].strip()
    with zipfile.ZipFile(io.BytesIO(caller.get(f"{at}/annex.zip").content)) as annex:
        assert annex.testzip() is None
    assert "BEGIN:VCALENDAR" in caller.get("/calendar.ics").text
    assert caller.did(f"/cases/{case_id}/withdraw", seen="approved")["state"] == "drafted"


def test_an_overdue_filing_is_named_and_a_reminder_is_written(desk: DeskUnderTest) -> None:
    desk.store.register()
    case_id = filed_case(desk)
    desk.wait(timedelta(days=90))
    caller = program(desk, Role.LEGAL)
    overdue = caller.told("/deadlines", overdue="true")["items"]
    assert [one["case"] for one in overdue] == [case_id]
    assert caller.told("/matters", stage="overdue")["items"][0]["overdue"] is True
    assert caller.get(f"/cases/{case_id}/filings/{overdue[0]['id']}/reminder.txt").status_code == 200


def test_checking_stores_nothing_and_saving_opens_a_case(desk: DeskUnderTest) -> None:
    desk.store.register()
    desk.store.complaint_case()
    caller, reader = program(desk, Role.REVIEWER), program(desk, Role.READONLY, Scope.READ)
    asked = {"060 000 0001": "phone", "Drugi Primer": "name", f"{AD_TITLE}\n{AD_TEXT}": "text"}
    for what, kind in asked.items():
        told = reader.did("/check", what=what)
        assert told["kind"] == kind
        assert told["questions"] and told["channels"]
    assert told["assessment"]["is_job_ad"] is True
    assert _ads(desk) == 1
    saved = caller.did(
        "/check/save", text=f"{AD_TITLE}\n{AD_TEXT}", seen_url="https://portal.example/oglas", note="poziv"
    )
    assert _ads(desk) == 2
    with desk.store.connect() as connection:
        assert saved["cases"] == cases_of_ad(connection, saved["ad_id"])
    future = (desk.now.date() + timedelta(days=2)).isoformat()
    assert reason(caller.post("/check/save", text="Posao", seen_on=future)) == (422, "invalid")
    assert reason(caller.post("/check/page", url="nije adresa")) == (422, "invalid")
    assert reason(caller.post("/check/page", url="https://portal.example/oglas")) == (409, "page_not_read")
    assert ("brought", f"ad {saved['ad_id']}") in _acts(desk)


def test_the_register_answers_and_never_says_not_found_without_a_list(desk: DeskUnderTest) -> None:
    caller = program(desk, Role.READONLY, Scope.READ)
    assert caller.did("/register/match", name="Primer Rad")["verdict"] is None
    assert caller.told("/register/entries") == {"items": [], "next": None}
    desk.store.register(names=("Primer Radnik d.o.o.", "Drugi Primer d.o.o."))
    assert caller.did("/register/match", name="Primer Radnik d.o.o.")["verdict"] == "registered"
    assert caller.did("/register/match", phone="060 000 0009")["verdict"] == "unidentified"
    assert caller.told("/register/snapshots")["items"][0]["is_newest"] is True
    page = caller.told("/register/entries", limit=1)
    assert (page["items"][0]["verdict"], page["next"]) == ("registered", 1)
    assert [one["name"] for one in caller.told("/register/entries", q="други")["items"]] == ["Drugi Primer d.o.o."]


def test_a_source_is_switched_off_with_a_reason_and_then_does_not_run(desk: DeskUnderTest) -> None:
    caller = program(desk, Role.COORDINATOR)
    sources = caller.told("/sources")["items"]
    at = f"/sources/{sources[0]['id']}"
    assert caller.post(f"{at}/disable", why="").status_code == 422
    off = caller.did(f"{at}/disable", why="sajt je zamolio")["source"]
    assert (off["state"], off["off"]["why"]) == ("off", "sajt je zamolio")
    assert reason(caller.post(f"{at}/disable", why="opet")) == (409, "conflict")
    assert reason(caller.post(f"{at}/run")) == (409, "conflict")
    assert caller.did(f"{at}/enable")["source"]["off"] is None
    assert [one["action"] for one in caller.told(at)["actions"]] == ["enable", "disable"]
    assert reason(caller.get("/sources/no_source")) == (404, "not_found")


def test_nights_are_listed_the_newest_first(desk: DeskUnderTest) -> None:
    desk.store.complaint_case()
    desk.store.complaint_case()
    caller = program(desk, Role.READONLY, Scope.READ)
    page = caller.told("/nights", limit=1)
    older = caller.told("/nights", cursor=page["next"])["items"]
    assert page["items"][0]["id"] > older[0]["id"]
    assert caller.told(f"/nights/{older[0]['id']}")["night"] == older[0]


def test_a_report_names_no_firm_to_those_who_only_read(desk: DeskUnderTest) -> None:
    desk.store.complaint_case()
    period = {"from": "2026-11-01", "to": "2026-11-20"}
    told = program(desk, Role.COORDINATOR).told("/reports", **period, names="true")
    assert (told["from"], told["days"], "names" in told["sheets"]) == ("2026-11-01", 20, True)
    reader = program(desk, Role.READONLY, Scope.READ)
    assert reason(reader.get("/reports", **period, names="true")) == (403, "not_allowed")
    assert "names" not in reader.told("/reports", **period)["sheets"]
    assert reason(reader.get("/reports", **{"from": "2026-11-20", "to": "2026-11-01"})) == (422, "reversed")
    assert ("exported", "report adwatch-2026-11-01-2026-11-20") in _acts(desk)


def test_every_shape_is_strict_and_every_endpoint_is_explained() -> None:
    document = described()
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object":
            assert schema.get("additionalProperties") is False, name
            assert schema.get("description") or name.startswith("Listed_"), name
    for path, methods in document["paths"].items():
        for told in methods.values():
            assert told["description"], path
            assert told["security"] == [{"HTTPBearer": []}], path
            assert {"401", "403"} <= told["responses"].keys(), path
    assert len(api_routes()) == sum(len(methods) for methods in document["paths"].values())


def _ads(desk: DeskUnderTest) -> int:
    with desk.store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(ads)) or 0
