"""A running desk on a small real store, with a clock that tests move."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx import Response
from playwright.sync_api import Browser, sync_playwright

from alerts.desk.app import create_app
from alerts.desk.people import Role
from alerts.desk.serving import address_of, open_socket
from crawler.browser import launch_options
from crawler.store.cases import read_case
from crawler.store.people import insert_person
from tests.builders import StoreBuilder

MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
PASSWORD = "proba-lozinke"
PATIENCE_MS = 180_000.0
"""For what a browser is waited for: on a slow machine its usual half a minute is short."""
# The hash names its own cost: a cheap one keeps hundreds of log-ins quick, and is checked like any other.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_QUICK_HASH = QUICK.hash(PASSWORD)


class DeskUnderTest:
    """A desk, a client that speaks to it, and the time that the desk believes in."""

    def __init__(self, store: StoreBuilder) -> None:
        self.store = store
        self.now = MORNING
        self.app = create_app(store.settings, clock=lambda: self.now)
        self.client = self.another_client()

    def another_client(self) -> TestClient:
        """A browser of its own, with no cookie yet."""
        return TestClient(self.app, follow_redirects=False, raise_server_exceptions=True)

    def add(self, email: str = "ana@primer.example", role: Role = Role.REVIEWER) -> None:
        """Adds a person with the tests' password."""
        with self.store.engine.begin() as connection:
            insert_person(
                connection, email=email, name="Ana Primerović", role=role, password_hash=_QUICK_HASH, now=self.now
            )

    def log_in(self, email: str = "ana@primer.example", password: str = PASSWORD) -> Response:
        """Posts the log-in form as a program would."""
        answer: Response = self.client.post("/login", data={"email": email, "password": password})
        return answer

    def enter(self, role: Role = Role.REVIEWER) -> None:
        """Adds a person of that role and logs in."""
        self.add(role=role)
        assert self.log_in().headers["location"] == "/"

    def page(self, address: str) -> str:
        """The page's text; it must be there."""
        answer: Response = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def decide(self, case_id: int, decision: str, *, pile: str = "open", **fields: str) -> Response:
        """Sends the decision as the case page's form would."""
        shown = self.page(f"/cases/{case_id}?pile={pile}")
        form = {"csrf": field(shown, "csrf"), "seen": field(shown, "seen"), "pile": pile, "decision": decision}
        answer: Response = self.client.post(f"/cases/{case_id}/decide", data=form | fields)
        return answer

    def state(self, case_id: int) -> str:
        """The case's state in the store."""
        with self.store.connect() as connection:
            return read_case(connection, case_id).state

    def wait(self, span: timedelta) -> None:
        """Lets time pass."""
        self.now += span


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"the page has no field {name}"
    return found.group(1)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the desk itself hashes is cheap as well: else the first log-in would renew the cheap hash by a dear one."""
    monkeypatch.setattr("alerts.desk.people._hasher", lambda: QUICK)


@pytest.fixture(autouse=True)
def _time_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are read to the end, however long that takes here: of one that is cut off by time less is read."""
    monkeypatch.setattr("alerts.desk.reading.ENOUGH_SECONDS", 600.0)


@pytest.fixture
def desk(small_store: StoreBuilder) -> Iterator[DeskUnderTest]:
    """A desk on an empty store, on the morning after the tests' night."""
    under_test = DeskUnderTest(small_store)
    with under_test.client:
        yield under_test


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(**launch_options(), timeout=PATIENCE_MS)  # type: ignore[arg-type]
        yield launched
        launched.close()


@pytest.fixture
def address(desk: DeskUnderTest) -> Iterator[str]:
    """The desk, served on loopback."""
    with open_socket("127.0.0.1", 0) as listening:
        server = uvicorn.Server(uvicorn.Config(desk.app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield address_of(listening)
        server.should_exit = True
        thread.join(timeout=30)
