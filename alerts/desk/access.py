"""Who may see and do what: the person behind a request, and the token that each of their forms must carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from alerts.desk.asking import tongue_of
from alerts.desk.failures import Failure, LoginNeededError, PageError
from alerts.desk.people import Person, person_of
from alerts.desk.permissions import Permission
from alerts.desk.protection import is_foreign
from alerts.desk.sessions import COOKIE, Session, password_mark, same_secret
from alerts.desk.speaking import Tongue
from alerts.desk.state import Desk, desk_of
from crawler.store.engine import reading
from crawler.store.people import read_person


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is logged in, with their session."""

    person: Person
    session: Session


def visitor_or_none(request: Request) -> Visitor | None:
    """Who is logged in, by the session cookie and the store as it is now; None for nobody."""
    desk = desk_of(request)
    session = desk.signer.read(request.cookies.get(COOKIE, ""), now=desk.clock())
    if session is None:
        return None
    with reading(desk.engine) as connection:
        row = read_person(connection, session.person_id)
    person = person_of(row) if row else None
    if person is None or not same_secret(session.password_mark, password_mark(person)):
        return None
    return Visitor(person, session)


def require_visitor(request: Request) -> Visitor:
    """Who is logged in. Raises LoginNeededError for nobody."""
    visitor = visitor_or_none(request)
    if visitor is None:
        raise LoginNeededError("log in first")
    return visitor


def require_form(
    request: Request, visitor: Annotated[Visitor, Depends(require_visitor)], csrf: Annotated[str, Form()] = ""
) -> Visitor:
    """Who sent a form of ours. Raises PageError where the token is not that of the session."""
    if is_foreign(request) or not same_secret(csrf, visitor.session.csrf):
        raise PageError(Failure.OLD_FORM)
    return visitor


def require(permission: Permission) -> Callable[[Visitor], Visitor]:
    """A dependency for pages: who is logged in and may do that. It raises PageError for others."""

    def allowed(visitor: Annotated[Visitor, Depends(require_visitor)]) -> Visitor:
        return _allow(visitor, permission)

    return allowed


def require_post(permission: Permission) -> Callable[[Visitor], Visitor]:
    """A dependency for forms: who sent a form of ours and may do that. It raises PageError for others."""

    def allowed(visitor: Annotated[Visitor, Depends(require_form)]) -> Visitor:
        return _allow(visitor, permission)

    return allowed


def _allow(visitor: Visitor, permission: Permission) -> Visitor:
    if not visitor.person.role.may(permission):
        raise PageError(Failure.NOT_ALLOWED)
    return visitor


TheDesk = Annotated[Desk, Depends(desk_of)]
TheTongue = Annotated[Tongue, Depends(tongue_of)]
LoggedIn = Annotated[Visitor, Depends(require_visitor)]
FormSender = Annotated[Visitor, Depends(require_form)]
Decider = Annotated[Visitor, Depends(require_post(Permission.DECIDE))]
