"""Reports of a period: the page with tables and charts, and the files to be downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from alerts.desk.access import TheDesk, TheTongue, Visitor, require
from alerts.desk.failures import Failure, PageError
from alerts.desk.noting import note
from alerts.desk.people import Person
from alerts.desk.permissions import Permission
from alerts.desk.speaking import Tongue, said, to_say
from alerts.desk.state import Desk
from alerts.reports.exporting import file_stem
from alerts.reports.figures import Report, SheetId, make_report
from alerts.reports.forms import Form, write_report
from alerts.reports.periods import Period, PeriodError, Preset, asked_period, preset_period, read_day, running_period
from alerts.reports.view import view_of
from alerts.reports.wording import PRESETS, RUNNING, Labels, refusal_sentence
from crawler.store.audit import Act
from crawler.store.engine import reading

FILES = (
    (Form.HTML, to_say("jedna stranica za štampu")),
    (Form.XLSX, to_say("radna sveska (XLSX)")),
    (Form.ZIP, to_say("sve tabele (CSV u ZIP-u)")),
    (Form.JSON, to_say("za programe (JSON)")),
)

router = APIRouter()
Reader = Annotated[Visitor, Depends(require(Permission.SEE_REPORTS))]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds."""

    first: str
    last: str
    names: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A period as an address names it: by its days, or by a word."""

    first: Annotated[str, Query(alias="from", max_length=40)] = ""
    last_day: Annotated[str, Query(alias="to", max_length=40)] = ""
    preset: Annotated[Preset | None, Query(alias="last")] = None
    names: bool = False

    def period(self, today: date) -> Period:
        """The days; the last month where nothing is asked for. Raises PeriodError."""
        if self.preset or not (self.first or self.last_day):
            return preset_period(self.preset or Preset.MONTH, today=today)
        return asked_period(read_day(self.first), read_day(self.last_day), today=today)


TheAsked = Annotated[Asked, Depends()]


@router.get("/reports")
def show(desk: TheDesk, visitor: Reader, tongue: TheTongue, wanted: TheAsked) -> Response:
    """The report, or why there is none of such a period."""
    today = desk.today()
    _check_names(visitor, wanted)
    period, report, refusal = None, None, ""
    try:
        period = wanted.period(today)
        report = _made(desk, period, wanted)
    except PeriodError as error:
        refusal = refusal_sentence(tongue, error.refusal)
    typed = Typed(str(period.first), str(period.last), wanted.names) if period else _as_typed(wanted)
    return desk.pages.answer(
        "reports.html",
        status=400 if refusal else 200,
        visitor=visitor,
        report=view_of(report, _labels(desk, tongue)) if report else None,
        refusal=refusal,
        typed=typed,
        today=today,
        presets=[
            (_query(str(one.first), str(one.last), names=typed.names), said(tongue, words), one == period)
            for one, words in _offered(today)
        ],
        files=[(form, said(tongue, words)) for form, words in FILES],
        query=_query(typed.first, typed.last, names=typed.names),
        may_name=may_name(visitor.person),
    )


@router.get("/reports/file/{form}")
def download(
    desk: TheDesk, visitor: Reader, tongue: TheTongue, wanted: TheAsked, form: Form, table: SheetId = SheetId.OVERVIEW
) -> Response:
    """The report as a file; `table` names the one that a single CSV holds."""
    _check_names(visitor, wanted)
    if table is SheetId.NAMES and not wanted.names:
        raise PageError(Failure.NOT_FOUND)
    try:
        period = wanted.period(desk.today())
    except PeriodError as error:
        raise PageError(Failure.NOT_FOUND) from error
    report = _made(desk, period, wanted)
    note(desk, visitor, Act.EXPORTED, subject=f"report {file_stem(report)}", detail=f"{form}, {table}")
    content = write_report(report, form, _labels(desk, tongue), sheet=table)
    name = f"{file_stem(report)}-{table}" if form is Form.CSV else file_stem(report)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=form.media_type, headers=headers)


def _made(desk: Desk, period: Period, wanted: Asked) -> Report:
    with reading(desk.engine) as connection:
        return make_report(connection, period, now=desk.clock(), with_names=wanted.names)


def _labels(desk: Desk, tongue: Tongue) -> Labels:
    return Labels(tongue, desk.sources.names())


def may_name(person: Person) -> bool:
    """Whether firms may be named to them: who only reads may be somebody from outside the house."""
    return person.role.may(Permission.DECIDE)


def _check_names(visitor: Visitor, wanted: Asked) -> None:
    if wanted.names and not may_name(visitor.person):
        raise PageError(Failure.NOT_ALLOWED)


def _as_typed(wanted: Asked) -> Typed:
    return Typed(wanted.first, wanted.last_day, wanted.names)


def _offered(today: date) -> Iterator[tuple[Period, str]]:
    """Periods that are one click away, with what they are called."""
    yield from ((running_period(preset, today=today), words) for preset, words in RUNNING.items())
    yield from ((preset_period(preset, today=today), words) for preset, words in PRESETS.items())


def _query(first: str, last: str, *, names: bool) -> str:
    return urlencode({"from": first, "to": last} | ({"names": "1"} if names else {}))
