"""Sources and nights at the desk: what fared how, switching off and on, and starting one now."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import insert, update

from alerts.desk.people import Role
from alerts.desk.source_view import next_turn, source_line
from alerts.desk.sparklines import HEIGHT, sparkline
from crawler.manifest import load_manifests
from crawler.nightly import one_night_at_a_time
from crawler.store.night_history import PastRun
from crawler.store.schedulers import give_sign, note_stop
from crawler.store.schema import health_alerts, nights, runs
from crawler.store.switches import switched_off
from tests.builders import NOW, StoreBuilder
from tests.desk.conftest import MORNING, DeskUnderTest, field

RADNIK = "demo_radnik"


@pytest.fixture
def demo(desk: DeskUnderTest) -> DeskUnderTest:
    """A desk whose sources are those of the demo."""
    desk.store.settings.__dict__["source_folders"] = (Path("spiders/demo/sources").absolute(),)
    desk.app.state.desk.sources.__init__(desk.store.settings)
    return desk


def _with_schedule(desk: DeskUnderTest, folder: Path, line: str) -> None:
    """Leaves the desk one source, with a time of its own."""
    shutil.copytree(f"spiders/demo/sources/{RADNIK}", folder / RADNIK)
    with (folder / RADNIK / "source.yml").open("a", encoding="utf-8") as manifest:
        manifest.write(f'schedule: "{line}"\n')
    desk.store.settings.__dict__["source_folders"] = (folder,)
    desk.app.state.desk.sources.__init__(desk.store.settings)


def _run(store: StoreBuilder, source: str = RADNIK, *, days_ago: int = 0, **more: object) -> int:
    at = NOW - timedelta(days=days_ago)
    night_id = store.night(at=at)
    values: dict[str, object] = {
        "outcome": "ok", "pages": 12, "ads": 30, "new_ads": 4, "listings": 3, "read": 4, "health": "ok", "reasons": [],
        "fields": {"jobTitle": 4, "baseSalary": 2}, "paged": "end", "problems": {},
    }  # fmt: skip
    row = {"night_id": night_id, "source": source, "started_at": at, "finished_at": at + timedelta(minutes=5)}
    with store.engine.begin() as connection:
        connection.execute(insert(runs).values(**row, **{**values, **more}))
    return night_id


def _post(desk: DeskUnderTest, address: str, **form: str) -> tuple[int, str]:
    csrf = field(desk.page("/"), "csrf")
    answer = desk.client.post(address, data={"csrf": csrf, **form})
    return answer.status_code, answer.text


def test_each_source_tells_how_it_fared_in_words(demo: DeskUnderTest) -> None:
    demo.enter(Role.READONLY)
    for days in range(1, 5):
        _run(demo.store, days_ago=days)
    _run(
        demo.store, outcome="failed", ads=0, read=0, fields={}, failure="layout_changed", problems={"layout_changed": 3}
    )
    page = demo.page("/sources")
    assert "prikupljanje nije uspelo" in page
    assert "promenjen izgled stranice" in page
    assert "Oglasi, poslednjih 30 dana: najmanje 0, najviše 30, poslednje 0" in page
    assert "Popunjena polja, poslednjih 30 dana: najmanje 75%, najviše 75%, poslednje 75%" in page
    assert 'action="/sources' not in page


def test_one_source_tells_what_is_usual_and_who_did_what(demo: DeskUnderTest) -> None:
    demo.enter(Role.COORDINATOR)
    for days in range(1, 6):
        _run(demo.store, days_ago=days)
    night_id = _run(demo.store, ads=3, health="flagged", reasons=["few_ads", "field_empty:baseSalary"])
    with demo.store.engine.begin() as connection:
        change = {"before": "ok", "state": "flagged", "reasons": ["few_ads"], "failure": None}
        connection.execute(insert(health_alerts).values(source=RADNIK, night_id=night_id, at=NOW, **change))
    page = demo.page(f"/sources/{RADNIK}")
    assert "polovina uobičajenog broja oglasa ili manje" in page
    assert "nema podatka: zarada" in page
    assert "<dt>Oglasa po noći</dt><dd>30</dd>" in page
    assert "u redu → <strong>nije kao obično</strong>" in page
    assert demo.client.get("/sources/nema_takvog").status_code == 404


def test_a_coordinator_switches_a_source_off_with_a_reason_and_on_again(demo: DeskUnderTest) -> None:
    demo.enter(Role.COORDINATOR)
    status, text = _post(demo, f"/sources/{RADNIK}/switch", action="disable", why=" ")
    assert (status, "Napišite zašto" in text) == (400, True)
    assert _post(demo, f"/sources/{RADNIK}/switch", action="disable", why="<b>sajt moli za pauzu</b>")[0] == 303
    page = demo.page("/sources")
    assert "isključen" in page
    assert "&lt;b&gt;sajt moli za pauzu&lt;/b&gt;" in page
    assert _post(demo, f"/sources/{RADNIK}/run")[0] == 409
    assert _post(demo, f"/sources/{RADNIK}/switch", action="disable", why="opet")[0] == 409
    assert _post(demo, f"/sources/{RADNIK}/switch", action="enable")[0] == 303
    with demo.store.connect() as connection:
        assert switched_off(connection) == {}
    shown = demo.page(f"/sources/{RADNIK}")
    assert shown.index("ponovo uključen") < shown.index("sajt moli za pauzu")


def test_a_source_that_is_off_is_nobodys_trouble_in_the_morning(demo: DeskUnderTest) -> None:
    demo.enter(Role.ADMIN)
    assert "Radnik (demo)" in _silence(demo)
    _post(demo, f"/sources/{RADNIK}/switch", action="disable", why="pauza")
    assert "Radnik (demo)" not in _silence(demo)


def _silence(demo: DeskUnderTest) -> str:
    """What the queue says of the sources; its filter names them all."""
    report = BeautifulSoup(demo.page("/"), "lxml").select_one(".silence")
    assert report
    return report.get_text()


@pytest.mark.parametrize("role", [Role.READONLY, Role.REVIEWER, Role.LEGAL])
def test_others_neither_switch_nor_start(demo: DeskUnderTest, role: Role) -> None:
    demo.enter(role)
    assert "Pokreni sada" not in demo.page(f"/sources/{RADNIK}")
    for address in (f"/sources/{RADNIK}/switch", f"/sources/{RADNIK}/run"):
        assert _post(demo, address, action="disable", why="x")[0] == 403


def test_without_the_forms_token_nothing_is_switched(demo: DeskUnderTest) -> None:
    demo.enter(Role.ADMIN)
    answer = demo.client.post(f"/sources/{RADNIK}/switch", data={"action": "disable", "why": "x"})
    assert answer.status_code == 403


def test_nothing_starts_while_a_night_runs(demo: DeskUnderTest) -> None:
    demo.enter(Role.ADMIN)
    with one_night_at_a_time(demo.store.settings, demo.store.engine):
        status, text = _post(demo, f"/sources/{RADNIK}/run")
    assert (status, "Upravo radi noćna obrada" in text) == (409, True)


def test_a_source_is_started_in_a_process_of_its_own_and_never_twice(demo: DeskUnderTest) -> None:
    """The demo's site is not served here: the crawl runs, fails to reach it, and says so."""
    demo.enter(Role.ADMIN)
    home = demo.store.settings.home
    (home / "adwatch.yml").write_text("demo: true\n", encoding="utf-8")
    status, _ = _post(demo, f"/sources/{RADNIK}/run")
    assert status == 303
    assert "U toku je prikupljanje" in demo.page("/sources")
    assert _post(demo, "/sources/demo_sljaka/run")[0] == 409
    demo.app.state.desk.crawls.wait(600)
    page = demo.page(f"/sources/{RADNIK}")
    assert "pokrenut ručno" in page
    assert "U toku je prikupljanje" not in page
    with demo.store.connect() as connection:
        (row,) = connection.execute(runs.select())
    assert (row.source, row.outcome) == (RADNIK, "failed")


