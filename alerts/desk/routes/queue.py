"""The morning's queue: cases of one pile, narrowed and ordered as asked, with the silence report on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from alerts.desk.access import LoggedIn, TheDesk, Visitor
from alerts.desk.asked_list import VERDICTS, AskedList, ShownList
from alerts.desk.case_view import just_decided, undoable
from alerts.desk.findings import RegisterBadge, badge_of, known_findings, order_codes, titles_of
from alerts.desk.numbers import LARGEST_NUMBER
from alerts.desk.piles import Pile
from alerts.desk.silence import RegisterState, SilenceReport, read_silence
from alerts.desk.sources import names_of
from alerts.desk.state import Desk
from crawler.store.approvals import APPROVED, changes_after_approval
from crawler.store.case_lists import (
    CaseList,
    CaseQuestion,
    ListedCase,
    changes_since_decided,
    count_by_state,
    count_reviewed,
    known_destinations,
    list_cases,
    read_cases,
)
from crawler.store.desk_views import pictures_for_lists
from crawler.store.engine import reading
from crawler.store.register import SnapshotRow, newest_snapshot_row
from crawler.store.views import views_for

PAGE_SIZE = 25
SHOWN_FINDINGS = 3

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the queue."""

    case: ListedCase
    badge: RegisterBadge
    titles: list[str]
    """Of the first findings."""
    more: int
    """How many findings there are besides."""
    picture: str | None
    """WARC-Record-ID."""
    returned: str | None
    """What really changed since a person decided on it."""
    changed: str | None
    """What changed since its drafts were approved."""


@dataclass(frozen=True, slots=True)
class TypedView:
    """A form that saves the list under a name, and was refused."""

    name: str = ""
    shared: bool = False
    error: str = ""


@router.get("/")
def queue(
    desk: TheDesk,
    visitor: LoggedIn,
    shown: ShownList,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER)] = 0,
    done: int = 0,
) -> Response:
    """The page of the list that begins after that case; `done` names the case that was decided just before."""
    return queue_answer(desk, visitor, shown, after=after, done=done)


def queue_answer(
    desk: Desk,
    visitor: Visitor,
    shown: AskedList,
    *,
    after: int = 0,
    done: int = 0,
    typed: TypedView | None = None,
) -> Response:
    """One page of the list; where saving it was refused, with what was typed."""
    sources = desk.sources.read()
    with reading(desk.engine) as connection:
        by_state = count_by_state(connection)
        register = newest_snapshot_row(connection)
        silence = read_silence(connection, desk.settings.file, sources=sources, now=desk.clock())
        relies = silence.register_state is RegisterState.FRESH
        found = _page_after(connection, shown.question(with_verdict=relies), after)
        entries = read_entries(connection, desk, read_cases(connection, found.page(PAGE_SIZE)), register)
        reviewed = count_reviewed(connection, since=_began(silence))
        decided = just_decided(connection, done)
        last = undoable(connection, visitor.person.email, now=desk.clock())
        destinations = known_destinations(connection)
        views = views_for(connection, visitor.person.id)
    return desk.pages.answer(
        "queue.html",
        status=400 if typed else 200,
        visitor=visitor,
        shown=shown,
        pile=shown.pile,
        counts={each: sum(by_state.get(state, 0) for state in each.states) for each in Pile},
        found=found,
        size=PAGE_SIZE,
        entries=entries,
        silence=silence,
        relies=relies,
        reviewed=reviewed,
        decided=decided,
        last=last,
        views=views,
        typed=typed or TypedView(),
        destinations=destinations,
        verdicts=VERDICTS,
        findings=known_findings(),
        names=names_of(sources),
    )


def _page_after(connection: Connection, question: CaseQuestion, after: int) -> CaseList:
    """The list at the page after that case; at its last page where nothing follows the case (any more)."""
    found = list_cases(connection, question, at=after or None)
    return found if found.page(PAGE_SIZE) else found.last_page(PAGE_SIZE)


def _began(silence: SilenceReport) -> datetime:
    """When the newest night began; long ago where there was none."""
    return silence.night.started_at if silence.night else datetime.fromtimestamp(0, UTC)


def read_entries(
    connection: Connection, desk: Desk, cases: Sequence[ListedCase], register: SnapshotRow | None
) -> list[Entry]:
    """The cases as rows of the queue; `register` is the newest list."""
    ids = [case.id for case in cases]
    approved = [case.id for case in cases if case.state == APPROVED]
    changed, returned = changes_after_approval(connection, approved), changes_since_decided(connection, ids)
    pictures = pictures_for_lists(connection, [case.version_id for case in cases])
    return [
        Entry(
            case,
            _badge(desk, case, register),
            *_top(case),
            picture=pictures.get(case.version_id),
            returned=returned.get(case.id),
            changed=changed.get(case.id),
        )
        for case in cases
    ]


def _badge(desk: Desk, row: ListedCase, newest: SnapshotRow | None) -> RegisterBadge:
    stale_after = desk.settings.file.register_stale_after_days
    answer = row.assessment.register
    return badge_of(answer, today=desk.today(), stale_after_days=stale_after, newest=newest)


def _top(row: ListedCase) -> tuple[list[str], int]:
    """Titles of the first findings, and how many more there are."""
    codes = order_codes(row.assessment)
    return titles_of(codes[:SHOWN_FINDINGS]), max(0, len(codes) - SHOWN_FINDINGS)
