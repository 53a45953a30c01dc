"""A lawyer's day at the legal desk in real Chromium: change a draft, approve it, take it along, record the filing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from alerts.desk.people import Role
from tests.alerts.test_calendar import parse_calendar
from tests.desk.browsing import LAPTOP, PHONE, Watched, watch
from tests.desk.conftest import PASSWORD, DeskUnderTest
from tests.desk.legal_walks import PDF, confirmed_case, draft_address

SENTENCE = "Molimo Vas da ovo što pre proverite."


def _enter(desk: DeskUnderTest, watched: Watched) -> Page:
    desk.add(role=Role.LEGAL)
    desk.store.register()
    page = watched.page
    page.goto(watched.base)
    page.fill("#email", "ana@primer.example")
    page.fill("#password", PASSWORD)
    page.click("button.main")
    page.wait_for_url(watched.base)
    return page


def _download(page: Page, link: str, target: Path) -> Path:
    with page.expect_download() as waiting:
        page.click(link)
    waiting.value.save_as(target)
    return target


@pytest.mark.parametrize(
    ("viewport", "scheme", "scripts"),
    [(LAPTOP, "light", True), (PHONE, "dark", True), (LAPTOP, "dark", False)],
    ids=["laptop", "phone", "no scripts"],
)
def test_from_an_open_draft_to_a_recorded_filing(
    desk: DeskUnderTest,
    address: str,
    browser: Browser,
    tmp_path: Path,
    viewport: dict[str, int],
    scheme: str,
    scripts: bool,
) -> None:
    watched = watch(browser, address, scripts=scripts, viewport=viewport, color_scheme=scheme, accept_downloads=True)
    page = _enter(desk, watched)
    case_id = confirmed_case(desk)
    check = watched.check if scripts else (lambda: None)
    page.goto(f"{address}legal")
    check()
    page.click(".matter h2 a")
    page.wait_for_url(f"**{draft_address(case_id)}")
    check()

    assert "Инспекција која није надлежна" in page.inner_text("#preview")
    page.uncheck('input[value="zin_30"]')
    page.locator("textarea").first.fill(SENTENCE)
    if scripts:
        page.locator("#preview", has_text="што пре проверите").wait_for()
    else:
        page.click("button[value=preview]")
    assert "nije sačuvano" in page.inner_text("#pregled")
    shown = page.inner_text("#preview")
    assert "Молимо Вас да ово што пре проверите." in shown
    assert "Инспекција која није надлежна" not in shown
    check()
    page.click("button[value=save]")
    page.wait_for_url("**done=saved**")
    check()
    page.click("text=Odobri ovu verziju")
    page.wait_for_url("**done=approved")
    assert desk.state(case_id) == "approved"
    check()

    file = _download(page, "text=PDF", tmp_path / "predstavka.pdf")
    told = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "Молимо Вас да ово што пре проверите." in " ".join(told.split())
    assert "Инспекција која није надлежна" not in " ".join(told.split())

    receipt = tmp_path / "potvrda.pdf"
    receipt.write_bytes(PDF)
    page.click("text=Zabeleži podnošenje")
    check()
    page.select_option("#channel", "registered_post")
    page.fill("#reference", "353-7/2026")
    page.set_input_files("#receipt", receipt)
    page.click("button.main")
    page.wait_for_url("**done=filed**")
    assert desk.state(case_id) == "filed"
    main = " ".join(page.inner_text("main").split())
    assert "353-7/2026" in main
    assert "7. 12. 2026." in main
    check()
    page.goto(f"{address}legal")
    calendar = _download(page, "a[href='/legal/calendar.ics']", tmp_path / "rokovi.ics")
    assert "20261207" in {one["DTSTART;VALUE=DATE"] for one in parse_calendar(calendar.read_bytes())}


def test_a_draft_is_approved_with_the_keyboard_alone(
    desk: DeskUnderTest,
    address: str,
    browser: Browser,
) -> None:
    watched = watch(browser, address, viewport=LAPTOP)
    page = _enter(desk, watched)
    case_id = confirmed_case(desk)
    page.goto(f"{address}legal")
    watched.press("j", "Enter")
    page.wait_for_url(f"**{draft_address(case_id)}")
    page.focus("summary")
    page.locator("text=Odobri ovu verziju").focus()
    watched.press("Enter")
    page.wait_for_url("**done=approved")
    assert desk.state(case_id) == "approved"
    watched.check()
