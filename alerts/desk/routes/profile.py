"""One's own page: password, second factor, sessions, and tokens of programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from alerts.desk import second_factor
from alerts.desk.access import FormSender, Myself, OwnForm, TheDesk, Visitor, due_of
from alerts.desk.failures import Failure, PageError
from alerts.desk.numbers import Number
from alerts.desk.people import is_long_enough, matches, person_of
from alerts.desk.permissions import Permission
from alerts.desk.routes.entry import known_device, remember_browser
from alerts.desk.sessions import limits_of, own_sessions
from alerts.desk.staff import change_own_password
from alerts.desk.state import Desk
from alerts.desk.throttle import attempt_succeeded, count_attempt
from alerts.desk.tokens import LONGEST_DAYS, Scope, make_token, revoke
from crawler.errors import UsageError
from crawler.store.access import end_sessions, tokens_of
from crawler.store.audit import Act, acting_address, record
from crawler.store.engine import reading
from crawler.store.people import count_recovery_codes, read_person

router = APIRouter(prefix="/profile")


def own_device(request: Request, desk: TheDesk, visitor: Myself) -> str | None:
    """Under what attempts in this browser are counted, where its owner has logged in here before."""
    return known_device(request, desk, visitor.person.email)


OwnDevice = Annotated[str | None, Depends(own_device)]


@router.get("")
def profile(desk: TheDesk, visitor: Myself, done: str = "") -> Response:
    """Who one is here; `done` names what was just done."""
    return _page(desk, visitor, done=done)


@router.post("/password")
def password(
    request: Request,
    desk: TheDesk,
    visitor: OwnForm,
    device: OwnDevice,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Changes one's own password and ends all other sessions; no other browser is known any more."""
    faults = _faults_of(old=old, new=new, again=again)
    if not faults and not _is_me(desk, visitor, old, device=device):
        faults = {"old": "wrong"}
    if faults:
        return _page(desk, visitor, faults=faults)
    with desk.engine.begin() as connection:
        change_own_password(
            connection, visitor.person, old=old, new=new, now=desk.clock(), session_id=visitor.session.id
        )
    answer = _done("password")
    remember_browser(request, desk, answer, visitor.person.email)
    return answer


@router.post("/sessions/end")
def end(desk: TheDesk, visitor: OwnForm, session: Annotated[Number | None, Form()] = None) -> Response:
    """Ends one of one's sessions, or all others where none is named."""
    now, own = desk.clock(), visitor.session.id
    with desk.engine.begin() as connection:
        others = own if session is None else None
        count = end_sessions(connection, visitor.person.id, now=now, only=session, but=others)
        told = f"{count} ended"
        record(connection, Act.SESSIONS_ENDED, person=visitor.person.email, now=now, detail=told)
    return RedirectResponse("/login", status_code=303) if session == own else _done("sessions")


@router.post("/totp/begin")
def begin_totp(desk: TheDesk, visitor: OwnForm) -> Response:
    """Makes the secret for an authenticator app."""
    try:
        with desk.engine.begin() as connection:
            second_factor.begin_setup(connection, visitor.person, desk.seal)
    except UsageError as error:
        raise PageError(Failure.BAD_FORM) from error
    return RedirectResponse("/profile/totp", status_code=303)


@router.get("/totp")
def totp_page(desk: TheDesk, visitor: Myself) -> Response:
    """The secret as QR code and as text, and the field for the first code."""
    return _setup_page(desk, visitor)


@router.get("/totp/qr.svg")
def totp_picture(desk: TheDesk, visitor: Myself) -> Response:
    """The secret as the app's camera reads it."""
    picture = second_factor.qr_code(second_factor.address_for_app(visitor.person, _setup_secret(desk, visitor)))
    return Response(picture, media_type="image/svg+xml")


@router.post("/totp")
def finish_totp(desk: TheDesk, visitor: OwnForm, code: Annotated[str, Form()] = "") -> Response:
    """Begins to ask for codes, once the first one was right, and shows the recovery codes this one time."""
    with desk.engine.begin() as connection:
        codes = second_factor.finish_setup(connection, visitor.person, desk.seal, code[:100], now=desk.clock())
    if codes is None:
        return _setup_page(desk, visitor, is_wrong=True)
    return desk.pages.answer("recovery.html", visitor=visitor, codes=codes)


