"""Our words in Cyrillic and Latin, and hostile text made printable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.script import Script, printable, storable, to_script


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("injekcija", "инјекција"),
        ("Injekcije", "Инјекције"),
        ("nadživeti", "надживети"),
        ("konjugacija", "конјугација"),
        ("konjunktura", "конјунктура"),
        ("konjektura", "конјектура"),
        ("vanjezički", "ванјезички"),
        ("podžanr", "поджанр"),
        ("odžaliti", "оджалити"),
        ("odžak", "оџак"),
        ("budžet", "буџет"),
        ("konj", "коњ"),
        ("NJEGOŠ", "ЊЕГОШ"),
        ("LJUBLJANA", "ЉУБЉАНА"),
        ("Ljubica Džepina", "Љубица Џепина"),
        ("đak", "ђак"),
    ],
)
def test_serbian_words_in_cyrillic(latin: str, cyrillic: str) -> None:
    assert to_script(latin, Script.CYRL) == cyrillic


@pytest.mark.parametrize("latin", ["injekcija", "nadživeti", "konjugacija", "Ljubica Džepina", "zapošljavanje"])
def test_there_and_back_again(latin: str) -> None:
    assert to_script(to_script(latin, Script.CYRL), Script.LATN) == latin


def test_names_of_formats_stay_latin_in_cyrillic_text() -> None:
    assert to_script("otisak SHA-256 i WARC-Record-ID", Script.CYRL) == "отисак SHA-256 и WARC-Record-ID"
    assert to_script("raspored UTF-8, format WACZ", Script.CYRL) == "распоред UTF-8, формат WACZ"


def test_addresses_and_roman_numerals_stay_as_they_are() -> None:
    addresses = "centarzztlj.rs, ana@ngo.example"
    assert to_script(f"po stranici {addresses}", Script.CYRL) == f"по страници {addresses}"
    assert to_script("deo II i odeljak IV.", Script.CYRL) == "део II и одељак IV."
    assert to_script("Molimo Vas da Vi", Script.CYRL) == "Молимо Вас да Ви"


def test_a_word_with_letters_serbian_lacks_is_not_half_converted() -> None:
    assert to_script("aplikacija Wolt", Script.CYRL) == "апликација Wolt"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a & b < c > d", "a & b < c > d"),
        ("{{ 7 * 7 }} {% raw %}", "{{ 7 * 7 }} {% raw %}"),
        ("#let x = 1 $y$ *b*", "#let x = 1 $y$ *b*"),
        ('=HYPERLINK("http://x.example")', '=HYPERLINK("http://x.example")'),
        ("plata\u202e0052 evra", "plata0052 evra"),
        ("pre\x00posle\x0b\x1b[31m", "pre□posle □[31m"),
        ("par \ud83d bez para", "par □ bez para"),
        ("posao 🇩🇪🇦🇹 odmah ✔", "posao □ odmah ✔"),
        ("red\r\ndrugi\u2028treći", "red drugi treći"),
        ("c\u030c", "č"),
        ("\ufdd0x\ufdd2", "□x□"),
    ],
)
def test_hostile_text_is_shown_as_text(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_printable_text_is_one_line_and_printing_it_again_changes_nothing(text: str) -> None:
    shown = printable(text)
    assert "\n" not in shown
    assert printable(shown) == shown
    shown.encode()


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_storable_text_can_be_kept_anywhere_and_keeps_its_length(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    assert "\x00" not in kept
    kept.encode()
