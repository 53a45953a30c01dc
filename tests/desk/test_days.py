"""The days of the three users from log-in to log-out by keyboard alone, in every tongue, on a laptop and a phone."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from alerts.desk.people import Role
from alerts.desk.speaking import Tongue, say
from alerts.indexing import index_cases
from crawler.store.cases import case_history
from crawler.store.schema import cases
from pipelines.connections.filing import file_contacts
from tests.desk.browsing import LAPTOP, PHONE, Watched, watch
from tests.desk.conftest import PASSWORD, DeskUnderTest
from tests.desk.legal_walks import PDF, confirmed_case

OFFER = "Tražimo spremačice za hotel u Austriji, plata 1.900 evra, agencija Primer Put. Kotizacija 150 evra pre puta."
MOST_STOPS = 150
"""Presses of Tab after which what is sought counts as out of reach."""

LOOKS = (
    (Tongue.LATN, LAPTOP, "light"),
    (Tongue.CYRL, PHONE, "dark"),
    (Tongue.EN, LAPTOP, "dark"),
    (Tongue.EN, PHONE, "light"),
    (Tongue.CYRL, LAPTOP, "light"),
)


@dataclass(frozen=True, slots=True)
class Day:
    """A person with a keyboard and no mouse."""

    desk: DeskUnderTest
    watched: Watched
    tongue: Tongue

    @property
    def page(self) -> Page:
        return self.watched.page

    def reach(self, selector: str) -> None:
        """Goes on by Tab until what the selector names has the focus, which must be visible there."""
        for _ in range(MOST_STOPS):
            self.watched.press("Tab")
            if self.page.evaluate("(sought) => document.activeElement.matches(sought)", selector):
                assert self.page.evaluate("document.activeElement.matches(':focus-visible')"), selector
                return
        raise AssertionError(f"{self.page.url}: {MOST_STOPS} times Tab do not lead to {selector}")

    def open(self, selector: str, address: str) -> None:
        """Reaches a link or button, presses Enter and waits for the page of that address."""
        self.reach(selector)
        self.go(address, "Enter")

    def go(self, address: str, *keys: str) -> None:
        """Presses the keys and waits for the page of that address, which has nothing to complain about."""
        with self.page.expect_navigation(url=address):
            self.watched.press(*keys)
        self.watched.check()

    def type(self, selector: str, text: str) -> None:
        """Reaches a field and writes the text instead of what stands there."""
        self.reach(selector)
        self.watched.press("Control+a")
        self.page.keyboard.insert_text(text)

    def reads(self, *texts: str) -> None:
        """The page says each of these texts of ours in the day's tongue."""
        shown = " ".join((self.page.text_content("main") or "").split())
        for text in texts:
            assert say(self.tongue, text) in shown, (self.page.url, text)

    def begin(self) -> None:
        """Chooses the tongue and logs in."""
        self.page.goto(self.watched.base)
        if self.tongue is not Tongue.LATN:
            self.reach(f"button[name=tongue][value={self.tongue.value}]")
            with self.page.expect_navigation():
                self.watched.press("Enter")
        assert self.page.get_attribute("html", "lang") == self.tongue.tag
        self.reads("Prijava", "Lozinka")
        if not self.page.evaluate("document.activeElement.matches('#email')"):
            self.reach("#email")
        self.page.keyboard.type("ana@primer.example")
        self.watched.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.go(self.watched.base, "Enter")

    def end(self) -> None:
        """Logs out."""
        self.open('form[action="/logout"] button', "**/login")
        self.reads("Prijava")


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0].value}-{look[1]['width']}")
def day(request: pytest.FixtureRequest, desk: DeskUnderTest, address: str, browser: Browser) -> Day:
    """A day in one tongue, on one screen; nobody is logged in."""
    tongue, viewport, scheme = request.param
    return Day(desk, watch(browser, address, viewport=viewport, color_scheme=scheme, accept_downloads=True), tongue)


def _new_cases(desk: DeskUnderTest) -> list[int]:
    """Four cases, worst first; titles as long as the builder's, so that the quote stands where it was found."""
    numbers = [desk.store.complaint_case(title=f"Radnici u magacinu broj {place}") for place in range(1, 5)]
    with desk.store.engine.begin() as connection:
        for place, number in enumerate(numbers):
            connection.execute(update(cases).where(cases.c.id == number).values(score=0.9 - place / 10))
    file_contacts(desk.store.night_now())
    index_cases(desk.store.night_now())
    return numbers


def test_a_morning_of_prevention_staff(day: Day) -> None:
    day.desk.add()
    day.desk.store.register()
    first, second, third, fourth = _new_cases(day.desk)
    day.begin()
    day.reads("Novi slučajevi")

    day.go(f"**/cases/{first}?**", "j", "Enter")
    day.reads("Šta oglas navodi", "Ko objavljuje oglas")
    day.reach(".ad mark.quote")
    assert day.page.locator(".ad .popover").first.is_visible()
    assert "upfront_fee" in day.page.locator(".ad .popover").first.inner_text()
    day.watched.check()
    day.go(f"**/cases/{second}?**", "c")
    assert day.desk.state(first) == "confirmed"

    day.watched.press("d")
    day.watched.check()
    day.go(f"**/cases/{third}?**", "3")
    assert day.desk.state(second) == "dismissed"
    assert "posrednik ima dozvolu" in _notes(day.desk, second)
    day.go(f"**/cases/{fourth}?**", "s")
    assert day.desk.state(third) == "unsure"
    day.go(f"**/cases/{third}?**", "u")
    assert day.desk.state(third) == "open"

    day.go("**/?pile=open**", "q")
    day.watched.press("/")
    day.page.keyboard.insert_text("magacinu broj 4")
    day.go("**q=magacinu**", "Enter")
    assert day.page.locator(".case-link").all_inner_texts() == ["Radnici u magacinu broj 4"]
    day.reach(".save-view summary")
    day.watched.press("Enter")
    day.type(".save-view #name", "Četvrti magacin")
    day.go("**q=magacinu**", "Enter")
    day.open("a.chip", "**/?pile=open")
    assert day.page.locator(".case-link").count() == 2
    day.open('.views a[href*="magacinu"]', "**q=magacinu**")
    assert day.page.locator(".case-link").count() == 1
    day.end()


