"""What a text says is the same whether its words are remembered or looked up."""

from __future__ import annotations

import pytest

from pipelines.text.phrases import Phrasebook
from pipelines.text.remembering import Remembered
from pipelines.text.saying import Saying, Sayings

BOOK = Phrasebook(
    [("cook", "kuvar~"), ("help", "pomoc* (u|za) kuhinj*"), ("night", "24h nega"), ("cook", "glavn* kuvar*")]
)


def said(text: str) -> set[Saying]:
    sayings = Sayings(BOOK)
    meanings = [meaning for word in text.split() if (meaning := sayings.meaning([word]))]
    return sayings.said(meanings, lambda: text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("trazimo kuvara", {("cook", "kuvara")}),
        ("kuvarica", set()),
        ("pomocni radnik u kuhinji", set()),
        ("pomoc u kuhinji i glavni kuvar", {("help", "pomoc u kuhinji"), ("cook", "kuvar"), ("cook", "glavni kuvar")}),
        ("24h nega", {("night", "24h nega")}),
        ("kuhinji za pomoc", set()),
    ],
)
def test_phrases_of_one_word_and_of_several_are_said(text: str, expected: set[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_a_text_without_longer_phrases_is_not_folded() -> None:
    sayings = Sayings(BOOK)

    def folded() -> str:
        raise AssertionError

    assert sayings.said([meaning for meaning in [sayings.meaning(["kuvar"])] if meaning], folded)


def test_a_full_memory_begins_anew_and_gives_the_same() -> None:
    lengths = Remembered(len, most=2)
    assert [lengths[word] for word in ("a", "bb", "ccc", "a")] == [1, 2, 3, 1]
    assert len(lengths) == 2
