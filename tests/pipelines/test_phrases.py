"""Phrases that staff write find what they say, and nothing a hostile text holds makes the search slow."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigError
from pipelines.text.phrases import Phrasebook, read_text


def _found(phrase: str, text: str) -> list[str]:
    ad = read_text(text)
    return [ad.folded.quote(hit.start, hit.end) for hit in Phrasebook([("x", phrase)]).find(ad)]


@pytest.mark.parametrize(
    ("phrase", "text", "quote"),
    [
        ("smestaj* .. obezbed*", "Смештај је у хотелу обезбеђен.", "Смештај је у хотелу обезбеђен"),
        ("bez (papira|vize i dozvole)", "Može bez vize i dozvole", "bez vize i dozvole"),
        ("(kotizacij*|depozit*) .. $", "Depozit iznosi 1.200 €", "Depozit iznosi 1.200 €"),
        ("smestaj* .. $", "Smeštaj košta 300 KM", "Smeštaj košta 300 KM"),
        ("smestaj* .. $", "Smeštaj je 0,50 € po satu", "Smeštaj je 0,50 €"),
        ("nov(i|om) sad~", "u Novom Sadu", "Novom Sadu"),
        ("nemack^", "u Nemačkoj", "Nemačkoj"),
        ("posle # dana", "posle 14 dana", "posle 14 dana"),
        ("isplata [svaki] dan", "isplata dan", "isplata dan"),
        ("12/24", "smene 12/24", "12/24"),
        ("# (%|posto) .. plate", "uzima 20% od prve plate", "20% od prve plate"),
        ("$ / mesec", "900 €/mesec", "900 €/mesec"),
        ("papiri : $", "Papiri: 300 €", "Papiri: 300 €"),
        ("jezik* -- nije uslov", "Jezik za posao: nije uslov", "Jezik za posao: nije uslov"),
        (
            "jezik* --- nije uslov",
            "Jezik za rad u kuhinji hotela nije uslov",
            "Jezik za rad u kuhinji hotela nije uslov",
        ),
    ],
)
def test_a_phrase_finds_what_it_says(phrase: str, text: str, quote: str) -> None:
    assert _found(phrase, text) == [quote]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("bez papira", "bez papirologije"),
        ("smestaj* .. obezbed*", "Smeštaj.\nObezbeđen prevoz"),
        ("smestaj* .. obezbed*", "Smeštaj plaćate sami. Hrana obezbeđena"),
        ("bec", "bečki kutak"),
        ("smestaj* .. $", "Smeštaj na 2 km od mora"),
        ("smestaj* .. $", "Smeštaj: 0 €"),
        ("jezik* -- nije uslov", "jezik B1, auto nije uslov"),
        ("jezik* -- nije uslov", "jezik B1 i auto, nije uslov"),
        ("jezik* --- nije uslov", "Jezik obavezan. Auto nije uslov"),
    ],
)
def test_a_phrase_finds_nothing_else(phrase: str, text: str) -> None:
    assert _found(phrase, text) == []


@pytest.mark.parametrize("phrase", ["", "(a|b", "[x] y", ".. kraj", "-- kraj", "ab* c", "Kaucij*", "kuća"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase: str) -> None:
    with pytest.raises(ConfigError, match="phrase"):
        Phrasebook([("x", phrase)])


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    ad = read_text(text)
    for hit in Phrasebook([("x", "posao .. (u|za) nemack^"), ("x", "# (h|sati)")]).find(ad):
        assert 0 <= hit.start < hit.end <= len(ad.text)


PHRASES = [
    "(dzabe|na moj trosak|na crno) .. (rad*|posao)",
    "(rad|radn* mesto|# sati) [u] (becu|beogradu)",
    "((a|b c) d|e) --- $",
    "(plata|plat* se) # dana",
    "(% vise|vise) posla",
    "rad*",
    "radno",
    "na",
]
PIECES = [
    "dzabe", "na", "na moj", "trosak", "na crno", "rad", "radno", "radnik", "mesto", "posao", "8", "sati", "u", "becu",
    "beogradu", "a", "b", "c d", "d", "e", "100 €", "100", "%", "plata", "plate se", "12 dana", "dana", "vise", "posla",
    ",", ".", "\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_phrases_are_found_wherever_they_stand(pieces: list[str]) -> None:
    text = " ".join(pieces)
    ad, book = read_text(text), Phrasebook((phrase, phrase) for phrase in PHRASES)
    hits = {
        (phrase.tag, word.start(), hit.end())
        for phrase in book.phrases
        for word in re.finditer(r"\w+", text)
        if (hit := phrase.match(text, word.start()))
    }
    assert set(book.find(ad)) == set(book.find_in(text, ad.vocabulary)) == hits


PAGE = Path(__file__).parents[2] / "docs" / "adding-a-phrase.md"
ROWS = re.findall(r"^\| `(.+)` \| („.+) \| („.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("phrase", "found", "passed"), ROWS)
def test_phrases_on_the_page_for_staff_find_what_it_says(phrase: str, found: str, passed: str) -> None:
    phrase = phrase.replace(r"\|", "|")
    assert [text for text in re.findall("„(.+?)“", found) if not _found(phrase, text)] == []
    assert [text for text in re.findall("„(.+?)“", passed) if _found(phrase, text)] == []


def test_the_page_for_staff_shows_phrases() -> None:
    assert len(ROWS) >= 10
