"""What was typed outlives a log-in that runs out and a form that grew old; nobody else can make use of that."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from bs4 import BeautifulSoup
from httpx import Response
from playwright.sync_api import Browser
from sqlalchemy import func, select, update

from alerts.desk.kept_forms import ADDRESSES, LARGEST_CARRIED, unpacked
from alerts.desk.people import Role
from alerts.desk.protection import LARGEST_POST
from alerts.desk.sessions import LONGEST, limits_of
from alerts.desk.speaking import Tongue, said
from crawler.store.cases import case_history
from crawler.store.schema import case_events, people
from tests.desk.browsing import LAPTOP, PHONE, watch
from tests.desk.conftest import PASSWORD, DeskUnderTest, field
from tests.desk.legal_walks import IVA, approved_case, confirmed_case, draft_address, editor_form
from tests.desk.test_forms import NOTHING_TYPED, ONLY_SECRETS, WRONG
from tests.desk.test_people import _set_up

BROWSER = {"sec-fetch-site": "same-origin"}
NOTE = 'Zvala je Ana: "čeka <b>pasoš</b> & ček"\r\ndrugi red'
ENTER = {"email": "ana@primer.example", "password": PASSWORD}
SECRETS = {"/login", "/profile/password"}
DRAFT = draft_address(1)
OF_CHOICES = {"/register/import", "/legal/cases/{case_id}/drafts"}


def run_out(desk: DeskUnderTest) -> None:
    """Lets the log-in stand idle until it ends."""
    desk.wait(limits_of(desk.store.settings.file).idle)


def send(desk: DeskUnderTest, address: str, form: dict[str, Any], **more: Any) -> Response:
    """Posts it as a page of ours would."""
    answer: Response = desk.client.post(address, data=form, headers=BROWSER, **more)
    return answer


def form_of(page: str, action: str) -> dict[str, Any]:
    """The fields of the page's form to that address, as a browser would send them."""
    found = BeautifulSoup(page, "lxml").select_one(f'form[action="{action}"]')
    assert found, f"no form to {action}"
    fields: dict[str, Any] = {}
    for one in found.select("[name]"):
        value = one.get_text().removeprefix("\n") if one.name == "textarea" else str(one.get("value", ""))
        fields.setdefault(str(one["name"]), []).append(value.replace("\r\n", "\n").replace("\n", "\r\n"))
    return fields


def notes_of(desk: DeskUnderTest, case_id: int) -> list[str]:
    with desk.store.connect() as connection:
        return [event.note for event in case_history(connection, case_id)]


def typed_note(desk: DeskUnderTest) -> tuple[str, dict[str, str]]:
    """Address and fields of a note that was typed on a case's page."""
    case_id = desk.store.complaint_case()
    return f"/cases/{case_id}/notes", {"csrf": field(desk.page(f"/cases/{case_id}"), "csrf"), "note": NOTE}


def test_every_form_in_which_people_write_is_kept_and_none_that_asks_for_a_secret() -> None:
    kept = {path for path in _paths() if ADDRESSES.fullmatch(_number(path))}
    assert kept == {each.path for each in WRONG.values()} - SECRETS - OF_CHOICES
    assert not any(ADDRESSES.fullmatch(_number(path)) for path in NOTHING_TYPED | ONLY_SECRETS)


