"""What a Prometheus server reads at the desk, who may read it, and that it names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, update

from alerts.desk.app import create_app
from crawler.store.nights import finish_night
from crawler.store.schema import nights
from tests.builders import NOW, StoreBuilder, complaint_assessment
from tests.desk.conftest import MORNING, DeskUnderTest

HERE = ("127.0.0.1", 50000)
Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def _read(client: TestClient, **headers: str) -> Figures:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def near(desk: DeskUnderTest) -> TestClient:
    """A client on the desk's own machine."""
    return TestClient(desk.app, client=HERE)


@pytest.fixture
def on_both(store: StoreBuilder) -> Iterator[TestClient]:
    """The same, on a desk of each kind of database."""
    app = create_app(store.settings, clock=lambda: MORNING)
    with TestClient(app, client=HERE) as client:
        yield client


def test_an_empty_store_has_figures_too(on_both: TestClient) -> None:
    found = _read(on_both)
    assert found["adwatch_store_up", ()] == 1
    assert found["adwatch_night_state", (("state", "never"),)] == 1
    assert found["adwatch_open_cases", (("level", "high"),)] == 0
    assert found["adwatch_database_bytes", ()] > 10_000
    assert found["adwatch_disk_free_bytes", ()] > 0
    assert ("adwatch_register_age_days", ()) not in found


def test_the_figures_are_those_of_the_store(on_both: TestClient, store: StoreBuilder) -> None:
    ad = store.ad()
    store.register()
    store.case(ad, store.assess(ad, complaint_assessment()))
    with store.engine.begin() as connection:
        connection.execute(update(nights).values(owner="box:1"))
        finish_night(connection, ad.night_id, now=NOW + timedelta(hours=1), summary={"steps": {"x": {"failure": "y"}}})
    found = _read(on_both)
    assert found["adwatch_night_state", (("state", "done"),)] == 1
    assert found["adwatch_night_finished_seconds", ()] == (NOW + timedelta(hours=1)).timestamp()
    assert found["adwatch_night_failed_steps", ()] == 1
    assert found["adwatch_open_cases", (("level", "high"),)] == 1
    assert found["adwatch_captures", ()] == 1
    assert found["adwatch_register_age_days", ()] == 19


def test_requests_are_counted_by_the_template_of_their_address(desk: DeskUnderTest, near: TestClient) -> None:
    desk.client.get("/cases/4711")
    desk.client.get("/cases/4712")
    desk.client.get("/static/desk.css")
    desk.client.get("/no/such/page?name=Ana")
    found = _read(near)
    routes = dict.fromkeys(dict(labels)["route"] for name, labels in found if name == "adwatch_desk_requests_total")
    assert set(routes) == {"/cases/{case_id}", "/static", "none"}
    at_cases = (("method", "GET"), ("route", "/cases/{case_id}"))
    assert found["adwatch_desk_requests_total", (*at_cases, ("status", "303"))] == 2
    assert found["adwatch_desk_request_seconds_count", at_cases] == 2


def test_nothing_is_left_in_the_registry_of_the_process(desk: DeskUnderTest, near: TestClient) -> None:
    _read(near)
    assert [family.name for family in REGISTRY.collect() if family.name.startswith("adwatch")] == []


def test_no_person_ad_or_case_is_named(desk: DeskUnderTest, near: TestClient) -> None:
    desk.enter()
    case = desk.store.complaint_case()
    desk.page(f"/cases/{case}")
    text = near.get("/metrics").text
    assert not re.search(r"ana@|Primer|poslovi|\+381|rs_", text)


def test_from_elsewhere_the_page_does_not_exist(desk: DeskUnderTest) -> None:
    assert TestClient(desk.app, client=("192.0.2.7", 50000)).get("/metrics").status_code == 404


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_a_proxy_on_this_machine_speaks_for_others(near: TestClient, header: str) -> None:
    assert near.get("/metrics", headers={header: "192.0.2.7"}).status_code == 404


def test_with_a_token_only_the_token_counts(small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADWATCH_METRICS_TOKEN", "tajna")
    app = create_app(small_store.settings)
    far, near = TestClient(app, client=("192.0.2.7", 50000)), TestClient(app, client=HERE)
    assert near.get("/metrics").status_code == 404
    assert far.get("/metrics", headers={"Authorization": "Bearer tajne"}).status_code == 404
    assert _read(far, Authorization="Bearer tajna")["adwatch_store_up", ()] == 1


def test_the_store_is_asked_as_often_however_much_it_holds(desk: DeskUnderTest, near: TestClient) -> None:
    def asked() -> int:
        statements: list[str] = []
        event.listen(desk.app.state.desk.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        _read(near)
        return len(statements)

    few = asked()
    for _ in range(5):
        desk.store.complaint_case()
    assert asked() <= few + 2
