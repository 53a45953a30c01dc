"""The hotline's page: one box, one answer, and nothing stored until a person saves it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from threading import Semaphore

import pytest
from PIL import Image
from sqlalchemy import select

from alerts.desk.people import Role
from alerts.desk.reading import NO_ENGINE
from crawler.store.intakes import intakes_of_ads
from crawler.store.schema import metadata
from pipelines.connections.filing import file_contacts
from pipelines.flyers import given
from pipelines.flyers.engine import NoEngine
from tests.builders import AD_TEXT
from tests.desk.conftest import DeskUnderTest, field
from tests.flyers.drawing import Flyer, draw
from tests.spiders.loopback import Answer, serve

IN_DANGER = "Sestra mi je u Nemačkoj, oduzeli su joj pasoš i ne sme da izađe iz stana. Molim vas pomozite."


def _ask(desk: DeskUnderTest, what: str, **more: object) -> str:
    """The answer to a check; it must be there."""
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": what}
    answer = desk.client.post("/check", data=form, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return answer.text


def _flyer() -> bytes:
    buffer = BytesIO()
    lines = ["Potrebni radnici, Nemačka", "plata 2500 evra neto", "kotizacija 200 evra", "060 000 0001"]
    draw(Flyer("POSAO U NEMAČKOJ", lines, size=(900, 900))).save(buffer, "PNG")
    return buffer.getvalue()


def _everything(desk: DeskUnderTest) -> dict[str, list[tuple[object, ...]]]:
    with desk.store.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))] for table in metadata.sorted_tables
        }


def test_a_pasted_offer_is_answered_with_register_indicators_questions_and_advice(desk: DeskUnderTest) -> None:
    desk.enter(Role.READONLY)
    desk.store.register()
    page = _ask(desk, AD_TEXT)
    assert "Prepoznato: <strong>tekst ponude</strong>" in page
    assert "nije nađen u registru" in page
    assert "Spisak od 1." in page
    assert "Kotizacija 200 evra pre puta" in page
    assert "Da li je tražen novac pre puta" in page
    assert "KOK (Nemačka)" in page
    assert "Proverite pre upotrebe." in page
    assert 'action="/check/save"' not in page


def test_danger_stands_first_with_the_numbers_to_call(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    page = _ask(desk, IN_DANGER)
    assert "registar agencija nije uvezen" not in page
    assert "KOK (Nemačka)" in page
    danger, register = page.index('id="opasnost"'), page.index('id="registar"')
    assert danger < page.index('href="tel:192"') < register
    assert page.index("Da li možete slobodno da razgovarate") > register


def test_a_number_is_answered_with_the_ads_it_stands_in(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    file_contacts(desk.store.night_now())
    page = _ask(desk, "060 / 000 00 01")
    assert "Prepoznato: <strong>broj telefona</strong>" in page
    assert "stoji u 1\xa0oglasu" in page
    assert f'href="/cases/{case_id}"' in page
    assert "Registar ne navodi ovaj kontakt" not in page or "nije provereno" in page


def test_on_a_stale_list_nobody_is_unregistered(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    desk.wait(timedelta(days=100))
    desk.log_in()
    page = _ask(desk, "Nepoznati Primer doo")
    assert "nije provereno: registar zastareo" in page
    assert "nije nađen u registru" not in page


def test_an_address_is_never_opened_by_itself(desk: DeskUnderTest) -> None:
    desk.enter()
    page = _ask(desk, "https://portal.example/oglas/1")
    assert "Stranica nije otvarana" in page
    assert 'action="/check/page"' in page


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/"]
)
def test_an_address_inside_the_network_is_not_opened_by_the_button_either(desk: DeskUnderTest, address: str) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": address}
    page = desk.client.post("/check/page", data=form).text
    assert "Stranica nije preuzeta" in page or "To nije adresa javne stranice" in page or "kontakt" in page


def test_a_page_is_read_when_a_person_asks_and_kept_when_a_person_saves(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enter()
    desk.store.register()
    page = f"<html><h1>Radnici za rad u Nemačkoj</h1><p>{AD_TEXT}</p></html>"
    with serve(lambda path: Answer(page) if path.endswith("/p/1") else None) as site:
        monkeypatch.setenv("http_proxy", site.url)
        address = "http://mreza.example/p/1"
        csrf = field(_ask(desk, address), "csrf")
        assert site.asked == []
        shown = desk.client.post("/check/page", data={"csrf": csrf, "what": address}).text
        assert "nije nađen u registru" in shown
        assert "Stranica će biti preuzeta još jednom" in shown
        form = {"csrf": csrf, "what": address, "fetch": field(shown, "fetch")}
        answer = desk.client.post("/check/save", data=form)
    assert answer.status_code == 303, answer.text
    assert "preuzeo stranicu čiju je adresu ta osoba navela" in desk.page(answer.headers["location"])


def test_a_closed_service_is_not_opened(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "https://www.linkedin.com/jobs/1"}
    assert "Stranice ovog servisa program ne preuzima" in desk.client.post("/check/page", data=form).text


def test_while_others_wait_for_their_pages_no_further_one_is_asked_for(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.enter(Role.READONLY)
    monkeypatch.setattr("crawler.fetching._TURNS", Semaphore(0))
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "https://poslovi.example/oglas/1"}
    assert "Upravo se preuzima više stranica" in desk.client.post("/check/page", data=form).text


def test_nothing_is_stored_until_a_person_saves(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.complaint_case()
    before = _everything(desk)
    for what in (AD_TEXT, "060 000 0001", "Primer Rad", "https://portal.example/oglas/1", IN_DANGER):
        _ask(desk, what)
    _ask(desk, "", files={"picture": ("letak.png", _flyer(), "image/png")})
    assert _everything(desk) == before
    assert not list(desk.store.settings.evidence_folder.glob("**/*intake*"))


def test_a_checked_offer_is_saved_with_the_name_of_the_person_and_shown_as_a_case(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    page = _ask(desk, AD_TEXT)
    form = {
        "csrf": field(page, "csrf"),
        "what": AD_TEXT,
        "seen_url": "https://mreza.example/p/1",
        "seen_on": "2026-11-19",
        "note": "poziv",
    }
    answer = desk.client.post("/check/save", data=form)
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"/cases/(\d+)\?pile=open", answer.headers["location"])
    assert found
    assert "Ručni unos." in desk.page(f"/cases/{found[1]}")
    with desk.store.connect() as connection:
        (intake,) = intakes_of_ads(connection, range(100)).values()
    assert (intake.person, intake.seen_url, intake.note) == ("ana@primer.example", "https://mreza.example/p/1", "poziv")


def test_a_checked_picture_is_saved_as_it_was_given(desk: DeskUnderTest) -> None:
    desk.enter()
    page = _ask(desk, "", files={"picture": ("letak.png", _flyer(), "image/png")})
    assert "Pročitano sa slike" in page
    # What stands beside a quote is no part of the text.
    read = re.sub(r'<span class="popover".*?</span></span></span>', "", page, flags=re.DOTALL)
    assert "otizacija 200 evra" in re.sub(r"<[^>]+>", "", read)
    form = {"csrf": field(page, "csrf"), "what": "", "carried": field(page, "carried"), "carried_name": "letak.png"}
    answer = desk.client.post("/check/save", data=form)
    assert answer.status_code == 303
    shown = desk.page(answer.headers["location"])
    assert "Slike uz oglas" in shown or "Sačuvano kao oglas" in shown


def test_what_offers_nothing_worrying_is_kept_without_a_case(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "Danas je lep dan i sve je u redu, hvala na pitanju."}
    answer = desk.client.post("/check/save", data=form)
    page = desk.page(answer.headers["location"])
    assert "Slučaj nije otvoren" in page
    assert "Ana Primerović" in page
    assert desk.client.get("/check/saved/999").status_code == 404


def test_without_tesseract_the_page_says_so_and_the_picture_can_still_be_saved(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given, "find_engine", lambda: NoEngine("tesseract is not installed"))
    desk.enter()
    page = _ask(desk, "Potrebni radnici za Nemačku", files={"picture": ("a.png", _flyer(), "image/png")})
    assert NO_ENGINE in page
    assert field(page, "carried")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Datoteka nije slika"),
        (b"MZ not a picture", "Datoteka nije slika"),
        (b"\x89PNG\r\n\x1a\n broken", "Datoteka nije slika"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_words(desk: DeskUnderTest, content: bytes, said: str) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": ""}
    answer = desk.client.post("/check", data=form, files={"picture": ("a.png", content, "image/png")})
    assert answer.status_code == 400
    assert said in answer.text


def test_a_tiny_picture_is_refused_in_words(desk: DeskUnderTest) -> None:
    buffer = BytesIO()
    Image.new("RGB", (20, 20)).save(buffer, "PNG")
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": ""}
    answer = desk.client.post("/check", data=form, files={"picture": ("a.png", buffer.getvalue(), "image/png")})
    assert "Slika je premala" in answer.text


def test_an_empty_check_says_what_to_do(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "   "}
    answer = desk.client.post("/check", data=form)
    assert answer.status_code == 400
    assert "Nalepite tekst, vezu, broj ili ime" in answer.text


def test_a_personal_number_is_not_repeated(desk: DeskUnderTest) -> None:
    desk.enter()
    page = _ask(desk, f"{AD_TEXT} JMBG 0101990710008")
    assert "0101990710008" not in page


def test_what_is_pasted_is_never_markup(desk: DeskUnderTest) -> None:
    desk.enter()
    page = _ask(desk, f"<script>alert(1)</script> {AD_TEXT}")
    assert "<script>alert" not in page


def test_checking_needs_the_forms_own_token(desk: DeskUnderTest) -> None:
    desk.enter()
    for address in ("/check", "/check/page", "/check/save", "/intake"):
        assert desk.client.post(address, data={"what": AD_TEXT, "text": AD_TEXT}).status_code == 403, address


def test_who_only_reads_saves_nothing(desk: DeskUnderTest) -> None:
    desk.enter(Role.READONLY)
    csrf = field(desk.page("/check"), "csrf")
    for address in ("/check/save", "/intake"):
        assert desk.client.post(address, data={"csrf": csrf, "what": AD_TEXT, "text": AD_TEXT}).status_code == 403
    assert desk.client.get("/intake").status_code == 403


def test_several_screenshots_are_taken_in_at_once(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/intake"), "csrf"), "text": AD_TEXT, "note": "iz zatvorene grupe"}
    files = [("pictures", (f"{number}.png", _flyer(), "image/png")) for number in range(2)]
    answer = desk.client.post("/intake", data=form, files=files)
    assert answer.status_code == 303, answer.text
    assert "iz zatvorene grupe" in desk.page(answer.headers["location"])


@pytest.mark.parametrize(
    ("given_form", "said"),
    [
        ({}, "Unesite tekst, dodajte sliku"),
        ({"text": "a" * 100_001}, "Tekst je predugačak"),
        ({"text": "oglas", "seen_url": "javascript:alert(1)"}, "To nije adresa javne stranice"),
        ({"text": "oglas", "seen_on": "2027-01-01"}, "ne može da bude u budućnosti"),
        ({"fetch": "true"}, "To nije adresa javne stranice"),
        ({"fetch": "true", "seen_url": "http://127.0.0.1:9/a"}, "Ništa nije sačuvano."),
    ],
)
def test_a_wrong_intake_is_kept_in_the_form_and_nowhere_else(
    desk: DeskUnderTest, given_form: dict[str, str], said: str
) -> None:
    desk.enter()
    before = _everything(desk)
    form = {"csrf": field(desk.page("/intake"), "csrf"), "note": "napomena koja ostaje", **given_form}
    answer = desk.client.post("/intake", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert "napomena koja ostaje" in answer.text
    assert _everything(desk) == before
