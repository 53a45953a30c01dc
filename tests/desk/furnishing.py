"""A desk with something on every page: sources that ran, registers, cases in every state, drafts and filings."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert

from alerts.indexing import index_cases
from crawler.store.schema import runs
from pipelines.connections.filing import file_contacts
from pipelines.register.importing import import_file
from tests.builders import NOW
from tests.desk.conftest import MORNING, DeskUnderTest
from tests.desk.legal_walks import approved_case, confirmed_case, filed_case
from tests.register.lists import HEADER, ROWS, write_xlsx


def furnish(desk: DeskUnderTest, folder: Path) -> dict[str, int]:
    """Fills the desk; the numbers of its cases by their state. Forty days pass after the filing."""
    desk.store.settings.__dict__["source_folders"] = (Path("spiders/demo/sources").absolute(),)
    desk.app.state.desk.sources.__init__(desk.store.settings)
    _run_sources(desk)
    older = write_xlsx(folder / "stariji.xlsx", [HEADER, *ROWS[1:]])
    import_file(desk.store.settings, desk.store.engine, older, as_of=date(2026, 10, 1), now=MORNING)
    desk.store.register()
    cases = {
        "open": desk.store.complaint_case(),
        "confirmed": confirmed_case(desk),
        "approved": approved_case(desk),
        "filed": filed_case(desk),
    }
    desk.wait(timedelta(days=40))
    file_contacts(desk.store.night_now())
    index_cases(desk.store.night_now())
    return cases


def _run_sources(desk: DeskUnderTest) -> None:
    """A week of one source that fares well and of one that does not."""
    for days in range(7):
        at = NOW - timedelta(days=days)
        night_id = desk.store.night(at=at)
        for source, outcome, ads in (("demo_radnik", "ok", 30), ("demo_grupa", "failed", 0)):
            failure = None if ads else "layout_changed"
            values = {
                "outcome": outcome, "pages": 12, "ads": ads, "new_ads": 4, "listings": 3, "read": 4, "failure": failure,
                "health": "ok" if ads else "silent", "reasons": [], "fields": {"jobTitle": 4}, "paged": "end",
                "problems": {failure: 3} if failure else {}, "finished_at": at + timedelta(minutes=5),
            }  # fmt: skip
            with desk.store.engine.begin() as connection:
                connection.execute(insert(runs).values(night_id=night_id, source=source, started_at=at, **values))
