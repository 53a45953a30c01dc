"""Coming and going: log-in, log-out, and the sign of life for monitors."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from alerts.desk.access import FormSender, TheDesk, visitor_or_none
from alerts.desk.failures import Failure, PageError
from alerts.desk.people import check_password, tidy_email
from alerts.desk.protection import comes_from_browser, is_foreign
from alerts.desk.sessions import COOKIE, LASTS, same_secret
from alerts.desk.state import Desk
from alerts.desk.throttle import WINDOW
from crawler.store.engine import reading
from crawler.store.people import has_people

FORM_COOKIE = "adwatch_form"
"""Token of the log-in form: there is no session yet that could hold one."""

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
    return _form(request, desk)


@router.post("/login")
def login(
    request: Request,
    desk: TheDesk,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Checks the password and begins a session, always towards the queue."""
    _require_own_form(request, csrf)
    address = request.client.host if request.client else "unknown"
    account = tidy_email(email) or ""
    if not desk.throttle.admits(email=account, address=address, now=desk.clock()):
        answer = _form(request, desk, trouble="throttled", email=email, status=429)
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return answer
    with reading(desk.engine) as connection:
        person = check_password(connection, email=email, password=password)
    if person is None:
        return _form(request, desk, trouble="wrong", email=email, status=401)
    desk.throttle.succeeded(email=account, address=address)
    answer = RedirectResponse("/", status_code=303)
    _set_cookie(request, answer, COOKIE, desk.signer.begin(person, now=desk.clock()), strict=False)
    answer.delete_cookie(FORM_COOKIE, path="/login")
    return answer


@router.post("/logout")
def logout(visitor: FormSender) -> Response:
    """Ends the session in this browser."""
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


def _require_own_form(request: Request, csrf: str) -> None:
    # A program that sends neither Origin nor Sec-Fetch-Site is no browser: nobody can make it post against its will.
    expected = request.cookies.get(FORM_COOKIE, "")
    is_own = bool(expected) and same_secret(csrf, expected)
    if is_foreign(request) or (comes_from_browser(request) and not is_own):
        raise PageError(Failure.OLD_FORM)


def _form(request: Request, desk: Desk, *, trouble: str | None = None, email: str = "", status: int = 200) -> Response:
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    with reading(desk.engine) as connection:
        nobody_yet = not has_people(connection)
    answer = desk.pages.answer(
        "login.html", status=status, csrf=token, trouble=trouble, email=email[:200], nobody_yet=nobody_yet
    )
    _set_cookie(request, answer, FORM_COOKIE, token, strict=True)
    return answer


def _set_cookie(request: Request, answer: Response, name: str, value: str, *, strict: bool) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(LASTS.total_seconds()),
        path="/login" if strict else "/",
        httponly=True,
        # The session follows links from elsewhere (a digest by e-mail); every change needs a token besides.
        samesite="strict" if strict else "lax",
        secure=request.url.scheme == "https",
    )
