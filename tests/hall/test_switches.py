from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.by_hand import crawl_sources_by_hand
from crawler.crawling import crawl_due_sources
from crawler.errors import UsageError
from crawler.store.people import insert_person
from crawler.store.switches import ActionRow, SourceAction, actions_of, note_action, switch, switched_off
from spiders.commands import sources_app
from tests.builders import NOW, StoreBuilder

SOURCE = "demo_radnik"


def _do(store: StoreBuilder, action: SourceAction, *, minutes: int = 0, why: str = "") -> None:
    at = NOW + timedelta(minutes=minutes)
    with store.engine.begin() as connection:
        note_action(connection, ActionRow(SOURCE, at, action, "ana@primer.example", "Ana Primerović", why))


def test_the_newest_switch_counts_and_all_are_remembered(store: StoreBuilder) -> None:
    _do(store, SourceAction.DISABLE, why="sajt je zamolio za pauzu")
    with store.connect() as connection:
        off = switched_off(connection)
    assert (off[SOURCE].person_name, off[SOURCE].why) == ("Ana Primerović", "sajt je zamolio za pauzu")
    _do(store, SourceAction.ENABLE, minutes=1)
    _do(store, SourceAction.RUN, minutes=2)
    with store.connect() as connection:
        assert switched_off(connection) == {}
        done = [row.action for row in actions_of(connection, SOURCE, limit=9)]
    assert done == [SourceAction.RUN, SourceAction.ENABLE, SourceAction.DISABLE]


def test_starting_a_source_by_hand_does_not_switch_it_on(store: StoreBuilder) -> None:
    _do(store, SourceAction.DISABLE)
    _do(store, SourceAction.RUN)
    with store.connect() as connection:
        assert SOURCE in switched_off(connection)


def test_the_night_leaves_a_switched_off_source_alone(small_store: StoreBuilder) -> None:
    folder = small_store.settings.home / "sources" / "xx_prazan"
    _write_source(folder)
    night = small_store.night_now()
    with small_store.engine.begin() as connection:
        row = ActionRow("xx_prazan", NOW, SourceAction.DISABLE, "a@primer.example", "Ana", "")
        note_action(connection, row)
    small_store.settings.__dict__["source_folders"] = (folder.parent,)
    assert crawl_due_sources(night).counts["sources"] == 0


def test_a_switched_off_source_is_not_crawled_by_hand_and_says_who_did_it(small_store: StoreBuilder) -> None:
    small_store.settings.__dict__["source_folders"] = (Path("spiders/demo/sources").absolute(),)
    _do(small_store, SourceAction.DISABLE, why="pauza")
    with pytest.raises(UsageError, match=r"switched off \(by Ana Primerović, 2026-11-20: pauza\)"):
        crawl_sources_by_hand(small_store.settings, small_store.engine, [SOURCE])


def _write_source(folder: Path) -> None:
    text = Path("spiders/demo/sources/demo_radnik/source.yml").read_text(encoding="utf-8")
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text(text.replace("demo_radnik", "xx_prazan"), encoding="utf-8")


@pytest.mark.parametrize(
    ("action", "why", "said"),
    [
        (SourceAction.DISABLE, "  ", "say why"),
        (SourceAction.ENABLE, "", "is not switched off"),
    ],
)
def test_a_switch_that_means_nothing_is_refused(
    small_store: StoreBuilder, action: SourceAction, why: str, said: str
) -> None:
    with small_store.engine.begin() as connection, pytest.raises(UsageError, match=said):
        switch(connection, SOURCE, action, person="a@b.example", person_name="Ana", why=why, now=NOW)


def test_what_is_off_is_not_switched_off_twice(small_store: StoreBuilder) -> None:
    _do(small_store, SourceAction.DISABLE, why="pauza")
    with small_store.engine.begin() as connection, pytest.raises(UsageError, match="off already"):
        switch(connection, SOURCE, SourceAction.DISABLE, person="a@b.example", person_name="A", why="x", now=NOW)


def test_the_command_line_switches_a_source_with_a_known_name(
    small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADWATCH_HOME", str(small_store.settings.home))
    (small_store.settings.home / "adwatch.yml").write_text("demo: true\n", encoding="utf-8")
    command = ["disable", SOURCE, "--why", "pauza", "--person"]
    unknown = CliRunner().invoke(sources_app, [*command, "niko@primer.example"])
    assert "nobody is known" in str(unknown.exception)
    with small_store.engine.begin() as connection:
        insert_person(connection, email="ana@primer.example", name="Ana", role="admin", password_hash="x", now=NOW)
    assert CliRunner().invoke(sources_app, [*command, "Ana@primer.example"]).exit_code == 0
    listed = json.loads(CliRunner().invoke(sources_app, ["list", "--json"]).stdout)
    (row,) = [row for row in listed if row["id"] == SOURCE]
    assert (row["enabled"], row["switched_off"].split(", ")[0]) == (True, "by Ana")
    assert CliRunner().invoke(sources_app, ["enable", SOURCE, "--person", "ana@primer.example"]).exit_code == 0
