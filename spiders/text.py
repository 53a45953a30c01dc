"""HTML to the plain text a reader sees, line breaks kept. What the text means is not asked here."""

from __future__ import annotations

import re
import warnings
from html import unescape

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag

UNSEEN = ("script", "style", "template", "noscript", "head", "svg", "iframe", "object")
BLOCKS = (
    "p", "div", "ul", "ol", "li", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header",
    "footer", "blockquote", "dl", "dt", "dd", "pre", "hr", "form", "fieldset", "main", "aside", "figure", "address",
)  # fmt: skip
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
LINE_TAG = re.compile(rf"<(?:br|{'|'.join(BLOCKS)})\b", re.IGNORECASE)
BULLETS = tuple("-–—•*·✓✔►▪")
SPACES = re.compile(r"[^\S\n]+")
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def html_to_text(source: str) -> str:
    """Plain text of an HTML fragment or of text with entities, also where entities were encoded twice.

    Scripts and styles are gone, blocks and `<br>` are line breaks; text without any of these keeps its own.
    """
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
    for element in soup.find_all(UNSEEN):
        element.decompose()
    if LINE_TAG.search(markup):
        _collapse_source_lines(soup)
        _mark_lines(soup)
    return soup.get_text()


def _collapse_source_lines(soup: BeautifulSoup) -> None:
    for string in list(soup.find_all(string=True)):
        if not string.find_parent("pre"):
            string.replace_with(re.sub(r"\s+", " ", str(string)))


def _mark_lines(soup: BeautifulSoup) -> None:
    for element in soup.find_all("br"):
        element.replace_with("\n")
    for element in soup.find_all(BLOCKS):
        if isinstance(element, Tag):
            element.insert_before("\n")
            element.insert_after("\n")
    for point in soup.select("ul > li"):
        point.insert(0, "" if point.get_text().lstrip()[:1] in BULLETS else "- ")
    for cell in soup.find_all(["td", "th"]):
        cell.insert_after(" ")


def _tidy(text: str) -> str:
    unified = INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [SPACES.sub(" ", line).strip() for line in unified.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
