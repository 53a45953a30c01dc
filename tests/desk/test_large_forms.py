"""Who is not known cannot make the desk read a large body: a client that streams is told so before it has sent it."""

from __future__ import annotations

import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pyotp
import pytest

from alerts.desk.protection import LARGEST_POST, MEGABYTE, largest_post
from alerts.desk.sessions import COOKIE
from tests.desk.conftest import DeskUnderTest, field
from tests.desk.test_people import _set_up

PATIENCE = 600
"""Seconds; the answer is there at once, or never."""
WAYS = (
    "/check", "/check/save", "/intake", "/register/import", "/register/import/confirm", "/legal/cases/1/drafts/x/filed",
    "/api/v1/check", "/api/v1/cases/1/filings",
)  # fmt: skip


@pytest.mark.parametrize("path", WAYS)
def test_a_stranger_is_refused_before_the_body_was_sent(address: str, path: str) -> None:
    status = _status_after_a_piece(address, path, size=largest_post(path))
    assert status == (401 if path.startswith("/api/") else 403)


def test_a_session_that_is_none_and_a_token_that_is_none_help_nobody(desk: DeskUnderTest, address: str) -> None:
    desk.enter()
    for header in (f"Cookie: {COOKIE}=guessed", "Authorization: Bearer adw_guessed"):
        assert _status_after_a_piece(address, "/intake", size=MEGABYTE, header=header) == 403


def test_the_password_without_the_code_makes_no_large_body_read(desk: DeskUnderTest, address: str) -> None:
    desk.enter()
    secret, _ = _set_up(desk)
    desk.client.cookies.clear()
    desk.log_in()
    assert desk.client.get("/login/code").status_code == 200
    pending = f"Cookie: {COOKIE}={desk.client.cookies[COOKIE]}"
    assert _status_after_a_piece(address, "/intake", size=MEGABYTE, header=pending) == 403
    desk.client.post("/login/code", data={"csrf": field(desk.page("/login/code"), "csrf"), "code": _code(desk, secret)})
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "Posao u Nemačkoj. " * 5000}
    assert desk.client.post("/check", data=form).status_code == 200


def _code(desk: DeskUnderTest, secret: str) -> str:
    desk.wait(timedelta(minutes=1))
    return pyotp.TOTP(secret).at(desk.now)


def test_who_is_logged_in_sends_a_large_form(desk: DeskUnderTest) -> None:
    desk.enter()
    form = {"csrf": field(desk.page("/check"), "csrf"), "what": "Posao u Nemačkoj. " * 5000}
    assert desk.client.post("/check", data=form).status_code == 200


def test_a_small_form_of_a_stranger_is_read_as_ever(desk: DeskUnderTest) -> None:
    assert desk.client.post("/check", data={"what": "x" * (LARGEST_POST - 100)}).headers["location"] == "/login"
    answer = desk.client.post("/check", data={"what": "x" * LARGEST_POST})
    assert (answer.status_code, "Obrazac je zastareo" in answer.text) == (403, True)


def _status_after_a_piece(base: str, path: str, *, size: int, header: str = "") -> int:
    """Says that a body of that size comes, sends a thousandth of it, and reads what is answered."""
    parts = urlsplit(base)
    lines = [f"POST {path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {size}", header]
    kind = "Content-Type: application/x-www-form-urlencoded"
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE) as client:
        client.sendall("\r\n".join([*filter(None, lines), kind, "", ""]).encode() + b"x" * (size // 1000))
        answer = client.recv(200)
    return int(answer.split()[1])
