"""What legal staff may change about a draft, and what stays as it is."""

from __future__ import annotations

import pytest

from alerts.document import plain_text
from alerts.drafting import document_of
from alerts.editing import (
    LONGEST_PASSAGE,
    PARTS,
    DraftChanges,
    EditRefusal,
    EditRefusedError,
    carry_over,
    changed_draft,
    edit_passage,
    passages_of,
    provision_states,
    restored,
    switch_provision,
)
from alerts.facts import DraftFacts
from alerts.law import Part, built_in_law
from alerts.script import Script
from crawler.errors import UsageError
from tests.alerts.sample import MADE_AT, SampleCase, sample_facts

LAW = built_in_law()
IVA = "iva@primer.example"


@pytest.fixture
def facts() -> DraftFacts:
    return sample_facts("trzisna_inspekcija")


def _switch(facts: DraftFacts, provision: str, *, on: bool) -> DraftFacts:
    return switch_provision(facts, LAW, provision, on=on, person=IVA, now=MADE_AT)


def _edit(facts: DraftFacts, number: int, text: str | None) -> DraftFacts:
    return edit_passage(facts, number, text, person=IVA, now=MADE_AT)


def _on(facts: DraftFacts) -> set[str]:
    return {state.provision.id for state in provision_states(facts, LAW) if state.is_on}


def test_every_part_of_the_law_has_its_place_in_the_facts(facts: DraftFacts) -> None:
    assert set(PARTS) == set(Part)
    assert all(isinstance(getattr(facts, field), tuple) for field in PARTS.values())


def test_unconfirmed_provisions_are_off_until_a_person_switches_them_on(facts: DraftFacts) -> None:
    states = provision_states(facts, LAW)
    assert not [state for state in states if state.is_on and not state.is_confirmed]
    switched = _switch(facts, "c181_7", on=True)
    assert _on(switched) - _on(facts) == {"c181_7"}
    assert [(choice.id, choice.is_on, choice.person) for choice in switched.choices] == [("c181_7", True, IVA)]
    assert "Agencija od radnika ne naplaćuje" in plain_text(document_of(switched, Script.LATN))


def test_a_law_keeps_its_gazette_numbers_when_its_first_provision_goes(facts: DraftFacts) -> None:
    first = facts.provisions[0]
    assert "Službeni glasnik" in first.citation
    rest = _switch(facts, first.id, on=False)
    same_law = [one for one in rest.provisions if one.citation.startswith("Zakon o zapošljavanju")]
    assert "Službeni glasnik" in same_law[0].citation
    assert "Službeni glasnik" not in same_law[1].citation


def test_switching_off_and_on_again_gives_the_same_provisions(facts: DraftFacts) -> None:
    for provision in facts.provisions:
        back = _switch(_switch(facts, provision.id, on=False), provision.id, on=True)
        assert {one.id: one.statement for one in back.provisions} == {one.id: one.statement for one in facts.provisions}


def test_a_request_to_be_told_can_be_switched_off_where_it_stands(facts: DraftFacts) -> None:
    assert _switch(facts, "zin_18", on=False).notice_provisions == ()
    assert facts.notice_provisions


@pytest.mark.parametrize(("provision", "on"), [("zin_18", True), ("c181_7", False), ("nema_ga", True)])
def test_a_switch_that_changes_nothing_is_refused(facts: DraftFacts, provision: str, on: bool) -> None:
    with pytest.raises(UsageError, match=provision):
        _switch(facts, provision, on=on)


def test_a_passage_is_worded_anew_in_both_scripts_and_addresses_stay(facts: DraftFacts) -> None:
    number = next(passage.number for passage in passages_of(facts) if "Povodom oglasa" in passage.text)
    edited = _edit(facts, number, "Dopunjujemo podnesak; vidi https://primer.example/a i pišite na rad@primer.example")
    assert "Dopunjujemo podnesak" in plain_text(document_of(edited, Script.LATN))
    cyrillic = plain_text(document_of(edited, Script.CYRL))
    assert "Допуњујемо поднесак; види https://primer.example/a и пишите на rad@primer.example" in cyrillic
    assert _edit(edited, number, None).edits == ()


def test_a_list_keeps_its_numbers_and_an_edit_finds_its_item_when_they_shift(facts: DraftFacts) -> None:
    measure = next(passage for passage in passages_of(facts) if "ko je objavio oglas" in passage.text)
    edited = _edit(facts, measure.number, "da utvrdi ko stoji iza oglasa;")
    shifted = _switch(edited, "zin_30", on=False)
    for text in (plain_text(document_of(one, Script.LATN)) for one in (edited, shifted)):
        assert "1. da utvrdi ko stoji iza oglasa;" in text


