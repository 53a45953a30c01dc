"""Saved lists of cases and the report of silence by the API: the same as on top of the queue."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alerts.desk.people import Role
from alerts.desk.tokens import Scope
from alerts.indexing import index_cases
from crawler.store.views import MOST_VIEWS
from tests.desk.api_client import program, reason
from tests.desk.conftest import DeskUnderTest, field


def test_a_list_is_saved_and_asked_for_again(desk: DeskUnderTest) -> None:
    desk.store.complaint_case()
    index_cases(desk.store.night_now())
    caller = program(desk, Role.READONLY)
    narrowed = {"level": "high", "seen_from": "2026-01-01", "sort": "newest"}
    saved = caller.did("/views", name=" Visok  rizik ", list=narrowed)
    assert (saved["name"], saved["is_mine"], saved["is_shared"]) == ("Visok rizik", True, False)
    assert {name: saved["list"][name] for name in narrowed} == narrowed
    assert len(caller.told("/cases", **{name: value for name, value in saved["list"].items() if value})["items"]) == 1
    again = caller.did("/views", name="Visok rizik", list={"level": "low"})
    assert [view["list"]["level"] for view in caller.told("/views")] == ["low"]
    assert caller.did(f"/views/{again['id']}/delete") == []
    assert reason(caller.post(f"/views/{again['id']}/delete")) == (404, "not_found")


def test_what_one_shares_others_see_and_cannot_take_away(desk: DeskUnderTest) -> None:
    one, other = program(desk, Role.REVIEWER), program(desk, Role.LEGAL)
    shared = one.did("/views", name="Za sve", is_shared=True, list={"q": "plastenik", "refers": True})
    one.did("/views", name="Moje")
    (seen,) = other.told("/views")
    assert (seen["name"], seen["is_mine"], seen["list"]["q"]) == ("Za sve", False, "plastenik")
    assert seen["list"]["refers"] is True
    assert reason(other.post(f"/views/{shared['id']}/delete")) == (404, "not_found")
    assert reason(one.post("/views", name="  ")) == (422, "no_name")
    for number in range(MOST_VIEWS - 2):
        one.did("/views", name=f"Prikaz {number}")
    assert reason(one.post("/views", name="Još jedan")) == (409, "too_many")
    assert reason(program(desk, Role.ADMIN, Scope.READ).post("/views", name="x")) == (403, "forbidden")


def test_what_a_page_saved_the_api_tells(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/"), "csrf"), "name": "Nemačka", "shared": "1", "list": "pile=unsure&country=DE"}
    assert desk.client.post("/views", data=form).status_code == 303
    (seen,) = program(desk, Role.READONLY, Scope.READ).told("/views")
    assert (seen["person"], seen["list"]["pile"], seen["list"]["country"]) == ("Ana Primerović", "unsure", "DE")


def test_silence_says_what_may_be_missing(desk: DeskUnderTest) -> None:
    desk.store.settings.__dict__["source_folders"] = (Path("spiders/demo/sources").absolute(),)
    desk.app.state.desk.sources.__init__(desk.store.settings)
    caller = program(desk, Role.READONLY, Scope.READ, days=300)
    empty = caller.told("/silence")
    assert (empty["is_calm"], empty["night"]["state"], empty["night"]["started_at"]) == (False, "never", None)
    assert empty["register"] == {"state": "missing", "as_of": None, "confirmed_on": None, "age": 0}
    assert {trouble["kind"] for trouble in empty["troubles"]} == {"never"}
    desk.store.register()
    desk.store.complaint_case()
    fresh = caller.told("/silence")
    assert (fresh["register"]["state"], fresh["register"]["as_of"]) == ("fresh", "2026-11-01")
    assert fresh["night"]["started_at"].endswith("Z")
    assert fresh["sources"] == len(fresh["troubles"]) > 0
    desk.wait(timedelta(days=60))
    late = caller.told("/silence")
    assert (late["register"]["state"], late["register"]["age"]) == ("stale", 79)
