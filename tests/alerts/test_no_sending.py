"""Rule 1 of the house: no code of cases and drafts can send anything."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import alerts

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
ROOM = Path(alerts.__file__).parent
LETTERS = ("recipients", "information_requests", "follow_ups")
MODULES = sorted((*ROOM.glob("*.py"), *(path for folder in LETTERS for path in ROOM.glob(f"{folder}/*.py"))))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOM)))
def test_no_module_of_cases_and_drafts_knows_a_way_out(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {node.module or "", *(f"{node.module}.{name.name}" for name in node.names)}
    roots = {name.split(".")[0] for name in imported}
    assert not (imported | roots) & SENDING
