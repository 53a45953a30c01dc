from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.desk.findings import mark_ad
from alerts.desk.quotes import Piece, Span, mark_quotes, shift
from crawler.assessment import Ad, Indicator
from tests.builders import AD_TEXT, AD_TITLE, complaint_assessment

texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
spans = st.lists(st.builds(Span, st.integers(-5, 70), st.integers(-5, 70), st.integers(1, 9)), max_size=8)


@given(texts, spans)
def test_pieces_joined_give_the_text_back(text: str, found: list[Span]) -> None:
    assert "".join(piece.text for piece in mark_quotes(text, found)) == text


@given(texts, spans)
def test_every_character_carries_exactly_the_findings_that_quote_it(text: str, found: list[Span]) -> None:
    position = 0
    for piece in mark_quotes(text, found):
        for _ in piece.text:
            expected = {span.finding for span in found if span.start <= position < span.end}
            assert set(piece.findings) == expected
            position += 1


def test_overlapping_quotes_are_cut_where_they_meet() -> None:
    pieces = mark_quotes("šljivovica", [Span(0, 5, 1), Span(3, 8, 2)])
    assert pieces == [
        Piece("šlj", (1,), (1,)),
        Piece("iv", (1, 2), (2,)),
        Piece("ovi", (2,)),
        Piece("ca"),
    ]


def test_a_quote_over_title_and_text_is_marked_in_both() -> None:
    quote = f"Nemačkoj\n{AD_TEXT[:9]}"
    start = f"{AD_TITLE}\n{AD_TEXT}".index(quote)
    indicator = Indicator("urgency", quote, start, start + len(quote))
    marked = mark_ad(Ad(AD_TEXT, title=AD_TITLE), complaint_assessment(indicators=(indicator,)))
    assert [piece.text for piece in marked.title if piece.findings] == ["Nemačkoj"]
    assert [piece.text for piece in marked.text if piece.findings] == [AD_TEXT[:9]]


def test_a_quote_that_is_not_at_its_place_is_listed_but_not_marked() -> None:
    indicator = Indicator("upfront_fee", "Kotizacija 500 evra", 3, 22)
    marked = mark_ad(Ad(AD_TEXT, title=AD_TITLE), complaint_assessment(indicators=(indicator,)))
    assert not any(piece.findings for piece in (*marked.title, *marked.text))
    assert marked.findings[0].quotes == ("Kotizacija 500 evra",)
    assert marked.findings[0].anchor is None


def test_findings_that_call_for_the_police_come_first() -> None:
    indicators = (Indicator("free_accommodation"), Indicator("document_retention"))
    judged = complaint_assessment(indicators=indicators, referral=("retained_documents",))
    assert [finding.code for finding in mark_ad(Ad(""), judged).findings] == [
        "document_retention",
        "free_accommodation",
    ]


@given(spans, st.integers(-20, 20))
def test_shifting_back_and_forth_changes_nothing(found: list[Span], by: int) -> None:
    assert shift(shift(found, by), -by) == found
