"""The step that judges ads: once on each basis, whatever interrupts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from crawler.assessment import Ad, Assessment, Risk, RiskLevel
from crawler.register import Alias, EntryIdentity, Register, RegisterEntry
from crawler.store.cases import candidates
from crawler.store.schema import ads, assessments, runs
from crawler.store.status import sources_of_night
from pipelines import steps
from pipelines.assess import assess
from pipelines.steps import assess_new_ads, basis_of
from tests.builders import NOW, StoreBuilder, complaint_assessment

DAY = date(2026, 11, 20)
OTHER = "Hotel u Budvi prima sobarice za letnju sezonu, smeštaj i hrana su besplatni, plata 1.100 evra."


def judged(store: StoreBuilder) -> int:
    with store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(assessments)) or 0


def test_every_new_ad_is_judged_and_counted(store: StoreBuilder) -> None:
    store.ad()
    store.ad(text=OTHER, title="Sobarice")
    report = assess_new_ads(store.night_now())
    assert judged(store) == report.counts["ads"] == 2
    assert sum(report.counts[level] for level in ("low", "medium", "high", "critical")) == 2
    assert report.counts["flagged"] == 2 - report.counts["low"]


def test_what_is_stored_is_what_was_judged(store: StoreBuilder) -> None:
    ad = store.ad()
    assess_new_ads(store.night_now())
    with store.connect() as connection:
        row = connection.execute(select(assessments)).one()
    stored = Assessment.from_json(row.result)
    assert (row.version_id, row.assessed_at) == (ad.version_id, NOW)
    assert (row.level, row.score, row.proposed) == (stored.risk.level, stored.risk.score, stored.complaint.proposed)
    assert row.verdict is None
    assert row.mediator_key


def test_running_twice_adds_nothing(store: StoreBuilder) -> None:
    store.ad()
    assess_new_ads(store.night_now())
    assert assess_new_ads(store.night_now()).counts["ads"] == 0
    assert judged(store) == 1


def test_an_edited_ad_is_judged_again(store: StoreBuilder) -> None:
    ad = store.ad()
    assess_new_ads(store.night_now())
    store.new_version(ad, text=OTHER, at=NOW + timedelta(days=1))
    assert assess_new_ads(store.night_now(at=NOW + timedelta(days=1))).counts["ads"] == 1


def test_a_new_register_gives_new_judgements_without_new_ads(store: StoreBuilder) -> None:
    store.ad()
    assess_new_ads(store.night_now())
    store.register()
    assert assess_new_ads(store.night_now()).counts["ads"] == 1
    with store.connect() as connection:
        verdicts = list(connection.scalars(select(assessments.c.verdict).order_by(assessments.c.id)))
    assert verdicts[0] is None
    assert verdicts[1] is not None


def test_a_register_that_grew_stale_accuses_nobody(store: StoreBuilder) -> None:
    store.register(as_of=date(2026, 11, 1))
    store.ad()
    assess_new_ads(store.night_now())
    later = store.night_now(at=NOW + timedelta(days=60))
    assert assess_new_ads(later).counts["ads"] == 1
    with store.connect() as connection:
        proposed = list(connection.scalars(select(assessments.c.proposed).order_by(assessments.c.id)))
        stale = list(connection.scalars(select(assessments.c.result).order_by(assessments.c.id)))[-1]
    assert proposed[0]
    assert not Assessment.from_json(stale).register.lacks_licence


def test_a_licence_that_runs_out_is_a_new_basis() -> None:
    entry = RegisterEntry("Primer d.o.o.", valid_until=DAY)
    register = Register((entry,), as_of=DAY, snapshot="sha256:0")
    tomorrow = DAY + timedelta(days=1)
    assert basis_of(register, on=DAY).key != basis_of(register, on=tomorrow).key
    assert basis_of(register, on=tomorrow).key == basis_of(register, on=tomorrow + timedelta(days=1)).key


def test_a_decision_on_a_name_is_a_new_basis() -> None:
    register = Register((RegisterEntry("Primer d.o.o."),), as_of=DAY, snapshot="sha256:0")
    yes = Alias("Orlovo Gnezdo", EntryIdentity("Primer d.o.o."), belongs=True, person="Ana Anić", decided_on=DAY)
    bases = [replace(register, aliases=aliases) for aliases in ((), (yes,), (replace(yes, belongs=False),))]
    assert len({basis_of(register, on=DAY).key for register in bases}) == 3


def test_killed_between_batches_and_run_again_judges_each_ad_once(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 2)
    for _ in range(5):
        store.ad()
    night = store.night_now()

    def killed(description: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assess_new_ads(replace(night, progress=killed))
    assert judged(store) == 2
    assert assess_new_ads(night).counts["ads"] == 3
    assert judged(store) == 5


def test_an_ad_that_breaks_the_judging_is_left_out_and_counted(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = store.ad()
    store.ad(text=OTHER, title="Sobarice")

    def breaks(ad: Ad, register: Register | None, *, on: date) -> Assessment:
        if ad.id == str(broken.ad_id):
            raise ValueError(ad.text)
        return assess(ad, register, on=on)

    monkeypatch.setattr(steps, "assess", breaks)
    report = assess_new_ads(store.night_now())
    assert (report.counts["ads"], report.counts["failed"], judged(store)) == (1, 1, 1)
    assert f"ads=[{broken.ad_id}]" in caplog.text
    assert "Kotizacija" not in caplog.text
    monkeypatch.undo()
    assert assess_new_ads(store.night_now()).counts["ads"] == 1


def test_when_a_basis_returns_its_judgement_leads_again(store: StoreBuilder) -> None:
    store.register(as_of=date(2026, 11, 1))
    ad = store.ad()
    fresh, stale = store.night_now(), store.night_now(at=NOW + timedelta(days=60))
    for night in (fresh, stale, fresh):
        assess_new_ads(night)
    with store.connect() as connection:
        (leading,) = candidates(connection, [ad.series_id])
        basis = connection.scalar(select(ads.c.assessed_basis))
        current = connection.scalar(select(assessments.c.id).where(assessments.c.basis == basis))
    assert leading.assessment_id == current
    assert leading.proposed


def test_the_night_counts_what_is_judged_now(store: StoreBuilder) -> None:
    low = Risk(RiskLevel.LOW, 0.1)
    ad = store.ad()
    store.assess(ad, basis="a")
    store.assess(ad, complaint_assessment(risk=low), basis="b")
    with store.engine.begin() as connection:
        connection.execute(update(ads).values(assessed_basis="a"))
        connection.execute(insert(runs).values(night_id=ad.night_id, source="demo_portal", started_at=NOW))
    with store.connect() as connection:
        assert [source.flagged for source in sources_of_night(connection, ad.night_id)] == [1]
