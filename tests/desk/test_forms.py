"""Every form of the desk, sent with something wrong in it: the page says what, and nothing that was typed is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from httpx import Response
from sqlalchemy import update

from alerts.desk import saved_lists
from alerts.desk.people import Role
from crawler.intake import LONGEST_TEXT
from crawler.store.filings import filings_of
from crawler.store.schema import cases
from tests.desk.conftest import PASSWORD, DeskUnderTest
from tests.desk.conftest import field as field_of
from tests.desk.legal_walks import MARKET, approved_case, confirmed_case, draft_address, editor_form, filed_case
from tests.desk.test_routes import EXPECTED

LONG = "duga reč " * 300
SOURCE = "demo_radnik"


@dataclass(frozen=True)
class Wrong:
    """One form with something wrong in it."""

    path: str
    """As the table of routes names it."""
    fields: dict[str, str]
    """As a person filled them; those of `hidden` are not theirs."""
    status: int
    words: str
    """Part of what the page says is wrong."""
    hidden: dict[str, str] = field(default_factory=dict)
    secret: tuple[str, ...] = ()
    """Fields that must not come back."""
    beside: bool = True
    """The fault is told beside its field; False: above the form, for it is none of a field's."""


CHANGED, GONE = "u međuvremenu promenjen", {"seen": "open.0"}
CASE, LEGAL = "/cases/{case_id}", "/legal/cases/{case_id}"
DRAFT = LEGAL + "/drafts/{recipient}"
VIEW = {"list": "pile=open&level=high"}

