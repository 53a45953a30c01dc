"""Fetching one page for a person, at once, under all rules of the night: robots.txt, address guard, honest name.

The fetching is a spider's (`spiders.one_page`), in a process of its own; what becomes of the page is the caller's.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from crawler.config import Settings
from crawler.errors import AdwatchError, BusyError, UsageError
from crawler.items import FetchedPage
from crawler.not_to_crawl import service_of
from crawler.reaching import is_web_address

MODULE = "spiders.one_page"
SECONDS = 180
"""For one page with its robots.txt, at a site that answers slowly."""
MOST_AT_ONCE = 4
"""Of one process of ours: each page takes a process and memory of its own, and whoever waits for it holds up others."""
_TURNS = threading.BoundedSemaphore(MOST_AT_ONCE)


class FetchError(AdwatchError):
    """The page was not brought: refused, forbidden, unreachable."""

    def __init__(self, message: str, *, problem: str = "") -> None:
        """Keeps the `crawler.health.Problem`, where one was told."""
        super().__init__(message)
        self.problem = problem


class OnePage(BaseModel):
    """What asking for one page brought, as the process of the spider tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_bytes="base64", val_json_bytes="base64")

    problem: str | None = None
    """crawler.health.Problem; None: here is the page."""
    page: FetchedPage | None = None
    title: str | None = None
    """What a reader of the page's ad sees, as are the following; without an ad the page's own title and words."""
    text: str | None = None
    organization: str | None = None
    contact: str | None = None


def fetch_one_page(settings: Settings, url: str, *, source: str = "", named: bool = False) -> OnePage:
    """Asks for the page once; the result holds it.

    `source` lends its limits, headers or browser; `named` allows a host inside the network.
    Raises UsageError where the address is none or of a service that is not crawled, ConfigError where the site would
    not be told whom to write to, BusyError while others are fetched, FetchError with the obstacle.
    """
    require_fetchable(url)
    settings.require_contact([url])
    with _turn(), tempfile.TemporaryDirectory(prefix="adwatch-") as folder:
        result = Path(folder) / "page.json"
        # Not its output: what a site makes a library print must not be taken for the page.
        _run(settings, [str(result), url, source, "named" if named else ""])
        try:
            found = OnePage.model_validate_json(result.read_bytes())
        except (OSError, ValidationError) as error:
            raise FetchError(f"{url}: the page could not be fetched") from error
    if found.problem or found.page is None:
        raise FetchError(f"{url} was not fetched: {found.problem}", problem=found.problem or "")
    return found


def require_fetchable(url: str) -> None:
    """Raises UsageError where this is no web address, or one of a service that is not crawled."""
    if not is_web_address(url):
        raise UsageError(f"{url} is no http or https address")
    if service := service_of(url):
        raise UsageError(service.refusal)


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(blocking=False):
        raise BusyError(f"{MOST_AT_ONCE} pages are being fetched just now; try again in a minute")
    try:
        yield
    finally:
        _TURNS.release()


def _run(settings: Settings, arguments: list[str]) -> None:
    try:
        subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", MODULE, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=settings.environment(),
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"{arguments[1]} was not fetched: it took longer than {SECONDS} seconds"
        raise FetchError(message, problem="timeout") from error
