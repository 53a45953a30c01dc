"""The case page's timeline and connections."""

from __future__ import annotations

from datetime import timedelta

from pipelines.connections.filing import file_contacts
from tests.builders import AD_TEXT, NOW, complaint_assessment
from tests.desk.conftest import DeskUnderTest

LATER = NOW + timedelta(days=1)
HOSTILE = "<script>alert(1)</script> Pasoš ostaje kod nas."


def test_an_edit_is_shown_with_words_that_a_screen_reader_tells(desk: DeskUnderTest) -> None:
    store = desk.store
    ad = store.ad()
    case_id = store.case(ad, store.assess(ad))
    store.assess(store.new_version(ad, text=f"{AD_TEXT}\n{HOSTILE}", at=LATER))
    desk.enter()
    page = desk.page(f"/cases/{case_id}")
    assert '<h2 id="tok">Tok ponude</h2>' in page
    assert "Prvi put viđen" in page
    told = "&lt;script&gt;alert(1)&lt;/script&gt; Pasoš ostaje kod nas."
    assert f'<ins><span class="unseen">novo: </span><span translate="no">{told}' in page
    assert "<script>alert" not in page


def test_two_names_behind_one_number_lead_to_each_other(desk: DeskUnderTest) -> None:
    store = desk.store
    numbers = []
    for name in ("Primer Rad", "Zora Posao"):
        ad = store.ad()
        judged = complaint_assessment()
        judged = complaint_assessment(mediator=type(judged.mediator)(name=name, kind=judged.mediator.kind))
        assessment_id = store.assess(ad, judged, mediator_key=name.lower())
        numbers.append(store.case(ad, assessment_id, mediator_key=name.lower()))
    file_contacts(store.night_now())
    desk.enter()
    for number, other in (numbers, reversed(numbers)):
        page = desk.page(f"/cases/{number}")
        assert "+381600000001</span> stoji u 2\u00a0oglasa (2\u00a0ponude) pod 2\u00a0imena" in page
        assert f'<a href="/cases/{other}">slučaj {other}</a>' in page
        assert "Zora Posao" in page


def test_a_case_without_connections_says_so(desk: DeskUnderTest) -> None:
    case_id = desk.store.complaint_case()
    file_contacts(desk.store.night_now())
    desk.enter()
    assert "Nijedan drugi sačuvan oglas ne navodi kontakte" in desk.page(f"/cases/{case_id}")
