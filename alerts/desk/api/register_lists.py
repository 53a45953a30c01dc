"""Lists of agencies: what changed between two, and importing one that a person has looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, UploadFile
from pydantic import Field

from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.cases import Reader
from alerts.desk.api.doors import may, writes
from alerts.desk.api.shapes import READS, WRITES, Day, Moment, Shape
from alerts.desk.carried import TooLargeError, Upload, read_upload
from alerts.desk.failures import ApiError, Failure, PageError
from alerts.desk.judging import judge_by, next_night
from alerts.desk.permissions import Permission
from alerts.desk.register_upload import (
    LARGEST_LIST,
    SHOWN_REFUSED,
    DoubtfulError,
    NotSeenError,
    RefusedLine,
    Understood,
    look_at,
    put_in_force,
    reason_of,
)
from alerts.desk.speaking import Tongue, say
from alerts.desk.state import Desk
from crawler.errors import RegisterError, UsageError
from crawler.store.engine import reading
from pipelines.register.differences import GROUPS, RegisterDifferences
from pipelines.register.history import compare_named
from pipelines.register.importing import Doubt
from pipelines.register.showing import differences_json

Stated = str | Day | tuple[str, ...] | None
"""What a field of the register states."""
ListName = Annotated[str, Query(max_length=80, description="Day or hash of a list.")]
Looker = Annotated[Bearer, Depends(may(Permission.IMPORT_REGISTER))]
Importer = Annotated[Bearer, Depends(writes(Permission.IMPORT_REGISTER))]

router = APIRouter(prefix="/register", tags=["register"])


class SideShape(Shape):
    """One of the two lists that are compared."""

    snapshot: str
    """`sha256:…`"""
    as_of: Day
    on: Day
    """The day on which its licences are judged."""
    agencies: int


class AgencyShape(Shape):
    """An agency that stands in one of the lists only."""

    name: str
    seat: str | None
    licence_number: str | None
    valid_until: Day | None
    pib: str | None
    mb: str | None


class ChangedAgencyShape(AgencyShape):
    """An agency of both lists, as the later one states it."""

    fields: dict[str, tuple[Stated, Stated]]
    """By field, what it states in the one and in the other; null: not stated."""


class DifferencesShape(Shape):
    """From one list to another, as `adwatch register diff` prints it; an agency may stand in several groups."""

    from_: Annotated[SideShape | None, Field(alias="from")]
    """Null, as is `to`: only one list was imported."""
    to: SideShape | None
    added: tuple[AgencyShape, ...]
    removed: tuple[AgencyShape, ...]
    expired: tuple[ChangedAgencyShape, ...]
    revoked: tuple[ChangedAgencyShape, ...]
    restored: tuple[ChangedAgencyShape, ...]
    """Had run out or was revoked, and is valid again."""
    renewed: tuple[ChangedAgencyShape, ...]
    changed: tuple[ChangedAgencyShape, ...]


class LookAsk(Shape):
    """A list that is to be looked at."""

    as_of: Day
    """The day that the list is of."""
    file: UploadFile
    """XLSX, DOCX, PDF, HTML or CSV, up to 8 MB."""


class ImportAsk(LookAsk):
    """A list that was looked at."""

    seen: Annotated[str, Field(max_length=80)]
    """`snapshot` of the answer that a person looked at."""
    is_complete: bool = False
    """Somebody says that nothing is missing; needed where there is a `doubt`."""


class RefusedRowShape(Shape):
    """A row that was not taken, or not taken whole."""

    row: int
    reason: str


class UnderstoodShape(Shape):
    """What a list holds, beside the newest one. Nothing of it is stored."""

    snapshot: str
    """`sha256:…`"""
    kind: str
    """By its content: `xlsx`, `docx`, `pdf`, `html`, `csv`."""
    as_of: Day
    agencies: int
    """Read whole."""
    unreadable: int
    """Listed, with a licence that cannot be read; kept."""
    refused: int
    refused_rows: tuple[RefusedRowShape, ...]
    """The first hundred."""
    superseded: int
    """Rows of an agency with a newer decision in the same list."""
    changes: DifferencesShape | None
    """Against the newest list; null: this is the first."""
    is_known: bool
    """This very file was imported as of that day."""
    is_older: bool
    """A list of a later day is known: this one will not be the newest."""
    doubt: Doubt | None
    """Less than half of the agencies known before, or more rows refused than read."""


class ImportedShape(Shape):
    """What an import did."""

    snapshot: str
    as_of: Day
    imported: int
    """Agencies read whole."""
    refused: int
    is_new: bool
    """False: this file was there already as of that day, and nothing changed."""
    changes: DifferencesShape | None
    """Against the list before it; null: it is the first."""
    judged_at: Moment
    """When the night is due that judges stored ads by it; `POST /register/judge` does so at once."""


class JudgingShape(Shape):
    """A judging that was started."""

    started_at: Moment


@router.get("/differences", responses=READS)
def differences(desk: TheDesk, bearer: Reader, before: ListName = "", after: ListName = "") -> DifferencesShape:
    """What changed between two lists, by default the newest two."""
    try:
        with reading(desk.engine) as connection:
            found = compare_named(
                connection, before=before or None, after=after or None, stale_after_days=_stale_after(desk)
            )
    except UsageError as error:
        raise ApiError(404, "there is no list of that day or hash") from error
    except RegisterError as error:
        raise ApiError(404, "no list was imported yet") from error
    if found is None:
        return DifferencesShape.model_validate({"from": None, "to": None, **dict.fromkeys(GROUPS, ())})
    return _differences(found)


@router.post("/import/preview", responses=WRITES)
def preview(
    desk: TheDesk, bearer: Looker, ask: Annotated[LookAsk, Form(media_type="multipart/form-data")]
) -> UnderstoodShape:
    """What a list holds and would change. Stores nothing; a token that only reads may ask."""
    upload = _upload(desk, ask)
    with _read_as_list(), reading(desk.engine) as connection:
        found = look_at(connection, upload, as_of=ask.as_of, stale_after_days=_stale_after(desk))
    return _understood(found)


@router.post("/import", responses=WRITES)
def import_list(
    desk: TheDesk, bearer: Importer, ask: Annotated[ImportAsk, Form(media_type="multipart/form-data")]
) -> ImportedShape:
    """Puts a list that was looked at in force. The same file and day once more change nothing."""
    upload = _upload(desk, ask)
    with _read_as_list():
        done = put_in_force(desk, bearer.person, upload, as_of=ask.as_of, seen=ask.seen, is_complete=ask.is_complete)
    return ImportedShape(
        snapshot=done.snapshot,
        as_of=done.as_of,
        imported=done.imported,
        refused=len(done.refused),
        is_new=done.is_new,
        changes=_differences(done.changes) if done.changes else None,
        judged_at=next_night(desk),
    )


@router.post("/judge", responses=WRITES, status_code=202)
def judge(desk: TheDesk, bearer: Importer) -> JudgingShape:
    """Starts judging all stored ads by the newest list, unless a night or another run is under way."""
    now = desk.clock()
    judge_by(desk, bearer.person)
    return JudgingShape(started_at=now)


@contextmanager
def _read_as_list() -> Iterator[None]:
    """Tells in the API's words why the file is no list, or may not be put in force."""
    try:
        yield
    except NotSeenError as error:
        raise PageError(Failure.CHANGED) from error
    except DoubtfulError as error:
        raise ApiError(409, str(error), code=error.doubt) from error
    except RegisterError as error:
        reason = reason_of(error)
        raise ApiError(422, say(Tongue.EN, reason.words, of=reason.of), code="not_a_list") from error