@router.post("/totp/remove")
def remove_totp(
    desk: TheDesk, visitor: OwnForm, device: OwnDevice, password: Annotated[str, Form(alias="totp-old")] = ""
) -> Response:
    """Asks for no code any more, where the password is right."""
    if not _is_me(desk, visitor, password, device=device):
        return _page(desk, visitor, faults={"totp-old": "wrong"})
    with desk.engine.begin() as connection:
        second_factor.remove(connection, visitor.person, by=visitor.person.email, now=desk.clock())
    return _done("totp_removed")


@router.post("/tokens")
def add_token(
    desk: TheDesk,
    visitor: FormSender,
    name: Annotated[str, Form()] = "",
    scope: Annotated[str, Form()] = Scope.READ.value,
    days: Annotated[str, Form()] = "90",
) -> Response:
    """Makes a token for a program and shows it this one time."""
    if not visitor.person.role.may(Permission.USE_API):
        raise PageError(Failure.NOT_ALLOWED)
    typed, lasts = {"name": name, "scope": scope, "days": days}, _days(days)
    if lasts is None:
        return _page(desk, visitor, faults={"days": "days"}, typed=typed)
    if scope not in set(Scope):
        return _page(desk, visitor, faults={"scope": "scope"}, typed=typed)
    chosen, now = Scope(scope), desk.clock()
    try:
        with desk.engine.begin() as connection:
            token = make_token(connection, visitor.person, name=name, scope=chosen, days=lasts, now=now)
    except UsageError:
        return _page(desk, visitor, faults={"name": "name"}, typed=typed)
    return _page(desk, visitor, token=token)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(token_id: Number, desk: TheDesk, visitor: OwnForm) -> Response:
    """Revokes one of one's tokens."""
    with desk.engine.begin() as connection:
        is_revoked = revoke(connection, visitor.person, token_id, now=desk.clock())
    if not is_revoked:
        raise PageError(Failure.NOT_FOUND)
    return _done("token_revoked")


def _faults_of(*, old: str, new: str, again: str) -> dict[str, str]:
    """What is wrong with a new password, by field."""
    if not is_long_enough(new):
        return {"new": "length"}
    if new != again:
        return {"again": "unequal"}
    return {"new": "same"} if new == old else {}


def _days(text: str) -> int | None:
    """How long a token is to last; None where it is no such number."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LONGEST_DAYS))
    return int(text) if is_number and 1 <= int(text) <= LONGEST_DAYS else None


def _is_me(desk: Desk, visitor: Visitor, password: str, *, device: str | None) -> bool:
    """Whether the password is right. Guesses count like those at the log-in: an open session is no way around it."""
    email, now = visitor.person.email, desk.clock()
    with desk.engine.begin() as connection:
        attempt = count_attempt(connection, email=email, address=acting_address(), now=now, device=device)
    if attempt is None or not matches(visitor.person, password):
        return False
    with desk.engine.begin() as connection:
        attempt_succeeded(connection, attempt, email=email, device=device)
    return True


def _page(
    desk: Desk,
    visitor: Visitor,
    *,
    done: str = "",
    faults: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    token: str | None = None,
) -> Response:
    now, limits = desk.clock(), limits_of(desk.settings.file)
    with reading(desk.engine) as connection:
        row = read_person(connection, visitor.person.id)
        sessions = own_sessions(connection, visitor.person, limits, now=now)
        tokens = tokens_of(connection, visitor.person.id)
        codes_left = count_recovery_codes(connection, visitor.person.id)
    person = person_of(row) if row else visitor.person
    return desk.pages.answer(
        "profile.html",
        status=400 if faults else 200,
        visitor=visitor,
        me=person,
        due=due_of(person, desk),
        sessions=sessions,
        tokens=[(one, one.revoked_at is None and now < one.expires_at) for one in tokens],
        codes_left=codes_left,
        done=done,
        faults=faults or {},
        typed=typed or {},
        token=token,
    )


def _setup_page(desk: Desk, visitor: Visitor, *, is_wrong: bool = False) -> Response:
    secret = _setup_secret(desk, visitor)
    status = 400 if is_wrong else 200
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return desk.pages.answer("totp.html", status=status, visitor=visitor, secret=groups, is_wrong=is_wrong)


def _setup_secret(desk: Desk, visitor: Visitor) -> str:
    with reading(desk.engine) as connection:
        secret = second_factor.setup_secret(connection, visitor.person, desk.seal)
    if secret is None:
        raise PageError(Failure.NOT_FOUND)
    return secret


def _done(what: str) -> Response:
    return RedirectResponse(f"/profile?done={what}", status_code=303)
