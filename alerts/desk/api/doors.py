"""Who may call an endpoint of the API, with what kind of body; and how a refusal is answered."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.params import Body
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from alerts.desk.access import Bearer, require_token, token_visitor, visitor_or_none
from alerts.desk.api.shapes import CODES, ErrorAnswer, ErrorDetail
from alerts.desk.failures import ApiError, Failure, PageError
from alerts.desk.permissions import Permission
from alerts.desk.tokens import Scope
from alerts.editing import EditRefusedError
from alerts.filing import FilingRefusedError
from alerts.gathering import DraftRefusedError
from alerts.reports.periods import PeriodError
from alerts.script import storable
from crawler.errors import AdwatchError, BusyError

LONGEST_MESSAGE = 1000
TOKEN = HTTPBearer(auto_error=False, description="A token that its person made at /profile: `adw_…`.")
MESSAGES = {
    Failure.NOT_FOUND: "there is nothing of that number or name",
    Failure.NOT_ALLOWED: "the role of the token's person does not allow this",
    Failure.BAD_FORM: "something in the request is wrong",
    Failure.NO_REASON: "dismissing a case needs a reason, or a note",
    Failure.NO_NOTE: "a note needs words",
    Failure.LONG_NOTE: "a note has at most 2000 characters",
    Failure.CHANGED: "it is no longer what was seen, or cannot be decided so; read it again",
    Failure.ENTRY: "the newest register has no entry of that name, or several",
    Failure.LAST_ADMIN: "nobody would be left who could manage people",
    Failure.EVIDENCE: "kept evidence is missing or does not match its hash",
    Failure.DRAFT: "the draft cannot be told: it was made by another version of the program, or something is not set",
    Failure.BUSY: "the store is busy; try again",
    Failure.BROKEN: "the program failed",
}
UNPROCESSABLE = 422


def may(permission: Permission, scope: Scope = Scope.READ) -> Callable[[Request, Bearer], Bearer]:
    """A dependency: whose token allows that, with a body of the right kind. It raises ApiError for others."""

    # As a default: what a closure knows cannot stand in an annotation.
    whose: Bearer = Depends(require_token(permission, scope))

    def allowed(request: Request, bearer: Bearer = whose) -> Bearer:
        check_media_type(request)
        return bearer

    return allowed


def writes(permission: Permission) -> Callable[[Request, Bearer], Bearer]:
    """As `may`, for what changes something."""
    return may(permission, Scope.WRITE)


def anybody_known(request: Request) -> None:
    """Lets in who has a token or is logged in at the desk. Raises ApiError."""
    if visitor_or_none(request) is None:
        token_visitor(request)


def check_media_type(request: Request) -> None:
    """Raises ApiError where the body is of another kind than the endpoint reads."""
    route = request.scope.get("route")
    expected = _expected(route) if isinstance(route, APIRoute) else None
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if expected and given != expected:
        raise ApiError(415, f"this endpoint reads {expected}")


def _expected(route: APIRoute) -> str | None:
    info = route.body_field.field_info if route.body_field else None
    return info.media_type if isinstance(info, Body) else None


def answer_refusals(api: FastAPI) -> None:
    """Every refusal of this application in one shape."""
    api.add_exception_handler(HTTPException, _of_protocol)
    api.add_exception_handler(RequestValidationError, _of_shape)
    api.add_exception_handler(OperationalError, _of_store)
    api.add_exception_handler(AdwatchError, _of_program)
    api.add_exception_handler(Exception, broken)


def refusal(status: int, message: str, *, code: str = "", headers: dict[str, str] | None = None) -> Response:
    """The answer that says why something is refused."""
    shown = " ".join(storable(message).split())[:LONGEST_MESSAGE]
    told = ErrorAnswer(error=ErrorDetail(code=code or CODES.get(status, "refused"), message=shown))
    return JSONResponse(told.model_dump(), status_code=status, headers=headers)


def _of_protocol(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    # A body that cannot be read at all is told by 400 there; here it is as wrong as one of a wrong shape.
    status = UNPROCESSABLE if error.status_code == 400 else error.status_code
    return refusal(status, str(error.detail).lower(), headers=dict(error.headers or {}))


def _of_shape(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    told = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return refusal(UNPROCESSABLE, "; ".join(told))


def _of_store(_: Request, __: Exception) -> Response:
    return refusal(503, MESSAGES[Failure.BUSY], headers={"Retry-After": "1"})


def broken(_: Request, __: Exception) -> Response:
    """The answer where the program itself is at fault; its log has the reason."""
    return refusal(500, MESSAGES[Failure.BROKEN])


def _of_program(_: Request, error: Exception) -> Response:
    if isinstance(error, ApiError):
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return refusal(error.status, str(error), code=error.code, headers=headers)
    if isinstance(error, PageError):
        status = UNPROCESSABLE if error.failure.status == 400 else error.failure.status
        return refusal(status, MESSAGES.get(error.failure, error.failure.value), code=error.failure.value)
    if isinstance(error, EditRefusedError | PeriodError):
        return refusal(UNPROCESSABLE, str(error), code=_reason(error))
    if isinstance(error, FilingRefusedError | DraftRefusedError):
        return refusal(409, str(error), code=_reason(error))
    return refusal(409, str(error), code="busy" if isinstance(error, BusyError) else "")


def _reason(error: EditRefusedError | PeriodError | FilingRefusedError | DraftRefusedError) -> str:
    return (error.refusal if isinstance(error, PeriodError) else error.reason).value