def test_nights_tell_their_steps_and_what_failed(demo: DeskUnderTest) -> None:
    demo.enter()
    night_id = _run(demo.store)
    steps = {
        "open_cases": {"opened": 2, "failure": None},
        "crawl_due_sources": {"sources": 1, "failure": "RuntimeError: <disk full>"},
    }
    with demo.store.engine.begin() as connection:
        done = {"finished_at": NOW + timedelta(hours=1), "summary": {"steps": steps}}
        connection.execute(update(nights).where(nights.c.id == night_id).values(**done))
    listed = demo.page("/nights")
    assert "nije uspelo:</strong> prikupljanje oglasa" in listed
    page = demo.page(f"/nights/{night_id}")
    assert page.index("prikupljanje oglasa") < page.index("otvaranje slučajeva")
    assert "RuntimeError: &lt;disk full&gt;" in page
    assert demo.client.get("/nights/4711").status_code == 404


def test_without_nights_and_runs_the_pages_say_so(demo: DeskUnderTest) -> None:
    demo.enter()
    assert "Noćna obrada još nije rađena" in demo.page("/nights")
    assert "nijednom za 30 dana" in demo.page("/sources")
    assert "Za poslednjih 30 dana nema nijednog pokretanja" in demo.page(f"/sources/{RADNIK}")


