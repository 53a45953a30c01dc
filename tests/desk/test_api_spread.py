"""A case's copies and connections by the API: the same that the case's page shows."""

from __future__ import annotations

from typing import Any

from alerts.desk.people import Role
from alerts.desk.tokens import Scope
from pipelines.connections.filing import file_contacts
from tests.builders import AD_TEXT, complaint_assessment
from tests.desk.api_client import program, reason
from tests.desk.conftest import DeskUnderTest


def _of_another_name(desk: DeskUnderTest, name: str) -> int:
    """A case whose ad names the builders' number under that name."""
    ad, judged = desk.store.ad(), complaint_assessment()
    judged = complaint_assessment(mediator=type(judged.mediator)(name=name, kind=judged.mediator.kind))
    assessment_id = desk.store.assess(ad, judged, mediator_key=name.lower())
    return desk.store.case(ad, assessment_id, mediator_key=name.lower())


def test_a_copy_is_told_with_what_it_says_otherwise(desk: DeskUnderTest) -> None:
    store = desk.store
    series = store.series()
    first, same, other = (
        store.ad(series_id=series, text=text) for text in (AD_TEXT, AD_TEXT, f"{AD_TEXT}\nPolazak je u petak.")
    )
    leading = store.assess(first)
    for ad in (same, other):
        store.assess(ad)
    case_id = store.case(first, leading)
    told = program(desk, Role.READONLY, Scope.READ).told(f"/cases/{case_id}/copies")
    assert (told["leading"], told["is_cut"], told["others"]) == (first.ad_id, False, [])
    assert [(copy["id"], copy["is_same"]) for copy in told["items"]] == [(same.ad_id, True), (other.ad_id, False)]
    pieces = [piece for passage in told["items"][1]["changes"] for piece in passage if piece["mark"] == "new"]
    assert "".join(piece["text"] for piece in pieces).strip() == "Polazak je u petak."


def test_connections_are_a_list_and_a_graph_of_the_same(desk: DeskUnderTest) -> None:
    number, other = (_of_another_name(desk, name) for name in ("Primer Rad", "Zora Posao"))
    file_contacts(desk.store.night_now())
    told = program(desk, Role.READONLY, Scope.READ).told(f"/cases/{number}/connections")
    (phone,) = (item for item in told["items"] if item["kind"] == "phone")
    assert (phone["value"], phone["ads"], phone["names"]) == ("+381600000001", 2, ["Primer Rad", "Zora Posao"])
    assert [case["case"] for case in phone["cases"]] == [other]
    assert told["nodes"][0] == {"id": f"case:{number}", "kind": "case", "text": "", "case": number}
    assert _ends(told, f"case:{number}") >= {"phone:+381600000001"}
    assert f"case:{other}" in _ends(told, "phone:+381600000001")


def test_every_line_of_the_graph_has_both_its_ends(desk: DeskUnderTest) -> None:
    number, *_ = (_of_another_name(desk, name) for name in ("Primer Rad", "Zora Posao", "Treći Primer"))
    file_contacts(desk.store.night_now())
    told = program(desk).told(f"/cases/{number}/connections")
    ids = [node["id"] for node in told["nodes"]]
    assert len(ids) == len(set(ids))
    assert {edge[end] for edge in told["edges"] for end in ("from", "to")} == set(ids)


def test_a_case_alone_has_neither(desk: DeskUnderTest) -> None:
    case_id = desk.store.complaint_case()
    caller = program(desk)
    assert caller.told(f"/cases/{case_id}/copies")["items"] == []
    told = caller.told(f"/cases/{case_id}/connections")
    assert (told["items"], told["edges"], len(told["nodes"])) == ([], [], 1)
    for what in ("copies", "connections"):
        assert reason(caller.get(f"/cases/4711/{what}")) == (404, "not_found")


def _ends(told: dict[str, Any], start: str) -> set[str]:
    return {edge["to"] for edge in told["edges"] if edge["from"] == start}
