"""The register of agencies: imported lists, their entries and differences, importing one by upload, decided names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response, UploadFile
from fastapi.responses import RedirectResponse

from alerts.desk.access import TheDesk, Visitor, require, require_post
from alerts.desk.carried import TooLargeError, Upload, packed, read_upload, unpacked
from alerts.desk.failures import Failure, PageError
from alerts.desk.judging import NoListError, judge_by, next_night
from alerts.desk.name_steps import undo_any_name
from alerts.desk.numbers import Number
from alerts.desk.permissions import Permission
from alerts.desk.register_upload import (
    LARGEST_LIST,
    SHOWN_REFUSED,
    DoubtfulError,
    NotSeenError,
    Reason,
    Understood,
    look_at,
    put_in_force,
    reason_of,
)
from alerts.desk.register_view import change_groups, entry_page, is_in_force_unjudged, snapshot_lines
from alerts.desk.speaking import to_say
from alerts.desk.state import Desk
from crawler.errors import BusyError, RegisterError, UsageError
from crawler.store.aliases import list_aliases
from crawler.store.assessments import last_judged_at
from crawler.store.engine import reading
from crawler.store.register import SnapshotRow, list_snapshots, snapshot_of
from pipelines.register.history import Named as NamedSnapshot
from pipelines.register.history import compare_named, find_named

NO_FILE = to_say("Izaberite datoteku sa spiskom.")
TOO_LARGE = to_say("Datoteka je veća od 8 MB. Veći spisak uvozi osoba koja održava program.")
NO_DAY = to_say("Navedite dan na koji se spisak odnosi; ne može da bude u budućnosti.")
NOT_SURE = to_say("Potvrdite da je spisak potpun, ili uvezite drugi.")
NOT_IMPORTED = to_say("Spisak nije uvezen: datoteka ili registar su se u međuvremenu promenili. Pokušajte ponovo.")
TAKEN_BACK = to_say("Tu odluku je neko već povukao.")
NO_LIST = to_say("Nema uvezenog spiska tog dana ili otiska.")
NOTHING_TO_JUDGE_BY = to_say("Nijedan spisak nije uvezen: oglasi nemaju po čemu da se procene.")
IS_BUSY = to_say("Upravo radi noćna obrada ili drugo prikupljanje. Sačekajte kraj, pa pokušajte ponovo.")

Reader = Annotated[Visitor, Depends(require(Permission.SEE_CASES))]
Importer = Annotated[Visitor, Depends(require(Permission.IMPORT_REGISTER))]
ImporterPost = Annotated[Visitor, Depends(require_post(Permission.IMPORT_REGISTER))]
Name = Annotated[str, Query(max_length=80)]

router = APIRouter(prefix="/register")


@dataclass(frozen=True, slots=True)
class ImportPage:
    """What the page of an import shows."""

    as_of: str
    errors: dict[str, Reason]
    understood: Understood | None = None
    carried: str = ""
    """The file, packed for a hidden field."""


@router.get("")
def snapshots(desk: TheDesk, visitor: Reader, imported: bool | None = None) -> Response:
    """All imported lists, the newest first, and when stored ads are judged by it.

    `imported`: what was just done, True where a list is new, False where it was there already.
    """
    return _lists(desk, visitor, imported=imported)


@router.post("/judge")
def judge(desk: TheDesk, visitor: ImporterPost) -> Response:
    """Starts judging all stored ads by the newest list, unless a night or another run is under way."""
    try:
        judge_by(desk, visitor.person)
    except NoListError:
        return _lists(desk, visitor, error=NOTHING_TO_JUDGE_BY)
    except BusyError:
        return _lists(desk, visitor, error=IS_BUSY)
    return RedirectResponse("/register#procena", status_code=303)


@router.get("/entries")
def entries(
    desk: TheDesk,
    visitor: Reader,
    q: Annotated[str, Query(max_length=200)] = "",
    of: Name = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The entries of the newest list, or of another one, in which the words stand."""
    with reading(desk.engine) as connection:
        listed = list_snapshots(connection)
        row = _find(listed, of).row if of else next(iter(listed), None)
        register = snapshot_of(connection, row, stale_after_days=_stale_after(desk)) if row else None
    shown = entry_page(register, words=q, on=desk.today(), page=page) if register else None
    return desk.pages.answer("register_entries.html", visitor=visitor, register=register, shown=shown, q=q, of=of)


@router.get("/differences")
def differences(desk: TheDesk, visitor: Reader, before: Name = "", after: Name = "") -> Response:
    """What changed between two lists, by default the newest two."""
    found, error = None, ""
    with reading(desk.engine) as connection:
        listed = list_snapshots(connection)
        try:
            if listed:
                found = compare_named(
                    connection, before=before or None, after=after or None, stale_after_days=_stale_after(desk)
                )
        except UsageError:
            error = NO_LIST
    return desk.pages.answer(
        "register_differences.html",
        visitor=visitor,
        listed=listed,
        found=found,
        groups=change_groups(found) if found else [],
        error=error,
        before=before,
        after=after,
        status=400 if error else 200,
    )


