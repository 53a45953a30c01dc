from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from httpx import Response
from sqlalchemy import select

from alerts.desk import devices
from alerts.desk.people import Role, person_of, require_decider
from alerts.desk.staff import LastAdminError, change_own_password, change_role, disable, known_person
from crawler.config import Settings
from crawler.errors import UsageError
from crawler.store.people import find_person
from crawler.store.schema import api_tokens, desk_sessions, people, recovery_codes
from tests.builders import StoreBuilder
from tests.desk.api_client import program, reason
from tests.desk.conftest import MORNING, PASSWORD, DeskUnderTest, field
from tests.desk.test_commands import _adwatch

NEW = "sasvim nova lozinka"


def _post(desk: DeskUnderTest, address: str, *, shown: str = "/profile", **fields: str) -> Response:
    """Sends a form with the token of a page."""
    answer: Response = desk.client.post(address, data={"csrf": field(desk.page(shown), "csrf"), **fields})
    return answer


def _given(answer: Response) -> str:
    """What a page shows this one time."""
    found = re.search(r"<pre><code>([^<]+)</code></pre>", answer.text)
    assert found, answer.text
    return found.group(1)


def _number(desk: DeskUnderTest, email: str) -> int:
    with desk.store.connect() as connection:
        row = find_person(connection, email=email)
    assert row
    return row.id


