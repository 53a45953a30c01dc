"""Who guesses at passwords is held up, from however many addresses; whoever they guess at is not."""

from __future__ import annotations

import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from alerts.desk.devices import LASTS, device_cookie, known_device
from alerts.desk.entering import Refusal, enter_by_password
from alerts.desk.secret import Seal
from alerts.desk.staff import known_person, reset_password
from alerts.desk.throttle import (
    BY_DEVICES,
    PER_ADDRESS,
    PER_EMAIL,
    WINDOW,
    count_attempt,
    device_key,
    locked_accounts,
    network_of,
    unlock,
)
from crawler.store.audit import Act, AuditFilter, acting_from, count_audit
from tests.desk.conftest import MORNING, PASSWORD, DeskUnderTest, field

ANA, IVA = "ana@primer.example", "iva@primer.example"
HASH = "of a password"
PATIENCE = 120
"""Seconds; the answer is there at once, or never."""


def _guess(desk: DeskUnderTest, times: int, email: str = ANA) -> int:
    """What a stranger's browser is told at last."""
    stranger = desk.another_client()
    for _ in range(times):
        answer = stranger.post("/login", data={"email": email, "password": "guess guess"})
    return answer.status_code


def test_a_stranger_who_guesses_does_not_keep_the_account_s_owner_out(desk: DeskUnderTest) -> None:
    desk.enter()
    assert _guess(desk, PER_EMAIL + 1) == 429
    assert desk.log_in().status_code == 303
    assert desk.another_client().post("/login", data={"email": ANA, "password": PASSWORD}).status_code == 429


def test_that_the_owner_logged_in_gives_the_stranger_no_further_guesses(desk: DeskUnderTest) -> None:
    desk.enter()
    _guess(desk, PER_EMAIL)
    desk.log_in()
    assert _guess(desk, 1) == 429


def test_a_known_browser_has_no_more_guesses_than_others(desk: DeskUnderTest) -> None:
    desk.enter()
    for _ in range(PER_EMAIL):
        assert desk.log_in(password="guess guess").status_code == 401
    assert desk.log_in().status_code == 429
    desk.wait(WINDOW + timedelta(seconds=1))
    assert desk.log_in().status_code == 303


