"""The law as data: what is cited for which case, and what is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from alerts.law import LAW_FILE, CaseTraits, Condition, Part, ProvisionStatus, Rule, built_in_law, load_law
from alerts.recipients import find_recipient
from crawler.assessment import MediatorKind, Verdict
from crawler.errors import ConfigError


def _cited(
    part: Part = Part.BASIS,
    *,
    recipient: str = "trzisna_inspekcija",
    verdict: Verdict | None = Verdict.NOT_FOUND,
    kind: MediatorKind = MediatorKind.AGENCY,
    indicators: frozenset[str] = frozenset(),
    unconfirmed: bool = False,
) -> list[str]:
    topics = find_recipient(recipient).topics
    traits = CaseTraits(topics=topics, verdict=verdict, mediator_kind=kind, indicators=indicators)
    return [found.id for found in built_in_law().choose(part, traits, unconfirmed=unconfirmed)]


@pytest.mark.parametrize("rule", built_in_law().rules, ids=lambda rule: rule.id)
def test_a_rule_holds_for_its_own_example_and_not_for_its_counterexample(rule: Rule) -> None:
    assert rule.holds(rule.fits)
    if rule.fits_not is None:
        assert rule.when == Condition()
    else:
        assert not rule.holds(rule.fits_not)


def test_advertising_without_licence_is_cited_to_the_market_inspection_only() -> None:
    assert "oglasavanje_7" in _cited()
    assert "oglasavanje_7" not in _cited(recipient="inspektorat_za_rad")


def test_a_registered_agency_is_not_told_to_lack_a_licence() -> None:
    assert not {"oglasavanje_7", "zin_33", "zzosn_6_7"} & set(_cited(verdict=Verdict.REGISTERED))


@pytest.mark.parametrize("verdict", [None, Verdict.AMBIGUOUS, Verdict.UNIDENTIFIED])
def test_an_open_answer_of_the_register_cites_nothing_about_licences(verdict: Verdict | None) -> None:
    assert not {"oglasavanje_7", "zin_33", "zin_57", "zzosn_25", "zzosn_26"} & set(_cited(verdict=verdict))


def test_only_an_agency_is_measured_as_a_firm_without_licence() -> None:
    assert "zin_33" in _cited(kind=MediatorKind.AGENCY)
    assert "zin_33" not in _cited(kind=MediatorKind.INDIVIDUAL)


def test_the_fee_ban_is_cited_only_where_the_ad_asks_for_money() -> None:
    assert "zzosn_31" in _cited(indicators=frozenset({"upfront_fee"}))
    assert "zzosn_31" not in _cited(indicators=frozenset({"urgency"}))


def test_unconfirmed_provisions_are_left_out_unless_asked_for() -> None:
    fee = frozenset({"upfront_fee"})
    assert "c181_7" not in _cited(indicators=fee)
    assert "c181_7" in _cited(indicators=fee, unconfirmed=True)


def test_a_referral_cites_no_offence_that_no_lawyer_confirmed() -> None:
    assert _cited(recipient="policija_uput") == []


def test_no_provision_is_cited_twice() -> None:
    cited = _cited(kind=MediatorKind.INDIVIDUAL, indicators=frozenset({"upfront_fee", "secrecy"}))
    assert len(cited) == len(set(cited))


@pytest.mark.parametrize("recipient", ["trzisna_inspekcija", "inspektorat_za_rad"])
def test_complaints_ask_to_be_informed_and_claim_the_fee_exemption(recipient: str) -> None:
    assert _cited(Part.NOTICE, recipient=recipient) == ["zin_18"]
    assert _cited(Part.FEE, recipient=recipient) == ["takse_19"]


def test_every_statute_says_where_it_stands() -> None:
    assert all(law.source.startswith("https://") for law in built_in_law().laws.values())


def test_nothing_of_a_statute_that_nobody_read_is_confirmed() -> None:
    law = built_in_law()
    unread = {name for name, statute in law.laws.items() if statute.read is None}
    assert {"kz", "zspijz", "c181", "diskriminacija"} == unread
    assert not {one.law for one in law.provisions if one.status is ProvisionStatus.CONFIRMED} & unread


def test_fines_are_told_from_and_to() -> None:
    provision = next(found for found in built_in_law().provisions if found.id == "oglasavanje_78")
    assert provision.stated == (
        "Propisane su novčane kazne: pravno lice od 300.000 do 2.000.000 dinara; preduzetnik od 50.000 do 500.000"
        " dinara; fizičko lice od 50.000 do 150.000 dinara."
    )


def test_every_provision_is_told_in_english_and_calls_nobody_names() -> None:
    law = built_in_law()
    told = [*(one.english for one in law.laws.values()), *(one.stated_in_english for one in law.provisions)]
    assert not [text for text in told if re.search(r"[čćšžđ]|criminal|offender|traffick|must|illegal", text, re.I)]


def test_fines_are_told_in_english_too() -> None:
    assert built_in_law().gloss("oglasavanje_78") == (
        "Law on Advertising: Fines are set: legal person 300,000 to 2,000,000 dinars; entrepreneur 50,000 to 500,000"
        " dinars; natural person 50,000 to 150,000 dinars."
    )
    assert built_in_law().gloss("nema_ga") == ""


def test_no_draft_says_a_word_of_the_english() -> None:
    law = built_in_law()
    provision = next(found for found in law.provisions if found.id == "oglasavanje_7")
    assert provision.english not in law.citation(provision) + provision.stated


def test_the_time_limit_is_told_to_inspections_only() -> None:
    assert _cited(Part.LIMITATION) == ["prekrsaji_84"]
    assert _cited(Part.LIMITATION, recipient="obavestenje_portalu") == []


def test_a_portal_is_told_what_obliges_it() -> None:
    cited = _cited(recipient="obavestenje_portalu")
    assert {"etrgovina_20", "oglasavanje_7"} <= set(cited)
    assert "zin_33" not in cited


def test_a_citation_holds_law_gazette_and_article() -> None:
    law = built_in_law()
    provision = next(found for found in law.provisions if found.id == "oglasavanje_7")
    assert provision.status is ProvisionStatus.CONFIRMED
    assert law.citation(provision) == (
        "Zakon o oglašavanju („Službeni glasnik RS“, br. 6/2016 i 52/2019 – dr. zakon), čl. 7. st. 2."
    )
    assert law.citation(provision, in_full=False) == "Zakon o oglašavanju, čl. 7. st. 2."


@pytest.mark.parametrize(
    ("section", "change", "complaint"),
    [
        ("rules", {"cite": ["nema_ga"]}, "no provision `nema_ga`"),
        ("provisions", {"law": "nema_ga"}, "no law `nema_ga`"),
        ("provisions", {"opinion": "jako"}, "opinion"),
        ("provisions", {"status": "maybe"}, "status"),
        ("provisions", {"id": "zzosn_6_7"}, "same id"),
        ("provisions", {"law": "kz", "status": "confirmed"}, "nobody read"),
        ("provisions", {"fines": [{"who": "entrepreneur", "least": 2, "most": 1}]}, "from 2 to 1"),
    ],
)
def test_a_mistake_in_the_law_is_named(tmp_path: Path, section: str, change: dict[str, object], complaint: str) -> None:
    data = yaml.safe_load(LAW_FILE.read_text(encoding="utf-8"))
    data[section][-1].update(change)
    file = tmp_path / "law.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint):
        load_law(file)


def test_a_torn_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "law.yml"
    file.write_text("laws: [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"law\.yml cannot be read"):
        load_law(file)
