from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.advice.schema import channels
from alerts.desk.asking import COOKIE, local_address
from alerts.desk.navigation import ENTRIES, entries_for
from alerts.desk.people import Role
from alerts.desk.speaking import Tongue, cyrillic, said, say, say_counted
from alerts.desk.templating import Speech, templates_of
from tests.desk.catalogues import catalogue, catalogues, used_counts, used_texts
from tests.desk.conftest import MORNING, DeskUnderTest, field
from tests.desk.house_words import house_words

_MARKS = re.compile(r"%\(\w+\)s|%%|</?\w+")
_TAG = re.compile(r"<[^>]+>")
# Quotation marks and dashes of other languages.
_FOREIGN_SIGN = re.compile(r"['\"”»«—]")


def test_every_text_has_its_english() -> None:
    """Write what is missing into the catalogue of your area, `alerts/desk/locale/en/<area>.po`."""
    texts: set[str] = set()
    counts: set[str] = set()
    for path in catalogues():
        texts |= catalogue(path)[0].keys()
        counts |= catalogue(path)[1].keys()
    lacking = {text: place for text, place in used_texts().items() if text not in texts}
    lacking |= {text: place for text, place in used_counts().items() if text not in counts}
    assert lacking == {}


def test_every_word_of_the_house_has_its_english() -> None:
    """Titles, questions, advice, reasons and sentences that come from data or from the rooms."""
    known = {text for path in catalogues() for text in catalogue(path)[0]}
    assert house_words() - known == set()


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.stem)
def test_a_catalogue_holds_only_what_is_said_somewhere(path: Path) -> None:
    texts, counts = catalogue(path)
    stale = set(texts) - used_texts().keys() - house_words()
    assert stale | (set(counts) - used_counts().keys()) == set()


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.stem)
def test_english_keeps_placeholders_and_tags(path: Path) -> None:
    for text, english in catalogue(path)[0].items():
        assert english, text
        assert sorted(_MARKS.findall(text)) == sorted(_MARKS.findall(english)), text


def test_one_text_has_one_english() -> None:
    """Catalogues are read together: an area that needs another English for a word says more than the word."""
    found: dict[str, set[str]] = {}
    for path in catalogues():
        for text, english in catalogue(path)[0].items():
            found.setdefault(text, set()).add(english)
    assert {text: words for text, words in found.items() if len(words) > 1} == {}


def test_serbian_texts_quote_as_serbian_does() -> None:
    plain = {text: _TAG.sub("", text) for text in used_texts().keys() | house_words()}
    assert {text for text, words in plain.items() if _FOREIGN_SIGN.search(words)} == set()
    assert {text for text, words in plain.items() if words.count("„") != words.count("“")} == set()


def test_names_of_organisations_abroad_stay_as_they_are() -> None:
    told = [cyrillic(channel.name) for channel in channels() if channel.countries]
    assert {"KOK (Немачка)", "La Strada (Чешка, Пољска)", "CoMensha и FairWork (Холандија)"} <= set(told)
    assert "On the Road (Италија)" in told


def test_cyrillic_leaves_placeholders_tags_and_names_alone() -> None:
    text = 'Preuzmi <a href="/x?a=1">njihov</a> PDF &amp; CSV: %(name)s, %(percent)s%% (adwatch, <kbd>Enter</kbd>)'
    assert cyrillic(text) == (
        'Преузми <a href="/x?a=1">њихов</a> PDF &amp; CSV: %(name)s, %(percent)s%% (adwatch, <kbd>Enter</kbd>)'
    )


def test_values_are_never_put_into_another_script() -> None:
    assert say(Tongue.CYRL, "Slučaj %(name)s", name="Primer DOO") == "Случај Primer DOO"
    template = templates_of(Tongue.CYRL).from_string('{{ _("Oglas <b>%(name)s</b>", name=name) }} {{ "<i>"|said }}')
    assert template.render(name="<Njegoš>") == "Оглас <b>&lt;Njegoš&gt;</b> &lt;i&gt;"