@router.get("/aliases")
def aliases(desk: TheDesk, visitor: Reader) -> Response:
    """People's decisions on names, the newest first."""
    return _aliases(desk, visitor)


@router.post("/aliases/revoke")
def revoke(
    desk: TheDesk,
    visitor: Annotated[Visitor, Depends(require_post(Permission.DECIDE))],
    decision: Annotated[Number, Form()],
) -> Response:
    """Takes a decision on a name back."""
    try:
        undo_any_name(desk, visitor.person, decision)
    except UsageError:
        return _aliases(desk, visitor, error=TAKEN_BACK)
    return RedirectResponse("/register/aliases", status_code=303)


@router.get("/import")
def import_form(desk: TheDesk, visitor: Importer) -> Response:
    """The form for a list."""
    return _page(desk, visitor, ImportPage(desk.today().isoformat(), {}))


@router.post("/import")
def preview(
    desk: TheDesk,
    visitor: ImporterPost,
    as_of: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
) -> Response:
    """Says what the list holds and what it would change; nothing is stored yet."""
    day = _day(desk, as_of)
    try:
        upload = read_upload(file, largest=LARGEST_LIST)
    except TooLargeError:
        return _refuse(desk, visitor, as_of, "file", Reason(TOO_LARGE))
    if upload is None:
        return _refuse(desk, visitor, as_of, "file", Reason(NO_FILE))
    if day is None:
        return _refuse(desk, visitor, as_of, "as_of", Reason(NO_DAY))
    return _preview(desk, visitor, upload, day)


@router.post("/import/confirm")
def confirm(
    desk: TheDesk,
    visitor: ImporterPost,
    as_of: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    carried: Annotated[str, Form()] = "",
    snapshot: Annotated[str, Form()] = "",
    is_complete: Annotated[bool, Form()] = False,
) -> Response:
    """Puts the list that was looked at in force."""
    day = _day(desk, as_of)
    try:
        content = unpacked(carried, largest=LARGEST_LIST)
    except TooLargeError:
        content = None
    if day is None or not content:
        raise PageError(Failure.BAD_FORM)
    upload = Upload(name, content)
    try:
        done = put_in_force(desk, visitor.person, upload, as_of=day, seen=snapshot, is_complete=is_complete)
    except NotSeenError as error:
        raise PageError(Failure.BAD_FORM) from error
    except DoubtfulError:
        return _preview(desk, visitor, upload, day, errors={"is_complete": Reason(NOT_SURE)})
    except (RegisterError, UsageError):
        return _refuse(desk, visitor, as_of, "file", Reason(NOT_IMPORTED))
    return RedirectResponse(f"/register?imported={str(done.is_new).lower()}", status_code=303)


def _lists(desk: Desk, visitor: Visitor, *, imported: bool | None = None, error: str = "") -> Response:
    with reading(desk.engine) as connection:
        rows = list_snapshots(connection)
        judged_at = last_judged_at(connection)
    return desk.pages.answer(
        "register.html",
        status=409 if error else 200,
        visitor=visitor,
        lines=snapshot_lines(rows, today=desk.today(), stale_after_days=_stale_after(desk)),
        imported=imported,
        awaits_judging=is_in_force_unjudged(rows, judged_at),
        stale_after=_stale_after(desk),
        night=next_night(desk),
        judging=desk.judgings.newest(),
        error=error,
    )


def _aliases(desk: Desk, visitor: Visitor, *, error: str = "") -> Response:
    with reading(desk.engine) as connection:
        rows = list_aliases(connection, with_revoked=True)
    status = 409 if error else 200
    return desk.pages.answer("register_aliases.html", status=status, visitor=visitor, rows=rows[::-1], error=error)


def _preview(
    desk: Desk, visitor: Visitor, upload: Upload, day: date, *, errors: dict[str, Reason] | None = None
) -> Response:
    try:
        with reading(desk.engine) as connection:
            understood = look_at(connection, upload, as_of=day, stale_after_days=_stale_after(desk))
    except RegisterError as error:
        return _refuse(desk, visitor, day.isoformat(), "file", reason_of(error))
    page = ImportPage(day.isoformat(), errors or {}, understood, packed(upload.content))
    return _page(desk, visitor, page, status=400 if errors else 200)


def _refuse(desk: Desk, visitor: Visitor, as_of: str, field: str, reason: Reason) -> Response:
    return _page(desk, visitor, ImportPage(as_of, {field: reason}), status=400)


def _page(desk: Desk, visitor: Visitor, page: ImportPage, *, status: int = 200) -> Response:
    return desk.pages.answer(
        "register_import.html",
        status=status,
        visitor=visitor,
        page=page,
        today=desk.today().isoformat(),
        most_shown=SHOWN_REFUSED,
    )


def _find(listed: list[SnapshotRow], name: str) -> NamedSnapshot:
    try:
        return find_named(listed, name)
    except UsageError as error:
        raise PageError(Failure.NOT_FOUND) from error


def _day(desk: Desk, written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if day <= desk.today() else None


def _stale_after(desk: Desk) -> int:
    return desk.settings.file.register_stale_after_days
