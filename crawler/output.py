"""What commands print on standard output: one JSON document, or a table with an empty state of its own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, which a terminal obeys; marks that turn the direction of a line; what no encoding can write."""


def plain(text: str) -> str:
    """The text as a terminal may be shown it, whoever wrote it: � stands for what would command it or turn a line."""
    return _COMMANDS.sub("\ufffd", text)


def json_text(document: Any, *, indent: int | None = None) -> str:
    """The document as JSON that means the same and holds nothing that a terminal would obey."""
    written = json.dumps(document, ensure_ascii=False, indent=indent, default=str)
    return _COMMANDS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", written)


def print_json(document: Any, *, indent: int | None = 2) -> None:
    """Writes one JSON document; without `indent` on one line."""
    sys.stdout.write(json_text(document, indent=indent) + "\n")
    sys.stdout.flush()


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes the rows under a title; what they hold is text, never markup of the terminal."""
    from rich.box import SIMPLE  # noqa: PLC0415 - keeps --help fast
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row))
    console = Console()
    if table.row_count:
        console.print(table)
    else:
        console.print(f"{title}: none yet")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else plain(str(value))
