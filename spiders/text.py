"""HTML to the plain text a reader sees, line breaks kept. What the text means is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

UNSEEN = ("script", "style", "template", "noscript", "head", "svg", "iframe", "object")
PARAGRAPHS = ("p", "ul", "ol", "dl", "table", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6")
"""Stand apart by a blank line."""
LINES = (
    "div", "li", "dt", "dd", "tr", "section", "article", "header", "footer", "form", "fieldset", "main", "aside",
    "figure", "address",
)  # fmt: skip
"""Begin on a line of their own."""
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
LINE_TAG = re.compile(rf"<(?:br|{'|'.join(PARAGRAPHS + LINES)})\b", re.IGNORECASE)
# Noncharacters of Unicode, which no text uses: at least one line break, and a blank line.
LINE, PARAGRAPH = "\ufdd0", "\ufdd1"
BULLETS = tuple("-–—•*·✓✔►▪")
MARKUP = re.compile("[<&]")
"""Without these and with none but plain spaces, a text is what it looks like."""
SPACES = re.compile(r"[^\S\n]+")
# Each begins where its run of spaces does and gives nothing back: a page of spaces alone must not be read N times.
AROUND_PARAGRAPH = re.compile(rf"(?<![\s{LINE}])[\s{LINE}]*+{PARAGRAPH}[\s{LINE}{PARAGRAPH}]*+")
AROUND_LINE = re.compile(rf"(?<![^\S\n])[^\S\n]*+{LINE}[^\S\n{LINE}]*+(?:\n|{LINE})*+")
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
"""Control characters, and marks that hide in words or turn the direction of what stands beside them."""
LONG_TAG = re.compile(r"(<[a-zA-Z][\w:-]{0,100}+)[^<>]{2000,}+>")
"""What makes it long is not shown, and attributes by the thousand keep the parser busy."""
BLANK_LINES = re.compile(r"\n{3,}")
WHITE_SPACE = re.compile(r"\s+")

MAX_SOURCE = 500_000
"""Characters that are read; the longest ads seen have some 20,000, what is longer wants to keep us busy."""

DEEPEST = 2048
"""Elements within elements that the parser follows; below, it drops what it finds, and tags are cut out instead."""


def html_to_text(source: str) -> str:
    """Plain text of an HTML fragment or of text with entities, also where entities were encoded twice.

    Scripts and styles are gone, blocks and `<br>` are line breaks; text without any of these keeps its own.
    """
    source = LONG_TAG.sub(r"\1>", source[:MAX_SOURCE])
    if not MARKUP.search(source) and source.isprintable():
        return " ".join(source.split())
    once = source if TAG.search(source) else unescape(source)
    text = _text_of_markup(once) if TAG.search(once) else once
    # A second level of entities ("&amp;nbsp;") is still there after parsing; a literal "&" stays what it is.
    text = unescape(text)
    if TAG.search(text) and not TAG.search(source):
        text = _text_of_markup(text)
    return _tidy(text)


def one_line(source: str) -> str:
    """As `html_to_text`, with all white space as single spaces."""
    return " ".join(html_to_text(source).split())


def _text_of_markup(markup: str) -> str:
    # lxml itself and not by way of bs4: every ad passes here, and bs4's objects cost ten times the parsing; those of
    # lxml.html three times. Bytes, because lxml refuses a text that declares an encoding.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup.encode("utf-8", "replace"), parser)
    if root is None:  # nothing but comments and closing tags
        return ""
    text = "".join(_pieces(root, has_lines=LINE_TAG.search(markup) is not None))
    if not text.strip() and markup.count("<") > DEEPEST:
        return TAG.sub(" ", markup)
    return text


def _pieces(root: Any, *, has_lines: bool) -> Iterator[str]:
    """The text in order, with marks where lines begin and end; without recursion, because pages nest without end."""
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        else:
            stack.extend(reversed(_parts(node, has_lines=has_lines)))


def _parts(element: Any, *, has_lines: bool) -> list[Any]:
    """What an element stands for: marks around its texts and children."""
    name = element.tag
    if name in UNSEEN or not isinstance(name, str):
        return []
    if name == "br":
        return ["\n"]
    keeps_lines = not has_lines or name == "pre"
    bullet = "- " if name == "li" and _wants_bullet(element) else ""
    before = PARAGRAPH if name in PARAGRAPHS else LINE if name in LINES else ""
    after = " " if name in ("td", "th") else before
    inner = [_run(element.text, keeps_lines=keeps_lines)]
    for child in element:
        inner += [child, _run(child.tail, keeps_lines=keeps_lines)]
    return [before, bullet, *inner, after]


def _run(text: str | None, *, keeps_lines: bool) -> str:
    return text or "" if keeps_lines or not text else WHITE_SPACE.sub(" ", text)


def _wants_bullet(point: Any) -> bool:
    """A point of an unordered list that brings no bullet of its own."""
    parent = point.getparent()
    if parent is None or parent.tag != "ul":
        return False
    beginning = next((text.strip() for text in point.itertext() if text.strip()), "")
    return beginning[:1] not in BULLETS


def _tidy(text: str) -> str:
    if PARAGRAPH in text:
        text = AROUND_PARAGRAPH.sub("\n\n", text)
    if LINE in text:
        text = AROUND_LINE.sub("\n", text)
    unified = INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.strip() for line in SPACES.sub(" ", unified).split("\n")]
    return BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
