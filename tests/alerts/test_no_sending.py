"""Rule 1 of the house: no code of cases and drafts can send anything."""

from __future__ import annotations

from pathlib import Path

import pytest

import alerts
from tests.alerts.imports import imported_by

SENDING = {
    "aiohttp",
    "apprise",
    "asyncio",
    "ftplib",
    "http",
    "httpx",
    "imaplib",
    "requests",
    "smtplib",
    "socket",
    "subprocess",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "webbrowser",
}
TELLS = ("telling/", "telling_commands.py")
"""Gather figures and headings for digest and alarms; no draft and no filing knows them."""
REGISTERED = {"alerts.telling_commands", "alerts.telling_commands.digest", "alerts.telling_commands.messages_app"}
"""What the list of commands names."""
ROOM = Path(alerts.__file__).parent
FOLDERS = ("recipients", "information_requests", "follow_ups", "telling")
MODULES = sorted((*ROOM.glob("*.py"), *(path for folder in FOLDERS for path in ROOM.glob(f"{folder}/*.py"))))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOM)))
def test_no_module_of_cases_and_drafts_knows_a_way_out(path: Path) -> None:
    imported = imported_by(path)
    roots = {name.split(".")[0] for name in imported}
    assert not (imported | roots) & SENDING
    if not path.relative_to(ROOM).as_posix().startswith(TELLS):
        assert not {name for name in imported if name.startswith(("alerts.messages", "alerts.telling"))} - REGISTERED