def test_a_chart_tells_no_run_from_a_run_without_ads() -> None:
    chart = sparkline([None, 0, 5, 10])
    assert [bar.x for bar in chart.bars] == [5, 10, 15]
    assert [bar.height for bar in chart.bars] == [0.5, HEIGHT / 2, HEIGHT]
    assert (chart.least, chart.most, chart.last) == (0, 10, 10)
    assert sparkline([None, None]).last is None


def test_the_next_turn_is_the_first_night_on_which_the_source_is_due() -> None:
    manifest = load_manifests((Path("spiders/demo/sources").absolute(),))[RADNIK]
    weekly = manifest.model_copy(update={"schedule": "0 1 * * 0"})
    last = _past_run()
    daily = next_turn(manifest, last, now=MORNING, night_hour=2)
    assert daily is not None
    assert daily.isoformat() == "2026-11-21T02:00:00+01:00"
    sunday = next_turn(weekly, last, now=MORNING, night_hour=2)
    assert sunday is not None
    assert sunday.isoformat() == "2026-11-22T02:00:00+01:00"


def test_where_a_scheduler_lives_a_source_with_a_time_of_its_own_goes_by_it() -> None:
    manifest = load_manifests((Path("spiders/demo/sources").absolute(),))[RADNIK]
    last, at_night = _past_run(), "2026-11-21T02:00:00+01:00"
    expected = {
        "30 13 * * *": "2026-11-20T13:30:00+01:00",
        "30 1 * * *": "2026-11-21T01:30:00+01:00",
        "0 1 * * 0": "2026-11-22T01:00:00+01:00",
        None: at_night,
    }
    for line, turn in expected.items():
        own = manifest.model_copy(update={"schedule": line})
        found = next_turn(own, last, now=MORNING, night_hour=2, at_own_times=True)
        assert found is not None
        assert found.isoformat() == turn, line
    never_ran = manifest.model_copy(update={"schedule": "0 1 * * 0"})
    found = next_turn(never_ran, None, now=MORNING, night_hour=2, at_own_times=True)
    assert found is not None
    assert found.isoformat() == at_night, "what never ran is taken by the next night"


@pytest.mark.parametrize(
    ("minutes", "is_stopped", "turn"),
    [(1, False, "20. 11. 2026. u 13:30"), (60, False, "21. 11. 2026. u 02:00"), (1, True, "21. 11. 2026. u 02:00")],
)
def test_the_page_says_the_true_next_turn(
    demo: DeskUnderTest, minutes: int, is_stopped: bool, turn: str, tmp_path: Path
) -> None:
    """A scheduler that is silent, or was stopped, starts nothing: then the next night takes the source."""
    _with_schedule(demo, tmp_path / "sources", "30 13 * * *")
    with demo.store.engine.begin() as connection:
        give_sign(connection, "one", now=demo.now - timedelta(minutes=minutes))
        if is_stopped:
            note_stop(connection, "one", now=demo.now)
    demo.enter()
    for address in ("/sources", f"/sources/{RADNIK}"):
        shown = demo.page(address).replace("\u00a0", " ")
        assert ("u 13:30" in shown, turn in shown) == ("13:30" in turn, True), address


def test_a_source_that_is_off_has_no_next_turn() -> None:
    manifest = load_manifests((Path("spiders/demo/sources").absolute(),))[RADNIK]
    line = source_line(manifest.model_copy(update={"enabled": False}), [], None, now=MORNING, night_hour=2)
    assert (line.state, line.next_turn) == ("not_enabled", None)


def _past_run() -> PastRun:
    return PastRun(
        source=RADNIK,
        night_id=1,
        started_at=NOW,
        finished_at=NOW,
        outcome="ok",
        pages=1,
        ads=1,
        new_ads=1,
        listings=1,
        read=1,
        fields={},
        problems={},
        paged="end",
        health="ok",
        reasons=(),
        failure=None,
    )
