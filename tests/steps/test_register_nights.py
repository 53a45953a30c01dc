"""Whole nights on a register that is new, stale, or was only seen again: what happens to verdicts and cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from alerts.desk.silence import RegisterState, report_silence
from crawler.assessment import Assessment, Verdict
from crawler.manifest import read_manifests
from crawler.night import StepReport
from crawler.night_report import print_night, summary_of
from crawler.nightly import NightResult, one_night_at_a_time, run_night
from crawler.store.cases import case_history, list_cases
from crawler.store.register import confirm_snapshot, newest_snapshot_row
from crawler.store.schema import ads, assessments, drafts
from crawler.store.silence import newest_night, newest_runs
from pipelines.register.commands import register_app
from pipelines.register.importing import import_file
from tests.builders import NOW, StoreBuilder
from tests.register.lists import HEADER, ROWS, write_csv

TODAY = date(2026, 11, 20)
PRIMER = ("6.", "Primer Rad d.o.o. Beograd", "Beograd", "102-6/2025", "01.10.2025.", "", "060 000 0001", "", "")


def listed(store: StoreBuilder, *, as_of: date, with_primer: bool = False) -> None:
    rows = [HEADER, *ROWS, *([PRIMER] if with_primer else [])]
    path = write_csv(store.settings.home / f"spisak-{len(rows)}.csv", rows)
    import_file(store.settings, store.engine, path, as_of=as_of, now=NOW + timedelta(days=90))


def night(store: StoreBuilder, *, days: int = 0) -> NightResult:
    result = run_night(store.settings, store.engine, now=NOW + timedelta(days=days))
    assert [step.failure for step in result.steps] == [None] * len(result.steps)
    return result


def counts_of(result: NightResult, step: str) -> dict[str, int]:
    return next(one.counts for one in result.steps if one.name == step)


def judged(store: StoreBuilder) -> list[Assessment]:
    """The judgements that count, by ad."""
    current = (assessments.c.version_id == ads.c.version_id) & (assessments.c.basis == ads.c.assessed_basis)
    with store.connect() as connection:
        rows = connection.scalars(select(assessments.c.result).join(ads, current).order_by(ads.c.id))
        return [Assessment.from_json(row) for row in rows]


def test_the_register_is_renewed_before_anything_is_fetched_or_judged(store: StoreBuilder) -> None:
    names = [step.name for step in night(store).steps]
    assert names[:3] == ["fetch_due_register", "import_fetched_lists", "crawl_due_sources"]
    assert names.index("import_fetched_lists") < names.index("assess_new_ads")


def test_a_run_by_hand_imports_what_it_was_told_to_fetch_and_fetches_nothing_else(store: StoreBuilder) -> None:
    result = run_night(store.settings, store.engine, now=NOW, crawl=lambda night: StepReport({"by_hand": 1}))
    assert [step.name for step in result.steps][:3] == ["crawl_due_sources", "import_fetched_lists", "group_new_ads"]
    assert result.steps[0].counts == {"by_hand": 1}


def test_a_stale_register_opens_no_case_for_lack_of_a_licence_and_its_age_is_told(store: StoreBuilder) -> None:
    store.ad()
    listed(store, as_of=TODAY - timedelta(days=60))
    night(store)
    (one,) = judged(store)
    assert (one.register.verdict, one.register.stale) == (Verdict.NOT_FOUND, True)
    assert not one.register.lacks_licence
    assert not any("registr" in reason for reason in one.risk.reasons)
    assert "trzisna_inspekcija" not in one.complaint.recipients
    with store.connect() as connection:
        assert not [line for line in list_cases(connection) if "registr" in json.dumps(line.result["risk"])]
        assert connection.scalars(select(drafts.c.recipient)).all() == []
        report = report_silence(
            newest_night(connection),
            newest_runs(connection),
            newest_snapshot_row(connection),
            sources=read_manifests(()),
            now=NOW,
            stale_after_days=45,
        )
    assert (report.register_state, report.register_age) == (RegisterState.STALE, 60)
    assert not report.is_calm


def test_the_same_ad_on_a_fresh_register_opens_that_case(store: StoreBuilder) -> None:
    store.ad()
    listed(store, as_of=TODAY - timedelta(days=10))
    night(store)
    (one,) = judged(store)
    assert one.register.lacks_licence
    with store.connect() as connection:
        assert len(list_cases(connection)) == 1


def test_a_new_list_changes_the_verdict_and_night_log_and_case_say_so(
    store: StoreBuilder, capsys: pytest.CaptureFixture[str]
) -> None:
    ad = store.ad()
    store.ad(text="Hotel u Budvi prima sobarice, plata 1.100 evra.", title="Sobarice")
    listed(store, as_of=TODAY - timedelta(days=10))
    assert counts_of(night(store), "assess_new_ads")["verdict_changed"] == 0
    listed(store, as_of=TODAY, with_primer=True)
    second = night(store, days=1)
    assert counts_of(second, "assess_new_ads")["verdict_changed"] == 1
    told: Any = summary_of(store.engine, second)["verdict_changes"]
    assert [(one["ad_id"], one["before"], one["after"]) for one in told] == [(ad.ad_id, "not_found", "registered")]
    print_night(store.engine, second)
    assert "Verdict changed: 1 ad" in capsys.readouterr().out
    assert {one.register.as_of for one in judged(store)} == {TODAY}
    with store.connect() as connection:
        (case,) = list_cases(connection)
        notes = [event.note for event in case_history(connection, case.id)]
        changed = newest_night(connection)
    assert any("registar: nije pronađen → važeća dozvola" in note for note in notes)
    assert changed is not None
    assert changed.verdicts_changed == 1


def test_a_list_seen_again_keeps_the_judgements_and_keeps_them_from_growing_stale(store: StoreBuilder) -> None:
    store.ad()
    listed(store, as_of=TODAY)
    night(store)
    with store.engine.begin() as connection:
        newest = newest_snapshot_row(connection)
        assert newest is not None
        assert confirm_snapshot(connection, newest, on=TODAY + timedelta(days=40), now=NOW)
    assert counts_of(night(store, days=60), "assess_new_ads")["ads"] == 0
    assert (judged(store)[0].register.as_of, judged(store)[0].register.stale) == (TODAY, False)
    assert counts_of(night(store, days=86), "assess_new_ads")["ads"] == 1
    assert judged(store)[0].register.stale


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreBuilder]:
    """A store that commands of this process find."""
    monkeypatch.setenv("ADWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ADWATCH_DATABASE_URL", raising=False)
    builder = StoreBuilder(tmp_path / "home")
    yield builder
    builder.engine.dispose()


def import_with_primer(store: StoreBuilder, *options: str) -> Any:
    path = write_csv(store.settings.home / "novi.csv", [HEADER, *ROWS, PRIMER])
    result = CliRunner().invoke(register_app, ["import", str(path), "--json", *options], catch_exceptions=False)
    return json.loads(result.stdout)["verdict_changes"]


def test_an_import_by_hand_judges_stored_ads_again_and_names_those_it_changed(at_home: StoreBuilder) -> None:
    ad = at_home.ad()
    listed(at_home, as_of=TODAY - timedelta(days=10))
    night(at_home)
    (changed,) = import_with_primer(at_home)
    assert (changed["ad_id"], changed["mediator"]) == (ad.ad_id, "Primer Rad")
    assert (changed["before"], changed["after"]) == ("not_found", "registered")


def test_an_import_leaves_judging_to_a_night_that_runs_or_to_a_person(at_home: StoreBuilder) -> None:
    at_home.ad()
    with one_night_at_a_time(at_home.settings, at_home.engine):
        assert import_with_primer(at_home) is None
    assert judged(at_home) == []
    assert import_with_primer(at_home, "--as-of", "2026-11-19", "--no-rejudge") is None
    assert judged(at_home) == []
