from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, update

from alerts.cases import Decision
from alerts.desk.people import Role
from alerts.indexing import index_cases
from alerts.moving import move_by_program
from crawler.store.schema import captures
from crawler.thumbnails import thumbnail_file
from tests.builders import AD_TEXT, complaint_assessment
from tests.desk.conftest import DeskUnderTest, field
from tests.flyers.drawing import encoded


def _undo(desk: DeskUnderTest, page: str) -> tuple[int, str]:
    """Presses the page's undo; the answer's status, and where it leads."""
    form = {"csrf": field(page, "csrf"), "list": "pile=open", "case": field(page, "case")}
    event = re.search(r'name="event" value="(\d+)"', page)
    assert event
    answer = desk.client.post("/cases/undo", data=form | {"event": event.group(1)})
    return answer.status_code, answer.headers.get("location", "")


def test_the_last_decision_is_undone_from_the_next_case(desk: DeskUnderTest) -> None:
    desk.enter()
    cases = [desk.store.complaint_case() for _ in range(2)]
    led = desk.decide(cases[1], "dismiss", reason="nije oglas za posao").headers["location"]
    assert led == f"/cases/{cases[0]}?pile=open&done={cases[1]}"
    assert _undo(desk, desk.page(led)) == (303, f"/cases/{cases[1]}?pile=open&done={cases[1]}")
    assert desk.state(cases[1]) == "open"


