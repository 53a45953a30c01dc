"""People's decisions on trade names: all of them, those of a case, deciding and taking back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from alerts.desk.access import TheDesk
from alerts.desk.api.case_shapes import NearestShape, RegisterShape
from alerts.desk.api.cases import Decider, Reader
from alerts.desk.api.shapes import READS, WRITES, CaseNumber, Cursor, Limit, Listed, Moment, Shape, part_of
from alerts.desk.case_view import case_or_not_found, mark_of
from alerts.desk.failures import Failure, PageError
from alerts.desk.name_steps import SeenName, decide_name_of, undo_any_name, undo_name_of
from alerts.desk.naming import NameDecisions, read_decisions
from alerts.desk.numbers import Number
from alerts.desk.state import Desk
from crawler.errors import UsageError
from crawler.store.aliases import AliasRow, list_aliases
from crawler.store.drafts import leading_ad
from crawler.store.engine import reading

Mark = Annotated[str, Field(max_length=80)]
DecisionNumber = Annotated[Number, Path(description="Number of the decision on a name.")]

router = APIRouter(tags=["names"])


class IdentityShape(Shape):
    """An entry of the register, as it was written when somebody decided."""

    name: str
    seat: str | None
    licence_number: str | None
    pib: str | None
    mb: str | None


class NameDecisionShape(Shape):
    """Somebody's decision that a name is, or is not, that of an entry."""

    id: int
    name: str
    entry: IdentityShape
    belongs: bool
    person: str
    decided_at: Moment
    note: str
    revoked_at: Moment | None
    """Null: it was not taken back."""
    revoked_by: str | None


class CaseNameShape(Shape):
    """The name of a case's mediator: the nearest entries, and what was decided."""

    name: str | None
    seen: str
    """Mark of the case; a decision names it."""
    known: str
    """Mark of the decisions on the name; a decision names it as well."""
    nearest: tuple[NearestShape, ...]
    """The entries that may be decided about."""
    decisions: tuple[NameDecisionShape, ...]
    """Those that stand."""
    may_decide: bool
    """There is a name, and not too long a one."""
    may_confirm: bool
    """It has a word of its own; a generic one would clear everybody."""
    answer_now: RegisterShape | None
    """The register's answer with these decisions, where it is not yet that of the case; the next night counts it."""


class NameAsk(Shape):
    """A decision on the name of a case's mediator."""

    entry: Annotated[str, Field(min_length=1, max_length=1000)]
    """Name of one of the `nearest`."""
    belongs: bool
    """It is that entry's name, or it is not."""
    seen: Mark
    known: Mark


class UndoNameAsk(Shape):
    """Which decision on the name of a case's mediator is taken back."""

    decision: Number
    seen: Mark


@router.get("/register/aliases", responses=READS)
def aliases(desk: TheDesk, bearer: Reader, cursor: Cursor = 0, limit: Limit = 50) -> Listed[NameDecisionShape]:
    """All decisions on names, the newest first; those that were taken back as well."""
    with reading(desk.engine) as connection:
        rows = list_aliases(connection, with_revoked=True)
    page, following = part_of(rows[::-1], cursor=cursor, limit=limit)
    return Listed(items=tuple(map(_decision, page)), next=following)


@router.post("/register/aliases/{decision}/revoke", responses=WRITES)
def revoke(decision: DecisionNumber, desk: TheDesk, bearer: Decider) -> NameDecisionShape:
    """Takes a decision on a name back."""
    try:
        undo_any_name(desk, bearer.person, decision)
    except UsageError as error:
        raise PageError(Failure.CHANGED) from error
    with reading(desk.engine) as connection:
        rows = list_aliases(connection, with_revoked=True)
    return _decision(next(row for row in rows if row.id == decision))


@router.get("/cases/{case_id}/name", responses=READS)
def name_of_case(case_id: CaseNumber, desk: TheDesk, bearer: Reader) -> CaseNameShape:
    """The name of the case's mediator, the nearest entries of the register, and what people decided about it."""
    return _name_of(desk, case_id)


@router.post("/cases/{case_id}/name", responses=WRITES)
def decide(case_id: CaseNumber, ask: NameAsk, desk: TheDesk, bearer: Decider) -> CaseNameShape:
    """Writes down that the name is, or is not, that of one of the nearest entries; the next night counts it."""
    seen = SeenName(ask.seen, ask.known)
    decide_name_of(desk, bearer.person, case_id, ask.entry, belongs=ask.belongs, seen=seen)
    return _name_of(desk, case_id)


@router.post("/cases/{case_id}/name/undo", responses=WRITES)
def undo(case_id: CaseNumber, ask: UndoNameAsk, desk: TheDesk, bearer: Decider) -> CaseNameShape:
    """Takes back a decision on the name."""
    undo_name_of(desk, bearer.person, case_id, ask.decision, seen=ask.seen)
    return _name_of(desk, case_id)


def _name_of(desk: Desk, case_id: int) -> CaseNameShape:
    stale_after = desk.settings.file.register_stale_after_days
    with reading(desk.engine) as connection:
        case = case_or_not_found(connection, case_id)
        judged = leading_ad(connection, case_id).assessment
        found = read_decisions(connection, judged, today=desk.today(), stale_after_days=stale_after)
    return CaseNameShape(
        name=judged.mediator.name,
        seen=mark_of(case),
        known=found.known,
        nearest=tuple(map(NearestShape.model_validate, judged.register.nearest)),
        decisions=tuple(map(_decision, _standing(found))),
        may_decide=found.is_possible,
        may_confirm=found.may_confirm,
        answer_now=RegisterShape.model_validate(found.answer_now) if found.answer_now else None,
    )


def _standing(found: NameDecisions) -> list[AliasRow]:
    return sorted(found.by_entry.values(), key=lambda row: row.id)


def _decision(row: AliasRow) -> NameDecisionShape:
    return NameDecisionShape(
        id=row.id,
        name=row.alias.name,
        entry=IdentityShape.model_validate(row.alias.entry),
        belongs=row.alias.belongs,
        person=row.person,
        decided_at=row.decided_at,
        note=row.note,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )
