"""What is cited in Serbian is told in English beside it to who reads the desk in English."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from alerts.desk.asking import COOKIE
from alerts.desk.people import Role
from alerts.desk.speaking import Tongue
from alerts.desk.templating import Speech
from alerts.law import built_in_law
from tests.desk.conftest import DeskUnderTest
from tests.desk.legal_walks import confirmed_case, draft_address


def test_every_provision_of_the_editor_has_its_english(desk: DeskUnderTest) -> None:
    desk.enter(Role.LEGAL)
    desk.store.register()
    case_id = confirmed_case(desk)
    desk.client.cookies.set(COOKIE, Tongue.EN.value)
    page = BeautifulSoup(desk.page(draft_address(case_id)), "lxml")
    told = {one["id"].removeprefix("propis-"): one.get_text() for one in page.select(".provisions > li")}
    assert told.keys() == {one.id for one in built_in_law().provisions}
    assert not [number for number, text in told.items() if built_in_law().gloss(number) not in text]


def test_headings_of_the_letter_and_grounds_of_a_finding_have_it_too(desk: DeskUnderTest) -> None:
    desk.enter(Role.LEGAL)
    desk.store.register()
    case_id = confirmed_case(desk)
    desk.client.cookies.set(COOKIE, Tongue.EN.value)
    assert "(Legal basis)" in desk.page(draft_address(case_id))
    assert '<span class="gloss">(' in desk.page(f"/cases/{case_id}")


@pytest.mark.parametrize("tongue", [Tongue.LATN, Tongue.CYRL])
def test_serbian_pages_hold_no_english_beside_it(desk: DeskUnderTest, tongue: Tongue) -> None:
    desk.enter(Role.LEGAL)
    desk.store.register()
    case_id = confirmed_case(desk)
    desk.client.cookies.set(COOKIE, tongue.value)
    for address in (draft_address(case_id), f"/cases/{case_id}"):
        assert "gloss" not in desk.page(address)


def test_what_nobody_put_into_english_stays_serbian_alone() -> None:
    assert Speech(Tongue.EN).serbian("čl. <7>") == '<span lang="sr-Latn">čl. &lt;7&gt;</span>'
