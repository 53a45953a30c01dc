"""Every page of the desk, in light and dark, on a laptop and a phone, before axe-core: no serious fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from sqlalchemy import select

from alerts.desk.people import Role
from alerts.desk.throttle import PER_EMAIL
from crawler.store.schema import intakes
from tests.builders import AD_TEXT
from tests.desk.browsing import LAPTOP, PHONE, Watched, watch
from tests.desk.conftest import PASSWORD, DeskUnderTest
from tests.desk.furnishing import furnish
from tests.desk.legal_walks import draft_address
from tests.register.lists import HEADER, ROWS, write_xlsx

SERIOUS = {"serious", "critical"}
LOOKS = ((PHONE, "dark"), (LAPTOP, "light"))
"""Both layouts and both sets of colours; axe-core takes about a second for each."""
ALL_LOOKS = (*LOOKS, (PHONE, "light"), (LAPTOP, "dark"))


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
    cases = furnish(desk, tmp_path)
    desk.add(role=Role.ADMIN)
    desk.add("mira@primer.example", Role.READONLY)
    watched = watch(browser, address, viewport=LAPTOP, color_scheme="light")
    yield Furnished(desk, watched, cases, write_xlsx(tmp_path / "spisak.xlsx", [HEADER, *ROWS]))
    watched.page.context.close()


def _faults(page: Page, looks: tuple[tuple[ViewportSize, str], ...] = LOOKS) -> list[str]:
    """What axe-core finds serious on this page, with everything open that can be opened."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    if page.locator("mark").count():
        page.locator("mark").first.focus()
    found = []
    for viewport, scheme in looks:
        page.set_viewport_size(viewport)
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


def _save_an_offer(at: Furnished) -> None:
    _check_an_offer(at)
    _submit(at.page, "Sačuvaj kao slučaj")
    with at.desk.store.connect() as connection:
        saved = connection.scalar(select(intakes.c.ad_id))
    at.page.goto(f"{at.watched.base}check/saved/{saved}")


def _see_evidence(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}cases/{at.cases['open']}")
    evidence = at.page.locator('a[href^="/evidence/"]').first.get_attribute("href")
    at.page.goto(f"{at.watched.base}{str(evidence)[1:]}")


def _name_a_mediator(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}cases/{at.cases['open']}")
    _submit(at.page, "To nije ovaj upis: Primer Radnik d.o.o.")


def _see_what_is_not_there(at: Furnished) -> None:
    at.page.goto(f"{at.watched.base}no-such-page")


def _see_recovery_codes(at: Furnished) -> None:
    _begin_two_steps(at)
    secret = at.page.locator("code.address").inner_text().replace(" ", "")
    at.page.fill("#code", pyotp.TOTP(secret).at(at.desk.now))
    _submit(at.page, "Uključi")


def _be_asked_for_a_code(at: Furnished) -> None:
    at.page.context.clear_cookies()
    at.page.goto(f"{at.watched.base}login")
    at.page.fill("#email", "ana@primer.example")
    at.page.fill("#password", PASSWORD)
    _submit(at.page, "Prijavi se")
    at.page.fill("#code", "000000")
    _submit(at.page, "Prijavi se")


def _be_refused(at: Furnished) -> None:
    at.page.context.clear_cookies()
    at.watched.log_in("mira@primer.example")
    at.page.goto(f"{at.watched.base}audit")


def _see_the_program_fail(at: Furnished) -> None:
    with mock.patch("alerts.desk.routes.sources.source_lines", side_effect=RuntimeError):
        at.page.goto(f"{at.watched.base}sources")


def _be_slowed_down(at: Furnished) -> None:
    client = at.desk.another_client()
    for _ in range(PER_EMAIL):
        client.post("/login", data={"email": "nada@primer.example", "password": "nije ova lozinka"})
    at.page.context.clear_cookies()
    at.page.goto(f"{at.watched.base}login")
    at.page.fill("#email", "nada@primer.example")
    at.page.fill("#password", "nije ova lozinka")
    _submit(at.page, "Prijavi se")


MOMENTS = {
    _save_an_offer: "Sačuvano kao oglas",
    _see_evidence: "Snimak stranice",
    _name_a_mediator: "To nije ovaj upis",
    _see_what_is_not_there: "Nema takve stranice",
    _see_recovery_codes: "Rezervni kodovi",
    _be_asked_for_a_code: "Kod nije tačan",
    _be_refused: "Vaša uloga to ne dozvoljava",
    _see_the_program_fail: "Greška u programu",
    _be_slowed_down: "Previše neuspelih pokušaja",
}
"""Pages that are seen for a moment or by accident, with words by which each is known; in this order."""


def test_no_page_of_a_moment_has_a_serious_fault(furnished: Furnished) -> None:
    furnished.watched.log_in()
    found = []
    for step, words in MOMENTS.items():
        step(furnished)
        assert words in furnished.page.inner_text("main"), step
        found += _faults(furnished.page, ALL_LOOKS)
    assert not found, "\n".join(found)


def test_axe_sees_what_is_wrong(furnished: Furnished) -> None:
    """Else the test above would be content with anything."""
    page = furnished.page
    page.goto(f"{furnished.watched.base}login")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    assert {fault.split(": ")[1] for fault in _faults(page)} == {"label", "color-contrast"}
