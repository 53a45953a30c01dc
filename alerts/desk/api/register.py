"""The register of agencies: asking it, its imported lists, their entries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from alerts.desk.access import TheDesk
from alerts.desk.api.case_shapes import NearestShape
from alerts.desk.api.cases import Reader
from alerts.desk.api.shapes import READS, WRITES, Cursor, Day, Limit, Listed, Moment, Shape, part_of
from alerts.desk.failures import ApiError
from alerts.desk.register_view import entries_with, snapshot_lines
from alerts.desk.state import Desk
from alerts.script import storable
from crawler.assessment import Verdict
from crawler.errors import UsageError
from crawler.register import EntryStatus
from crawler.store.engine import reading
from crawler.store.register import SnapshotRow, list_snapshots, newest_snapshot, snapshot_of
from pipelines.register.asking import written_query
from pipelines.register.history import find_named
from pipelines.register.matching import match, verdict_of

Word = Annotated[str, Field(max_length=300)]

router = APIRouter(prefix="/register", tags=["register"])


class MatchAsk(Shape):
    """Who is asked about; one of them at least."""

    name: Word = ""
    pib: Annotated[str, Field(max_length=40)] = ""
    mb: Annotated[str, Field(max_length=40)] = ""
    licence: Annotated[str, Field(max_length=100)] = ""
    phone: Annotated[str, Field(max_length=100)] = ""
    email: Word = ""
    on: Day | None = None
    """The day asked about; null: today in Belgrade."""


class MatchShape(Shape):
    """The register's answer, as `adwatch register match` prints it."""

    verdict: Verdict | None
    """Null: not checked, there is no register."""
    entry: str | None
    score: float
    reasons: tuple[str, ...]
    nearest: tuple[NearestShape, ...]
    as_of: Day | None
    snapshot: str | None
    stale: bool
    """Nobody may be called unregistered on it."""


class SnapshotShape(Shape):
    """One imported list."""

    snapshot: str
    """`sha256:…`"""
    as_of: Day
    known_on: Day
    """The last day of which it is known to be the register."""
    file: str
    imported_at: Moment
    age: int
    """Days since it was last known to be the register."""
    is_newest: bool
    is_stale: bool


class EntryShape(Shape):
    """One agency, and what its licence is worth today."""

    name: str
    verdict: Verdict
    status: EntryStatus
    licence_number: str | None
    licence_date: Day | None
    valid_until: Day | None
    seat: str | None
    address: str | None
    phones: tuple[str, ...]
    email: str | None
    pib: str | None
    mb: str | None
    note: str | None
    number: int | None


@router.post("/match", responses=WRITES)
def ask_register(ask: MatchAsk, desk: TheDesk, bearer: Reader) -> MatchShape:
    """The register's answer to a name, number or contact. Stores nothing; a token that only reads may ask."""
    on = ask.on or desk.today()
    given = {name: storable(value) for name, value in ask.model_dump(exclude={"on"}).items() if value.strip()}
    with reading(desk.engine) as connection:
        register = newest_snapshot(connection, on=on, stale_after_days=_stale_after(desk))
    return MatchShape.model_validate(match(written_query(given), register, on=on))


@router.get("/snapshots", responses=READS)
def snapshots(desk: TheDesk, bearer: Reader, cursor: Cursor = 0, limit: Limit = 50) -> Listed[SnapshotShape]:
    """All imported lists, the newest first."""
    with reading(desk.engine) as connection:
        rows = list_snapshots(connection)
    page, following = part_of(
        snapshot_lines(rows, today=desk.today(), stale_after_days=_stale_after(desk)), cursor=cursor, limit=limit
    )
    items = tuple(
        SnapshotShape(
            snapshot=line.row.snapshot,
            as_of=line.row.as_of,
            known_on=line.row.known_on,
            file=line.row.file.name,
            imported_at=line.row.imported_at,
            age=line.age,
            is_newest=line.is_newest,
            is_stale=line.is_stale,
        )
        for line in page
    )
    return Listed(items=items, next=following)


@router.get("/entries", responses=READS)
def entries(
    desk: TheDesk,
    bearer: Reader,
    q: Annotated[str, Query(max_length=200, description="Words of the entry, in whatever script and case.")] = "",
    of: Annotated[str, Query(max_length=80, description="Day or hash of another list than the newest.")] = "",
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Listed[EntryShape]:
    """The entries of a list in which all the words stand."""
    with reading(desk.engine) as connection:
        listed = list_snapshots(connection)
        row = _named(listed, of) if of else next(iter(listed), None)
        register = snapshot_of(connection, row, stale_after_days=_stale_after(desk)) if row else None
    found = entries_with(register, q) if register else []
    page, following = part_of(found, cursor=cursor, limit=limit)
    fields = EntryShape.model_fields.keys() - {"verdict"}
    items = tuple(
        EntryShape.model_validate(
            {name: getattr(entry, name) for name in fields} | {"verdict": verdict_of(entry, on=desk.today())}
        )
        for entry in page
    )
    return Listed(items=items, next=following)


def _named(listed: list[SnapshotRow], name: str) -> SnapshotRow:
    try:
        return find_named(listed, name).row
    except UsageError as error:
        raise ApiError(404, "there is no list of that day or hash") from error


def _stale_after(desk: Desk) -> int:
    return desk.settings.file.register_stale_after_days
