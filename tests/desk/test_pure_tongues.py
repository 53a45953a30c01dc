"""Every page of a filled desk in English and in Cyrillic: no word of ours is left in another tongue.

What comes from outside (ads, names, addresses) is marked by `translate="no"` or a `lang` of its own, which tells
screen readers and translating browsers the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

from alerts.desk.asking import COOKIE
from alerts.desk.people import Role
from alerts.desk.speaking import BRANDS, Tongue
from alerts.script import TERMS
from tests.desk.catalogues import catalogue, catalogues, used_counts, used_texts
from tests.desk.conftest import DeskUnderTest
from tests.desk.filling import pages_of_a_full_desk
from tests.desk.house_words import house_words

SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-unsaved")
_WORD = re.compile(r"[^\W\d_]{2,}")
_AS_IT_IS = re.compile(r"\S+@\S+|https?://\S+|\S*[/\\_=]\S*|[\w-]+\.[a-z]{2,}\S*|\b[0-9a-f]{6,}\b")
"""Addresses, paths, codes, hosts and hashes."""
OUTSIDE = re.compile(
    "Ana Primerović|Vera Primerić|Primer Radnik d.o.o.|Primer Rad|Moj prikaz|tabla|Radnik|Zatvorena grupa"
)
"""Names of this desk, where they stand in attributes and titles, which cannot mark a part."""
_MADE_UP = {"traži se novac pre puta", "posrednik nije pronađen u registru"}
"""Reasons that the builders invented; the real ones are words of the house, which have their English."""
_OF_SERBIAN = re.compile("[čćšžđ]", re.IGNORECASE)


@pytest.mark.parametrize("tongue", [Tongue.EN, Tongue.CYRL])
def test_no_page_mixes_tongues(desk: DeskUnderTest, tmp_path: Path, tongue: Tongue) -> None:
    desk.enter(Role.ADMIN)
    found: dict[str, set[str]] = {}
    pages = pages_of_a_full_desk(desk, tmp_path)
    desk.client.cookies.set(COOKIE, tongue.value)
    for address in pages:
        answer = desk.client.get(address)
        assert answer.status_code in (200, 404), address
        for text in spoken(answer.text, tongue):
            if foreign := foreign_words(text, tongue):
                found.setdefault(f"{' '.join(sorted(foreign))}: {text[:90]}", set()).add(address)
    assert found == {}, "\n".join(f"{text} -- {sorted(where)[:3]}" for text, where in found.items())


def spoken(page: str, tongue: Tongue) -> Iterator[str]:
    """Texts and spoken attributes that are not marked as from outside."""
    tree = BeautifulSoup(page, "lxml")
    for one in tree.select("script, style, code, kbd, pre, [translate=no]"):
        one.extract()
    for one in tree.select("[lang]"):
        if one.name != "html" and not str(one["lang"]).startswith(tongue.tag):
            one.extract()
    for node in tree.find_all(string=True):
        if type(node) is NavigableString and node.strip() and node.strip() not in _MADE_UP:
            is_plain = node.parent is not None and node.parent.name in ("title", "label")
            yield " ".join((OUTSIDE.sub("", node) if is_plain else node).split())
    for one in tree.find_all(True):
        yield from (OUTSIDE.sub("", str(one[name])) for name in SPOKEN if isinstance(one, Tag) and one.has_attr(name))


def foreign_words(text: str, tongue: Tongue) -> set[str]:
    """Words in it that are of another tongue than the page."""
    words = set(_WORD.findall(_AS_IT_IS.sub(" ", text)))
    if tongue is Tongue.EN:
        return {word for word in words if _OF_SERBIAN.search(word) or word.lower() in _only_serbian()}
    return {word for word in words if word.isascii() or _OF_SERBIAN.search(word)} - _kept_latin()


@cache
def _only_serbian() -> frozenset[str]:
    """Words of the house that no English text of it holds."""
    serbian = {*used_texts(), *used_counts(), *house_words()}
    english = {text for path in catalogues() for text in catalogue(path)[0].values()}
    english |= {text for path in catalogues() for forms in catalogue(path)[1].values() for text in forms}
    # English as well: a month.
    return frozenset(_words_of(serbian) - _words_of(english) - {"nov"})


@cache
def _kept_latin() -> frozenset[str]:
    """Names of formats and programs that Cyrillic pages keep in Latin letters."""
    kept = frozenset(word for brand in (*BRANDS, *TERMS) for word in _WORD.findall(brand))
    return kept | {"adwatch", "demo", "XLSX"}


def _words_of(texts: set[str]) -> set[str]:
    plain = (re.sub(r"%\(\w+\)s|<[^>]+>|&\w+;", " ", text) for text in texts)
    return {word.lower() for text in plain for word in _WORD.findall(text)}
