"""The data files of grouping hold by their own examples."""

from __future__ import annotations

import pytest

from pipelines.series.comparable import make_comparable
from pipelines.series.features import Occupation, features_of, occupations
from pipelines.series.portal_lines import PortalLine, is_portal_line, portal_lines
from pipelines.text.folding import fold


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


def _found(text: str) -> frozenset[str]:
    return features_of(make_comparable(None, text)).whole.occupations
