"""Who may see and do what: the person behind a request, and the token that each of their forms must carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import BackgroundTasks, Depends, Form, Request
from sqlalchemy.exc import OperationalError

from alerts.desk.asking import tongue_of
from alerts.desk.failures import ApiError, Due, DueError, Failure, LoginNeededError, PageError
from alerts.desk.people import Person
from alerts.desk.permissions import Permission
from alerts.desk.protection import is_foreign
from alerts.desk.sessions import (
    COOKIE,
    LONGEST,
    Limits,
    Session,
    find_session,
    is_touch_due,
    limits_of,
    same_secret,
    touch,
)
from alerts.desk.speaking import Tongue
from alerts.desk.state import Desk, desk_of
from alerts.desk.tokens import Scope, find_bearer
from crawler.store.engine import reading


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is logged in, with their session."""

    person: Person
    session: Session


@dataclass(frozen=True, slots=True)
class Bearer:
    """A person for whom a program speaks by a token."""

    person: Person
    scope: Scope


Caller = Visitor | Bearer


def visitor_or_none(request: Request) -> Visitor | None:
    """Who is logged in, by the session cookie and the store as it is now; None for nobody."""
    visitor = _session_of(request)
    return visitor if visitor and not visitor.session.is_pending else None


def was_let_in(request: Request) -> bool:
    """Whether the browser's session counts, or would if it had not run out. Nobody is let in by this.

    False for a session that awaits the code: the password alone lets nobody in.
    """
    desk = desk_of(request)
    with reading(desk.engine) as connection:
        cookie = request.cookies.get(COOKIE, "")
        found = find_session(connection, cookie, Limits(LONGEST, LONGEST), now=desk.clock())
    return found is not None and not found[0].is_pending


def pending_visitor(request: Request) -> Visitor:
    """Who gave the right password and not yet the code. Raises LoginNeededError for others."""
    visitor = _session_of(request)
    if visitor is None or not visitor.session.is_pending:
        raise LoginNeededError("log in first")
    return visitor


def require_anybody(request: Request, tasks: BackgroundTasks) -> Visitor:
    """Who is logged in, also with something due. Raises LoginNeededError for nobody."""
    visitor = visitor_or_none(request)
    if visitor is None:
        raise LoginNeededError("log in first")
    desk = desk_of(request)
    if is_touch_due(visitor.session, now=desk.clock()):
        tasks.add_task(_note_use, desk, visitor.session)
    return visitor


def require_visitor(request: Request, visitor: Annotated[Visitor, Depends(require_anybody)]) -> Visitor:
    """Who is logged in. Raises LoginNeededError for nobody, DueError where something is to be done first."""
    due = due_of(visitor.person, desk_of(request))
    if due is not None:
        raise DueError(due)
    return visitor


def due_of(person: Person, desk: Desk) -> Due | None:
    """What the person must do before anything else."""
    if person.password_due:
        return Due.PASSWORD
    needs_factor = person.role.value in desk.settings.file.second_factor_roles
    return Due.SECOND_FACTOR if needs_factor and not person.has_second_factor else None


def require_own_form(
    request: Request, visitor: Annotated[Visitor, Depends(require_anybody)], csrf: Annotated[str, Form()] = ""
) -> Visitor:
    """Who sent a form of ours about themselves. Raises PageError where the token is not that of the session."""
    return _check_form(request, visitor, csrf)


def require_form(
    request: Request, visitor: Annotated[Visitor, Depends(require_visitor)], csrf: Annotated[str, Form()] = ""
) -> Visitor:
    """Who sent a form of ours. Raises PageError where the token is not that of the session."""
    return _check_form(request, visitor, csrf)


def token_visitor(request: Request) -> Bearer:
    """Whom the program's token speaks for (`Authorization: Bearer …`). Raises ApiError where none is right."""
    desk = desk_of(request)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    with reading(desk.engine) as connection:
        is_bearer = kind.lower() == "bearer"
        found = find_bearer(connection, token.strip(), now=desk.clock()) if is_bearer else None
    if found is None:
        raise ApiError(401, "a valid token is needed: `Authorization: Bearer adw_…`")
    person, scope = found
    if not person.role.may(Permission.USE_API):
        raise ApiError(403, "this person may not use the API")
    if due_of(person, desk) is not None:
        raise ApiError(403, "at the desk this person must first change the password or set up the second factor")
    return Bearer(person, scope)


def require_token(permission: Permission, scope: Scope = Scope.READ) -> Callable[[Bearer], Bearer]:
    """A dependency for `/api/v1`: whose token allows that, and who may do it. It raises ApiError for others."""

    def allowed(bearer: Annotated[Bearer, Depends(token_visitor)]) -> Bearer:
        if scope is Scope.WRITE and bearer.scope is not Scope.WRITE:
            raise ApiError(403, "this token only reads")
        if not bearer.person.role.may(permission):
            raise ApiError(403, "the role of the token's person does not allow this")
        return bearer

    return allowed


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


def _session_of(request: Request) -> Visitor | None:
    desk = desk_of(request)
    with reading(desk.engine) as connection:
        cookie = request.cookies.get(COOKIE, "")
        found = find_session(connection, cookie, limits_of(desk.settings.file), now=desk.clock())
    return Visitor(found[1], found[0]) if found else None


def _check_form(request: Request, visitor: Visitor, csrf: str) -> Visitor:
    if is_foreign(request) or not same_secret(csrf, visitor.session.csrf):
        raise PageError(Failure.OLD_FORM)
    return visitor


def _note_use(desk: Desk, session: Session) -> None:
    """After the page was sent: nobody waits for it, and a store that is busy is told another time."""
    try:
        with desk.engine.begin() as connection:
            touch(connection, session, now=desk.clock())
    except OperationalError:
        return


TheDesk = Annotated[Desk, Depends(desk_of)]
TheTongue = Annotated[Tongue, Depends(tongue_of)]
LoggedIn = Annotated[Visitor, Depends(require_visitor)]
FormSender = Annotated[Visitor, Depends(require_form)]
Myself = Annotated[Visitor, Depends(require_anybody)]
OwnForm = Annotated[Visitor, Depends(require_own_form)]
Decider = Annotated[Visitor, Depends(require_post(Permission.DECIDE))]
