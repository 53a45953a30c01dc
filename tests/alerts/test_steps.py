"""The night's last steps: which cases open, what touches an existing one, and that doing it twice doubles nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from alerts import steps
from alerts.cases import CaseState, Decision
from alerts.deciding import decide_case
from alerts.document import plain_text
from alerts.filing import Channel, Filed, record_filing
from alerts.frozen import approved_document
from alerts.script import Script
from alerts.steps import open_cases, prepare_drafts
from alerts.undoing import undo
from crawler.assessment import Proposal, Risk, RiskLevel, Verdict
from crawler.retention.purging import purge
from crawler.store.approvals import changes_after_approval, standing_approvals
from crawler.store.cases import case_history, count_touched, list_cases, read_case
from crawler.store.drafts import delete_drafts, draft_versions_of, note_laid, proposed_cases
from crawler.store.schema import ads, captures, cases, drafts
from tests.builders import NOW, StoreBuilder, StoredAd, complaint_assessment

pytestmark = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)

LATER = NOW + timedelta(days=1)
LOW = Risk(RiskLevel.LOW, 0.1)


def _count(store: StoreBuilder, table: Any) -> int:
    with store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def _states(store: StoreBuilder) -> list[tuple[str, str]]:
    with store.connect() as connection:
        return [(line.state, line.level) for line in list_cases(connection)]


def _reassess(store: StoreBuilder, ad: StoredAd, **changes: Any) -> None:
    store.assess(ad, complaint_assessment(**changes), at=LATER)


def _with_verdict(verdict: Verdict) -> Any:
    return replace(complaint_assessment().register, verdict=verdict)


def test_copies_of_one_offer_by_one_mediator_are_one_case_led_by_the_worst(store: StoreBuilder) -> None:
    first = store.ad()
    store.assess(first)
    worse = store.ad(series_id=first.series_id, source="demo_tabla")
    leading = store.assess(worse, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)))
    assert open_cases(store.night_now()).counts == {"opened": 1, "changed": 0, "without_evidence": 0}
    with store.connect() as connection:
        (line,) = list_cases(connection)
        assert connection.scalar(select(cases.c.assessment_id)) == leading
    assert (line.level, line.ads) == ("critical", 2)


def test_two_mediators_of_one_series_are_two_cases(store: StoreBuilder) -> None:
    first = store.ad()
    store.assess(first)
    store.assess(store.ad(series_id=first.series_id), mediator_key="drugi posrednik")
    assert open_cases(store.night_now()).counts["opened"] == 2


@pytest.mark.parametrize(
    ("changes", "opens"),
    [
        ({"risk": LOW}, True),
        ({"complaint": Proposal()}, True),
        ({"risk": LOW, "complaint": Proposal()}, False),
        ({"is_job_ad": False, "abroad": False, "risk": LOW}, False),
        ({"abroad": False}, False),
    ],
)
def test_only_worrying_job_ads_abroad_open_cases(store: StoreBuilder, changes: dict[str, Any], opens: bool) -> None:
    store.assess(store.ad(), complaint_assessment(**changes))
    assert open_cases(store.night_now()).counts["opened"] == int(opens)


def test_a_plea_that_is_no_ad_opens_a_case_without_draft(store: StoreBuilder) -> None:
    plea = complaint_assessment(is_job_ad=False, abroad=False, complaint=Proposal(), referral=("asks_for_help",))
    store.assess(store.ad(), plea)
    assert open_cases(store.night_now()).counts["opened"] == 1
    assert prepare_drafts(store.night_now()).counts == {"drafted": 0, "refused": 0}


def test_only_the_newest_assessment_of_the_newest_version_counts(store: StoreBuilder) -> None:
    judged_again = store.ad()
    store.assess(judged_again)
    _reassess(store, judged_again, risk=LOW, complaint=Proposal())
    changed = store.ad()
    store.assess(changed)
    store.new_version(changed, text="Oglas je povučen.", at=LATER)
    assert open_cases(store.night_now(at=LATER)).counts["opened"] == 0


def test_no_evidence_no_case(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    with store.engine.begin() as connection:
        connection.execute(update(captures).values(digest="0" * 64))
    assert open_cases(store.night_now()).counts == {"opened": 0, "changed": 0, "without_evidence": 1}
    assert _count(store, cases) == 0


def test_a_copy_with_sound_evidence_leads_where_the_worst_has_none(store: StoreBuilder) -> None:
    worst = store.ad()
    store.assess(worst, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)))
    sound = store.ad(series_id=worst.series_id)
    store.assess(sound)
    with store.engine.begin() as connection:
        connection.execute(update(captures).where(captures.c.id == worst.capture_id).values(digest="0" * 64))
    open_cases(store.night_now())
    assert _states(store) == [("open", "high")]


def test_opening_twice_doubles_nothing(store: StoreBuilder) -> None:
    for _ in range(3):
        store.assess(store.ad())
    night = store.night_now()
    assert open_cases(night).counts["opened"] == 3
    assert open_cases(night).counts == {"opened": 0, "changed": 0, "without_evidence": 0}


def test_ads_that_were_looked_at_wait_until_something_about_them_changes(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    assert _touched(store) == 1
    open_cases(store.night_now())
    assert _touched(store) == 0
    _reassess(store, ad)
    assert _touched(store) == 1
    open_cases(store.night_now(at=LATER))
    assert _touched(store) == 0


def test_an_ad_without_evidence_is_looked_at_every_night(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    with store.engine.begin() as connection:
        (kept,) = connection.scalars(select(captures.c.digest).where(captures.c.id == ad.capture_id))
        connection.execute(update(captures).values(digest="0" * 64))
    assert [open_cases(store.night_now()).counts["without_evidence"] for _ in range(2)] == [1, 1]
    with store.engine.begin() as connection:
        connection.execute(update(captures).values(digest=kept))
    assert open_cases(store.night_now()).counts == {"opened": 1, "changed": 0, "without_evidence": 0}


def test_a_change_found_while_a_case_could_not_move_is_told_once_it_can(store: StoreBuilder) -> None:
    ad = _drafted(store, Decision.DISMISS)
    _reassess(store, ad, risk=LOW, complaint=Proposal(), register=_with_verdict(Verdict.REGISTERED))
    assert open_cases(store.night_now(at=LATER)).counts["changed"] == 0
    assert _touched(store) == 0
    _decide(store, Decision.REOPEN)
    assert _touched(store) == 1
    assert open_cases(store.night_now(at=LATER)).counts["changed"] == 1
    assert _touched(store) == 0
    assert _states(store) == [("open", "low")]


def test_what_changes_after_a_filing_is_told_once_and_looked_at_no_more(store: StoreBuilder) -> None:
    ad = _filed(store)
    _reassess(store, ad, register=_with_verdict(Verdict.EXPIRED))
    for days in range(2):
        assert open_cases(store.night_now(at=LATER + timedelta(days=days))).counts["changed"] == 0
        assert _touched(store) == 0
    _reassess(store, ad, register=_with_verdict(Verdict.EXPIRED), risk=Risk(RiskLevel.CRITICAL, 0.9))
    open_cases(store.night_now(at=LATER + timedelta(days=2)))
    assert _states(store) == [("filed", "high")]
    with store.connect() as connection:
        told = [event for event in case_history(connection, 1) if event.before == event.after == "filed"]
    assert [(event.person, event.note) for event in told] == [
        ("system", "naknadna promena: registar: nije pronađen → istekla dozvola"),
        ("system", "naknadna promena: nivo rizika: visok → kritičan"),
    ]


def test_what_was_told_beside_a_filing_applies_once_that_is_taken_back(store: StoreBuilder) -> None:
    ad = _filed(store)
    _reassess(store, ad, register=_with_verdict(Verdict.EXPIRED))
    open_cases(store.night_now(at=LATER))
    with store.engine.begin() as connection:
        assert undo(connection, 1, person="iva@primer.example", now=LATER) is CaseState.APPROVED
    assert open_cases(store.night_now(at=LATER + timedelta(days=1))).counts["changed"] == 1
    with store.connect() as connection:
        assert changes_after_approval(connection, [1]) == {1: "registar: nije pronađen → istekla dozvola"}


def test_the_series_that_an_ad_left_is_looked_at_too(store: StoreBuilder) -> None:
    low = store.ad()
    case_id = store.case(low, store.assess(low))
    leading = store.ad(series_id=low.series_id)
    worst = store.assess(leading, complaint_assessment(register=_with_verdict(Verdict.EXPIRED)))
    open_cases(store.night_now(at=LATER))
    elsewhere = store.series()
    with store.engine.begin() as connection:
        connection.execute(update(cases).values(assessment_id=worst))
        connection.execute(update(ads).where(ads.c.id == leading.ad_id).values(series_id=elsewhere))
    assert open_cases(store.night_now(at=LATER)).counts == {"opened": 1, "changed": 1, "without_evidence": 0}
    with store.connect() as connection:
        assert read_case(connection, case_id).assessment_id != worst


def _touched(store: StoreBuilder) -> int:
    with store.connect() as connection:
        return count_touched(connection)


def test_cases_whose_drafts_lie_ready_are_read_again_only_once_those_are_taken_back(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    assert _unlaid(store) == [case_id]
    prepare_drafts(store.night_now())
    assert _unlaid(store) == []
    with store.engine.begin() as connection:
        delete_drafts(connection, case_id)
    assert _unlaid(store) == [case_id]
    assert prepare_drafts(store.night_now()).counts["drafted"] == 1


def _unlaid(store: StoreBuilder, *states: str) -> list[int]:
    with store.connect() as connection:
        return [case.case_id for case in proposed_cases(connection, states=states or ("open",), laid=False)]


def test_confirmed_and_approved_cases_are_read_for_drafts_only_with_a_reason(store: StoreBuilder) -> None:
    ad = _drafted(store, Decision.CONFIRM, Decision.APPROVE)
    other = store.ad()
    store.case(other, store.assess(other, complaint_assessment(complaint=Proposal())), state="confirmed")
    prepare_drafts(store.night_now())
    assert _unlaid(store, "confirmed", "approved") == []
    _reassess(store, ad, risk=Risk(RiskLevel.CRITICAL, 0.9))
    open_cases(store.night_now(at=LATER))
    assert _unlaid(store, "confirmed", "approved") == [1]


def test_a_case_confirmed_by_an_undo_is_drafted_though_its_drafts_lay_ready(store: StoreBuilder) -> None:
    store.register()
    store.assess(store.ad())
    open_cases(store.night_now())
    for decision in (Decision.CONFIRM, Decision.REOPEN):
        _decide(store, decision)
    prepare_drafts(store.night_now())
    with store.engine.begin() as connection:
        assert undo(connection, 1, person="ana@primer.example", now=NOW) is CaseState.CONFIRMED
    prepare_drafts(store.night_now(at=LATER))
    assert _states(store) == [("drafted", "high")]


def test_a_step_killed_between_batches_finishes_when_run_again(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.register()
    monkeypatch.setattr(steps, "BATCH", 2)
    for _ in range(5):
        store.assess(store.ad())

    def killed(description: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    night = store.night_now()
    for step, table in ((open_cases, cases), (prepare_drafts, drafts)):
        with pytest.raises(KeyboardInterrupt):
            step(replace(night, progress=killed))
        assert _count(store, table) == 2
        step(night)
        assert _count(store, table) == 5


def test_progress_is_reported_by_batches(store: StoreBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "BATCH", 2)
    for _ in range(3):
        store.assess(store.ad())
    seen: list[tuple[str, int, int]] = []
    open_cases(replace(store.night_now(), progress=lambda *event: seen.append(event)))
    assert seen == [("cases", 2, 3), ("cases", 3, 3)]


def test_an_assessment_that_says_the_same_leaves_a_dismissed_case_alone(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    open_cases(store.night_now())
    _dismiss(store)
    _reassess(store, ad)
    store.assess(store.ad(series_id=ad.series_id), at=LATER)
    assert open_cases(store.night_now(at=LATER)).counts["changed"] == 0
    assert _states(store) == [("dismissed", "high")]


def test_a_dismissed_case_returns_on_a_real_change_which_is_named(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    open_cases(store.night_now())
    _dismiss(store)
    _reassess(store, ad, risk=Risk(RiskLevel.CRITICAL, 0.9), register=_with_verdict(Verdict.REVOKED))
    assert open_cases(store.night_now(at=LATER)).counts["changed"] == 1
    assert _states(store) == [("open", "critical")]
    with store.connect() as connection:
        event = case_history(connection, 1)[-1]
    assert (event.person, event.before, event.after) == ("system", "dismissed", "open")
    assert event.note == "nivo rizika: visok → kritičan; registar: nije pronađen → dozvola ne važi"


def test_a_dismissed_case_that_became_harmless_stays_dismissed(store: StoreBuilder) -> None:
    ad = store.ad()
    store.assess(ad)
    open_cases(store.night_now())
    _dismiss(store)
    _reassess(store, ad, risk=LOW, complaint=Proposal(), register=_with_verdict(Verdict.REGISTERED))
    assert open_cases(store.night_now(at=LATER)).counts["changed"] == 0


def test_a_changed_register_takes_back_drafts_nobody_approved(store: StoreBuilder) -> None:
    _drafted_then_changed(store, Decision.CONFIRM)
    assert _states(store) == [("confirmed", "high")]
    assert _count(store, drafts) == 0


def test_what_was_approved_stays_and_the_change_is_told_once(store: StoreBuilder) -> None:
    _drafted_then_changed(store, Decision.CONFIRM, Decision.APPROVE)
    open_cases(store.night_now(at=LATER + timedelta(days=1)))
    assert _states(store) == [("approved", "high")]
    assert _count(store, drafts) == 0
    with store.connect() as connection:
        (approval,) = standing_approvals(connection, 1)
        assert "Kotizacija 200 evra" in plain_text(approved_document(approval, Script.LATN))
        told = [event for event in case_history(connection, 1) if event.before == event.after == "approved"]
        assert changes_after_approval(connection, [1]) == {1: "registar: nije pronađen → važeća dozvola"}
    assert [(event.person, event.note) for event in told] == [("system", "registar: nije pronađen → važeća dozvola")]


def test_a_real_change_lays_a_new_version_that_is_approved_anew(store: StoreBuilder) -> None:
    ad = _drafted(store, Decision.CONFIRM, Decision.APPROVE)
    _reassess(store, ad, risk=Risk(RiskLevel.CRITICAL, 0.9))
    for at in (LATER, LATER + timedelta(days=1)):
        open_cases(store.night_now(at=at))
        prepare_drafts(store.night_now(at=at))
    with store.connect() as connection:
        assert [one.number for one in draft_versions_of(connection, 1, "trzisna_inspekcija")] == [1, 2]
        assert [one.version for one in standing_approvals(connection, 1)] == [1]
        assert changes_after_approval(connection, [1]) == {1: "nivo rizika: visok → kritičan"}
    _decide(store, Decision.APPROVE, at=LATER + timedelta(days=2))
    with store.connect() as connection:
        assert [one.version for one in standing_approvals(connection, 1)] == [2]
        assert changes_after_approval(connection, [1]) == {}


def test_once_the_approval_is_withdrawn_the_change_applies(store: StoreBuilder) -> None:
    _drafted_then_changed(store, Decision.CONFIRM, Decision.APPROVE, Decision.WITHDRAW)
    with store.connect() as connection:
        assert changes_after_approval(connection, [1]) == {}
    assert _states(store) == [("confirmed", "high")]
    assert _count(store, drafts) == 0


def _drafted(store: StoreBuilder, *decisions: Decision) -> StoredAd:
    """Case 1, with its draft and these decisions; returns its ad."""
    store.register()
    ad = store.ad()
    store.assess(ad)
    open_cases(store.night_now())
    prepare_drafts(store.night_now())
    for decision in decisions:
        _decide(store, decision)
    return ad


def _drafted_then_changed(store: StoreBuilder, *decisions: Decision) -> None:
    ad = _drafted(store, *decisions)
    _reassess(store, ad, complaint=Proposal(), register=_with_verdict(Verdict.REGISTERED))
    open_cases(store.night_now(at=LATER))
    prepare_drafts(store.night_now(at=LATER))


def _filed(store: StoreBuilder) -> StoredAd:
    """Case 1, whose draft a person filed; returns its ad."""
    ad = _drafted(store, Decision.CONFIRM, Decision.APPROVE)
    with store.engine.begin() as connection:
        filed = Filed("trzisna_inspekcija", Channel.POST, NOW.date())
        record_filing(connection, 1, filed, person="iva@primer.example", now=NOW, guard_days=180)
    return ad


def test_what_was_filed_is_left_as_it_was_filed(store: StoreBuilder) -> None:
    ad = _filed(store)
    _reassess(store, ad, complaint=Proposal(), register=_with_verdict(Verdict.REGISTERED))
    assert open_cases(store.night_now(at=LATER)).counts["changed"] == 0
    assert _states(store) == [("filed", "high")]
    assert _count(store, drafts) == 1


def test_one_draft_for_each_proposed_recipient_and_none_twice(store: StoreBuilder) -> None:
    store.register()
    both = Proposal(True, ("trzisna_inspekcija", "inspektorat_za_rad"))
    store.assess(store.ad(), complaint_assessment(complaint=both))
    open_cases(store.night_now())
    assert prepare_drafts(store.night_now()).counts == {"drafted": 2, "refused": 0}
    assert prepare_drafts(store.night_now()).counts == {"drafted": 0, "refused": 0}
    assert _count(store, drafts) == 2


def test_ad_that_is_moved_into_a_series_while_the_step_runs_is_looked_at_there(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 1)
    first, other = store.ad(), store.ad()
    store.assess(first)
    store.assess(other, mediator_key="drugi posrednik")

    def move(*_: object) -> None:
        with store.engine.begin() as connection:
            connection.execute(update(ads).where(ads.c.id == other.ad_id).values(series_id=first.series_id))

    open_cases(replace(store.night_now(), progress=move))
    assert _count(store, cases) == 2


def test_ad_whose_case_was_purged_while_it_stayed_online_opens_another(store: StoreBuilder) -> None:
    ad, after = store.ad(), NOW + timedelta(days=366)
    store.assess(ad)
    open_cases(store.night_now())
    _dismiss(store)
    with store.engine.begin() as connection:
        connection.execute(update(ads).values(last_seen=after))
    assert purge(store.settings, store.engine, now=after).counts["cases"] == 1
    assert open_cases(store.night_now(at=after)).counts["opened"] == 1


def test_drafts_that_a_person_took_back_meanwhile_are_not_noted_as_laid(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    prepare_drafts(store.night_now())
    with store.engine.begin() as connection:
        read = proposed_cases(connection, states=("open",), laid=True)
        delete_drafts(connection, case_id)
        note_laid(connection, read)
    assert prepare_drafts(store.night_now()).counts == {"drafted": 1, "refused": 0}


def test_a_confirmed_case_becomes_drafted_and_an_open_one_waits_for_its_person(store: StoreBuilder) -> None:
    store.register()
    store.complaint_case(state="confirmed")
    store.complaint_case(state="open")
    prepare_drafts(store.night_now())
    assert sorted(state for state, _ in _states(store)) == ["drafted", "open"]


def test_dismissed_cases_get_no_drafts(store: StoreBuilder) -> None:
    store.register()
    store.complaint_case(state="dismissed")
    assert prepare_drafts(store.night_now()).counts == {"drafted": 0, "refused": 0}


def test_without_a_register_drafts_are_refused_and_counted(store: StoreBuilder) -> None:
    store.complaint_case()
    assert prepare_drafts(store.night_now()).counts == {"drafted": 0, "refused": 1}
    store.register()
    assert prepare_drafts(store.night_now()).counts == {"drafted": 1, "refused": 0}


def _decide(store: StoreBuilder, decision: Decision, *, at: datetime = NOW) -> None:
    with store.engine.begin() as connection:
        decide_case(connection, 1, decision, person="ana@primer.example", now=at, note="razlog")


def _dismiss(store: StoreBuilder) -> None:
    _decide(store, Decision.DISMISS)