def test_a_note_outlives_the_log_in(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    run_out(desk)
    refused = send(desk, address, form)
    assert (refused.status_code, "Prijava je istekla" in refused.text) == (401, True)
    assert notes_of(desk, 1) == []
    entered = send(desk, "/login", form_of(refused.text, "/login") | ENTER)
    assert (entered.status_code, "Prijavljeni ste" in entered.text) == (200, True)
    again = form_of(entered.text, address)
    assert again["note"] == [NOTE]
    assert again["csrf"] != [form["csrf"]]
    assert notes_of(desk, 1) == []
    assert send(desk, address, again).status_code == 303
    assert notes_of(desk, 1) == [NOTE.replace("\r\n", "\n")]


def test_a_note_outlives_a_log_in_with_a_code_and_a_wrong_password(desk: DeskUnderTest) -> None:
    desk.enter()
    secret, _ = _set_up(desk)
    address, form = typed_note(desk)
    run_out(desk)
    page = send(desk, address, form).text
    for password in ("pogrešna lozinka", PASSWORD):
        page = send(desk, "/login", form_of(page, "/login") | ENTER | {"password": password}).text
    for code in ("000000", pyotp.TOTP(secret).at(desk.now)):
        page = send(desk, "/login/code", form_of(page, "/login/code") | {"code": code}).text
    assert send(desk, address, form_of(page, address)).status_code == 303
    assert len(notes_of(desk, 1)) == 1


def test_a_log_in_form_that_grew_old_itself_hands_it_on(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    run_out(desk)
    first = form_of(send(desk, address, form).text, "/login")
    second = send(desk, "/login", first | ENTER | {"csrf": "stari"})
    assert (second.status_code, form_of(second.text, "/login")["kept"]) == (401, first["kept"])


def test_an_old_token_costs_nothing_that_was_typed(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    desk.client.cookies.clear()
    desk.log_in()
    refused = send(desk, address, form)
    assert (refused.status_code, "Obrazac je zastareo" in refused.text) == (403, True)
    assert send(desk, address, form_of(refused.text, address)).status_code == 303


def test_a_dismissal_says_what_is_sent_again(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    shown = desk.page(f"/cases/{case_id}")
    form = {"csrf": field(shown, "csrf"), "seen": field(shown, "seen"), "decision": "dismiss", "note": "nije oglas"}
    desk.client.cookies.clear()
    desk.log_in()
    refused = send(desk, f"/cases/{case_id}/decide", form)
    assert "<strong>Odbaci</strong>" in refused.text
    assert send(desk, f"/cases/{case_id}/decide", form_of(refused.text, f"/cases/{case_id}/decide")).status_code == 303
    assert desk.state(case_id) == "dismissed"


def test_a_draft_that_was_edited_outlives_the_log_in(desk: DeskUnderTest) -> None:
    desk.enter(Role.LEGAL)
    desk.store.register()
    case_id = confirmed_case(desk)
    address = f"{draft_address(case_id)}?script=latn"
    form = editor_form(desk.page(address))
    name = next(each for each in form if each.startswith("passage-"))
    form[name] = "Pasus koji je dugo pisan."
    run_out(desk)
    page = send(desk, "/login", form_of(send(desk, address, form).text, "/login") | ENTER).text
    saved = send(desk, address, form_of(page, address))
    assert (saved.status_code, "done=saved" in saved.headers["location"]) == (303, True)
    assert "Pasus koji je dugo pisan." in desk.page(address)


def test_a_filing_is_shown_to_be_copied_and_not_sent_again(desk: DeskUnderTest) -> None:
    desk.enter(Role.LEGAL)
    desk.store.register()
    address = f"{draft_address(approved_case(desk))}/filed"
    form = {"csrf": field(desk.page(address), "csrf"), "channel": "counter", "on": "2026-11-20", "reference": "353-7"}
    run_out(desk)
    refused = send(desk, address, form, files={"receipt": ("potvrda.pdf", b"%PDF-1.7 tajno", "application/pdf")})
    assert "tajno" not in refused.text
    entered = send(desk, "/login", form_of(refused.text, "/login") | ENTER).text
    assert _copied_from(entered) == (address, ["2026-11-20", "353-7"])


@pytest.mark.parametrize(
    ("address", "page", "form"),
    [
        (f"{DRAFT}/approve", DRAFT, {"note": "pročitano", "sha256": "x"}),
        ("/legal/cases/1/filings/1/outcome", "/legal/cases/1", {"what": "no_procedure", "note": "javili su"}),
        (f"{DRAFT}?script=latn", DRAFT, {"passage-1": "Pasus.", "restore": "1"}),
        (f"{DRAFT}?script=latn", DRAFT, {"passage-1": "Pasus.", "do": "restore_all"}),
        ("/people", "/people", {"name": "Vera Primerić", "role": "admin"}),
        ("/profile/tokens", "/profile", {"name": "tabla", "scope": "write"}),
    ],
)
def test_what_does_more_than_keep_words_is_done_on_its_own_page(
    desk: DeskUnderTest, address: str, page: str, form: dict[str, str]
) -> None:
    """By an old token, and after a log-in."""
    desk.enter(Role.ADMIN)
    sent = form | {"csrf": field(desk.page("/profile"), "csrf")}
    desk.client.cookies.clear()
    desk.log_in()
    run = send(desk, address, sent).text
    desk.client.cookies.clear()
    entered = send(desk, "/login", form_of(send(desk, address, sent).text, "/login") | ENTER).text
    for shown in (run, entered):
        assert "Ništa nije zabeleženo. Otvorite stranicu ponovo" in shown
        assert _copied_from(shown)[0] == page
        assert _copied_from(shown)[1][0] in form.values()


@pytest.mark.parametrize("has_code", [False, True])
def test_who_logs_in_as_somebody_else_is_shown_nothing_of_it(desk: DeskUnderTest, has_code: bool) -> None:
    desk.enter()
    address, form = typed_note(desk)
    run_out(desk)
    iva, secret = _iva_logs_in(desk, with_code=has_code)
    page = send(desk, "/login", form_of(send(desk, address, form).text, "/login") | iva).text
    if has_code:
        assert "Zvala" not in page
        code = {"code": pyotp.TOTP(secret).at(desk.now)}
        page = send(desk, "/login/code", form_of(page, "/login/code") | code).text
    _shows_nothing(page, address)
    assert notes_of(desk, 1) == []


def test_another_tab_s_old_form_shows_nothing_to_who_is_logged_in_now(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    desk.client.cookies.clear()
    _iva_logs_in(desk)
    desk.log_in(IVA)
    refused = send(desk, address, form)
    assert refused.status_code == 403
    _shows_nothing(refused.text, address)
    _shows_nothing(send(desk, address, form | {"csrf": "ničiji"}).text, address)


def test_who_must_first_change_the_password_keeps_what_was_typed(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    with desk.store.engine.begin() as connection:
        connection.execute(update(people).values(password_due=True))
    refused = send(desk, address, form)
    assert "promenite lozinku" in refused.text
    assert form_of(refused.text, address)["note"] == [NOTE]


@pytest.mark.parametrize("headers", [{"origin": "https://other.example"}, {"sec-fetch-site": "same-site"}, {}])
@pytest.mark.parametrize("is_in", [True, False])
def test_nothing_that_another_site_sends_is_shown_or_kept(
    desk: DeskUnderTest, headers: dict[str, str], is_in: bool
) -> None:
    desk.enter()
    address, form = typed_note(desk)
    if not is_in:
        run_out(desk)
    answer = desk.client.post(address, data=form | {"csrf": "pogođen"}, headers=headers)
    assert (answer.status_code, "Zvala" in answer.text) == (403 if is_in else 303, False)
    handed = {"kept": _packed(address), "csrf": "pogođen"} | ENTER
    answer = desk.client.post("/login", data=handed, headers=headers or {"sec-fetch-site": "cross-site"})
    assert (answer.status_code, "Zvala" in answer.text) == (403, False)


@pytest.mark.parametrize(
    "address",
    [
        "https://other.example/cases/1/notes",
        "//other.example/cases/1/notes",
        "/\\other.example",
        "/logout",
        "/tongue",
        "/profile/password",
        "/people/1/disable",
        "/cases/1/notes\n",
        "/cases/1/notes/../../../logout",
        "",
        "/cases/x/notes",
    ],
)
def test_a_forged_form_leads_nowhere_but_to_the_forms_that_are_kept(desk: DeskUnderTest, address: str) -> None:
    assert unpacked(_packed(address)) is None
    desk.add()
    form = form_of(desk.client.get("/login").text, "/login") | ENTER | {"kept": _packed(address)}
    assert send(desk, "/login", form).headers["location"] == "/"


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"address": "/views"}', '{"address": "/views", "fields": 1}'])
def test_what_is_no_kept_form_is_none(kept: str) -> None:
    assert unpacked(kept) is None


def test_what_was_typed_comes_back_as_text_and_without_secrets(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    run_out(desk)
    refused = send(desk, address, form | {"note": "<script>alert(1)</script>", '"><script>': "x"})
    entered = send(desk, "/login", form_of(refused.text, "/login") | ENTER)
    for page in (refused.text, entered.text):
        assert "<script>alert" not in page
        assert '"><script>' not in page
        assert PASSWORD not in page
        assert form["csrf"] not in page


def test_buttons_alone_lead_to_the_log_in_as_ever(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    shown = desk.page(f"/cases/{case_id}")
    form = {"csrf": field(shown, "csrf"), "seen": field(shown, "seen"), "decision": "confirm"}
    run_out(desk)
    answer = send(desk, f"/cases/{case_id}/decide", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


def test_a_text_too_long_for_the_log_in_is_shown_to_be_copied(desk: DeskUnderTest) -> None:
    """It is longer than a stranger may post: it is read because the session was one until lately."""
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "Posao u Nemačkoj. " * 5000}
    assert len(form["what"]) > LARGEST_POST > LARGEST_CARRIED
    run_out(desk)
    refused = send(desk, "/check", form)
    assert (refused.status_code, "predugačak" in refused.text) == (401, True)
    assert form["what"].strip() in refused.text
    assert form_of(refused.text, "/login")["kept"] == [""]
    desk.wait(LONGEST)
    assert send(desk, "/check", form).status_code == 403


def test_nothing_of_it_is_stored_before_it_is_sent_again(desk: DeskUnderTest) -> None:
    desk.enter()
    address, form = typed_note(desk)
    run_out(desk)
    send(desk, "/login", form_of(send(desk, address, form).text, "/login") | ENTER)
    with desk.store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(case_events)) == 0
    assert b"Zvala je" not in b"".join(
        file.read_bytes() for file in desk.store.settings.home.rglob("*") if file.is_file()
    )


@pytest.mark.parametrize(
    ("tongue", "viewport"), [(Tongue.LATN, LAPTOP), (Tongue.CYRL, PHONE), (Tongue.EN, PHONE)], ids=list(Tongue)
)
def test_the_keyboard_alone_brings_a_note_back(
    desk: DeskUnderTest, address: str, browser: Browser, tongue: Tongue, viewport: dict[str, int]
) -> None:
    desk.add()
    case_id = desk.store.complaint_case()
    watched = watch(browser, address, viewport=viewport)
    page = watched.page
    page.context.add_cookies([{"name": "adwatch_tongue", "value": tongue.value, "url": address}])
    watched.log_in()
    page.goto(f"{address}cases/{case_id}")
    page.focus("#beleska")
    page.keyboard.type("Zvala je Ana.")
    run_out(desk)
    watched.press("Tab", "Enter")
    page.wait_for_selector("input[name=kept]", state="attached")
    _silent_but_for(watched.noises, 401)
    watched.check()
    page.focus("#email")
    page.keyboard.type("ana@primer.example")
    watched.press("Tab")
    page.keyboard.type(PASSWORD)
    watched.press("Enter")
    page.wait_for_selector("textarea[name=note]")
    watched.check()
    assert said(tongue, "Pošaljite ponovo ono što ste napisali") in page.inner_text("main")
    page.focus("textarea[name=note]")
    watched.press("Tab", "Enter")
    page.wait_for_url(f"**/cases/{case_id}?**")
    assert notes_of(desk, case_id) == ["Zvala je Ana."]


def _copied_from(page: str) -> tuple[str, list[str]]:
    """The page to open, and what can be copied; nothing can be sent."""
    found = BeautifulSoup(page, "lxml").select_one("main")
    assert found is not None
    assert [form.get("action") for form in found.select("form")] == []
    assert all(text.has_attr("readonly") and not text.has_attr("name") for text in found.select("textarea"))
    link = found.select_one("a[target=_blank]")
    assert link is not None
    return str(link["href"]), [text.get_text().strip() for text in found.select("textarea")]


def _shows_nothing(page: str, address: str) -> None:
    """Somebody else wrote it: no text, and no button."""
    assert "Ovo je napisala druga osoba" in page
    assert "Zvala" not in page
    assert f'action="{address}"' not in page


def _iva_logs_in(desk: DeskUnderTest, *, with_code: bool = False) -> tuple[dict[str, str], str]:
    """Adds a second person; what they enter, and the secret of their codes where they are asked for one."""
    desk.add(IVA)
    if not with_code:
        return ENTER | {"email": IVA}, ""
    own, desk.client = desk.client, desk.another_client()
    desk.log_in(IVA)
    secret, _ = _set_up(desk)
    desk.client = own
    desk.wait(timedelta(minutes=1))
    return ENTER | {"email": IVA}, secret


def _silent_but_for(noises: list[str], status: int) -> None:
    """The browser itself tells of a page that is refused."""
    assert [noise for noise in noises if f"status of {status}" not in noise] == []
    noises.clear()


def _paths() -> set[str]:
    return {each.path for each in WRONG.values()} | NOTHING_TYPED | ONLY_SECRETS


def _number(path: str) -> str:
    return re.sub(r"\{\w+\}", "7", path)


def _packed(address: str) -> str:
    return json.dumps({"address": address, "fields": [["note", "Zvala je Ana"]]})
