"""Passages of a document that people worded anew, put in the place of the template's. Pure.

A passage is known by its words in Latin script, so that numbers in lists may shift. What is worded is told by
`alerts.editing`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from alerts.document import Block, BlockKind, DraftDocument
from alerts.script import Script, to_script

EDITABLE = (BlockKind.PARAGRAPH, BlockKind.ITEM)
_NUMBER = re.compile(r"\d+\. ")


def body_of(block: Block) -> str:
    """The block's words, without its number in a list."""
    return _NUMBER.sub("", block.text, count=1) if block.kind is BlockKind.ITEM else block.text


def worded_anew(document: DraftDocument, latin: DraftDocument, texts: Mapping[str, str]) -> DraftDocument:
    """The document with other passages; `latin` is the same one in Latin script, `texts` old words to new in it."""
    blocks = tuple(
        _worded(block, told, texts, document.script) for block, told in zip(document.blocks, latin.blocks, strict=True)
    )
    return replace(document, blocks=blocks)


def _worded(block: Block, told: Block, texts: Mapping[str, str], script: Script) -> Block:
    new = texts.get(body_of(told)) if block.kind in EDITABLE else None
    if new is None:
        return block
    number = _NUMBER.match(block.text) if block.kind is BlockKind.ITEM else None
    alike = set(block.text.split()) & set(told.text.split())
    return replace(block, cells=(f"{number.group() if number else ''}{_in_script(new, alike, script)}",))


def _in_script(text: str, alike: set[str], script: Script) -> str:
    """The text in that script; addresses, and words that the passage had alike in both scripts, stay as they are."""
    if script is Script.LATN:
        return text
    return " ".join(word if word in alike or _is_address(word) else to_script(word, script) for word in text.split())


def _is_address(word: str) -> bool:
    return "://" in word or "@" in word or word.casefold().startswith("www.")