def test_an_admin_adds_a_person_who_changes_the_password_before_anything_else(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    assert "Osim vas još nema nikoga" in desk.page("/people")
    answer = _post(desk, "/people", shown="/people", email="Iva@primer.example", name="Iva <b>", role="legal")
    assert answer.status_code == 200
    assert "Iva &lt;b&gt;" in answer.text
    password = _given(answer)
    assert password not in desk.page("/people")
    desk.client.cookies.clear()
    assert desk.log_in("iva@primer.example", password).headers["location"] == "/"
    assert desk.client.get("/").headers["location"] == "/profile"
    assert "Promenite je" in desk.page("/profile")
    assert _post(desk, "/profile/password", old=password, new=NEW, again=NEW).status_code == 303
    assert desk.client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "iva", "name": "Iva"}, "Ovo nije e-adresa"),
        ({"email": "ana@primer.example", "name": "Iva"}, "već postoji"),
        ({"email": "iva@primer.example", "name": "  "}, "Upišite ime"),
    ],
)
def test_a_person_that_cannot_be_is_refused_and_what_was_typed_stays(
    desk: DeskUnderTest, fields: dict[str, str], words: str
) -> None:
    desk.enter(Role.ADMIN)
    answer = _post(desk, "/people", shown="/people", role="legal", **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert f'value="{fields["email"]}"' in answer.text
    assert 'value="legal" selected' in answer.text


def test_a_person_is_disabled_and_enabled_with_all_their_sessions(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    desk.add("iva@primer.example")
    iva = desk.another_client()
    iva.post("/login", data={"email": "iva@primer.example", "password": PASSWORD})
    assert iva.get("/").status_code == 200
    number = _number(desk, "iva@primer.example")
    assert _post(desk, f"/people/{number}/disable", shown="/people").status_code == 303
    assert iva.get("/").headers["location"] == "/login"
    assert _post(desk, f"/people/{number}/enable", shown="/people").status_code == 303
    assert iva.get("/").headers["location"] == "/login"
    iva.post("/login", data={"email": "iva@primer.example", "password": PASSWORD})
    assert iva.get("/").status_code == 200


def test_a_locked_person_is_shown_and_unlocked(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    desk.add("iva@primer.example")
    iva = desk.another_client()
    for _ in range(6):
        answer = iva.post("/login", data={"email": "iva@primer.example", "password": "guess guess"})
    assert answer.status_code == 429
    assert "zaključan" in desk.page("/people")
    _post(desk, f"/people/{_number(desk, 'iva@primer.example')}/unlock", shown="/people")
    assert iva.post("/login", data={"email": "iva@primer.example", "password": PASSWORD}).status_code == 303


def test_a_reset_password_ends_sessions_and_second_factor(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    secret, _ = _set_up(desk)
    assert secret
    answer = _post(desk, f"/people/{_number(desk, 'ana@primer.example')}/reset", shown="/people")
    password = _given(answer)
    assert desk.client.get("/").headers["location"] == "/login"
    assert desk.log_in().status_code == 401
    assert desk.log_in(password=password).headers["location"] == "/"


def test_a_reset_password_ends_the_tokens_that_were_made_by_the_old_one(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    caller = program(desk, Role.LEGAL)
    assert caller.get("/me").status_code == 200
    email = caller.get("/me").json()["email"]
    password = _given(_post(desk, f"/people/{_number(desk, email)}/reset", shown="/people"))
    with desk.store.engine.begin() as connection:
        row = known_person(connection, email)
        change_own_password(connection, person_of(row), old=password, new=NEW, now=desk.now, session_id=0)
    assert caller.get("/me").status_code == 401
    assert email in desk.page("/audit?act=token_revoked")


@pytest.mark.parametrize("address", ["disable", "role"])
def test_the_last_admin_stays(desk: DeskUnderTest, address: str) -> None:
    desk.enter(Role.ADMIN)
    number = _number(desk, "ana@primer.example")
    answer = _post(desk, f"/people/{number}/{address}", shown="/people", role="legal")
    assert answer.status_code == 409
    assert "jedina osoba" in answer.text
    desk.add("iva@primer.example", Role.ADMIN)
    assert _post(desk, f"/people/{number}/{address}", shown="/people", role="legal").status_code == 303
    assert desk.client.get("/people").status_code in (303, 403)


def test_a_disabled_admin_is_no_other_admin(store: StoreBuilder) -> None:
    under_test = DeskUnderTest(store)
    under_test.add("ana@primer.example", Role.ADMIN)
    under_test.add("iva@primer.example", Role.ADMIN)
    with store.engine.begin() as connection:
        disable(connection, known_person(connection, "iva@primer.example"), by="ana@primer.example", now=MORNING)
    with store.engine.begin() as connection, pytest.raises(LastAdminError):
        change_role(connection, known_person(connection, "ana@primer.example"), "legal", by="", now=MORNING)


def test_a_name_is_never_markup(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    attack = '"><script>alert(1)</script>'
    _post(desk, "/people", shown="/people", email="iva@primer.example", name=attack)
    _post(desk, "/profile/tokens", name=attack)
    for address in ("/people", "/audit", "/profile"):
        assert "<script>alert" not in desk.page(address)
    assert "&lt;script&gt;alert" in desk.page("/people")


def test_changing_the_password_ends_all_other_sessions(desk: DeskUnderTest) -> None:
    desk.enter()
    other = desk.another_client()
    other.post("/login", data={"email": "ana@primer.example", "password": PASSWORD})
    assert other.get("/").status_code == 200
    assert _post(desk, "/profile/password", old=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert other.get("/").headers["location"] == "/login"
    assert "Lozinka je promenjena" in desk.page("/profile?done=password")


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong wrong", NEW, NEW, "Lozinka nije tačna"),
        (PASSWORD, "kratka", "kratka", "od 10 do 200"),
        (PASSWORD, NEW, NEW + "x", "dva puta"),
        (PASSWORD, PASSWORD, PASSWORD, "ista kao stara"),
    ],
)
def test_a_password_is_not_changed_by_mistake(desk: DeskUnderTest, old: str, new: str, again: str, words: str) -> None:
    desk.enter()
    answer = _post(desk, "/profile/password", old=old, new=new, again=again)
    assert answer.status_code == 400
    assert words in answer.text
    assert new not in answer.text
    desk.client.cookies.clear()
    assert desk.log_in().status_code == 303


def test_an_open_session_is_no_way_to_guess_the_password(desk: DeskUnderTest) -> None:
    desk.enter()
    for _ in range(5):
        assert _post(desk, "/profile/password", old="guess guess", new=NEW, again=NEW).status_code == 400
    assert _post(desk, "/profile/password", old=PASSWORD, new=NEW, again=NEW).status_code == 400
    desk.wait(timedelta(minutes=16))
    assert _post(desk, "/profile/password", old=PASSWORD, new=NEW, again=NEW).status_code == 303


def test_own_sessions_are_listed_and_the_others_ended(desk: DeskUnderTest) -> None:
    desk.enter()
    other = desk.another_client()
    headers = {"user-agent": "<b>Drugi</b>"}
    other.post("/login", data={"email": "ana@primer.example", "password": PASSWORD}, headers=headers)
    assert "&lt;b&gt;Drugi" in desk.page("/profile")
    assert _post(desk, "/profile/sessions/end").status_code == 303
    assert other.get("/").headers["location"] == "/login"
    assert "Drugi" not in desk.page("/profile")


def test_nobody_ends_the_sessions_of_others(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.add("iva@primer.example")
    iva = desk.another_client()
    iva.post("/login", data={"email": "iva@primer.example", "password": PASSWORD})
    with desk.store.connect() as connection:
        number = connection.scalar(
            select(desk_sessions.c.id).join(people).where(people.c.email == "iva@primer.example")
        )
    _post(desk, "/profile/sessions/end", session=str(number))
    assert iva.get("/").status_code == 200


def _set_up(desk: DeskUnderTest) -> tuple[str, list[str]]:
    """Switches on the second factor; the secret and the recovery codes."""
    assert _post(desk, "/profile/totp/begin").headers["location"] == "/profile/totp"
    shown = desk.page("/profile/totp")
    secret = re.search(r'<code class="address">([A-Z2-7 ]+)</code>', shown)
    assert secret
    bare = secret.group(1).replace(" ", "")
    answer = _post(desk, "/profile/totp", shown="/profile/totp", code=pyotp.TOTP(bare).at(desk.now))
    codes = re.findall(r"<li><code>([a-z0-9-]{14})</code></li>", answer.text)
    assert len(codes) == 10
    return bare, codes


def _give_code(desk: DeskUnderTest, code: str) -> Response:
    answer: Response = desk.client.post(
        "/login/code", data={"csrf": field(desk.page("/login/code"), "csrf").strip(), "code": code}
    )
    return answer


def test_a_second_factor_is_asked_for_and_each_code_counts_once(desk: DeskUnderTest) -> None:
    desk.enter()
    secret, _ = _set_up(desk)
    picture = desk.client.get("/profile/totp/qr.svg")
    assert picture.status_code == 404
    desk.client.cookies.clear()
    assert desk.log_in().headers["location"] == "/login/code"
    assert desk.client.get("/").headers["location"] == "/login"
    pending = desk.client.cookies["adwatch_session"]
    assert _give_code(desk, pyotp.TOTP(secret).at(desk.now)).status_code == 401, "the code that set it up is spent"
    desk.wait(timedelta(seconds=30))
    code = pyotp.TOTP(secret).at(desk.now)
    assert _give_code(desk, f" {code[:3]} {code[3:]}").headers["location"] == "/"
    assert desk.client.cookies["adwatch_session"] != pending
    assert desk.client.get("/").status_code == 200
    desk.client.cookies.clear()
    desk.log_in()
    assert _give_code(desk, code).status_code == 401


def test_codes_cannot_be_guessed_even_with_the_password(desk: DeskUnderTest) -> None:
    desk.enter()
    secret, _ = _set_up(desk)
    desk.wait(timedelta(minutes=1))
    desk.client.cookies.clear()
    desk.log_in()
    for _ in range(5):
        assert _give_code(desk, "000000").status_code == 401
    assert _give_code(desk, pyotp.TOTP(secret).at(desk.now)).status_code == 429
    assert desk.log_in().status_code == 429


def test_a_password_alone_makes_no_browser_known(desk: DeskUnderTest) -> None:
    desk.enter()
    secret, _ = _set_up(desk)
    desk.wait(timedelta(minutes=1))
    desk.client.cookies.clear()
    desk.log_in()
    assert devices.COOKIE not in desk.client.cookies
    _give_code(desk, pyotp.TOTP(secret).at(desk.now))
    assert devices.COOKIE in desk.client.cookies


def test_a_recovery_code_works_once_and_is_kept_as_a_hash(desk: DeskUnderTest) -> None:
    desk.enter()
    _, codes = _set_up(desk)
    with desk.store.connect() as connection:
        kept = str(connection.execute(select(recovery_codes)).all())
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    for expected in (303, 401):
        desk.client.cookies.clear()
        desk.log_in()
        assert _give_code(desk, codes[0].upper()).status_code == expected
    assert _give_code(desk, codes[1]).status_code == 303
    assert "kodova: 8." in desk.page("/profile")


def test_the_secret_is_sealed_in_the_store(desk: DeskUnderTest) -> None:
    desk.enter()
    secret, _ = _set_up(desk)
    with desk.store.connect() as connection:
        sealed = connection.scalar(select(people.c.totp_secret))
    assert sealed
    assert secret not in sealed


def test_the_second_factor_is_removed_with_the_password_only(desk: DeskUnderTest) -> None:
    desk.enter()
    _set_up(desk)
    assert _post(desk, "/profile/totp/remove", **{"totp-old": "wrong wrong"}).status_code == 400
    assert _post(desk, "/profile/totp/remove", **{"totp-old": PASSWORD}).status_code == 303
    desk.client.cookies.clear()
    assert desk.log_in().headers["location"] == "/"


def test_the_picture_of_the_key_is_shown_while_it_is_set_up(desk: DeskUnderTest) -> None:
    desk.enter()
    _post(desk, "/profile/totp/begin")
    picture = desk.client.get("/profile/totp/qr.svg")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert b"<svg" in picture.content
    assert "Kod nije tačan" in _post(desk, "/profile/totp", shown="/profile/totp", code="1").text


def test_a_role_can_be_made_to_use_a_second_factor(small_store: StoreBuilder) -> None:
    (small_store.settings.home / "adwatch.yml").write_text("second_factor_roles: [legal]\n", encoding="utf-8")
    small_store.settings = Settings(small_store.settings.home)
    under_test = DeskUnderTest(small_store)
    under_test.enter(Role.LEGAL)
    assert under_test.client.get("/").headers["location"] == "/profile"
    assert "obavezna prijava u dva koraka" in under_test.page("/profile")
    _set_up(under_test)
    assert under_test.client.get("/").status_code == 200


def test_a_token_waits_for_the_second_factor_as_its_person_does(small_store: StoreBuilder) -> None:
    (small_store.settings.home / "adwatch.yml").write_text("second_factor_roles: [admin]\n", encoding="utf-8")
    small_store.settings = Settings(small_store.settings.home)
    under_test = DeskUnderTest(small_store)
    tokens = {role: program(under_test, role) for role in (Role.ADMIN, Role.LEGAL)}
    assert reason(tokens[Role.ADMIN].get("/me")) == (403, "forbidden")
    assert tokens[Role.LEGAL].get("/me").status_code == 200


def test_a_token_is_shown_once_and_kept_as_a_hash(desk: DeskUnderTest) -> None:
    desk.enter()
    token = _given(_post(desk, "/profile/tokens", name="Izveštaj", scope="read", days="30"))
    assert token.startswith("adw_")
    assert token not in desk.page("/profile")
    with desk.store.connect() as connection:
        assert token not in str(connection.execute(select(api_tokens)).all())
    assert _post(desk, "/profile/tokens", name=" ").status_code == 400
    assert _post(desk, "/profile/tokens", name="x", days="4000").status_code == 400


def test_people_are_managed_from_the_command_line(tmp_path: Path) -> None:
    for email, role in (("ana@primer.example", "admin"), ("iva@primer.example", "reviewer")):
        add = ("users", "add", email, "--name", "Ana", "--role", role, "--password-stdin")
        assert _adwatch(tmp_path, *add, typed=f"{PASSWORD}\n").returncode == 0
    disabled = json.loads(_adwatch(tmp_path, "users", "disable", "iva@primer.example", "--json").stdout)
    assert disabled["disabled"] is True
    assert json.loads(_adwatch(tmp_path, "users", "enable", "iva@primer.example", "--json").stdout)["disabled"] is False
    assert _adwatch(tmp_path, "users", "role", "iva@primer.example", "legal").returncode == 0
    assert _adwatch(tmp_path, "users", "unlock", "iva@primer.example").returncode == 0
    reset = json.loads(_adwatch(tmp_path, "users", "reset-password", "iva@primer.example", "--json").stdout)
    assert len(reset["password"]) >= 16
    last = _adwatch(tmp_path, "users", "disable", "ana@primer.example")
    assert (last.returncode, last.stderr.count("\n")) == (2, 1)
    assert "last admin" in last.stderr
    assert _adwatch(tmp_path, "users", "disable", "none@primer.example").returncode == 2
    log = json.loads(_adwatch(tmp_path, "audit", "--subject", "iva@primer.example", "--json").stdout)
    acts = [line["act"] for line in reversed(log)]
    expected = [
        "person_added",
        "person_disabled",
        "person_enabled",
        "role_changed",
        "person_unlocked",
        "password_reset",
    ]
    assert acts == expected
    assert all(line["person"].startswith("command of ") and line["address"] == "" for line in log)
    assert _adwatch(tmp_path, "audit", "--act", "nothing").returncode == 2


def test_a_disabled_person_decides_nothing_by_command_either(desk: DeskUnderTest) -> None:
    desk.add()
    with desk.store.engine.begin() as connection:
        connection.execute(people.update().values(disabled_at=MORNING))
    with desk.store.connect() as connection, pytest.raises(UsageError, match="is disabled"):
        require_decider(connection, "ana@primer.example")
