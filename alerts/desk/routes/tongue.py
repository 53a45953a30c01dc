"""Choosing the tongue of the desk in this browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from alerts.desk.access import visitor_or_none
from alerts.desk.asking import COOKIE, local_address
from alerts.desk.failures import Failure, PageError
from alerts.desk.protection import is_foreign
from alerts.desk.sessions import same_secret
from alerts.desk.speaking import Tongue

KEPT_FOR = 365 * 24 * 3600
"""Seconds."""

router = APIRouter()


@router.post("/tongue")
def choose(
    request: Request,
    tongue: Annotated[Tongue, Form()],
    to: Annotated[str, Form()] = "/",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Keeps the choice and shows the page again. Before the log-in there is no token: only other sites are refused."""
    visitor = visitor_or_none(request)
    if is_foreign(request) or (visitor is not None and not same_secret(csrf, visitor.session.csrf)):
        raise PageError(Failure.OLD_FORM)
    answer = RedirectResponse(local_address(to), status_code=303)
    is_secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, tongue.value, max_age=KEPT_FOR, httponly=True, samesite="lax", secure=is_secure)
    return answer
