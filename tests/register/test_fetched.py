"""What becomes of a list that a source brought: imported, confirmed, left alone or refused, and never by halves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.crawling import fetch_due_register
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import CaptureWriter
from crawler.health import RunOutcome
from crawler.items import FetchedPage
from crawler.store.captures import captures_by_digest, save_captures
from crawler.store.nights import begin_run, finish_run
from crawler.store.register import SnapshotRow, list_snapshots, newest_snapshot
from crawler.store.register_fetches import NewFetch, save_fetch
from crawler.store.schema import custody, register_fetches, runs
from pipelines.register import fetched
from pipelines.register.fetched import import_fetched_lists
from pipelines.register.importing import import_file
from tests.builders import NOW, StoreBuilder
from tests.register.lists import HEADER, ROWS, Rows, write_csv

TODAY = date(2026, 11, 20)
SOURCE = "xx_registar"
URL = "http://registar.example/dokumenta/spisak%20agencija.csv?v=2"
DATED = ("Stanje na dan 10.11.2026.", *[""] * 8)


@dataclass
class Authority:
    """A source as the spider left it: captures and fetches in the store, without a network."""

    store: StoreBuilder
    folder: Path

    def brings(self, rows: Rows, *, days: int = 0, said: str = "\n") -> int:
        """The list was fetched in a night so many days later; returns the night."""
        content = write_csv(self.folder / "published.csv", rows).read_bytes()
        at = NOW + timedelta(days=days)
        night_id = self.store.night(at=at)
        with self.store.engine.begin() as connection:
            begin_run(connection, night_id=night_id, source=SOURCE, now=at)
            counts = {"pages": 2, "ads": 0, "new_ads": 0}
            finish_run(
                connection, night_id=night_id, source=SOURCE, now=at, outcome=RunOutcome.OK, counts=counts, problems={}
            )
            page = FetchedPage(url=URL, fetched_at=at, status=200, headers=(), body=content)
            earlier = captures_by_digest(connection, [page.digest]).get((URL, page.digest))
            with CaptureWriter(self.store.settings.evidence_folder, "test") as writer:
                kept = [writer.keep_revisit(page, of=earlier)] if earlier else writer.keep(page)
            capture_id = save_captures(connection, kept)[kept[-1].record_id]
            fetch = NewFetch(SOURCE, capture_id, None, URL, said, None, None)
            save_fetch(connection, fetch, night_id=night_id)
        return night_id

    def night(self, rows: Rows = (HEADER, *ROWS), *, days: int = 0, said: str = "\n") -> dict[str, int]:
        """The list is fetched and taken over; what was counted, without zeros."""
        self.brings(rows, days=days, said=said)
        return self.take_over(days=days)

    def take_over(self, *, days: int = 0) -> dict[str, int]:
        """The step, in a night so many days later."""
        report = import_fetched_lists(self.store.night_now(at=NOW + timedelta(days=days)))
        return {name: count for name, count in report.counts.items() if count}

    def snapshots(self) -> list[SnapshotRow]:
        with self.store.connect() as connection:
            return list_snapshots(connection)


@pytest.fixture
def authority(store: StoreBuilder, tmp_path: Path) -> Authority:
    return Authority(store, tmp_path)


def test_a_fetched_list_becomes_the_register_of_the_day_of_fetching(authority: Authority) -> None:
    assert authority.night() == {"imported": 1}
    assert authority.take_over() == {}
    (snapshot,) = authority.snapshots()
    assert (snapshot.as_of, snapshot.file.name, snapshot.confirmed_on) == (TODAY, "spisak-agencija.csv", None)


@pytest.mark.parametrize(
    ("rows", "said", "day"),
    [
        ([DATED, HEADER, *ROWS], "Spisak 15.11.2026.\n", date(2026, 11, 10)),
        ([HEADER, *ROWS], "Spisak 15.11.2026. a.csv\nStanje na dan 01.11.2026.", date(2026, 11, 15)),
        ([HEADER, *ROWS], "Spisak\nStanje na dan 01.11.2026.", date(2026, 11, 1)),
    ],
)
def test_the_day_is_that_of_the_list_then_of_the_link_then_of_the_page(
    rows: Rows, said: str, day: date, authority: Authority
) -> None:
    authority.night(rows, said=said)
    assert authority.snapshots()[0].as_of == day


def test_a_list_that_names_no_day_is_confirmed_on_later_days(authority: Authority) -> None:
    authority.night()
    assert authority.night() == {"unchanged": 1}
    assert authority.night(days=3) == {"confirmed": 1}
    (snapshot,) = authority.snapshots()
    assert (snapshot.as_of, snapshot.confirmed_on) == (TODAY, date(2026, 11, 23))
    with authority.store.connect() as connection:
        register = newest_snapshot(connection, on=None, stale_after_days=45)
        last = connection.execute(select(custody).order_by(custody.c.seq.desc()).limit(1)).one()
        assert verify_evidence(connection, authority.store.settings.evidence_folder).is_sound
    assert register is not None
    assert [register.is_stale(on=day) for day in (date(2027, 1, 7), date(2027, 1, 8))] == [False, True]
    assert (last.event, last.subject) == ("register_confirmed", snapshot.file.kept)


def test_a_list_that_names_its_day_stays_of_that_day(authority: Authority) -> None:
    assert authority.night([DATED, HEADER, *ROWS]) == {"imported": 1}
    assert authority.night([DATED, HEADER, *ROWS], days=30) == {"unchanged": 1}
    (snapshot,) = authority.snapshots()
    assert (snapshot.as_of, snapshot.confirmed_on) == (date(2026, 11, 10), None)


def test_a_list_imported_by_hand_is_confirmed_by_the_source(authority: Authority) -> None:
    by_hand = write_csv(authority.folder / "rucno.csv", [HEADER, *ROWS])
    import_file(authority.store.settings, authority.store.engine, by_hand, as_of=date(2026, 11, 1), now=NOW)
    assert authority.night() == {"confirmed": 1}
    (snapshot,) = authority.snapshots()
    assert (snapshot.as_of, snapshot.confirmed_on) == (date(2026, 11, 1), TODAY)


def test_a_newer_list_that_came_by_hand_is_not_replaced_by_the_old_one_still_online(authority: Authority) -> None:
    authority.night()
    newer = write_csv(authority.folder / "poslat.csv", [HEADER, *ROWS[:4]])
    later = NOW + timedelta(days=2)
    import_file(authority.store.settings, authority.store.engine, newer, as_of=later.date(), now=later)
    assert authority.night(days=3) == {"unchanged": 1}
    assert authority.snapshots()[0].file.name == "poslat.csv"


def test_a_list_that_the_site_brought_back_is_the_register_again(authority: Authority) -> None:
    for days, rows in enumerate((ROWS, ROWS[:4], ROWS)):
        assert authority.night([HEADER, *rows], days=days) == {"imported": 1}
    assert [row.as_of.day for row in authority.snapshots()] == [22, 21, 20]


def test_a_torn_list_is_refused_every_night_and_the_register_stays(authority: Authority) -> None:
    authority.night()
    for days in (1, 2):
        assert authority.night([HEADER, *ROWS[:2]], days=days) == {"refused": 1}
    assert len(authority.snapshots()) == 1
    with authority.store.connect() as connection:
        reason = connection.scalar(select(register_fetches.c.reason).order_by(register_fetches.c.id.desc()).limit(1))
        run = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(1)).one()
        assert verify_evidence(connection, authority.store.settings.evidence_folder).is_sound
    assert "2 agencies, and the list before had 5" in str(reason)
    assert (run.outcome, run.problems) == ("failed", {"list_refused": 1})


@pytest.mark.parametrize(
    "rows",
    [[("Stanje na dan 20.12.2026.", *[""] * 8), HEADER, *ROWS], [("Dobro", "došli"), ("na", "stranicu")], [("\0", "")]],
)
def test_what_is_no_list_of_a_day_that_has_come_is_refused(rows: Rows, authority: Authority) -> None:
    assert authority.night(rows) == {"refused": 1}
    assert authority.snapshots() == []


def test_a_file_nobody_foresaw_is_refused_and_blocks_nothing(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.brings([HEADER, *ROWS[:4]])
    with monkeypatch.context() as patched:
        patched.setattr(fetched, "import_file", lambda *_, **__: 1 / 0)
        assert authority.take_over() == {"refused": 1}
    assert authority.night(days=1) == {"imported": 1}


def test_a_night_killed_between_fetching_and_importing_is_finished_by_the_next(authority: Authority) -> None:
    authority.brings([HEADER, *ROWS])
    assert authority.take_over(days=1) == {"imported": 1}
    assert authority.snapshots()[0].as_of == TODAY


def test_without_a_source_of_the_register_the_night_fetches_nothing(authority: Authority) -> None:
    assert fetch_due_register(authority.store.night_now()).counts == {"sources": 0}
