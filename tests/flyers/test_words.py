"""What an engine recognised becomes a text that reads as the flyer does."""

from __future__ import annotations

import pytest

from pipelines.flyers.words import SeenWord, completed, of_one_script, text_of


def _line(text: str, number: int, *, left: int = 0, confidence: float = 95.0) -> list[SeenWord]:
    words, at = [], left
    for word in text.split():
        words.append(SeenWord(word, confidence, (1, 1, number), at, number * 50, 12 * len(word), 30))
        at += 12 * len(word) + 10
    return words


def test_a_hyphen_at_the_end_of_a_line_joins_the_word() -> None:
    assert text_of([*_line("Potrebni gra-", 1), *_line("đevinski radnici", 2)]).text == "Potrebni građevinski radnici"


def test_a_sentence_that_goes_on_is_one_line_and_a_new_point_is_not() -> None:
    words = [*_line("Plata do 2.000", 1), *_line("evra neto", 2), *_line("Smeštaj obezbeđen", 3)]
    assert text_of(words).text == "Plata do 2.000 evra neto\nSmeštaj obezbeđen"


def test_columns_are_read_one_after_the_other() -> None:
    words = [*_line("Posao u Nemačkoj", 1)]
    for number, (left, right) in enumerate([("Plata dobra", "Polazak odmah"), ("Stan plaćen", "Zovite nas")], 2):
        words += [*_line(left, number), *_line(right, number, left=400)]
    assert text_of(words).text.split("\n") == [
        "Posao u Nemačkoj", "Plata dobra", "Stan plaćen", "Polazak odmah", "Zovite nas",
    ]  # fmt: skip


def test_specks_and_guesses_are_left_out() -> None:
    words = [*_line("Posao", 1), *_line("~ | ©", 2), *_line("zzkq", 3, confidence=12)]
    assert text_of(words).text == "Posao"


@pytest.mark.parametrize(
    ("read", "meant"), [("Hемачкa", "Немачка"), ("Pоslоvi", "Poslovi"), ("Беч", "Беч"), ("Beč", "Beč"), ("C+E", "C+E")]
)
def test_letters_of_the_other_script_within_a_word_are_put_right(read: str, meant: str) -> None:
    assert of_one_script(read) == meant


def test_a_lone_e_after_a_number_is_a_euro_sign_and_a_licence_is_not() -> None:
    assert text_of(_line("Plata 2.500 E neto, C i E kategorija", 1)).text == "Plata 2.500 € neto, C i E kategorija"


def test_another_reading_fills_the_gaps_and_changes_nothing_else() -> None:
    first = [*_line("Posao u Nemačkoj", 1), *_line("Zovite odmah", 3)]
    second = [*_line("Posan u Nemackoj", 1), *_line("Pasoš ostaje", 2), *_line("xq", 5, confidence=40)]
    assert text_of(completed(first, second)).text == "Posao u Nemačkoj\nPasoš ostaje\nZovite odmah"


def test_language_goes_by_the_letters() -> None:
    assert text_of(_line("Посао у Бечу, Viber", 1)).language == "sr-Cyrl"
    assert text_of(_line("Posao u Beču", 1)).language == "sr-Latn"
    assert text_of([]).confidence == 0.0
