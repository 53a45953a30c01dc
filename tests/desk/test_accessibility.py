"""Every page of the desk, in light and dark, on a laptop and a phone, before axe-core: no serious fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import insert

from alerts.desk.people import Role
from alerts.indexing import index_cases
from crawler.store.schema import runs
from pipelines.connections.filing import file_contacts
from pipelines.register.importing import import_file
from tests.builders import AD_TEXT, NOW
from tests.desk.browsing import LAPTOP, PHONE, Watched, watch
from tests.desk.conftest import MORNING, DeskUnderTest
from tests.desk.legal_walks import approved_case, confirmed_case, draft_address, filed_case
from tests.register.lists import HEADER, ROWS, write_xlsx

SERIOUS = {"serious", "critical"}
LOOKS = ((PHONE, "dark"), (LAPTOP, "light"))
"""Both layouts and both sets of colours; axe-core takes about a second for each."""


@dataclass(frozen=True, slots=True)
class Furnished:
    """A desk with something on every page, logged in as an administrator."""

    desk: DeskUnderTest
    watched: Watched
    cases: dict[str, int]
    """Case numbers by state."""
    register_list: Path

    @property
    def page(self) -> Page:
        return self.watched.page


@pytest.fixture
def furnished(desk: DeskUnderTest, address: str, browser: Browser, tmp_path: Path) -> Iterator[Furnished]:
    """See `Furnished`."""
    desk.store.settings.__dict__["source_folders"] = (Path("spiders/demo/sources").absolute(),)
    desk.app.state.desk.sources.__init__(desk.store.settings)
    _run_sources(desk)
    older = write_xlsx(tmp_path / "stariji.xlsx", [HEADER, *ROWS[1:]])
    import_file(desk.store.settings, desk.store.engine, older, as_of=date(2026, 10, 1), now=MORNING)
    desk.store.register()
    cases = {
        "open": desk.store.complaint_case(),
        "confirmed": confirmed_case(desk),
        "approved": approved_case(desk),
        "filed": filed_case(desk),
    }
    desk.wait(timedelta(days=40))
    file_contacts(desk.store.night_now())
    index_cases(desk.store.night_now())
    desk.add(role=Role.ADMIN)
    desk.add("mira@primer.example", Role.READONLY)
    watched = watch(browser, address, viewport=LAPTOP, color_scheme="light")
    yield Furnished(desk, watched, cases, write_xlsx(tmp_path / "spisak.xlsx", [HEADER, *ROWS]))
    watched.page.context.close()


def _run_sources(desk: DeskUnderTest) -> None:
    """A week of one source that fares well and of one that does not."""
    for days in range(7):
        at = NOW - timedelta(days=days)
        night_id = desk.store.night(at=at)
        for source, outcome, ads in (("demo_radnik", "ok", 30), ("demo_grupa", "failed", 0)):
            failure = None if ads else "layout_changed"
            values = {
                "outcome": outcome, "pages": 12, "ads": ads, "new_ads": 4, "listings": 3, "read": 4, "failure": failure,
                "health": "ok" if ads else "silent", "reasons": [], "fields": {"jobTitle": 4}, "paged": "end",
                "problems": {failure: 3} if failure else {}, "finished_at": at + timedelta(minutes=5),
            }  # fmt: skip
            with desk.store.engine.begin() as connection:
                connection.execute(insert(runs).values(night_id=night_id, source=source, started_at=at, **values))


def _faults(page: Page) -> list[str]:
    """What axe-core finds serious on this page, with everything open that can be opened."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    if page.locator("mark").count():
        page.locator("mark").first.focus()
    found = []
    for viewport, scheme in LOOKS:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in SERIOUS:
                nodes = [node["html"][:160] for node in fault["nodes"][:3]]
                found.append(f"{page.url} {viewport['width']} {scheme}: {fault['id']}: {nodes}")
    return found


def _submit(page: Page, button: str) -> None:
    """Presses the button of that name and waits for the answer."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).first.click()


def _check_an_offer(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}check")
    at.page.fill("#what", AD_TEXT)
    _submit(at.page, "Proveri")


def _look_at_a_register(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}register/import")
    at.page.set_input_files("input[type=file]", at.register_list)
    at.page.fill("input[type=date]", "2026-11-20")
    _submit(at.page, "Pogledaj pre uvoza")


def _fail_a_filing(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}{draft_address(at.cases['approved'])[1:]}/filed")
    at.page.evaluate("document.querySelector('form.fields').noValidate = true")
    _submit(at.page, "Zabeleži podnošenje")


def _add_a_person(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}people")
    at.page.fill("#email", "nada@primer.example")
    at.page.fill("#name", "Nada Primerović")
    _submit(at.page, "Dodaj")


def _begin_two_steps(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}profile")
    _submit(at.page, "Uključi…")


def _make_a_token(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}profile")
    at.page.fill("#name", "tabela")
    _submit(at.page, "Napravi ključ")


def _decide(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}cases/{at.cases['open']}")
    _submit(at.page, "Nisam siguran s")


def _fail_to_log_in(at: Furnished) -> None:
    at.page.context.clear_cookies()
    at.page.goto(f"{at.watched.base}login")
    at.page.fill("#email", "ana@primer.example")
    at.page.fill("#password", "nije ova lozinka")
    _submit(at.page, "Prijavi se")


AREAS: dict[str, tuple[tuple[str, ...], tuple[Callable[[Furnished], None], ...]]] = {
    "cases": (
        ("", "?pile=open&level=high&q=radnici", "?pile=filed", "cases/{open}", "cases/{confirmed}", "cases/{filed}"),
        (_decide,),
    ),
    "hotline": (("check", "intake", "no-such-page"), (_check_an_offer,)),
    "legal": (
        (
            "legal", "legal?stage=overdue", "legal/batch", "legal/cases/{confirmed}", "legal/cases/{filed}",
            "legal/cases/{confirmed}/drafts/trzisna_inspekcija", "legal/cases/{approved}/drafts/trzisna_inspekcija",
        ),
        (_fail_a_filing,),
    ),
    "sources": (("sources", "sources/demo_radnik", "sources/demo_grupa", "nights", "nights/1"), ()),
    "register": (
        ("register", "register/entries", "register/differences", "register/aliases", "register/import"),
        (_look_at_a_register,),
    ),
    "people": (
        ("reports?from=2026-11-01&to=2026-11-30", "people", "audit", "profile"),
        (_add_a_person, _make_a_token, _begin_two_steps, _fail_to_log_in),
    ),
}  # fmt: skip
"""Pages opened by their address, then those that are the answer to a form."""


@pytest.mark.parametrize("area", AREAS)
def test_no_page_has_a_serious_fault(furnished: Furnished, area: str) -> None:
    furnished.watched.log_in()
    addresses, steps = AREAS[area]
    found = []
    for address in addresses:
        furnished.page.goto(furnished.watched.base + address.format(**furnished.cases))
        found += _faults(furnished.page)
    for step in steps:
        step(furnished)
        found += _faults(furnished.page)
    assert not found, "\n".join(found)


def test_axe_sees_what_is_wrong(furnished: Furnished) -> None:
    """Else the test above would be content with anything."""
    page = furnished.page
    page.goto(f"{furnished.watched.base}login")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    assert {fault.split(": ")[1] for fault in _faults(page)} == {"label", "color-contrast"}
