"""Keeps those out who would send a file without being known: their body is not read. Sizes stand in `protection`.

Who was logged in until lately is known: what they typed is kept for when they log in again.
"""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts.desk.access import token_visitor, was_let_in
from alerts.desk.api.app import ROOT as API
from alerts.desk.api.doors import refusal
from alerts.desk.failures import ApiError, Failure
from alerts.desk.protection import LARGEST_POST
from alerts.desk.state import desk_of


class LargeForms:
    """ASGI layer: a body larger than a form without files is read only from who is known or has a token.

    The framework reads a whole form, to the disk if need be, before it asks who sent it.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps that application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        answer = None
        if scope["type"] == "http" and _size(request := Request(scope)) > LARGEST_POST:
            answer = await run_in_threadpool(_refusal, request)
        await (answer or self._app)(scope, receive, send)


def _size(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _refusal(request: Request) -> Response | None:
    """What is answered to who is not known; None for others."""
    is_program = request.url.path.startswith(f"{API}/")
    try:
        is_known = bool(token_visitor(request) if is_program else was_let_in(request))
    except ApiError as error:
        return refusal(error.status, str(error), code=error.code)
    except OperationalError:
        # The page itself says that the store is busy.
        return None
    return None if is_known else _old_form(request)


def _old_form(request: Request) -> Response:
    failure = Failure.OLD_FORM
    pages = desk_of(request).pages
    return pages.answer("failure.html", status=failure.status, visitor=None, failure=failure, case_id=None)