def _upload(desk: Desk, ask: LookAsk) -> Upload:
    if ask.as_of > desk.today():
        raise ApiError(422, "as_of: that day has not come yet")
    try:
        upload = read_upload(ask.file, largest=LARGEST_LIST)
    except TooLargeError as error:
        raise ApiError(413, "the list has more than 8 MB") from error
    if upload is None:
        raise ApiError(422, "file: a list is needed")
    return upload


def _understood(found: Understood) -> UnderstoodShape:
    return UnderstoodShape(
        snapshot=found.snapshot,
        kind=found.kind,
        as_of=found.as_of,
        agencies=found.agencies,
        unreadable=found.unreadable,
        refused=len(found.refused),
        refused_rows=tuple(map(_row, found.refused[:SHOWN_REFUSED])),
        superseded=len(found.superseded),
        changes=_differences(found.differences) if found.differences else None,
        is_known=found.is_known,
        is_older=found.is_older,
        doubt=Doubt(found.doubt) if found.doubt else None,
    )


def _row(line: RefusedLine) -> RefusedRowShape:
    return RefusedRowShape(row=line.row, reason=say(Tongue.EN, line.reason.words, of=line.reason.of))


def _differences(found: RegisterDifferences) -> DifferencesShape:
    return DifferencesShape.model_validate(differences_json(found))


def _stale_after(desk: Desk) -> int:
    return desk.settings.file.register_stale_after_days
