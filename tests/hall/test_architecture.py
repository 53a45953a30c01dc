"""The house rules that a program can see to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_imports_go_one_way() -> None:
    lint = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert lint.returncode == 0, lint.stdout


def test_the_hall_is_importable_without_the_rooms() -> None:
    program = "import sys, crawler.cli, crawler.nightly, crawler.collecting; " + (
        "assert not {'spiders', 'pipelines', 'alerts'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_no_code_path_sends_mail_from_the_rooms_that_hold_complaints() -> None:
    """Rule 1: a complaint is filed by a person, outside the program. Digest and alarms stand in a room of their own."""
    senders = ("smtplib", "aiosmtplib", "apprise", "requests", "httpx", "urllib.request")
    sending = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / "alerts").rglob("*.py")
        if path.parent.name != "messages"
        for word in senders
        if f"import {word}" in path.read_text(encoding="utf-8") or f"from {word} " in path.read_text(encoding="utf-8")
    ]
    assert sending == []
