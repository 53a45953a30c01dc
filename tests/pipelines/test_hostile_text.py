"""Nothing that a text holds makes the judgement fail, point beside its quotes, or cost more than its length."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.assessment import Ad
from pipelines.assess import assess
from pipelines.indicators.rules import rules
from pipelines.reading.naming import MOST_NAMES
from pipelines.text.lines import lines_with
from pipelines.text.phrases import Phrasebook, read_text
from pipelines.text.spans import Spans
from tests.costs import costs_its_length

TODAY = date(2026, 11, 24)
OFFER = "Potrebni radnici za Beč, posao u Nemačkoj. "
SHORT = 12_000
PIECES = [
    # Letters, digits and signs, alone and without end.
    "a", "Ж", "a ", "0", "0 ", "1.", "1,1 ", "1.000.000 ", "\u0301", "\u200b", "😀", "1️⃣", "🇩🇪", "ﷺ", "aж", "đ ", "_",
    "\n", "\u00a0", "(", "[", '"', "'a' ", '"A" ', "„A“ ", "»A« ", ". ", "- ", "• ", "::",
    # Names.
    "A ", "A-", "A.a ", "A&B ", "A B\n", "AG ", "PR ", "d.o.o. ", "Firma X d.o.o. ", "Agencija A ", "Posao Tim, ",
    "A B traži ", "Hotel A ", "kod A B ", "zvati Marka ", "dozvola 1 ", "pib 123456789 ",
    # Places and wages.
    '"Beč" ', "Beč, ", "Beč i ", "u Nemačkoj ", "ulica a ", "beogradska 1 ", "12 sati ", "€1 ", "plata 1", "od 1 do ",
    "1000 evra ", "dve hiljade evra ", "+ 1 ",
    # Contacts.
    "@", "@ime ", "telegram @ime ", "viber ", "viber 0641234567 ", "064 123 45 67\n", "+381", "nula ", "a@b.rs ",
    "a(at)", "a at gmail.com ", "t.me/abcd ", "wa.me/38164123456 ", "www.a.rs ", "http://a", "0101990710008 ",
    # Denials, and what they deny.
    "ne ", "bez ", "nikakve ", "nije potrebno ", "ne plaćate ", "bez ugovora ", "smeštaj ", "kotizacija 100 evra ",
]  # fmt: skip


def _costs_its_length(piece: str) -> bool:
    def judge(length: int) -> Callable[[], object]:
        text = OFFER + (piece * (length // len(piece) + 1))[:length]
        return lambda: assess(Ad(text), None, on=TODAY)

    return costs_its_length(judge, short=SHORT)


@pytest.mark.parametrize("piece", PIECES)
def test_four_times_the_text_costs_little_more_than_four_times(piece: str) -> None:
    assert _costs_its_length(piece)


@pytest.mark.parametrize("code", rules())
def test_no_example_repeated_without_end_costs_more_than_its_length(code: str) -> None:
    examples = rules()[code].examples
    piece = "\n".join(examples.must_fire[:2] + examples.must_not_fire[:2]) + "\n"
    assert _costs_its_length(piece)


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=40), st.none() | st.text())
def test_every_quote_is_the_slice_it_points_to(pieces: list[str], title: str | None) -> None:
    ad = Ad(OFFER + "".join(pieces), title=title)
    for indicator in assess(ad, None, on=TODAY).indicators:
        if indicator.start is not None:
            assert indicator.quote == ad.full_text[indicator.start : indicator.end]


def test_an_ad_with_more_names_than_any_ad_has_is_read_by_its_first() -> None:
    text = "Agencija „Primer Rad“ traži zidare za Beč.\n" + "Firma Neko d.o.o. i " * (2 * MOST_NAMES)
    assert assess(Ad(text), None, on=TODAY).mediator.name == "Primer Rad"


@given(st.text(alphabet="ab1 \n"))
def test_lines_with_a_sign_are_all_lines_that_hold_it(text: str) -> None:
    found = [text[start:end] for start, end in lines_with(re.compile("1"), text)]
    assert found == [line for line in text.split("\n") if "1" in line]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9))), st.integers(0, 30), st.integers(1, 9))
def test_spans_overlap_as_one_by_one(spans: list[tuple[int, int]], start: int, length: int) -> None:
    taken, end = [(begin, begin + size) for begin, size in spans], start + length
    assert Spans(taken).overlap(start, end) == any(begin < end and start < stop for begin, stop in taken)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("(bez papira|kes*) .. (posao|rad u #)", "Bez papira, za rad u 2 firme"),
        ("plat* .. [vrlo] dobr(a|e)", "Plata je dobra"),
        ("(do 3 sata|noc*) [i] (24/7|ad-hoc posao)", "Noću 24/7"),
        ("rad # (h|d*)", "rad 8 dana"),
    ],
)
def test_a_phrase_is_tried_where_any_of_its_ways_may_be(phrase: str, text: str) -> None:
    assert Phrasebook([("x", phrase)]).find(read_text(text))
