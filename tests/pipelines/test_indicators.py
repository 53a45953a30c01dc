"""Every rule's own examples hold; quotes are slices; personal numbers are never quoted."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.assessment import Ad
from crawler.errors import ConfigError
from pipelines.assess import assess
from pipelines.indicators import describe
from pipelines.indicators.engine import find_indicators
from pipelines.indicators.rules import ORDER, Rule, WordClasses, rules, spelled_out
from pipelines.packaged import load_packaged
from pipelines.text import fold
from pipelines.text.phrases import read_text

TODAY = date(2026, 11, 24)
SAID = [rule for rule in rules().values() if not rule.derived]
DERIVED = [rule for rule in rules().values() if rule.derived]


@pytest.mark.parametrize("rule", SAID, ids=lambda rule: rule.code)
def test_examples_of_every_rule_hold(rule: Rule) -> None:
    assert [text for text in rule.examples.must_fire if rule.code not in find_indicators(read_text(text))] == []
    assert [text for text in rule.examples.must_not_fire if rule.code in find_indicators(read_text(text))] == []


@pytest.mark.parametrize("rule", DERIVED, ids=lambda rule: rule.code)
def test_examples_of_every_derived_rule_hold(rule: Rule) -> None:
    assert [text for text in rule.examples.must_fire if rule.code not in _codes(text)] == []
    assert [text for text in rule.examples.must_not_fire if rule.code in _codes(text)] == []


def _codes(text: str) -> set[str]:
    assessment = assess(Ad(text), None, on=TODAY)
    assert assessment.is_job_ad, text
    return {indicator.code for indicator in assessment.indicators}


@pytest.mark.parametrize("rule", SAID, ids=lambda rule: rule.code)
def test_phrases_are_written_folded(rule: Rule) -> None:
    phrases = [phrase for group in rule.phrases.values() for phrase in group]
    phrases += rule.never + rule.mentions + rule.mentions_never + rule.mentions_unless
    assert [phrase for phrase in phrases if fold(phrase).text != phrase] == []


def test_dok_ne_says_until_when_and_negates_nothing() -> None:
    assert "withheld_wage" in find_indicators(read_text("Platu zadržavamo dok ne završite ugovor."))
    assert "withheld_wage" not in find_indicators(read_text("Platu ne zadržavamo."))


def test_a_class_of_words_stands_for_each_of_its_words() -> None:
    rule = SAID[0].model_copy(update={"phrases": {"sr": ["{housing} dzabe"]}})
    (phrase,) = spelled_out(rule).phrases["sr"]
    assert "|karavan*|" in phrase
    assert phrase.endswith(") dzabe")


def test_a_bare_mention_counts_unless_the_ad_says_more_elsewhere() -> None:
    vague = "Nudimo posao u Austriji.\nPlata 1.800 evra."
    assert "vague_job" in find_indicators(read_text(vague))
    assert "vague_job" not in find_indicators(read_text(f"{vague}\nPakovanje voća."))


def test_a_mention_that_itself_negates_is_not_taken_back_by_its_own_word() -> None:
    assert "vague_job" in find_indicators(read_text("Posao nije težak, Kipar."))


def test_an_unknown_class_of_words_is_refused() -> None:
    rule = SAID[0].model_copy(update={"phrases": {"sr": ["{unheard_of} dzabe"]}})
    with pytest.raises(ConfigError, match="unheard_of"):
        spelled_out(rule)


def test_a_rule_without_examples_does_not_load() -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"code": "x", "title_sr": "x", "why_sr": "x", "reference": "x", "weight": 0.1})


@pytest.mark.parametrize("code", ORDER)
def test_every_indicator_is_described_in_one_sentence(code: str) -> None:
    described = describe(code)
    assert described.title
    assert described.reference
    assert described.why.endswith(".")


def test_an_unknown_code_has_no_description() -> None:
    with pytest.raises(ConfigError, match="no indicator"):
        describe("unheard_of")


def test_a_personal_number_is_never_quoted() -> None:
    found = find_indicators(read_text("Pošaljite sliku lične karte i JMBG 0101990710008 i broj računa"))
    assert "sensitive_data_request" in found
    assert all("0101990710008" not in (indicator.quote or "") for indicator in found.values())


@given(
    st.lists(st.sampled_from([text for rule in SAID for text in rule.examples.must_fire]), max_size=4),
    st.text(max_size=20),
)
def test_a_quote_is_the_slice_of_the_text(texts: list[str], noise: str) -> None:
    text = noise.join(texts)
    for indicator in find_indicators(read_text(text)).values():
        assert indicator.start is not None
        assert text[indicator.start : indicator.end] == indicator.quote


def test_a_part_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "word_classes.yml"
    file.write_text("classes:\n  pay: [plata]\n  pay: [zarada]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 3: pay is given twice"):
        load_packaged(file, WordClasses)
