"""The data files of grouping hold by their own examples."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pipelines.reading.places import HOME, Country, place_rules
from pipelines.series.comparable import all_words_of, make_comparable, words_of
from pipelines.series.features import Occupation, _book, _meaning_of_piece, _sayings, features_of, occupations
from pipelines.series.idle_words import idle_words
from pipelines.series.portal_lines import PortalLine, is_portal_line, portal_lines
from pipelines.series.standards import standard_word
from pipelines.series.towns import _bare, _listed, town_of
from pipelines.text.folding import fold, folded_text
from pipelines.text.phrases import read_text
from tests.series.clusters import labelled_ads, offers

ONE_TOWN = Path(__file__).with_name("one_town.yml")


@pytest.mark.parametrize("line", portal_lines().lines, ids=lambda line: line.phrase)
def test_lines_of_the_page_are_dropped_and_lines_of_the_ad_kept(line: PortalLine) -> None:
    for text in line.drops:
        assert is_portal_line(fold(text).text), text
    for text in line.keeps:
        assert not is_portal_line(fold(text).text), text


@pytest.mark.parametrize("occupation", occupations(), ids=lambda occupation: occupation.code)
def test_occupations_are_found_by_their_names(occupation: Occupation) -> None:
    for text in occupation.is_:
        assert occupation.code in _found(text), text
    for text in occupation.is_not:
        assert occupation.code not in _found(text), text


def test_codes_of_occupations_are_unique() -> None:
    codes = [occupation.code for occupation in occupations()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("AT", ("bec", "becu", "wien", "vienna")),
        ("DE", ("lajpcig~", "leipzig")),
        ("IT", ("monfalkon(e|eu)", "monfalcone")),
        ("HR", ("split", "splitu")),
        ("SI", ("kopr~", "koper", "kopru")),
        ("IT", ("bolonj~", "bologna")),
        ("CH", ("lokarn(o|u)", "locarno")),
    ],
)
def test_names_of_one_town_are_one(country: str, names: tuple[str, ...]) -> None:
    assert len({town_of(country, name) for name in names}) == 1


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("HR", ("krk", "cres", "brac", "rab")),
        ("IT", ("trento", "tarant(o|u)", "rim", "rimini")),
        ("DE", ("bremen~", "bremerhafen~", "ulm", "minden~", "minhen~", "hamburg~", "homburg~")),
        ("AT", ("linz", "lienz")),
    ],
)
def test_other_towns_stay_others(country: str, names: tuple[str, ...]) -> None:
    assert len({town_of(country, name) for name in names}) == len(names)


def test_names_that_share_a_key_are_known_to_be_one_town() -> None:
    """Whoever adds a town sees which names it is taken for one with."""
    found = {country.code: _told_alike(country) for country in place_rules().countries if country.code != HOME}
    assert {code: names for code, names in found.items() if names} == yaml.safe_load(ONE_TOWN.read_text("utf-8"))


def _told_alike(country: Country) -> list[list[str]]:
    """Names that are told to be one town by their consonants and by no list."""
    names: dict[str, set[str]] = {}
    for phrase in set(country.towns) - set(country.doubtful):
        names.setdefault(town_of(country.code, phrase), set()).add(_bare(phrase))
    return sorted(sorted(alike - _listed().keys()) for alike in names.values() if len(alike - _listed().keys()) > 1)


def test_no_name_that_is_not_listed_is_heard_as_one_that_is() -> None:
    listed = set(_listed().values())
    heard = {(country.code, phrase) for country in place_rules().countries for phrase in country.towns}
    assert {one for one in heard if _bare(one[1]) not in _listed() and town_of(*one) in listed} == set()


def test_idle_words_are_known_as_they_are_compared() -> None:
    told = {word for listed in idle_words().in_titles for word in words_of(listed)}
    assert told <= idle_words().in_titles
    assert "osoble" in told


def test_words_of_other_standards_are_told_in_serbian() -> None:
    told = {standard_word(word) for word in ("mjesec", "mesec", "tvornica", "fabrika", "smjestaj", "smestaj")}
    assert told == {"mesec", "fabrika", "smestaj"}


def _found(text: str) -> frozenset[str]:
    return features_of(make_comparable(None, text)).whole.occupations


def test_places_and_work_are_found_in_an_ad_alone_as_in_a_whole_ad_text() -> None:
    """Grouping looks words up, judging an ad searches an `AdText`: they must not tell two stories."""
    for ad in offers():
        read = read_text(ad.full_text)
        hits = _book().find(read)
        assert set(_book().find_in(read.text, all_words_of(read.text))) == set(hits)
        said = _sayings().said(filter(None, map(_meaning_of_piece, ad.full_text.split())), lambda text=read.text: text)
        assert said == {(hit.tag, read.text[hit.start : hit.end]) for hit in hits}


def test_folding_without_the_way_back_is_the_same_folding() -> None:
    for ad in labelled_ads(copies=2):
        assert folded_text(ad.ad.full_text) == fold(ad.ad.full_text).text
