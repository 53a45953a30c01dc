"""A real Chromium page before the desk, and what a careful person would notice about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, ViewportSize

from tests.desk.conftest import PASSWORD, PATIENCE_MS

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 800}

_STICKING_OUT = """() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth === wide) return [];
    const found = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > wide);
    return ["the page", ...found.slice(-3).map((one) => one.outerHTML.slice(0, 200))];
}"""


@dataclass
class Watched:
    """A browser page with its noises: console messages, errors, requests to other hosts."""

    page: Page
    base: str
    noises: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Nothing sticks out at the side, nothing was complained about, nobody else was asked."""
        wide = self.page.evaluate(_STICKING_OUT)
        assert wide == [], f"{self.page.url}: {wide}"
        assert self.noises == [], self.noises

    def press(self, *keys: str) -> None:
        """Presses the keys one after another."""
        for key in keys:
            self.page.keyboard.press(key)

    def log_in(self, email: str = "ana@primer.example") -> None:
        """Logs in by the keyboard, from the desk's address to its first page."""
        self.page.goto(self.base)
        self.page.focus("#email")
        self.page.keyboard.type(email)
        self.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url(self.base)


def watch(browser: Browser, base: str, *, scripts: bool = True, **options: object) -> Watched:
    """A page of its own, as a new visitor would have it; nothing is opened yet."""
    page = browser.new_context(java_script_enabled=scripts, **options).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    watched = Watched(page, base)
    page.on("console", lambda message: watched.noises.append(message.text))
    page.on("pageerror", lambda error: watched.noises.append(str(error)))
    page.on("request", lambda request: watched.noises.extend([] if request.url.startswith(base) else [request.url]))
    return watched