WRONG = {
    "note without words": Wrong(f"{CASE}/notes", {"note": " \n "}, 400, "Beleška je prazna"),
    "note too long": Wrong(f"{CASE}/notes", {"note": LONG}, 400, "Beleška je predugačka"),
    "dismissal without reason": Wrong(
        f"{CASE}/decide", {"note": " "}, 400, "Nedostaje razlog", {"decision": "dismiss", "seen": "SEEN"}
    ),
    "dismissal with too long a reason": Wrong(
        f"{CASE}/decide", {"note": LONG}, 400, "Beleška je predugačka", {"decision": "dismiss", "seen": "SEEN"}
    ),
    "dismissal of what changed": Wrong(
        f"{CASE}/decide", {"note": "nije oglas"}, 409, CHANGED, {"decision": "dismiss"} | GONE, beside=False
    ),
    "no decision": Wrong(f"{CASE}/decide", {"note": "nije oglas"}, 400, "nije potpun", {"decision": ""}, beside=False),
    "view without name": Wrong("/views", {"name": " ", "shared": "1"}, 400, "Upišite naziv prikaza", VIEW),
    "view with too long a name": Wrong("/views", {"name": LONG[:90], "shared": "1"}, 400, "osamdeset", VIEW),
    "one view too many": Wrong("/views", {"name": "Još jedan"}, 400, "trideset prikaza", VIEW),
    "log-in": Wrong(
        "/login", {"email": "ana@primer.example", "password": "pogrešna lozinka"}, 401, "nije tačna", {},
        ("password",), beside=False,
    ),
    "check of nothing": Wrong("/check", {"what": " "}, 400, "Nalepite tekst"),
    "check of too much": Wrong("/check", {"what": "ponuda " * (LONGEST_TEXT // 6)}, 400, "predugačak"),
    "page of no address": Wrong("/check/page", {"what": "nije adresa"}, 400, "To nije adresa"),
    "saved check with a day to come": Wrong(
        "/check/save",
        {"seen_url": "https://portal.example/1", "seen_on": "2031-01-01", "note": "javila se osoba"},
        400, "Navedite dan", {"what": "Posao u Nemačkoj, plata 2.000 evra"},
    ),
    "intake of nothing": Wrong(
        "/intake", {"text": " ", "seen_url": "https://portal.example/1", "note": "doneto lično"}, 400, "Unesite tekst"
    ),
    "intake with no address": Wrong(
        "/intake", {"text": "Posao u Nemačkoj", "seen_url": "portal", "note": "doneto lično", "fetch": "true"},
        400, "To nije adresa",
    ),
    "source off without reason": Wrong(
        f"/sources/{SOURCE}/switch", {"why": " "}, 400, "Napišite zašto", {"action": "disable"}
    ),
    "source off with too long a reason": Wrong(
        f"/sources/{SOURCE}/switch", {"why": LONG}, 400, "petsto znakova", {"action": "disable"}
    ),
    "source on that is on": Wrong(
        f"/sources/{SOURCE}/switch", {"why": "opet radi"}, 409, "već", {"action": "enable"}, beside=False
    ),
    "source with no action": Wrong(f"/sources/{SOURCE}/switch", {"why": "pauza"}, 400, "Izaberite da li", beside=False),
    "list without file": Wrong("/register/import", {"as_of": "2026-11-01"}, 400, "Izaberite datoteku"),
    "draft to nobody": Wrong(f"{LEGAL}/drafts", {"recipient": "poverenik_ravnopravnost"}, 422, "Nacrta nema"),
    "approval with too long a note": Wrong(
        f"{DRAFT}/approve", {"note": LONG}, 400, "Beleška je predugačka", {"sha256": "x"}
    ),
    "approval of another text": Wrong(
        f"{DRAFT}/approve", {"note": "pročitano"}, 409, CHANGED, {"sha256": "x"}, beside=False
    ),
    "draft with an empty passage": Wrong(DRAFT, {"EDITOR": " "}, 422, "je prazan"),
    "legal decision with too long a note": Wrong(
        f"{LEGAL}/decide", {"note": LONG}, 400, "Beleška je predugačka", {"decision": "close", "seen": "filed"}
    ),
    "legal decision on what changed": Wrong(
        f"{LEGAL}/decide", {"note": "gotovo"}, 409, CHANGED, {"decision": "withdraw", "seen": "approved"}, beside=False
    ),
    "no legal decision": Wrong(f"{LEGAL}/decide", {"note": "gotovo"}, 400, "nije potpun", beside=False),
    "filing without a day": Wrong(
        f"{DRAFT}/filed", {"channel": "counter", "on": "", "reference": "353-1/2026"}, 422, "Upišite dan"
    ),
    "filing with too long a why": Wrong(
        f"{DRAFT}/filed", {"channel": "counter", "on": "2026-11-20", "reference": "353-1", "again": LONG},
        422, "Napomena ima najviše",
    ),
    "filing of what changed": Wrong(
        f"{DRAFT}/filed", {"channel": "counter", "on": "2026-11-20", "reference": "353-1"}, 422, CHANGED, beside=False
    ),
    "outcome of no kind": Wrong(
        f"{LEGAL}/filings/{{filing_id}}/outcome", {"on": "2026-11-20", "note": "javili su"}, 422, "Izaberite šta"
    ),
    "outcome with too long a note": Wrong(
        f"{LEGAL}/filings/{{filing_id}}/outcome", {"what": "no_procedure", "on": "2026-11-20", "note": LONG},
        422, "Napomena ima najviše",
    ),
    "outcome of what changed": Wrong(
        f"{LEGAL}/filings/{{filing_id}}/outcome", {"what": "no_procedure", "on": "2026-11-20", "note": "javili su"},
        422, CHANGED, beside=False,
    ),
    "password unequal": Wrong(
        "/profile/password", {"old": PASSWORD, "new": "jedna lozinka", "again": "druga lozinka"}, 400,
        "dva puta isto", {}, ("old", "new", "again"),
    ),
    "token without name": Wrong("/profile/tokens", {"name": " ", "scope": "write", "days": "7"}, 400, "ima naziv"),
    "token for no days": Wrong(
        "/profile/tokens", {"name": "tabla", "scope": "write", "days": "puno"}, 400, "od 1 do 366"
    ),
    "token of no kind": Wrong("/profile/tokens", {"name": "tabla", "days": "7"}, 400, "Izaberite", {"scope": "sve"}),
    "person without name": Wrong(
        "/people", {"name": " ", "email": "vera@primer.example", "role": "legal"}, 400, "Upišite ime"
    ),
    "person with no address": Wrong(
        "/people", {"name": "Vera Primerić", "email": "vera", "role": "legal"}, 400, "nije e-adresa"
    ),
    "person of no role": Wrong(
        "/people", {"name": "Vera Primerić", "email": "vera@primer.example"}, 400, "Izaberite ulogu", {"role": "gost"}
    ),
}  # fmt: skip

NOTHING_TYPED = {
    "/logout", "/tongue", "/views/{view_id}/delete", "/cases/undo", f"{CASE}/name", f"{CASE}/name/undo",
    "/sources/{source}/run", "/register/aliases/revoke", "/register/judge", "/register/import/confirm", f"{LEGAL}/undo",
    "/profile/sessions/end", "/profile/totp/begin", "/profile/tokens/{token_id}/revoke", "/people/{person_id}/role",
    "/people/{person_id}/disable", "/people/{person_id}/enable", "/people/{person_id}/unlock",
    "/people/{person_id}/reset",
}  # fmt: skip
"""Forms of buttons and choices alone."""
ONLY_SECRETS = {"/login/code", "/profile/totp", "/profile/totp/remove"}
"""A code is worth nothing a second time, and a password is never sent back."""
OF_SCRIPTS = {f"{DRAFT}/preview"}


def test_every_form_is_sent_with_something_wrong() -> None:
    posts = {path.replace("{source}", SOURCE) for method, path in EXPECTED if method == "POST"}
    elsewhere = {path.replace("{source}", SOURCE) for path in NOTHING_TYPED | ONLY_SECRETS | OF_SCRIPTS}
    assert posts - elsewhere == {each.path for each in WRONG.values()}


@pytest.fixture
def filled(desk: DeskUnderTest) -> DeskUnderTest:
    """A desk with the demo's sources and a register."""
    desk.store.settings.__dict__["source_folders"] = (Path("spiders/demo/sources").absolute(),)
    desk.app.state.desk.sources.__init__(desk.store.settings)
    desk.store.register()
    return desk


@pytest.mark.parametrize("area", sorted({each.path.split("/")[1] for each in WRONG.values()}))
def test_a_refused_form_says_why_and_keeps_what_was_typed(filled: DeskUnderTest, area: str) -> None:
    filled.enter(Role.LEGAL if area == "legal" else Role.ADMIN)
    found = {name: _faults(filled, name) for name, wrong in WRONG.items() if wrong.path.split("/")[1] == area}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_view_keeps_to_the_length_that_its_words_name() -> None:
    assert (saved_lists.LONGEST_NAME, "osamdeset" in saved_lists.LONG_NAME) == (80, True)


def _faults(desk: DeskUnderTest, name: str) -> list[str]:
    """What is not as it should be after that form was sent."""
    wrong = WRONG[name]
    answer, typed = _sent(desk, name)
    page = BeautifulSoup(answer.text, "lxml")
    kept = {key for key in typed if _is_kept(page, key, typed[key])}
    return [
        *([] if answer.status_code == wrong.status else [f"answered with {answer.status_code}"]),
        *([] if wrong.words in _told(page) else [f"says: {_told(page)}"]),
        *(f"lost: {key}" for key in typed.keys() - kept - set(wrong.secret)),
        *(f"sent back: {key}" for key in kept & set(wrong.secret)),
        *([] if not wrong.beside or page.select(".field-error, [aria-invalid=true]") else ["nothing beside the field"]),
    ]


def _sent(desk: DeskUnderTest, name: str) -> tuple[Response, dict[str, str]]:
    """The answer, and what was typed."""
    wrong = WRONG[name]
    case_id = _case(desk, name) if "{case_id}" in wrong.path else 0
    typed = wrong.fields if "EDITOR" not in wrong.fields else _edited(desk, case_id)
    hidden = {key: value if value != "SEEN" else _seen(desk, case_id) for key, value in wrong.hidden.items()}
    if name == "one view too many":
        _fill_views(desk)
    with desk.store.connect() as connection:
        filing = next((one.id for one in filings_of(connection, [case_id])), 0)
    address = wrong.path.format(case_id=case_id, recipient=MARKET, filing_id=filing)
    return desk.client.post(address, data={"csrf": field_of(desk.page("/"), "csrf")} | hidden | typed), typed


def _case(desk: DeskUnderTest, name: str) -> int:
    """A case in the state that the form needs."""
    wrong = WRONG[name]
    if wrong.path.startswith(CASE):
        return desk.store.complaint_case()
    if "filings" in wrong.path or wrong.hidden.get("decision") == "close":
        case_id = filed_case(desk)
    else:
        case_id = approved_case(desk) if wrong.path.endswith("/filed") else confirmed_case(desk)
    if name in ("outcome of what changed", "filing of what changed"):
        with desk.store.engine.begin() as connection:
            connection.execute(update(cases).where(cases.c.id == case_id).values(state="closed"))
    return case_id


def _fill_views(desk: DeskUnderTest) -> None:
    csrf = field_of(desk.page("/"), "csrf")
    for number in range(30):
        assert desk.client.post("/views", data={"csrf": csrf, "name": f"Prikaz {number}"}).status_code == 303


def _edited(desk: DeskUnderTest, case_id: int) -> dict[str, str]:
    form = editor_form(desk.page(draft_address(case_id)))
    names = [name for name in form if name.startswith("passage-")]
    return {names[0]: "Izmenjen pasus.", names[1]: " ", "seen": form["seen"]}


def _seen(desk: DeskUnderTest, case_id: int) -> str:
    return field_of(desk.page(f"/cases/{case_id}"), "seen")


def _told(page: BeautifulSoup) -> str:
    """What the page says is wrong."""
    return " ".join(one.get_text(" ", strip=True) for one in page.select("[role=alert], .field-error"))


def _is_kept(page: BeautifulSoup, name: str, value: str) -> bool:
    """Whether a field of that name holds it, or, where its form is no longer shown, the page tells it."""
    if any((_value(one) or "").strip() == value.strip() for one in page.select(f'[name="{name}"]')):
        return True
    return bool(value.strip()) and any(value.strip() in one.get_text() for one in page.select("[role=alert] .said"))


def _value(one: Tag) -> str | None:
    if one.name == "textarea":
        return one.get_text().removeprefix("\n")
    if one.name == "select":
        chosen = one.select_one("option[selected]")
        return str(chosen["value"]) if chosen else None
    if one.get("type") == "checkbox" and not one.has_attr("checked"):
        return None
    return str(one.get("value", ""))
