from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from alerts.desk.people import Role, add_person, check_password
from alerts.desk.sessions import COOKIE
from alerts.desk.throttle import PER_ADDRESS, PER_EMAIL, WINDOW
from crawler.errors import UsageError
from crawler.store.audit import AuditFilter, read_audit
from crawler.store.people import find_person
from crawler.store.schema import login_failures
from tests.builders import StoreBuilder
from tests.desk.conftest import MORNING, PASSWORD, DeskUnderTest, field

BROWSER = {"sec-fetch-site": "same-origin"}


def test_the_right_password_leads_to_the_queue(desk: DeskUnderTest) -> None:
    desk.add()
    answer = desk.log_in("  ANA@primer.example ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Ana Primerović" in desk.page("/")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(desk: DeskUnderTest) -> None:
    desk.add()
    wrong = desk.log_in(password="not-the-password")
    unknown = desk.log_in(email="iva@primer.example")
    assert wrong.status_code == unknown.status_code == 401
    assert "nije tačna" in wrong.text
    assert wrong.text.replace("ana@", "") == unknown.text.replace("iva@", "")


def test_guessing_one_account_is_throttled_even_for_the_right_password(desk: DeskUnderTest) -> None:
    desk.add()
    for _ in range(PER_EMAIL):
        assert desk.log_in(password="guess guess").status_code == 401
    answer = desk.log_in()
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    desk.wait(WINDOW + timedelta(seconds=1))
    assert desk.log_in().status_code == 303


def test_guessing_many_accounts_from_one_place_is_throttled(desk: DeskUnderTest) -> None:
    for number in range(PER_ADDRESS):
        assert desk.log_in(email=f"p{number}@primer.example").status_code == 401
    assert desk.log_in(email="another@primer.example").status_code == 429


def test_a_restart_and_another_process_forget_no_failed_attempt(desk: DeskUnderTest) -> None:
    desk.add()
    other = DeskUnderTest(desk.store)
    for process in (desk, other, desk, other, desk):
        assert process.log_in(password="guess guess").status_code == 401
    assert other.log_in().status_code == 429
    assert DeskUnderTest(desk.store).log_in().status_code == 429


def test_an_account_that_nobody_has_is_locked_alike(desk: DeskUnderTest) -> None:
    for _ in range(PER_EMAIL):
        assert desk.log_in(email="nobody@primer.example").status_code == 401
    assert desk.log_in(email="nobody@primer.example").status_code == 429


def test_what_was_typed_as_an_account_is_not_written_down(desk: DeskUnderTest) -> None:
    desk.log_in(email="moja-tajna-lozinka")
    with desk.store.connect() as connection:
        (line,) = read_audit(connection, AuditFilter())
        (failure,) = connection.execute(select(login_failures))
    assert (line.act, line.subject) == ("log_in_failed", "unknown account")
    assert "tajna" not in str(failure)


def test_a_hash_with_old_parameters_is_renewed_at_the_log_in(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add()
    monkeypatch.setattr("alerts.desk.people._hasher", PasswordHasher)
    desk.log_in()
    with desk.store.connect() as connection:
        row = find_person(connection, email="ana@primer.example")
    assert row is not None
    assert not PasswordHasher().check_needs_rehash(row.password_hash)
    desk.client.cookies.clear()
    assert desk.log_in().status_code == 303


def test_each_log_in_has_another_cookie(desk: DeskUnderTest) -> None:
    desk.add()
    desk.log_in()
    first = desk.client.cookies[COOKIE]
    desk.log_in()
    assert desk.client.cookies[COOKIE] != first


def test_logging_in_rightly_is_never_throttled(desk: DeskUnderTest) -> None:
    desk.add()
    for _ in range(PER_EMAIL + 2):
        assert desk.log_in().status_code == 303


def test_a_browser_needs_the_forms_token(desk: DeskUnderTest) -> None:
    desk.add()
    form = {"email": "ana@primer.example", "password": PASSWORD}
    assert desk.client.post("/login", data=form, headers=BROWSER).status_code == 403
    token = field(desk.page("/login"), "csrf")
    assert desk.client.post("/login", data=form | {"csrf": "other"}, headers=BROWSER).status_code == 403
    assert desk.client.post("/login", data=form | {"csrf": token}, headers=BROWSER).status_code == 303


def test_another_site_cannot_log_anybody_in(desk: DeskUnderTest) -> None:
    desk.add()
    token = field(desk.page("/login"), "csrf")
    form = {"email": "ana@primer.example", "password": PASSWORD, "csrf": token}
    assert desk.client.post("/login", data=form, headers={"origin": "https://other.example"}).status_code == 403


def test_the_page_says_how_to_add_the_first_person(desk: DeskUnderTest) -> None:
    assert "adwatch users add" in desk.page("/login")
    desk.add()
    assert "adwatch users add" not in desk.page("/login")


def test_what_was_typed_comes_back_escaped(desk: DeskUnderTest) -> None:
    answer = desk.log_in(email='"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("email", ["", "ana", "a@b\x00", "system", "ana @primer.example", "@", "\ud800@primer.example"])
def test_an_impossible_address_is_wrong_and_no_error(small_store: StoreBuilder, email: str) -> None:
    with small_store.connect() as connection:
        assert check_password(connection, email=email, password=PASSWORD) is None
    with small_store.engine.begin() as connection, pytest.raises(UsageError, match="no e-mail address"):
        add_person(connection, email=email, name="Ana", role=Role.ADMIN, password=PASSWORD, now=MORNING)


def test_a_person_is_added_once(small_store: StoreBuilder) -> None:
    with small_store.engine.begin() as connection:
        add_person(connection, email="Ana@Primer.example", name="Ana", role="legal", password=PASSWORD, now=MORNING)
        with pytest.raises(UsageError, match="already there"):
            add_person(connection, email="ana@primer.example", name="A", role="legal", password=PASSWORD, now=MORNING)
        found = check_password(connection, email="ana@primer.example", password=PASSWORD)
    assert found is not None
    assert found.role is Role.LEGAL


@pytest.mark.parametrize(
    ("change", "message"),
    [({"password": "short"}, "characters"), ({"role": "boss"}, "no role"), ({"name": "  "}, "needs a name")],
)
def test_a_person_that_cannot_be_is_refused(small_store: StoreBuilder, change: dict[str, str], message: str) -> None:
    fields = {"email": "ana@primer.example", "name": "Ana", "role": "admin", "password": PASSWORD} | change
    with small_store.engine.begin() as connection, pytest.raises(UsageError, match=message):
        add_person(connection, **fields, now=MORNING)


def test_the_password_is_kept_only_as_an_argon2_hash(small_store: StoreBuilder) -> None:
    with small_store.engine.begin() as connection:
        person = add_person(
            connection, email="ana@primer.example", name="Ana", role="admin", password=PASSWORD, now=MORNING
        )
    assert person.password_hash.startswith("$argon2id$")
    assert PASSWORD not in person.password_hash
