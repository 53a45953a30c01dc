"""A message before it is sent: its kind, its subject and parts of plain lines. It has no place for an attachment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape


class Kind(StrEnum):
    """All that the program ever sends."""

    DIGEST = "digest"
    ALARMS = "alarms"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, and where it leads."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole message."""

    kind: Kind
    subject: str
    parts: tuple[Part, ...]
    foot: str
    """Who sent it and why."""
    language: str
    """BCP 47."""


def as_text(letter: Letter) -> str:
    """The message as plain text; an address stands on a line of its own."""
    blocks = ["\n".join([part.heading, *(_text_line(line) for line in part.lines)]) for part in letter.parts]
    return "\n\n".join([*blocks, f"-- \n{letter.foot}"]) + "\n"


def as_html(letter: Letter) -> str:
    """The same as HTML; it loads nothing from anywhere."""
    parts = "".join(
        f"<h2 style='font-size:1.1em'>{escape(part.heading)}</h2>"
        f"<ul>{''.join(f'<li>{_html_line(line)}</li>' for line in part.lines)}</ul>"
        for part in letter.parts
    )
    return (
        f"<!doctype html><html lang='{letter.language}'><head><meta charset='utf-8'>"
        f"<title>{escape(letter.subject)}</title></head>"
        f"<body style='font-family:sans-serif;max-width:40em'>{parts}<p><small>{escape(letter.foot)}</small></p>"
        "</body></html>"
    )


def _text_line(line: Line) -> str:
    return f"- {line.text}\n  {line.link}" if line.link else f"- {line.text}"


def _html_line(line: Line) -> str:
    text = escape(line.text)
    return f"<a href='{escape(line.link)}'>{text}</a>" if line.link else text
