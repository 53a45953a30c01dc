"""HTML to the plain text a reader sees, line breaks kept. What the text means is not asked here."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from html import unescape

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag
from bs4.element import NavigableString, PageElement

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
SPACES = re.compile(r"[^\S\n]+")
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


MAX_SOURCE = 500_000
"""Characters that are read; the longest ads seen have some 20,000, what is longer wants to keep us busy."""


def html_to_text(source: str) -> str:
    """Plain text of an HTML fragment or of text with entities, also where entities were encoded twice.

    Scripts and styles are gone, blocks and `<br>` are line breaks; text without any of these keeps its own.
    """
    source = source[:MAX_SOURCE]
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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(markup, "lxml")
    return "".join(_pieces(soup, has_lines=LINE_TAG.search(markup) is not None))


def _pieces(soup: BeautifulSoup, *, has_lines: bool) -> Iterator[str]:
    """The text in order, with marks where lines begin and end; without recursion, because pages nest without end."""
    stack: list[PageElement | str] = [soup]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            stack.extend(reversed(_parts(node)))
        elif isinstance(node, NavigableString):
            if type(node) is NavigableString:
                keeps_lines = not has_lines or (node.parent is not None and node.parent.name == "pre")
                yield str(node) if keeps_lines else re.sub(r"\s+", " ", node)
        else:
            yield str(node)


def _parts(element: Tag) -> list[PageElement | str]:
    """What an element stands for: marks around its children."""
    name = element.name
    if name in UNSEEN:
        return []
    if name == "br":
        return ["\n"]
    bullet = "- " if name == "li" and _wants_bullet(element) else ""
    before = PARAGRAPH if name in PARAGRAPHS else LINE if name in LINES else ""
    after = " " if name in ("td", "th") else before
    return [before, bullet, *element.children, after]


def _wants_bullet(point: Tag) -> bool:
    """A point of an unordered list that brings no bullet of its own."""
    if point.parent is None or point.parent.name != "ul":
        return False
    beginning = next((text for text in point.stripped_strings), "")
    return beginning[:1] not in BULLETS


def _tidy(text: str) -> str:
    text = re.sub(rf"[\s{LINE}]*{PARAGRAPH}[\s{LINE}{PARAGRAPH}]*", "\n\n", text)
    text = re.sub(rf"[^\S\n]*{LINE}[^\S\n{LINE}]*(?:\n|{LINE})*", "\n", text)
    unified = INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [SPACES.sub(" ", line).strip() for line in unified.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
