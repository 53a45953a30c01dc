"""Folding keeps the way back to every original character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text import fold, fold_key, redact_jmbg


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Đorđe i Ђорђе", "djordje i djordje"),
        ("ЉУБЉАНА, Његош, џак", "ljubljana, njegos, dzak"),
        ("Smeštaj obezbeđen", "smestaj obezbedjen"),
        ("c\u030cuvanje", "cuvanje"),
        ("6️⃣5️⃣ 🔟 ３", "65 10 3"),
        ("2.000\u00a0€ – „neto“", '2.000 € - "neto"'),
        ("Po\u200bsao\u00ad", "posao"),
        ("Straße, Österreich, Łódź", "strasse, osterreich, lodz"),
        ("𝐏𝐎𝐒𝐀𝐎", "posao"),
    ],
)
def test_one_form_for_all_ways_of_writing(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_letters_slipped_in_from_the_other_alphabet_count_by_their_looks() -> None:
    assert fold("Nеmаčkа, Вeч, Бeч").text == "nemacka, vec, bec"
    assert fold("Рosao").text == "posao"


def test_a_quote_is_the_slice_of_the_original() -> None:
    folded = fold("Рад у Љубљани, c\u030cuvanje")
    start = folded.text.index("ljubljani")
    assert folded.quote(start, start + len("ljubljani")) == "Љубљани"
    start = folded.text.index("cuv")
    assert folded.quote(start, start + 3) == "c\u030cuv"


@given(st.text())
def test_every_folded_slice_comes_from_one_slice_of_the_original(text: str) -> None:
    folded = fold(text)
    previous = 0
    for place in range(len(folded.text)):
        start, end = folded.span(place, place + 1)
        assert previous <= start < end <= len(text)
        assert folded.text[place] in fold(text[start:end]).text or _is_mixed(text)
        previous = start


@given(st.text())
def test_the_whole_folded_text_comes_from_the_whole_original(text: str) -> None:
    folded = fold(text)
    start, end = folded.span(0, len(folded.text))
    assert end == len(text) or not folded.text
    assert fold(text[:start]).text == ""


@given(st.text())
def test_a_key_has_single_spaces_and_no_edges(text: str) -> None:
    key = fold_key(text)
    assert key == " ".join(key.split())


def test_a_personal_number_is_starred_out_and_lengths_stay() -> None:
    assert redact_jmbg("JMBG 0101990710008.") == "JMBG *************."
    assert redact_jmbg("JMBG 0101990 710008") == "JMBG ******* ******"


def test_other_long_numbers_stay() -> None:
    assert redact_jmbg("račun 0101990710018 i 9999999999999") == "račun 0101990710018 i 9999999999999"


def _is_mixed(text: str) -> bool:
    # A letter alone does not know that it stands in a word of the other alphabet.
    return any("Ѐ" <= char <= "ӿ" for char in text) and any(char.isascii() and char.isalpha() for char in text)
