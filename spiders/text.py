"""HTML to the plain text a reader sees, line breaks kept. What the text means is not asked here."""

from __future__ import annotations

import re
import warnings
from html import unescape

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

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
    for names, mark in ((LINES, LINE), (PARAGRAPHS, PARAGRAPH)):
        for element in soup.find_all(names):
            element.insert_before(mark)
            element.insert_after(mark)
    for point in soup.select("ul > li"):
        point.insert(0, "" if point.get_text().lstrip()[:1] in BULLETS else "- ")
    for cell in soup.find_all(["td", "th"]):
        cell.insert_after(" ")


def _tidy(text: str) -> str:
    text = re.sub(rf"[\s{LINE}]*{PARAGRAPH}[\s{LINE}{PARAGRAPH}]*", "\n\n", text)
    text = re.sub(rf"[^\S\n]*{LINE}[^\S\n{LINE}]*(?:\n|{LINE})*", "\n", text)
    unified = INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [SPACES.sub(" ", line).strip() for line in unified.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
