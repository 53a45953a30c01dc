"""What is refused before a page is asked: browsers get a page of the house, programs of the API JSON, others a line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from httpx import Response

from alerts.desk.asking import COOKIE
from alerts.desk.protection import HEADERS, LARGEST_POST, Pace
from alerts.desk.speaking import Tongue, said
from tests.desk.conftest import DeskUnderTest

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
WORDS = {
    405: "Ova adresa se ne otvara tako",
    411: "Nije navedeno koliko se šalje",
    413: "Poslato je previše odjednom",
    429: "Previše zahteva u jednom minutu",
}


@pytest.mark.parametrize("tongue", list(Tongue))
@pytest.mark.parametrize("status", WORDS)
def test_a_browser_is_told_on_a_page_in_the_persons_tongue(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, status: int, tongue: Tongue
) -> None:
    desk.client.cookies.set(COOKIE, tongue.value)
    answer = _refused(desk, monkeypatch, status, "/cases/1/notes", BROWSER)
    assert answer.status_code == status
    assert f'<html lang="{tongue.tag}">' in answer.text
    assert said(tongue, WORDS[status]) in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("status", [411, 413, 429])
def test_others_are_told_in_a_line(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    answer = _refused(desk, monkeypatch, status, "/cases/1/notes", {"accept": "*/*"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.text) < 40


@pytest.mark.parametrize("status", WORDS)
def test_the_api_answers_in_json_whoever_asks(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    answer = _refused(desk, monkeypatch, status, "/api/v1/cases/1/notes", BROWSER)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_what_may_be_asked_is_said_with_the_page(desk: DeskUnderTest) -> None:
    answer = desk.client.get("/logout")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_who_sends_too_often_is_told_when_to_come_back(desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refused(desk, monkeypatch, 429, "/cases/1/notes", BROWSER).headers["retry-after"] == "60"


def _refused(
    desk: DeskUnderTest, monkeypatch: pytest.MonkeyPatch, status: int, path: str, headers: dict[str, str]
) -> Response:
    """The answer to a request that is refused with that status."""
    if status == 429:
        monkeypatch.setattr(Pace, "admits", lambda *_, **__: False)
    bodies = {411: _pieces(), 413: b"x" * (LARGEST_POST + 1)}
    method = "GET" if status == 405 else "POST"
    answer: Response = desk.client.request(method, path, content=bodies.get(status), headers=headers)
    return answer


def _pieces() -> Iterator[bytes]:
    """A body of which nobody says how long it is."""
    yield b"x"