def _notes(desk: DeskUnderTest, case_id: int) -> str:
    """Notes of the case's events."""
    with desk.store.connect() as connection:
        return " ".join(event.note for event in case_history(connection, case_id))


def test_a_call_to_the_hotline(day: Day) -> None:
    day.desk.add()
    day.desk.store.register()
    known, *_ = _new_cases(day.desk)
    day.begin()
    day.open('.main-nav a[href="/check"]', "**/check")

    day.page.wait_for_selector("#what:focus")
    day.page.keyboard.insert_text("060 / 000 00 01")
    day.watched.press("Control+Enter")
    day.page.wait_for_selector(".check-answer")
    day.watched.check()
    day.reads("Šta već znamo", "broj telefona")
    assert day.page.locator(f'.check-answer a[href="/cases/{known}"]').count() == 1

    day.type("#what", OFFER)
    day.watched.press("Control+Enter")
    day.page.wait_for_selector(".findings")
    day.watched.check()
    day.reads("Registar agencija", "Šta ponuda navodi", "tekst ponude", "Traži se novac od radnika")
    day.type("#note", "poziv u devet")
    day.open('form[action="/check/save"] button', "**/cases/*")
    day.reads("Napomena uz unos:")
    assert "poziv u devet" in (day.page.text_content("main") or "")
    day.end()


def test_a_day_of_legal_staff_from_a_draft_to_its_deadline(day: Day, tmp_path: Path) -> None:
    day.desk.add(role=Role.LEGAL)
    day.desk.store.register()
    case_id = confirmed_case(day.desk)
    day.begin()
    day.open('.main-nav a[href="/legal"]', "**/legal")
    day.reads("Predstavke", "Nacrt spreman")
    day.go(f"**/legal/cases/{case_id}/drafts/**", "j", "Enter")
    assert "Инспекција која није надлежна" in day.page.inner_text("#preview")

    day.type("textarea", "Molimo Vas da ovo što pre proverite.")
    day.reach('input[name="provision"][value="zin_30"]')
    day.watched.press("Space")
    day.page.locator("#preview:not(.waiting)", has_text="што пре проверите").wait_for()
    day.page.locator("#preview", has_not_text="Инспекција која није надлежна").wait_for()
    day.watched.check()
    day.open("button[value=save]", "**done=saved**")
    day.reads("Izmene su sačuvane kao nova verzija.")
    day.open('form[action*="/approve"] button', "**done=approved")
    assert day.desk.state(case_id) == "approved"

    told = _text_of(_download(day, 'a[href*="file.pdf"]', tmp_path / "predstavka.pdf"))
    assert "Молимо Вас да ово што пре проверите." in told
    assert "Инспекција која није надлежна" not in told

    day.open('a[href$="/filed"]', "**/filed")
    day.reads("Kako je podneto", "Potvrda o podnošenju")
    day.reach("#channel")
    day.watched.press("ArrowDown")
    day.type("#reference", "353-7/2026")
    _attach(day, "#receipt", tmp_path / "potvrda.pdf")
    day.open("form.fields button.main", "**done=filed**")
    assert day.desk.state(case_id) == "filed"
    day.reads("Podnošenje je zabeleženo. Rokovi teku.")
    shown = " ".join((day.page.text_content("main") or "").split())
    assert "353-7/2026" in shown
    assert "potvrda.pdf" in shown
    assert day.page.locator('time[datetime="2026-12-07"]').count() >= 1
    day.open('.crumbs a[href="/legal"]', "**/legal")
    calendar = _download(day, 'a[href="/legal/calendar.ics"]', tmp_path / "rokovi.ics")
    assert b"20261207" in calendar.read_bytes()
    day.end()


def _attach(day: Day, selector: str, file: Path) -> None:
    """Chooses a file as the keyboard opens the chooser."""
    file.write_bytes(PDF)
    # Asked for before the way there: Chromium hears of it a moment later, and a chooser opened until then is lost.
    with day.page.expect_file_chooser() as waiting:
        day.reach(selector)
        day.watched.press("Enter")
    waiting.value.set_files(file)


def _download(day: Day, selector: str, target: Path) -> Path:
    day.reach(selector)
    with day.page.expect_download() as waiting:
        day.watched.press("Enter")
    waiting.value.save_as(target)
    return target


def _text_of(document: Path) -> str:
    """The PDF's words, one space between them."""
    told = subprocess.run(["pdftotext", "-layout", document, "-"], capture_output=True, text=True, check=True)
    return " ".join(told.stdout.split())
