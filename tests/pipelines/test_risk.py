"""One indicator is never more than low, more findings never lower the risk, no fresh register proposes nothing."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.assessment import Mediator, MediatorKind, RegisterAnswer, RiskLevel, Verdict
from pipelines.indicators.rules import ORDER
from pipelines.judging.hard_triggers import TRIGGER_ORDER
from pipelines.judging.proposing import propose
from pipelines.risk import IMPERSONATION, UNLICENSED, find_referrals, judge_danger, judge_risk, risk_rules

FINDINGS = [*ORDER, UNLICENSED, IMPERSONATION, *TRIGGER_ORDER]
CHECKED = RegisterAnswer(verdict=Verdict.NOT_FOUND, as_of=date(2026, 11, 20), snapshot="sha256:0")
AGENCY = Mediator(name="Primer Posao", kind=MediatorKind.AGENCY)


@pytest.mark.parametrize("finding", FINDINGS)
def test_one_finding_alone_is_low(finding: str) -> None:
    assert judge_risk(frozenset({finding})).level is RiskLevel.LOW


@given(st.frozensets(st.sampled_from(FINDINGS)), st.sampled_from(FINDINGS))
def test_more_findings_never_lower_the_risk(findings: frozenset[str], more: str) -> None:
    before, after = judge_risk(findings), judge_risk(findings | {more})
    assert after.level.rank >= before.level.rank
    assert after.score >= before.score
    assert 0 <= after.score <= 1


@given(st.frozensets(st.sampled_from(FINDINGS)))
def test_every_judgement_gives_a_reason(findings: frozenset[str]) -> None:
    assert all(reason.endswith(".") for reason in judge_risk(findings).reasons)
    assert judge_risk(findings).reasons


def test_rules_name_only_findings_that_exist() -> None:
    groups = itertools.chain.from_iterable(combination.any for combination in risk_rules().combinations)
    assert set(itertools.chain.from_iterable(groups)) <= set(FINDINGS)


@given(st.frozensets(st.sampled_from(TRIGGER_ORDER), min_size=1), st.sampled_from(TRIGGER_ORDER))
def test_danger_in_a_text_that_is_no_offer_is_never_low(spoken: frozenset[str], more: str) -> None:
    before, after = judge_danger(spoken), judge_danger(spoken | {more})
    assert RiskLevel.HIGH.rank <= before.level.rank <= after.level.rank
    assert before.score <= after.score <= 1


def test_triggers_are_referred_before_those_that_rest_on_indicators() -> None:
    findings = frozenset({"document_retention", "departure_within_hours", "asks_for_help"})
    assert find_referrals(findings) == ("asks_for_help", "departure_within_hours", "retained_documents")


def test_harmless_offers_together_stay_low() -> None:
    usual = frozenset({"visa_arranged", "free_accommodation", "free_transport", "no_requirements", "urgency"})
    assert judge_risk(usual).level is RiskLevel.LOW


def test_documents_and_movement_together_are_critical_and_referred() -> None:
    findings = frozenset({"document_retention", "restriction_of_movement"})
    assert judge_risk(findings).level is RiskLevel.CRITICAL
    assert find_referrals(findings) == ("retained_documents", "restricted_movement")


def _proposal(register: RegisterAnswer, mediator: Mediator = AGENCY, referral: tuple[str, ...] = (), *codes: str):  # type: ignore[no-untyped-def]
    return propose(
        offers_work_abroad=True, mediator=mediator, register=register, findings=frozenset(codes), referral=referral
    )


def test_an_agency_that_a_fresh_register_does_not_know_is_proposed() -> None:
    proposal = _proposal(CHECKED)
    assert proposal.recipients == ("trzisna_inspekcija", "ministarstvo_rada")
    assert "nije pronađen" in proposal.why[0]


@pytest.mark.parametrize(
    "register",
    [
        RegisterAnswer(),
        RegisterAnswer(verdict=Verdict.NOT_FOUND, stale=True),
        RegisterAnswer(verdict=Verdict.AMBIGUOUS),
        RegisterAnswer(verdict=Verdict.REGISTERED),
        RegisterAnswer(verdict=Verdict.UNIDENTIFIED),
    ],
)
def test_an_unchecked_or_licensed_mediator_is_never_proposed(register: RegisterAnswer) -> None:
    assert not _proposal(register).proposed


def test_an_employer_hiring_for_itself_needs_no_licence() -> None:
    assert not _proposal(CHECKED, Mediator(name="Primer Bau", kind=MediatorKind.EMPLOYER)).proposed


def test_the_police_sheet_comes_first() -> None:
    proposal = _proposal(CHECKED, AGENCY, ("minor",), "minors_accepted")
    assert proposal.recipients == (
        "policija_uput",
        "centar_za_zastitu_zrtava",
        "trzisna_inspekcija",
        "ministarstvo_rada",
        "inspektorat_za_rad",
    )


def test_harm_abroad_goes_to_the_consular_department_too() -> None:
    assert "msp_konzularni" in _proposal(RegisterAnswer(), AGENCY, ("in_need_abroad",)).recipients
    assert "msp_konzularni" not in _proposal(RegisterAnswer(), AGENCY, ("minor",)).recipients


def test_whoever_shows_an_ad_is_told_where_there_is_an_address() -> None:
    def recipients(*, is_published: bool) -> tuple[str, ...]:
        return propose(
            offers_work_abroad=True,
            mediator=AGENCY,
            register=CHECKED,
            findings=frozenset(),
            referral=(),
            is_published=is_published,
        ).recipients

    assert recipients(is_published=True) == ("trzisna_inspekcija", "ministarstvo_rada", "obavestenje_portalu")
    assert recipients(is_published=False) == ("trzisna_inspekcija", "ministarstvo_rada")


def test_a_condition_of_sex_or_age_alone_proposes_nothing() -> None:
    assert "poverenik_ravnopravnost" in _proposal(CHECKED, AGENCY, (), "gender_age_targeting").recipients
    licensed = RegisterAnswer(verdict=Verdict.REGISTERED)
    assert not _proposal(licensed, AGENCY, (), "gender_age_targeting").proposed


def test_an_expired_licence_is_not_called_missing() -> None:
    proposal = _proposal(RegisterAnswer(verdict=Verdict.EXPIRED, as_of=date(2026, 11, 20)))
    assert "istekla" in proposal.why[0]
