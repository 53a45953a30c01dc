from __future__ import annotations

from datetime import date

import pytest

from alerts.desk.asked_list import AskedList, read_list, sought_by
from alerts.desk.piles import Pile
from crawler.store.case_index import Facet
from crawler.store.case_lists import Sorting, Sought


@pytest.mark.parametrize(
    "written",
    [
        "060 000 0001",
        "060/000-0001",
        "(060) 000.0001",
        "+381 60 000 0001",
        "00381600000001",
        "381600000001",
        "600000001",
    ],
)
def test_a_telephone_number_is_found_in_any_writing(written: str) -> None:
    assert "+381600000001" in sought_by(written).phones


@pytest.mark.parametrize("written", ["Čačak", "ЧАЧАК", "cacak", "  Čačak "])
def test_words_are_searched_for_without_script_case_and_diacritics(written: str) -> None:
    assert sought_by(written.strip()).words == ("cacak",)


def test_a_short_number_may_be_a_case_or_a_word() -> None:
    assert sought_by("#12") == Sought(words=("12",), number=12)
    assert sought_by("12").number == 12
    assert sought_by("99999999999 radnika").number is None


def test_addresses_and_accounts_are_searched_for_as_contacts() -> None:
    assert ("email", "posao@primer.example") in sought_by("Posao@Primer.example").contacts
    assert ("handle", "telegram:primer_rad") in sought_by("@primer_rad").contacts
    assert ("domain", "primer.example") in sought_by("www.primer.example").contacts


def test_a_list_is_written_back_as_it_was_read() -> None:
    asked = {
        "pile": "unsure", "q": "berba & malina", "level": "high", "country": "DE", "verdict": "not_found",
        "source": "demo_portal", "finding": "upfront_fee", "seen_from": "2026-11-01", "changed": "1", "sort": "oldest",
    }  # fmt: skip
    shown = read_list(asked)
    assert dict(shown.values()) == dict(AskedList().values()) | asked
    assert shown.query(q="", level="") == (
        "pile=unsure&country=DE&verdict=not_found&source=demo_portal&finding=upfront_fee"
        "&seen_from=2026-11-01&changed=1&sort=oldest"
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        {"pile": "x", "level": "grave", "country": "de", "verdict": "?", "source": "a b", "sort": "up"},
        {"seen_from": "2026-13-01", "seen_until": "juče", "refers": "yes", "finding": "<script>"},
        {"q": "\x00", "changed": "0"},
    ],
)
def test_what_is_not_understood_narrows_nothing(nonsense: dict[str, str]) -> None:
    assert read_list(nonsense) == AskedList()


def test_the_store_is_asked_for_all_filters_together() -> None:
    shown = AskedList(
        pile=Pile.UNSURE, level="high", verdict="expired", seen_until="2026-11-02", refers="1", sort=Sorting.NEWEST
    )
    question = shown.question()
    assert (question.states, question.levels, question.refers) == (("unsure",), ("high",), True)
    assert question.facets == ((Facet.VERDICT, "expired"),)
    assert question.seen_until == date(2026, 11, 2)
    assert shown.question(with_verdict=False).facets == ()
