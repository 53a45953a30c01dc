"""`adwatch demo`: the whole job offline. Invented sites on loopback, among them a register, one real night, the desk.

The rooms are started by name; every part but the sites is the one that runs in earnest.
"""

from __future__ import annotations

import importlib
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import yaml
from sqlalchemy import Engine

from crawler.config import Settings
from crawler.errors import UsageError
from crawler.files import write_whole
from crawler.logs import log_as_set
from crawler.night_report import night_with_progress, print_night
from crawler.nightly import NightResult
from crawler.store.engine import open_store
from crawler.store.people import find_person

ORGANISATION = {
    "name": "Udruženje „Siguran put“ (primer)",
    "seat": "Ulica primera 1, 11000 Beograd",
    "mb": "29000009",
    "pib": "199999990",
    "representative": "Ana Primer",
    "email": "pisarnica@siguranput.example",
    "phone": "+381 60 000 0001",
    "delivery_address": "Ulica primera 1, 11000 Beograd",
}
SHOWN_CASES = 12
PERSON = "demo@siguranput.example"


def run_demo(*, serve: bool, host: str, port: int) -> NightResult:
    """Runs a night over the demo sites, prints its summary and opens the desk if asked.

    Raises UsageError where the data folder holds something else than a demo.
    """
    settings = demo_settings()
    log_as_set(settings)
    engine = open_store(settings)
    now = datetime.now(UTC)
    with _demo_sites():
        result = night_with_progress(settings, engine, now=now)
    print_night(engine, result)
    _named("alerts.commands:print_cases")(engine, most=SHOWN_CASES)
    password = _demo_person(settings, engine, now)
    sys.stdout.write(f"\nThe desk, by `adwatch serve`: log in as {PERSON}, password {password}\n")
    sys.stdout.flush()
    if serve:
        with _listening(host, port) as opened:
            _named("alerts.desk.serving:run_desk")(settings, opened)
    return result


def demo_settings() -> Settings:
    """Settings of the data folder, which is made a demo's if it is new."""
    settings = Settings.from_environment()
    if settings.file.demo:
        return settings
    if (settings.home / "adwatch.yml").exists() or (settings.home / "adwatch.db").exists():
        raise UsageError(f"{settings.home} holds real data; the demo needs a folder of its own: set ADWATCH_HOME")
    configuration = {"demo": True, "contact": PERSON, "organisation": ORGANISATION}
    text = yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False)
    try:
        write_whole(settings.home / "adwatch.yml", text.encode())
    except OSError as error:
        raise UsageError(f"the data folder {settings.home} cannot be written: {error.strerror}") from error
    return Settings.from_environment()


@contextmanager
def _demo_sites() -> Iterator[None]:
    """Serves the demo sites and sends all fetching of this process and its children to them."""
    with _named("spiders.demo.server:serve_demo_sites")() as server:
        before = os.environ.get("http_proxy")
        os.environ["http_proxy"] = server.proxy_url
        try:
            yield
        finally:
            os.environ.pop("http_proxy")
            if before is not None:
                os.environ["http_proxy"] = before


def _demo_person(settings: Settings, engine: Engine, now: datetime) -> str:
    """The password of the demo's person, who is added on the first run; it is kept in the demo's data folder."""
    kept = settings.home / "demo-password.txt"
    with engine.begin() as connection:
        if find_person(connection, email=PERSON):
            return kept.read_text(encoding="ascii").strip() if kept.exists() else "as shown when the demo first ran"
        password = secrets.token_urlsafe(9)
        _named("alerts.desk.people:add_person")(
            connection, email=PERSON, name="Ana Primer", role="admin", password=password, now=now
        )
        write_whole(kept, password.encode(), mode=0o600)
    return password


def _listening(host: str, port: int) -> socket.socket:
    """The port asked for, or a free one where it is taken: a demo should not fail on that."""
    open_socket = _named("alerts.desk.serving:open_socket")
    try:
        opened: socket.socket = open_socket(host, port)
    except UsageError:
        opened = open_socket(host, 0)
    return opened


def _named(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
