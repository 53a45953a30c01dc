"""A program that speaks to the desk by a token."""

from __future__ import annotations

from typing import Any

from httpx import Response

from alerts.desk.api.app import ROOT
from alerts.desk.people import Role, person_of
from alerts.desk.tokens import Scope, make_token
from crawler.store.people import find_person
from tests.desk.conftest import DeskUnderTest


class Program:
    """Asks the API of a desk under test in somebody's name."""

    def __init__(self, desk: DeskUnderTest, token: str = "") -> None:
        self.desk = desk
        self.client = desk.another_client()
        self.headers = {"authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Response:
        """Asks for something."""
        answer: Response = self.client.get(f"{ROOT}{path}", params=query or None, headers=self.headers)
        return answer

    def post(self, path: str, **ask: Any) -> Response:
        """Tells something as JSON."""
        answer: Response = self.client.post(f"{ROOT}{path}", json=ask, headers=self.headers)
        return answer

    def told(self, path: str, **query: Any) -> Any:
        """What is answered; it must be there."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def did(self, path: str, **ask: Any) -> Any:
        """What is answered to something that must succeed."""
        answer = self.post(path, **ask)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()


def program(desk: DeskUnderTest, role: Role = Role.ADMIN, scope: Scope = Scope.WRITE, *, days: int = 30) -> Program:
    """A program of a new person of that role."""
    email = f"{role}-{scope}-{days}@primer.example"
    desk.add(email, role)
    with desk.store.engine.begin() as connection:
        row = find_person(connection, email=email)
        assert row
        token = make_token(connection, person_of(row), name="Primer", scope=scope, days=days, now=desk.now)
    return Program(desk, token)


def reason(answer: Response) -> tuple[int, str]:
    """Status and code of a refusal, whose shape is always the same."""
    told = answer.json()
    assert set(told) == {"error"} and set(told["error"]) == {"code", "message"}, told
    return answer.status_code, told["error"]["code"]
