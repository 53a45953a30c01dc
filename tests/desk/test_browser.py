from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from alerts.indexing import index_cases
from crawler.store.cases import case_history
from crawler.store.schema import cases
from tests.builders import AD_TEXT
from tests.desk.browsing import LAPTOP, PHONE, watch
from tests.desk.conftest import PASSWORD, DeskUnderTest


def _three_cases(desk: DeskUnderTest) -> list[int]:
    """Cases, worst first."""
    numbers = [desk.store.complaint_case(title=f"Radnici u magacinu {place}") for place in range(3)]
    with desk.store.engine.begin() as connection:
        for place, number in enumerate(numbers):
            connection.execute(update(cases).where(cases.c.id == number).values(score=0.9 - place / 10))
    return numbers


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_morning_by_keyboard_alone(
    desk: DeskUnderTest, address: str, browser: Browser, viewport: dict[str, int], scheme: str
) -> None:
    desk.add()
    first, second, third = _three_cases(desk)
    watched = watch(browser, address, viewport=viewport, color_scheme=scheme)
    page = watched.page
    page.goto(address)
    watched.check()
    page.wait_for_selector("#email:focus")
    page.keyboard.type("ana@primer.example")
    watched.press("Tab")
    page.keyboard.type(PASSWORD)
    watched.press("Enter")
    page.wait_for_url(address)
    assert "Pregledano 0 od 3" in page.inner_text("main")
    watched.check()

    watched.press("j", "j", "Enter")
    page.wait_for_url(f"**/cases/{second}?**")
    watched.check()
    watched.press("k")
    page.wait_for_url(f"**/cases/{first}?**")
    watched.press("n")
    page.wait_for_url(f"**/cases/{second}?**")
    watched.press("?")
    assert page.locator("details.help[open]").count() == 1
    watched.press("c")
    page.wait_for_url(f"**/cases/{third}?**")
    assert desk.state(second) == "confirmed"
    watched.check()

    watched.press("d")
    watched.check()
    watched.press("3")
    page.wait_for_url(f"**/cases/{first}?**")
    assert desk.state(third) == "dismissed"
    assert "posrednik ima dozvolu" in _notes(desk, third)
    watched.press("s")
    page.wait_for_url("**/?pile=open&done=*")
    assert desk.state(first) == "unsure"
    assert "Sve je pregledano" in page.inner_text("main")
    watched.check()
    watched.press("u")
    page.wait_for_url(f"**/cases/{first}?**")
    assert desk.state(first) == "open"
    assert "je sada: nov" in page.inner_text("main")
    watched.press("u")
    page.wait_for_url(f"**/cases/{third}?**")
    assert desk.state(third) == "open"
    watched.check()


def test_a_quote_says_beside_itself_what_was_found(desk: DeskUnderTest, address: str, browser: Browser) -> None:
    desk.add()
    case_id = desk.store.complaint_case()
    watched = watch(browser, address, viewport=PHONE)
    page = watched.page
    watched.log_in()
    page.goto(f"{address}cases/{case_id}")
    popover = page.locator(".ad .popover")
    assert not popover.is_visible()
    page.locator("#nalaz-1 h3 a").focus()
    watched.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    assert popover.is_visible()
    assert "pravilo upfront_fee" in popover.inner_text()
    watched.check()
    watched.press("Escape")
    assert not popover.is_visible()
    page.hover("h1")
    page.hover("mark.quote")
    assert popover.is_visible()


def test_the_queue_is_searched_and_narrowed_by_keyboard(desk: DeskUnderTest, address: str, browser: Browser) -> None:
    desk.add()
    _, second, _ = _three_cases(desk)
    index_cases(desk.store.night_now())
    watched = watch(browser, address, viewport=LAPTOP)
    page = watched.page
    watched.log_in()
    watched.press("/")
    page.keyboard.type("magacinu 1")
    watched.press("Enter")
    page.wait_for_url("**q=magacinu**")
    assert page.locator(".case-link").count() == 1
    watched.press("j", "Enter")
    page.wait_for_url(f"**/cases/{second}?pile=open&q=**")
    assert page.locator("a[rel=next]").count() == 0
    watched.press("q")
    page.wait_for_url("**/?pile=open&q=**")
    page.click(".chip")
    page.wait_for_url("**/?pile=open")
    watched.press("f")
    page.select_option("#level", "critical")
    page.click(".more-filters .main")
    page.wait_for_url("**level=critical**")
    assert "Nijedan slučaj ne odgovara" in page.inner_text("main")
    watched.check()


