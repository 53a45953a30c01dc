"""Rule 1 for what does send: it holds no complaint, and has no place to put one."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import alerts.messages
from alerts.messages.letter import Kind, Letter, Line, Part
from tests.alerts.imports import imported_by

ROOM = Path(alerts.messages.__file__).parent
MAY_KNOW = {"alerts.messages", "alerts.desk.speaking"}
"""Of the people's room: itself, and how the desk says things."""


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.name)
def test_messages_know_nothing_of_cases_drafts_and_filings(path: Path) -> None:
    of_people = {name for name in imported_by(path) if name == "alerts" or name.startswith("alerts.")}
    assert {name for name in of_people if not any(name.startswith(known) for known in MAY_KNOW)} == set()


def test_there_are_no_kinds_but_digest_alarms_and_test() -> None:
    assert set(Kind) == {"digest", "alarms", "test"}


def test_a_letter_holds_words_and_links_and_no_bytes() -> None:
    types = {field.name: str(field.type) for each in (Letter, Part, Line) for field in fields(each)}
    assert set(types.values()) <= {"str", "Kind", "tuple[Part, ...]", "tuple[Line, ...]"}
    assert "add_attachment" not in "".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))
