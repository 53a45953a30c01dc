"""Coming and going: log-in with password and code, log-out, and the sign of life for monitors."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from alerts.desk import devices
from alerts.desk.access import OwnForm, TheDesk, Visitor, pending_visitor, visitor_or_none
from alerts.desk.entering import Entered, Refusal, enter_by_code, enter_by_password
from alerts.desk.failures import Failure, PageError
from alerts.desk.kept_forms import KeptForm, unpacked
from alerts.desk.people import tidy_email
from alerts.desk.protection import comes_from_browser, is_foreign
from alerts.desk.sessions import COOKIE, LONGEST, find_session, limits_of, same_secret
from alerts.desk.state import Desk
from alerts.desk.throttle import WINDOW
from crawler.store.access import end_sessions
from crawler.store.audit import Act, record
from crawler.store.engine import reading
from crawler.store.people import PersonRow, find_person, has_people

FORM_COOKIE = "adwatch_form"
"""Token of the log-in form: there is no session yet that could hold one."""

Pending = Annotated[Visitor, Depends(pending_visitor)]

logger = logging.getLogger(__name__)
router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"], response_class=PlainTextResponse)
def healthz() -> str:
    """Says that the desk answers."""
    return "ok"


@router.get("/login")
def login_page(request: Request, desk: TheDesk) -> Response:
    """The log-in form; who is logged in already goes on to the queue."""
    if visitor_or_none(request):
        return RedirectResponse("/", status_code=303)
    return login_form(request, desk)


@router.post("/login")
def login(
    request: Request,
    desk: TheDesk,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    kept: Annotated[str, Form()] = "",
) -> Response:
    """Checks the password and begins a session, towards the queue or the page that asks for the code.

    `kept`: a form that was refused because nobody was logged in any more; it is offered again.
    """
    _require_own_form(request, csrf)
    form = unpacked(kept)
    entered = enter_by_password(
        desk.engine,
        email=email,
        password=password,
        browser=_browser(request),
        now=desk.clock(),
        device=known_device(request, desk, email),
    )
    if isinstance(entered, Refusal):
        logger.warning("log-in refused why=%s email=%s", entered, tidy_email(email) or "none")
        return _refused(login_form(request, desk, trouble=entered, email=email, kept=form), entered)
    return _let_in(request, desk, entered, email, form)


@router.get("/login/code")
def code_page(desk: TheDesk, pending: Pending) -> Response:
    """Asks for the code of the app, or a recovery code."""
    return _code_form(desk, pending.session.csrf)


@router.post("/login/code")
def code(
    request: Request,
    desk: TheDesk,
    pending: Pending,
    code: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    kept: Annotated[str, Form()] = "",
) -> Response:
    """Checks the code and begins the session, with another cookie than the one before it."""
    form = unpacked(kept)
    if is_foreign(request) or not same_secret(csrf, pending.session.csrf):
        raise PageError(Failure.OLD_FORM)
    entered = enter_by_code(
        desk.engine,
        desk.seal,
        pending.person,
        pending.session,
        code=code[:100],
        browser=_browser(request),
        now=desk.clock(),
        device=known_device(request, desk, pending.person.email),
    )
    if isinstance(entered, Refusal):
        return _refused(_code_form(desk, pending.session.csrf, trouble=entered, kept=form), entered)
    return _let_in(request, desk, entered, pending.person.email, form)


@router.post("/logout")
def logout(desk: TheDesk, visitor: OwnForm) -> Response:
    """Ends the session: its cookie is worth nothing afterwards, wherever it went."""
    now = desk.clock()
    with desk.engine.begin() as connection:
        end_sessions(connection, visitor.person.id, now=now, only=visitor.session.id)
        record(connection, Act.LOG_OUT, person=visitor.person.email, now=now)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


def known_device(request: Request, desk: Desk, email: str) -> str | None:
    """Under what the attempts of this browser are counted, where the person of that address logged in here before."""
    cookie, row = request.cookies.get(devices.COOKIE, ""), _row_of(desk, email)
    return devices.known_device(desk.seal, cookie, email, row.password_hash, now=desk.clock()) if row else None


def remember_browser(request: Request, desk: Desk, answer: Response, email: str) -> None:
    """Gives the browser the cookie by which it is known from now on: its owner has just shown the password."""
    if row := _row_of(desk, email):
        known = devices.device_cookie(desk.seal, email, row.password_hash, now=desk.clock())
        _set_cookie(request, answer, devices.COOKIE, known, lasts=devices.LASTS)


def _row_of(desk: Desk, email: str) -> PersonRow | None:
    with reading(desk.engine) as connection:
        return find_person(connection, email=tidy_email(email) or "")


def _let_in(request: Request, desk: Desk, entered: Entered, email: str, kept: KeptForm | None) -> Response:
    answer = _onwards(desk, entered, kept)
    # The session follows links from elsewhere (a digest by e-mail); every change needs a token besides.
    _set_cookie(request, answer, COOKIE, entered.cookie, samesite="lax")
    if not entered.needs_code:
        remember_browser(request, desk, answer, email)
    answer.delete_cookie(FORM_COOKIE, path="/login")
    return answer


def _onwards(desk: Desk, entered: Entered, kept: KeptForm | None) -> Response:
    """The next page; where a form is kept, one that goes on holding it."""
    address = "/login/code" if entered.needs_code else "/"
    if kept is None:
        return RedirectResponse(address, status_code=303)
    with reading(desk.engine) as connection:
        began = find_session(connection, entered.cookie, limits_of(desk.settings.file), now=desk.clock())
    if began is None:
        return RedirectResponse(address, status_code=303)
    session, person = began
    shown = kept.shown_to(person.id)
    if entered.needs_code:
        return _code_form(desk, session.csrf, kept=shown)
    return desk.pages.answer("again.html", visitor=Visitor(person, session), kept=shown, why="entered")


def _refused(answer: Response, refusal: Refusal) -> Response:
    if refusal is Refusal.THROTTLED:
        answer.status_code = 429
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    else:
        answer.status_code = 401
    return answer


def _browser(request: Request) -> str:
    return request.headers.get("user-agent", "")


def _require_own_form(request: Request, csrf: str) -> None:
    # A program that sends neither Origin nor Sec-Fetch-Site is no browser: nobody can make it post against its will.
    expected = request.cookies.get(FORM_COOKIE, "")
    is_own = bool(expected) and same_secret(csrf, expected)
    if is_foreign(request) or (comes_from_browser(request) and not is_own):
        raise PageError(Failure.OLD_FORM)


def _code_form(desk: Desk, csrf: str, *, trouble: str | None = None, kept: KeptForm | None = None) -> Response:
    return desk.pages.answer("code.html", csrf=csrf, trouble=trouble, kept=kept)


def login_form(
    request: Request, desk: Desk, *, trouble: str | None = None, email: str = "", kept: KeptForm | None = None
) -> Response:
    """The log-in form, with its cookie; `kept` goes along with it."""
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    with reading(desk.engine) as connection:
        nobody_yet = not has_people(connection)
    answer = desk.pages.answer(
        "login.html", csrf=token, trouble=trouble, email=email[:200], nobody_yet=nobody_yet, kept=kept
    )
    _set_cookie(request, answer, FORM_COOKIE, token, path="/login")
    return answer


def _set_cookie(
    request: Request,
    answer: Response,
    name: str,
    value: str,
    *,
    path: str = "/",
    samesite: Literal["strict", "lax"] = "strict",
    lasts: timedelta = LONGEST,
) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path=path,
        httponly=True,
        samesite=samesite,
        secure=request.url.scheme == "https",
    )