def _notes(desk: DeskUnderTest, case_id: int) -> str:
    """Notes of the case's events."""
    with desk.store.connect() as connection:
        return " ".join(event.note for event in case_history(connection, case_id))


def test_the_desk_works_without_scripts(desk: DeskUnderTest, address: str, browser: Browser) -> None:
    desk.add()
    first, *_ = _three_cases(desk)
    page = watch(browser, address, scripts=False, viewport=PHONE).page
    page.goto(address)
    page.fill("#email", "ana@primer.example")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.click(".case-link >> nth=0")
    page.click("details.dismiss summary")
    page.click("details.dismiss button[value='nije oglas za posao']")
    page.wait_for_url("**done=*")
    assert desk.state(first) == "dismissed"
    page.click(".undo button")
    page.wait_for_url(f"**/cases/{first}?**")
    assert desk.state(first) == "open"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_whose_a_name_is_can_be_decided_and_undone_by_keyboard(
    desk: DeskUnderTest, address: str, browser: Browser, scripts: bool
) -> None:
    desk.add()
    desk.store.register()
    first, *_ = _three_cases(desk)
    watched = watch(browser, address, scripts=scripts, viewport=PHONE)
    page = watched.page
    page.goto(address)
    page.fill("#email", "ana@primer.example")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url(address)
    page.goto(f"{address}cases/{first}")
    page.get_by_role("button", name="To je ovaj upis: Primer Radnik").focus()
    watched.press("Enter")
    page.wait_for_url("**#registar")
    assert "Odluka još nije uračunata" in page.inner_text("main")
    page.get_by_role("button", name="Poništi odluku: Primer Radnik").focus()
    watched.press("Enter")
    page.get_by_role("button", name="To je ovaj upis: Primer Radnik").wait_for()
    if scripts:
        watched.check()


def test_a_key_typed_into_a_note_decides_nothing(desk: DeskUnderTest, address: str, browser: Browser) -> None:
    desk.add()
    first, *_ = _three_cases(desk)
    watched = watch(browser, address, viewport=LAPTOP)
    watched.page.goto(address)
    watched.page.fill("#email", "ana@primer.example")
    watched.page.fill("#password", PASSWORD)
    watched.press("Enter")
    watched.page.wait_for_url(address)
    watched.page.goto(f"{address}cases/{first}")
    watched.press("d")
    watched.page.focus("#note")
    watched.page.keyboard.type("csu3njkp?/")
    assert watched.page.input_value("#note") == "csu3njkp?/"
    watched.press("Escape")
    assert watched.page.locator("details.dismiss[open]").count() == 0
    assert desk.state(first) == "open"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
def test_a_call_from_paste_to_case_by_keyboard(
    desk: DeskUnderTest, address: str, browser: Browser, viewport: dict[str, int], scripts: bool
) -> None:
    desk.add()
    desk.store.register()
    watched = watch(browser, address, scripts=scripts, viewport=viewport)
    page = watched.page
    watched.log_in()
    page.get_by_role("link", name="Provera ponude").focus()
    watched.press("Enter")
    page.wait_for_url("**/check")
    page.wait_for_selector("#what:focus")
    page.keyboard.insert_text(AD_TEXT)
    watched.press(*(("Control+Enter",) if scripts else ("Tab", "Tab", "Enter")))
    page.wait_for_selector(".check-answer")
    assert "nije nađen u registru" in page.inner_text("#registar >> xpath=..")
    assert "Da li je tražen novac pre puta" in page.inner_text(".questions")
    if scripts:
        watched.check()
    page.fill("#note", "poziv u devet")
    page.get_by_role("button", name="Sačuvaj kao slučaj").focus()
    watched.press("Enter")
    page.wait_for_url("**/cases/*")
    assert "Ručni unos." in page.inner_text("main")
    assert "poziv u devet" in page.inner_text("main")


def test_a_dropped_picture_is_read_and_answered(desk: DeskUnderTest, address: str, browser: Browser) -> None:
    desk.add()
    watched = watch(browser, address, viewport=LAPTOP)
    page = watched.page
    watched.log_in()
    page.goto(f"{address}check")
    picture = base64.b64encode(Path("spiders/demo/pictures/klanica-holandija.png").read_bytes()).decode()
    held = page.evaluate_handle(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
            const held = new DataTransfer();
            held.items.add(new File([bytes], "letak.png", { type: "image/png" }));
            return held;
        }""",
        picture,
    )
    page.dispatch_event("form[data-drop]", "drop", {"dataTransfer": held})
    page.wait_for_selector(".check-answer")
    assert "Pročitano sa slike" in (page.text_content("main") or "")
    watched.check()