def test_nobody_undoes_what_somebody_else_decided_since(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.decide(case_id, "unsure")
    page = desk.page("/")
    desk.add("vera@primer.example")
    desk.log_in("vera@primer.example")
    desk.decide(case_id, "confirm", pile="unsure")
    assert "/cases/undo" in desk.page("/")
    desk.log_in()
    status, _ = _undo(desk, page.replace(field(page, "csrf"), field(desk.page("/"), "csrf")))
    assert status == 409
    assert desk.state(case_id) == "confirmed"


def test_yesterdays_decision_is_no_longer_a_key_away(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.decide(desk.store.complaint_case(), "unsure")
    assert 'data-keys="u"' in desk.page("/")
    desk.wait(timedelta(hours=13))
    desk.log_in()
    assert 'data-keys="u"' not in desk.page("/")


def test_decisions_lead_on_within_the_list_that_is_walked_through(desk: DeskUnderTest) -> None:
    desk.enter()
    berries = [desk.store.complaint_case(title=f"Berba jagoda {place}") for place in range(2)]
    desk.store.complaint_case(title="Vozači")
    index_cases(desk.store.night_now())
    shown = desk.page(f"/cases/{berries[1]}?pile=open&q=jagod")
    form = {name: html.unescape(field(shown, name)) for name in ("csrf", "seen", "list")}
    answer = desk.client.post(f"/cases/{berries[1]}/decide", data=form | {"decision": "confirm"})
    assert answer.headers["location"] == f"/cases/{berries[0]}?pile=open&q=jagod&done={berries[1]}"


def test_a_decision_says_that_it_holds_for_copies(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    case_id = desk.store.case(ad, desk.store.assess(ad))
    assert "važi i za kopije" not in desk.page(f"/cases/{case_id}")
    changed = AD_TEXT.replace("200 evra", "250 evra <b>")
    for text in (AD_TEXT, changed):
        desk.store.assess(desk.store.ad(series_id=ad.series_id, text=text))
    shown = desk.page(f"/cases/{case_id}")
    assert "Odluka važi i za kopije ove ponude: 2\u00a0oglasa." in shown
    assert "Isti tekst." in shown
    assert "samo u kopiji: </span>250" in shown
    assert "&lt;b&gt;" not in shown.partition("<del>")[0]
    assert "<b>" not in shown


def test_notes_stay_with_the_case_and_are_no_decision(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    form = {"csrf": field(desk.page(f"/cases/{case_id}"), "csrf")}
    noted = desk.client.post(f"/cases/{case_id}/notes", data=form | {"note": "  zvala <i>Mira</i>\r\nopet sutra  "})
    assert noted.headers["location"] == f"/cases/{case_id}?pile=open#beleske"
    shown = desk.page(f"/cases/{case_id}")
    assert "zvala &lt;i&gt;Mira&lt;/i&gt;\nopet sutra" in shown
    assert "ana@primer.example" in shown.partition('id="beleske"')[2]
    assert desk.state(case_id) == "open"
    assert "Pregledano 0 od 1" in desk.page("/")
    empty = desk.client.post(f"/cases/{case_id}/notes", data=form | {"note": " "})
    assert (empty.status_code, "Beleška je prazna" in empty.text) == (400, True)


def test_a_saved_view_is_its_owners_or_shared(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/"), "csrf"), "list": "pile=open&level=critical"}
    for name, shared in (("Najteži", ""), ("Za sve", "1")):
        saved = desk.client.post("/views", data=form | {"name": name, "shared": shared})
        assert saved.headers["location"] == "/?pile=open&level=critical"
    assert desk.client.post("/views", data=form | {"name": " "}).status_code == 400
    assert 'href="/?pile=open&amp;level=critical">Najteži</a>' in desk.page("/")
    views = re.findall(r'action="/views/(\d+)/delete"', desk.page("/"))
    desk.add("vera@primer.example")
    desk.log_in("vera@primer.example")
    shown = desk.page("/")
    assert "Najteži" not in shown
    assert "Za sve" in shown
    other = {"csrf": field(shown, "csrf")}
    assert [desk.client.post(f"/views/{view}/delete", data=other).status_code for view in views] == [404, 404]
    desk.log_in()
    mine = {"csrf": field(desk.page("/"), "csrf")}
    assert desk.client.post(f"/views/{views[0]}/delete", data=mine).status_code == 303
    assert "Najteži" not in desk.page("/")


def test_a_view_leads_nowhere_but_to_the_queue(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {
        "csrf": field(desk.page("/"), "csrf"),
        "name": "x",
        "list": "//zlo.example/?pile=open&next=http://zlo.example",
    }
    assert desk.client.post("/views", data=form).headers["location"] == "/?pile=open"


@pytest.mark.parametrize("address", ["/cases/1/notes", "/cases/undo"])
def test_readers_change_nothing(desk: DeskUnderTest, address: str) -> None:
    desk.store.complaint_case()
    desk.enter(Role.READONLY)
    form = {"csrf": field(desk.page("/"), "csrf"), "note": "x", "case": "1", "event": "1"}
    assert desk.client.post(address, data=form).status_code == 403


def test_filters_are_shown_as_chips_that_take_them_away(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    desk.store.complaint_case()
    shown = desk.page("/?pile=open&level=high&country=DE&q=%3Cb%3E&sort=oldest&verdict=not_found")
    assert 'href="/?pile=open&amp;q=%3Cb%3E&amp;country=DE&amp;verdict=not_found&amp;sort=oldest"' in shown
    assert 'traži se: <span translate="no">&lt;b&gt;</span>' in shown
    assert "Ukloni sve filtere" in shown


def test_on_a_stale_register_nobody_is_filtered_by_its_answer(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    shown = desk.page("/?pile=open&verdict=expired")
    assert f"/cases/{case_id}?" in shown
    assert 'id="verdict"' not in shown
    assert "spisak agencija nije ažuran" in shown


def test_a_row_shows_a_small_picture_made_once(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    shot = desk.store.capture("http://demo.example/slika", body=encoded(Image.new("RGB", (1280, 3000), "navy")))
    with desk.store.engine.begin() as connection:
        row = connection.execute(select(captures).where(captures.c.id == shot)).one()
        connection.execute(update(captures).where(captures.c.id != shot).values(screenshot_record_id=row.record_id))
    address = f"/evidence/{row.record_id}/thumbnail.jpg"
    assert f'src="{address}"' in desk.page("/")
    first = desk.client.get(address)
    assert (first.status_code, first.headers["content-type"]) == (200, "image/jpeg")
    assert "sandbox" in first.headers["content-security-policy"]
    kept = thumbnail_file(desk.store.settings.home, row.digest)
    assert kept.read_bytes() == first.content
    kept.write_bytes(b"kept")
    assert desk.client.get(address).content == b"kept"
    assert desk.state(case_id) == "open"


def test_a_returned_case_says_what_changed(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.decide(case_id, "dismiss", reason="posrednik ima dozvolu")
    with desk.store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=desk.now, note="novi broj telefona <x>")
    shown = desk.page("/?pile=open&changed=1")
    told = 'novi broj telefona <span translate="no">&lt;x&gt;</span>'
    assert f'Promenjen:</strong> <span class="said">{told}</span>' in shown


def test_the_case_lists_steps_and_warns_against_contact(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    ad = desk.store.ad()
    judged = complaint_assessment(referral=("minors_abroad",))
    shown = desk.page(f"/cases/{desk.store.case(ad, desk.store.assess(ad, judged))}")
    steps = shown.partition('id="provere"')[2].partition("</section>")[0]
    assert steps.index("policiji ili tužilaštvu") < steps.index("Primer Radnik d.o.o.")
    assert "Nikoga iz oglasa ne zovite" in steps
