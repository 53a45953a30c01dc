from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.life.passages import Mark, changed_passages, compare_texts, words_of

WORDS = st.sampled_from(["Plata", "1.800", "evra.", "\n", "Zvati!", "060", "🇩🇪", "smeštaj", "je", "obezbeđen.", "  "])
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join))


def _joined(before: str, after: str, left_out: Mark) -> str:
    pieces = [piece for passage in compare_texts(before, after) for piece in passage]
    return "".join(piece.text for piece in pieces if piece.mark is not left_out)


@given(TEXTS, TEXTS)
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new(before: str, after: str) -> None:
    assert _joined(before, after, Mark.NEW) == before
    assert _joined(before, after, Mark.GONE) == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert changed_passages(compare_texts(text, text)) == ()


def test_a_sentence_that_came_and_one_that_went_are_named_whole() -> None:
    before = "Posao u magacinu. Kotizacija 200 evra pre puta. Zvati odmah."
    after = "Posao u magacinu. Zvati odmah. Pasoš ostaje u kancelariji."
    changed = changed_passages(compare_texts(before, after))
    assert words_of(changed, Mark.GONE) == ("Kotizacija 200 evra pre puta.",)
    assert words_of(changed, Mark.NEW) == ("Pasoš ostaje u kancelariji.",)


def test_in_a_rewritten_sentence_only_the_words_that_changed_are_named() -> None:
    changed = changed_passages(compare_texts("Plata je 1.800 evra mesečno.", "Plata je 2.200 evra mesečno."))
    assert words_of(changed, Mark.GONE) == ("1.800",)
    assert words_of(changed, Mark.NEW) == ("2.200",)


def test_spaces_and_line_breaks_are_no_change() -> None:
    assert changed_passages(compare_texts("Zvati odmah.\nPosao.", "Zvati  odmah.\n\nPosao. ")) == ()


def test_a_text_of_endless_lines_is_told_as_replaced() -> None:
    long = "a\n" * 20_000
    assert [[piece.mark for piece in passage] for passage in compare_texts(long, f"b\n{long}")] == [
        [Mark.GONE, Mark.NEW]
    ]
