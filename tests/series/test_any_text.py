"""Whatever a page holds, grouping takes it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.assessment import Ad
from pipelines.series.comparable import _masked, make_comparable, words_of
from pipelines.series.judging import JudgedAd, explain
from pipelines.series.memory import series_of
from pipelines.text.folding import fold, folded_text

TEXTS = st.text(alphabet=st.characters(), max_size=200) | st.sampled_from(["", " ", "0" * 300, "@" * 300, "a." * 300])


@settings(max_examples=200)
@given(st.lists(st.tuples(st.none() | TEXTS, TEXTS), min_size=1, max_size=6))
def test_any_unicode_text_gets_a_series(ads: list[tuple[str | None, str]]) -> None:
    series = series_of(Ad(text, title=title) for title, text in ads + ads)
    assert len(series) == 2 * len(ads)
    # The same ad again is always the same series.
    assert series[: len(ads)] == series[len(ads) :]


@settings(max_examples=100)
@given(TEXTS, TEXTS)
def test_comparing_is_symmetric(first: str, second: str) -> None:
    left, right = JudgedAd(make_comparable(None, first)), JudgedAd(make_comparable(None, second))
    assert explain(left, right).likeness == explain(right, left).likeness


WORDS = "1500 1.200,50 e E eu eu. evra plata PLATA. Đorđe ђак č c\u030c \u00a8 a@b.example www.x.rs .com/ oglas 120"
SIGNS = (" ", "  ", "\n", "\t", "\xa0", "\u2028", "\x85", "\x1c", "\u200d", ".", "|", "🔥", "-")
PIECES = st.sampled_from((*WORDS.split(), *SIGNS))


@settings(max_examples=300)
@given(TEXTS | st.lists(PIECES | st.just(" "), max_size=20).map("".join))
def test_a_text_read_piece_by_piece_has_the_words_of_one_read_as_a_whole(text: str) -> None:
    read = make_comparable(None, text)
    assert tuple(read.words) == words_of(_masked(folded_text(read.own_text)))


@settings(max_examples=300)
@given(TEXTS)
def test_any_text_folds_alike_with_and_without_the_way_back(text: str) -> None:
    assert folded_text(text) == fold(text).text