def test_words_of_the_ad_stay_the_ads_words(facts: DraftFacts) -> None:
    quoting = next(passage for passage in passages_of(facts) if "Kotizacija 200 evra pre puta" in passage.text)
    with pytest.raises(UsageError, match="its words stay as they are"):
        _edit(facts, quoting.number, "Oglas traži novac.")
    assert _edit(facts, quoting.number, "U oglasu piše: Kotizacija 200 evra pre puta.").edits


@pytest.mark.parametrize(("number", "text"), [(9999, "Tekst."), (2, ""), (2, "x" * 4001)])
def test_an_edit_that_cannot_be_is_refused(facts: DraftFacts, number: int, text: str) -> None:
    with pytest.raises(UsageError):
        _edit(facts, number, text)


def test_markup_and_direction_marks_of_an_edit_are_text(facts: DraftFacts) -> None:
    number = next(passage.number for passage in passages_of(facts) if "Povodom oglasa" in passage.text)
    text = plain_text(document_of(_edit(facts, number, "## {{ x }} \u202eabc\n| kolona"), Script.LATN))
    assert "## {{ x }} abc | kolona" in text


def test_what_no_longer_fits_is_not_carried_over(facts: DraftFacts) -> None:
    number = next(passage.number for passage in passages_of(facts) if "Povodom oglasa" in passage.text)
    changed = _edit(_switch(facts, "c181_7", on=True), number, "Dopunjujemo podnesak.")
    carried = carry_over(sample_facts("trzisna_inspekcija"), changed, LAW)
    assert (carried.choices, carried.edits) == (changed.choices, changed.edits)
    other = carry_over(sample_facts("policija_uput"), changed, LAW)
    assert other.edits == ()
    assert DraftFacts.from_json(carried.to_json()) == carried


def _all_as_shown(facts: DraftFacts) -> dict[int, str | None]:
    return {passage.number: passage.text for passage in passages_of(facts)}


@pytest.mark.parametrize("case", [SampleCase.UNLICENSED, SampleCase.EXPIRED])
def test_a_form_sent_as_it_was_shown_changes_nothing(case: SampleCase) -> None:
    facts = sample_facts("trzisna_inspekcija", case)
    states = {state.provision.id: state.is_on for state in provision_states(facts, LAW)}
    changes = DraftChanges(_all_as_shown(facts), states)
    assert changed_draft(facts, LAW, changes, person=IVA, now=MADE_AT) == facts


def test_passages_and_provisions_change_together_by_the_numbers_that_were_shown(facts: DraftFacts) -> None:
    measure = next(passage for passage in passages_of(facts) if "ko je objavio oglas" in passage.text)
    changes = DraftChanges(_all_as_shown(facts) | {measure.number: "da utvrdi ko stoji iza oglasa;"}, {"zin_30": False})
    text = plain_text(document_of(changed_draft(facts, LAW, changes, person=IVA, now=MADE_AT), Script.LATN))
    assert "1. da utvrdi ko stoji iza oglasa;" in text
    assert "Inspekcija koja nije nadležna prosleđuje" not in text


def test_words_around_a_cyrillic_quote_can_be_changed_and_the_quote_stays_cyrillic() -> None:
    facts = sample_facts("trzisna_inspekcija", SampleCase.EXPIRED)
    quoting = next(passage for passage in passages_of(facts) if "Уплата 150 евра пре разговора" in passage.text)
    edited = _edit(facts, quoting.number, "novac unapred: „Уплата 150 евра пре разговора“; без потврде")
    latin = plain_text(document_of(edited, Script.LATN))
    assert "novac unapred: „Уплата 150 евра пре разговора“; bez potvrde" in latin
    assert "новац унапред: „Уплата 150 евра пре разговора“; без потврде" in plain_text(document_of(edited, Script.CYRL))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", EditRefusal.EMPTY),
        ("x" * (LONGEST_PASSAGE + 1), EditRefusal.TOO_LONG),
        ("Oglas traži novac.", EditRefusal.QUOTE),
    ],
)
def test_a_refused_change_says_which_passage_and_why(facts: DraftFacts, text: str, reason: EditRefusal) -> None:
    quoting = next(passage for passage in passages_of(facts) if "Kotizacija 200 evra pre puta" in passage.text)
    with pytest.raises(EditRefusedError) as refused:
        changed_draft(facts, LAW, DraftChanges({quoting.number: text}), person=IVA, now=MADE_AT)
    assert (refused.value.reason, refused.value.number) == (reason, quoting.number)
    assert (refused.value.quote == "Kotizacija 200 evra pre puta") == (reason is EditRefusal.QUOTE)


def test_lines_of_the_ad_are_known_as_quotes(facts: DraftFacts) -> None:
    assert [passage.text for passage in passages_of(facts) if passage.is_quote][-1].startswith("Primer Rad, 060")
    assert not any(passage.is_quote for passage in passages_of(facts)[:20])


def test_all_passages_are_put_back_at_once(facts: DraftFacts) -> None:
    assert restored(_edit(facts, 1, "Tekst.")) == facts
    with pytest.raises(UsageError, match="no passage"):
        restored(facts)