def test_a_browser_is_known_for_one_account_alone(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.add(IVA)
    assert _guess(desk, PER_EMAIL, IVA) == 401
    assert desk.log_in(IVA).status_code == 429


def test_an_office_where_somebody_guesses_goes_on_working(desk: DeskUnderTest) -> None:
    desk.enter()
    for number in range(PER_ADDRESS):
        _guess(desk, 1, f"p{number}@primer.example")
    assert _guess(desk, 1, "another@primer.example") == 429
    assert desk.log_in().status_code == 303


def test_a_known_browser_is_forgotten_in_time_and_cannot_be_made_up() -> None:
    seal = Seal("ours")
    cookie = device_cookie(seal, ANA, HASH, now=MORNING)
    assert known_device(seal, cookie, " ANA@primer.example", HASH, now=MORNING + LASTS)
    assert not known_device(seal, cookie, ANA, HASH, now=MORNING + LASTS + timedelta(days=1))
    assert not known_device(seal, cookie, ANA, "of another password", now=MORNING)
    assert not known_device(Seal("theirs"), cookie, ANA, HASH, now=MORNING)
    for made_up in ("", "device", cookie[:-9], "\xff\xfe", seal.close("JBSWY3DPEHPK3PXP"), seal.close("device a")):
        assert not known_device(seal, made_up, ANA, HASH, now=MORNING), made_up


def test_one_cookie_written_in_other_ways_is_no_further_browser() -> None:
    seal = Seal("ours")
    cookie, other = (device_cookie(seal, ANA, HASH, now=MORNING) for _ in range(2))
    keys = {
        known_device(seal, written, ANA, HASH, now=MORNING)
        for written in (cookie, f"{cookie}x", f"{cookie}=", f" {cookie}")
    }
    assert len(keys - {None}) == 1
    assert known_device(seal, other, ANA, HASH, now=MORNING) not in keys


def test_many_known_browsers_of_an_account_are_no_way_to_guess_on(desk: DeskUnderTest) -> None:
    desk.add()
    keys = [device_key(ANA, f"{number:032x}") for number in range(BY_DEVICES // PER_EMAIL + 1)]

    def guess(device: str | None, address: str = "192.0.2.7") -> int | None:
        with desk.store.engine.begin() as connection:
            return count_attempt(connection, email=ANA, address=address, now=MORNING, device=device)

    assert all(guess(key) for key in keys[:-1] for _ in range(PER_EMAIL))
    assert guess(keys[-1]) is None
    assert guess(None, "192.0.2.8"), "a browser that is not known is counted as ever"
    with desk.store.connect() as connection:
        assert locked_accounts(connection, [ANA, IVA], now=MORNING) == {ANA}
    with desk.store.engine.begin() as connection:
        unlock(connection, ANA)
    assert guess(keys[-1])


def test_an_account_is_shown_as_locked_where_its_browsers_together_failed_too_often(desk: DeskUnderTest) -> None:
    keys = [device_key(ANA, f"{number:032x}") for number in range(BY_DEVICES)]
    with desk.store.engine.begin() as connection:
        for key in keys[1:]:
            assert count_attempt(connection, email=ANA, address="192.0.2.7", now=MORNING, device=key)
        assert locked_accounts(connection, [ANA, IVA], now=MORNING) == set()
        assert count_attempt(connection, email=ANA, address="192.0.2.7", now=MORNING, device=keys[0])
        assert locked_accounts(connection, [ANA, IVA], now=MORNING) == {ANA}


def test_unlocking_reaches_a_known_browser(desk: DeskUnderTest) -> None:
    desk.enter()
    for _ in range(PER_EMAIL):
        desk.log_in(password="guess guess")
    assert desk.log_in().status_code == 429
    with desk.store.engine.begin() as connection:
        assert locked_accounts(connection, [ANA], now=desk.now) == {ANA}
        unlock(connection, ANA)
        assert locked_accounts(connection, [ANA], now=desk.now) == set()
    assert desk.log_in().status_code == 303


def test_a_reset_password_ends_the_known_browsers(desk: DeskUnderTest) -> None:
    desk.enter()
    with desk.store.engine.begin() as connection:
        given = reset_password(connection, known_person(connection, ANA), by=IVA, now=desk.now)
    assert _guess(desk, PER_EMAIL + 1) == 429
    assert desk.log_in(password=given.password).status_code == 429


def test_who_changes_the_password_stays_known_where_they_did_and_nowhere_else(desk: DeskUnderTest) -> None:
    desk.enter()
    another = desk.another_client()
    another.post("/login", data={"email": ANA, "password": PASSWORD})
    new = "sasvim druga lozinka"
    form = {"csrf": field(desk.page("/profile"), "csrf"), "old": PASSWORD, "new": new, "again": new}
    assert desk.client.post("/profile/password", data=form).status_code == 303
    assert _guess(desk, PER_EMAIL + 1) == 429
    assert desk.log_in(password=new).status_code == 303
    assert another.post("/login", data={"email": ANA, "password": new}).status_code == 429


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_stands_for_who_may_choose_it(address: str, network: str) -> None:
    assert network_of(address) == network


def test_another_address_of_the_same_network_is_no_further_guess(desk: DeskUnderTest) -> None:
    def guess(number: int, address: str) -> object:
        with acting_from(address):
            return enter_by_password(
                desk.store.engine, email=f"p{number}@primer.example", password="x", browser="", now=MORNING
            )

    found = [guess(number, f"2001:db8::{number:x}") for number in range(PER_ADDRESS + 1)]
    assert found == [Refusal.WRONG] * PER_ADDRESS + [Refusal.THROTTLED]
    assert guess(0, "2001:db8:0:1::1") is Refusal.WRONG


def test_who_goes_on_trying_does_not_bury_the_log(desk: DeskUnderTest) -> None:
    desk.add()
    _guess(desk, PER_EMAIL + 20)
    with desk.store.connect() as connection:
        assert count_audit(connection, AuditFilter(act=Act.LOCKED_OUT)) == 1
        assert count_audit(connection, AuditFilter(act=Act.LOG_IN_FAILED)) == PER_EMAIL
    desk.wait(WINDOW + timedelta(seconds=1))
    _guess(desk, PER_EMAIL + 20)
    with desk.store.connect() as connection:
        assert count_audit(connection, AuditFilter(act=Act.LOCKED_OUT)) == 2


@pytest.mark.parametrize("path", ["/login", "/check", "/intake", "/api/v1/check", "/legal/cases/1/drafts/x/filed"])
@pytest.mark.parametrize("stated", ["Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked"])
def test_nobody_sends_a_body_without_end_beside_a_small_length(address: str, path: str, stated: str) -> None:
    parts = urlsplit(address)
    kind = "Content-Type: multipart/form-data; boundary=x"
    head = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{stated}\r\n{kind}\r\n\r\n"
    begun = 'a0000\r\n--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as client:
        client.sendall(f"{head}{begun}".encode())
        assert client.recv(200).split()[1] == b"411"
