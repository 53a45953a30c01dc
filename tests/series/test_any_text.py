"""Whatever a page holds, grouping takes it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.assessment import Ad
from pipelines.series.comparable import make_comparable
from pipelines.series.judging import JudgedAd, explain
from pipelines.series.memory import series_of
from pipelines.text.folding import fold, folded_text

TEXTS = st.text(alphabet=st.characters(), max_size=200) | st.sampled_from(["", " ", "0" * 300, "@" * 300, "a." * 300])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.none() | TEXTS, TEXTS), min_size=1, max_size=6))
def test_any_unicode_text_gets_a_series(ads: list[tuple[str | None, str]]) -> None:
    series = series_of(Ad(text, title=title) for title, text in ads + ads)
    assert len(series) == 2 * len(ads)
    # The same ad again is always the same series.
    assert series[: len(ads)] == series[len(ads) :]


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_comparing_is_symmetric(first: str, second: str) -> None:
    left, right = JudgedAd(make_comparable(None, first)), JudgedAd(make_comparable(None, second))
    assert explain(left, right).likeness == explain(right, left).likeness


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_folds_alike_with_and_without_the_way_back(text: str) -> None:
    assert folded_text(text) == fold(text).text
