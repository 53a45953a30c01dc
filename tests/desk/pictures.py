"""Pictures of the desk for the documentation, of one night of the demo: `python -m tests.desk.pictures docs/images`.

A second argument names the data folder of a demo that has run already. Cases are chosen whose words need no emoji
font; decisions are taken in that folder, so that legal staff have something before them.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from alerts.desk.app import create_app
from alerts.desk.serving import address_of, open_socket
from crawler.browser import launch_options
from crawler.config import Settings
from crawler.demo import PERSON
from tests.whole.running import adwatch

LARGEST = 250_000
"""Bytes of one picture; larger ones make a page of documentation slow."""
COLOURS = 128
TALL = 900
OFFER = (
    "Berba jagoda u Nemačkoj, polazak svake subote! Plata 2.400 evra, smeštaj i hrana besplatni, iskustvo nije "
    "potrebno. Pasoš predajete koordinatoru, kotizacija 200 evra pre puta. Agencija Primer Sezona, zovite samo na "
    "Viber 060 000 0099."
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the person has set up browser and desk."""

    wide: int = 1280
    scheme: str = "light"
    tongue: str = "latn"


LATIN, DARK, PHONE, ENGLISH = Look(), Look(scheme="dark"), Look(wide=390, tongue="cyrl"), Look(tongue="en")

PICTURES = {
    "desk.png": (LATIN, "queue"),
    "desk-case.png": (LATIN, "case"),
    "desk-case-dark.png": (DARK, "case"),
    "desk-phone.png": (PHONE, "case"),
    "desk-check.png": (LATIN, "check"),
    "desk-sources.png": (LATIN, "sources"),
    "desk-reports.png": (LATIN, "reports"),
    "desk-english.png": (ENGLISH, "queue"),
    "desk-legal.png": (LATIN, "legal"),
}
"""In the order in which they are taken: the last one decides on a case."""


def take_pictures(home: Path, target: Path) -> Iterator[tuple[str, int]]:
    """Writes each picture into the folder; its name and size in bytes. Raises ValueError where one is too large."""
    with _served(home) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
        for name, (look, what) in PICTURES.items():
            page = _logged_in(browser, base, look, (home / "demo-password.txt").read_text(encoding="ascii").strip())
            _SHOWN[what](page, base)
            page.wait_for_load_state("networkidle")
            content = _small(page.screenshot())
            if len(content) > LARGEST:
                raise ValueError(f"{name} has {len(content)} bytes")
            (target / name).write_bytes(content)
            yield name, len(content)
            page.context.close()
        browser.close()


@contextmanager
def _served(home: Path) -> Iterator[str]:
    """The desk on that folder, on loopback."""
    with open_socket("127.0.0.1", 0) as listening:
        app = create_app(Settings(home))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield address_of(listening)
        server.should_exit = True
        thread.join(timeout=30)


def _logged_in(browser: Browser, base: str, look: Look, password: str) -> Page:
    viewport = {"width": look.wide, "height": TALL}
    context = browser.new_context(viewport=viewport, color_scheme=look.scheme, locale="sr-Latn-RS")  # type: ignore[arg-type]
    context.add_cookies([{"name": "adwatch_tongue", "value": look.tongue, "url": base}])
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(base)
    page.fill("#email", PERSON)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(base)
    return page


def _show_queue(page: Page, base: str) -> None:
    page.goto(f"{base}?pile=open&country=DE")


def _show_case(page: Page, base: str) -> None:
    page.goto(f"{base}?pile=open&q=naftno+polje")
    page.locator(".case-link").first.click()
    page.wait_for_url("**/cases/**")


def _show_check(page: Page, base: str) -> None:
    page.goto(f"{base}check")
    page.fill("#what", OFFER)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".check-answer")


def _show_sources(page: Page, base: str) -> None:
    page.goto(f"{base}sources")


def _show_reports(page: Page, base: str) -> None:
    today = date.today()  # noqa: DTZ011 - whatever day the demo's night was, it was this one
    page.goto(f"{base}reports?from={today.replace(day=1)}&to={today}")


def _show_legal(page: Page, base: str) -> None:
    page.goto(f"{base}?pile=open&q=negu+starih")
    if page.locator(".case-link").count():
        page.locator(".case-link").first.click()
        page.wait_for_url("**/cases/**")
        page.keyboard.press("c")
        page.wait_for_url("**done=**")
    page.goto(f"{base}legal")
    page.locator('.matter h2 a[href*="trzisna"]').first.click()
    page.wait_for_selector("#preview")


_SHOWN = {
    "queue": _show_queue,
    "case": _show_case,
    "check": _show_check,
    "sources": _show_sources,
    "reports": _show_reports,
    "legal": _show_legal,
}


def _small(picture: bytes) -> bytes:
    """The same picture with a palette."""
    buffer = BytesIO()
    Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        buffer, "PNG", optimize=True
    )
    return buffer.getvalue()


def main(arguments: list[str]) -> int:
    """Takes the pictures; a demo is run first where none is named."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m tests.desk.pictures FOLDER [DEMO_HOME]", file=sys.stderr)
        return 2
    target = Path(arguments[0])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="adwatch-pictures-") as temporary:
        home = Path(arguments[1]) if arguments[1:] else Path(temporary) / "data"
        if not arguments[1:] and (ended := adwatch(home, "demo", "--no-serve")).returncode:
            print(ended.stderr, file=sys.stderr)
            return 1
        for name, size in take_pictures(home, target):
            print(f"{name}\t{size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
