"""The morning's queue: cases of one pile, worst first, with the silence report on top."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from alerts.desk.access import LoggedIn, TheDesk
from alerts.desk.case_view import just_decided
from alerts.desk.findings import RegisterBadge, badge_of, order_codes, titles_of
from alerts.desk.piles import Pile
from alerts.desk.silence import SilenceReport, report_silence
from alerts.desk.state import Desk
from crawler.store.approvals import changes_after_approval
from crawler.store.desk_views import QueueRow, count_by_state, count_reviewed, read_queue
from crawler.store.engine import reading
from crawler.store.register import SnapshotRow, newest_snapshot_row
from crawler.store.silence import newest_night, newest_runs
from crawler.store.switches import switched_off

PAGE_SIZE = 25
SHOWN_FINDINGS = 3

router = APIRouter()


@router.get("/")
def queue(
    desk: TheDesk,
    visitor: LoggedIn,
    pile: Pile = Pile.OPEN,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    done: int = 0,
) -> Response:
    """One page of a pile, the last where there are fewer; `done` names the case that was decided just before."""
    with reading(desk.engine) as connection:
        by_state = count_by_state(connection)
        counts = {each: sum(by_state.get(state, 0) for state in each.states) for each in Pile}
        pages = max(1, -(-counts[pile] // PAGE_SIZE))
        rows = read_queue(connection, pile.states, page=min(page, pages), size=PAGE_SIZE)
        changed = changes_after_approval(connection, [row.id for row in rows])
        register = newest_snapshot_row(connection)
        silence = _silence(connection, desk, register)
        began = silence.night.started_at if silence.night else datetime.fromtimestamp(0, UTC)
        reviewed = count_reviewed(connection, since=began)
        decided = just_decided(connection, done)
    return desk.pages.answer(
        "queue.html",
        visitor=visitor,
        pile=pile,
        counts=counts,
        page=min(page, pages),
        pages=pages,
        entries=[(row, _badge(desk, row, register), *_top(row)) for row in rows],
        changed=changed,
        silence=silence,
        reviewed=reviewed,
        decided=decided,
    )


def _silence(connection: Connection, desk: Desk, register: SnapshotRow | None) -> SilenceReport:
    return report_silence(
        newest_night(connection),
        newest_runs(connection),
        register,
        sources=desk.sources.read(),
        now=desk.clock(),
        stale_after_days=desk.settings.file.register_stale_after_days,
        off=switched_off(connection),
    )


def _badge(desk: Desk, row: QueueRow, newest: SnapshotRow | None) -> RegisterBadge:
    stale_after = desk.settings.file.register_stale_after_days
    answer = row.assessment.register
    return badge_of(answer, today=desk.today(), stale_after_days=stale_after, newest=newest)


def _top(row: QueueRow) -> tuple[list[str], int]:
    """Titles of the first findings, and how many more there are."""
    codes = order_codes(row.assessment)
    return titles_of(codes[:SHOWN_FINDINGS]), max(0, len(codes) - SHOWN_FINDINGS)
