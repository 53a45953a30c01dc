"""Which days stand in the calendar of deadlines, and how they are told. How such a file is written: `calendar_file`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime

from alerts.calendar_file import CalendarEvent, calendar_file
from alerts.headings import heading
from alerts.matters import Matter
from alerts.recipients import find_recipient, split_recipient
from alerts.script import Script, to_script
from alerts.stages import Stage
from alerts.terms import TermState, Whose
from crawler.config import Organisation
from crawler.errors import UsageError
from crawler.store.legal_views import CaseTitle

LONGEST_TITLE = 120
BEFORE_FILING = (Stage.PREPARED, Stage.APPROVED)


def deadline_calendar(
    found: Iterable[Matter],
    titles: Mapping[int, CaseTitle],
    *,
    organisation: Organisation,
    now: datetime,
    script: Script = Script.LATN,
    address: Callable[[int], str] = lambda _: "",
) -> bytes:
    """Every open deadline of these matters as a calendar file; `address` says where a case is shown."""
    events = (event for matter in found for event in _events(matter, titles, script, address))
    owner = organisation.pib or organisation.name
    return calendar_file(events, name=to_script("adwatch: rokovi", script), owner=owner, now=now)


def _events(
    matter: Matter, titles: Mapping[int, CaseTitle], script: Script, address: Callable[[int], str]
) -> Iterator[CalendarEvent]:
    about = titles.get(matter.case_id)
    name, portal = _recipient(matter.recipient or "")
    case = f"{to_script('slučaj', script)} {matter.case_id}"
    for key, day, term in _days(matter):
        told = [to_script(words, script) for words in _told(term)]
        if about:
            told.append(heading(about.title, about.text)[:LONGEST_TITLE])
        yield CalendarEvent(
            key=key,
            day=day,
            summary=f"{to_script(f'{_what(term)}: {name}', script)}{portal}, {case}",
            description="\n".join(told),
            url=address(matter.case_id),
        )


def _days(matter: Matter) -> Iterator[tuple[str, date, TermState | None]]:
    """The days, each with what makes it the same one in a later file, and the time limit with its count."""
    if matter.filing is not None:
        for state in matter.filing.terms:
            if state.is_waited_for:
                begun = f"{state.deadline.start:%Y%m%d}"
                yield f"filing {matter.filing.filing.id} {state.term.id} {begun}", state.deadline.due, state
    elif matter.due is not None and matter.stage in BEFORE_FILING:
        yield f"limitation {matter.case_id} {matter.recipient}", matter.due.day, None


def _what(term: TermState | None) -> str:
    if term is None:
        return "Ističe rok od jedne godine"
    return "Naš rok" if term.term.who is Whose.US else "Rok za odgovor"


def _told(term: TermState | None) -> list[str]:
    if term is None:
        return ["Računato od dana kada je oglas poslednji put viđen, ističe rok od jedne godine; nije podneto."]
    what = term.term.what
    return [f"{what[0].upper()}{what[1:]}.", *term.steps]


def _recipient(recipient: str) -> tuple[str, str]:
    """The recipient's name, and the host of the portal that it is about, which no script changes."""
    portal = split_recipient(recipient)[1]
    try:
        return find_recipient(recipient).name, f" {portal}" if portal else ""
    except UsageError:
        # A recipient whose folder was taken away since.
        return recipient, ""
