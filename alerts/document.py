"""A document as a list of blocks, from which text, DOCX and PDF are made alike; and how a filled template becomes one.

Templates say by the start of a line what it is; a value put into a template can say nothing of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from alerts.script import Script, printable, storable, to_script
from crawler.errors import DraftError
from pipelines.text.sentences import Joined, Sentence, Told


class Verbatim(str):
    """Text that no document changes the script of: quotes, names, addresses, hashes, numbers."""

    __slots__ = ()

    def __new__(cls, text: str) -> Verbatim:
        """The text without what databases and XML cannot hold."""
        return super().__new__(cls, storable(text))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class BlockKind(StrEnum):
    """What a block is; the value is how a template line of that kind begins."""

    LETTERHEAD = "!"
    TITLE = "#"
    HEADING = "##"
    SUBHEADING = "###"
    ITEM = "+"
    ROW = "|"
    PARAGRAPH = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, or one row of a table with two cells or more. The text is final: script and numbers are in it."""

    kind: BlockKind
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        """The block as one line."""
        return ": ".join(self.cells)


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A whole document in one script."""

    blocks: tuple[Block, ...]
    script: Script
    made_at: datetime

    @property
    def title(self) -> str:
        """The first title, for the document's properties."""
        return next((block.text for block in self.blocks if block.kind is BlockKind.TITLE), "")

    def groups(self) -> list[tuple[BlockKind, tuple[Block, ...]]]:
        """Neighbouring blocks of one kind together: a table's rows, a list's items."""
        return [(kind, tuple(blocks)) for kind, blocks in groupby(self.blocks, key=lambda block: block.kind)]

    def paragraphs(self) -> list[str]:
        """Every paragraph and every cell of a row, in reading order."""
        return [cell for block in self.blocks for cell in block.cells]


# Noncharacters of Unicode: `printable` lets none through, so no value can forge a mark.
_OWN, _VERBATIM, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_VALUE = re.compile(f"([{_OWN}{_VERBATIM}])([^{_END}]*){_END}")
_LINE = re.compile(r"(###|##|#|!|\+|\|)[ ]+(.*)")


def mark_value(value: object) -> str:
    """How a template puts a value into its text: on one line, printable, and marked as a value.

    Of a sentence of ours the names and numbers in it are marked as such. Raises DraftError where there is no value:
    a draft has no blanks.
    """
    if value is None:
        raise DraftError("a value that the template states is missing")
    if isinstance(value, Sentence):
        return value.pattern % {name: _mark_part(part) for name, part in value.values.items()}
    if isinstance(value, Joined):
        return value.separator.join(map(_mark_part, value.parts))
    mark = _VERBATIM if isinstance(value, Verbatim) else _OWN
    return f"{mark}{printable(str(value))}{_END}"


def _mark_part(part: str) -> str:
    """Plain strings among a sentence's values come from outside: no document changes their script."""
    return mark_value(part if isinstance(part, Told) else Verbatim(part))


def parse_document(filled: str, script: Script, *, made_at: datetime) -> DraftDocument:
    """The document a filled template describes; blank lines are left out and items numbered from 1 in each list."""
    blocks: list[Block] = []
    number = 0
    for line in filled.split("\n"):
        if not line.strip():
            continue
        kind, content = _kind_of(line.strip())
        number = number + 1 if kind is BlockKind.ITEM else 0
        cells = tuple(_cells(content, script)) if kind is BlockKind.ROW else (_text(content, script),)
        blocks.append(Block(kind, (f"{number}. {cells[0]}",) if kind is BlockKind.ITEM else cells))
    return DraftDocument(tuple(blocks), script, made_at)


def plain_text(document: DraftDocument) -> str:
    """The document as text: a blank line before headings and between paragraphs, rows and items together."""
    parts: list[str] = []
    for kind, blocks in document.groups():
        texts = [block.text for block in blocks]
        parts += ["\n".join(texts)] if kind in _KEPT_TOGETHER else texts
    return "\n\n".join(parts) + "\n"


_KEPT_TOGETHER = (BlockKind.LETTERHEAD, BlockKind.ROW, BlockKind.ITEM)


def _kind_of(line: str) -> tuple[BlockKind, str]:
    found = _LINE.fullmatch(line)
    return (BlockKind(found.group(1)), found.group(2)) if found else (BlockKind.PARAGRAPH, line)


def _cells(content: str, script: Script) -> Iterator[str]:
    values: list[str] = []

    def keep(found: re.Match[str]) -> str:
        values.append(found.group())
        return f"{_OWN}{len(values) - 1}{_END}"

    # A bar inside a value divides nothing.
    for cell in _VALUE.sub(keep, content).split("|"):
        yield _text(_VALUE.sub(lambda found: values[int(found.group(2))], cell).strip(), script)


def _text(content: str, script: Script) -> str:
    parts, done = [], 0
    for found in _VALUE.finditer(content):
        parts.append(to_script(content[done : found.start()], script))
        value = found.group(2)
        parts.append(value if found.group(1) == _VERBATIM else to_script(value, script))
        done = found.end()
    return "".join([*parts, to_script(content[done:], script)]).strip()