def test_what_has_no_english_is_said_in_latin() -> None:
    assert said(Tongue.EN, "nema takvih reči") == "nema takvih reči"


@pytest.mark.parametrize(
    ("tongue", "words"),
    [
        (Tongue.LATN, ("21\u00a0oglas", "3\u00a0oglasa", "20. 11. 2026. u 08:00", "2.500", "Nemačka, XX")),
        (Tongue.CYRL, ("21\u00a0оглас", "3\u00a0огласа", "20. 11. 2026. у 08:00", "2.500", "Немачка, XX")),
        (Tongue.EN, ("21\u00a0ads", "3\u00a0ads", "20 Nov 2026, 08:00", "2,500", "Germany, XX")),
    ],
)
def test_counts_days_numbers_and_countries_follow_the_tongue(tongue: Tongue, words: tuple[str, ...]) -> None:
    speech = Speech(tongue)
    assert (
        speech.counted(21, "oglas", "oglasa", "oglasa"),
        say_counted(tongue, 3, "oglas", "oglasa", "oglasa"),
        speech.local(MORNING).replace("\u00a0", " "),
        speech.amount(2500),
        speech.countries(["DE", "XX"]),
    ) == words


def test_the_switch_is_remembered_and_leads_back(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page("/?pile=unsure")
    assert '<html lang="sr-Latn">' in shown
    form = {"csrf": field(shown, "csrf"), "to": field(shown, "to").replace("&amp;", "&")}
    for tongue, lang, words in (
        ("cyrl", "sr-Cyrl", "Одјави се"),
        ("en", "en", "Log out"),
        ("latn", "sr-Latn", "Odjavi se"),
    ):
        answer = desk.client.post("/tongue", data=form | {"tongue": tongue})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?pile=unsure")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(COOKIE)
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        shown = desk.page("/?pile=unsure")
        assert f'<html lang="{lang}">' in shown
        assert words in shown


def test_the_log_in_can_be_read_in_english(desk: DeskUnderTest) -> None:
    desk.client.cookies.set(COOKIE, "en")
    assert "Password" in desk.page("/login")
    desk.client.cookies.set(COOKIE, "klingon")
    assert "Lozinka" in desk.page("/login")


def test_another_site_cannot_switch_the_tongue(desk: DeskUnderTest) -> None:
    form = {"tongue": "en", "to": "/login"}
    headers = {"origin": "https://other.example"}
    assert desk.client.post("/tongue", data=form, headers=headers).status_code == 403
    desk.enter()
    assert desk.client.post("/tongue", data=form).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/",
        "//other.example",
        "/\\other.example",
        "/\t/other.example",
        "javascript:x",
        "",
        "x",
        "/š",
    ],
)
def test_no_switch_leads_to_another_site(desk: DeskUnderTest, address: str) -> None:
    assert local_address(address) == "/"
    answer = desk.client.post("/tongue", data={"tongue": "en", "to": address})
    assert answer.headers["location"] == "/"


def test_navigation_shows_pages_that_exist_and_that_the_role_may_open(desk: DeskUnderTest) -> None:
    everything = {entry.address for entry in ENTRIES}
    assert [entry.address for entry in entries_for(Role.READONLY, everything)] == [
        "/",
        "/check",
        "/legal",
        "/sources",
        "/register",
        "/reports",
    ]
    assert "/people" in {entry.address for entry in entries_for(Role.ADMIN, everything)}
    assert [entry.address for entry in entries_for(Role.ADMIN, {"/"})] == ["/"]
    desk.enter()
    assert '<a href="/" aria-current="page">Red slučajeva</a>' in desk.page("/")


@pytest.mark.parametrize("tongue", Tongue)
def test_every_page_of_a_case_renders_in_every_tongue(desk: DeskUnderTest, tongue: Tongue) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.client.cookies.set(COOKIE, tongue.value)
    for address in ("/", f"/cases/{case_id}", "/nowhere"):
        shown = desk.client.get(address).text
        assert f'<html lang="{tongue.tag}">' in shown
        assert "%(" not in shown
