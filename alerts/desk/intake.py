"""Keeping at the desk what a person brings: the form's values checked with words for people, then kept and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from alerts.desk.carried import Upload
from alerts.desk.people import Person
from alerts.desk.reading import NO_ADDRESS, PageProblem, page_problem, picture_problem
from alerts.desk.speaking import to_say
from alerts.desk.state import Desk
from crawler.belgrade import day_in_belgrade
from crawler.errors import AdwatchError, BusyError, UsageError
from crawler.fetching import require_fetchable
from crawler.intake import (
    EARLIEST,
    LONGEST_ADDRESS,
    LONGEST_NOTE,
    LONGEST_TEXT,
    Brought,
    GivenPicture,
    take_in,
)
from crawler.night import AFTER_INTAKE
from crawler.nightly import run_night
from crawler.store.engine import reading
from crawler.store.images import MOST_OF_AN_AD
from crawler.store.intakes import cases_of_ad

NOTHING_GIVEN = to_say("Unesite tekst, dodajte sliku ili navedite adresu stranice koju program treba da preuzme.")
TOO_LONG = to_say("Tekst je predugačak.")
TOO_MANY_PICTURES = to_say("Previše slika odjednom; ostatak unesite posebno.")
NO_DAY = to_say("Navedite dan kada je oglas viđen; ne može da bude u budućnosti.")


@dataclass(frozen=True, slots=True)
class IntakeForm:
    """What a person gave."""

    text: str = ""
    pictures: tuple[Upload, ...] = ()
    seen_url: str = ""
    seen_on: str = ""
    note: str = ""
    fetch: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of it."""

    ad_id: int
    cases: tuple[int, ...]
    is_judged: bool
    """False: a night runs, and the next one judges it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Words for each field that is wrong; an empty name stands for the whole form."""

    errors: dict[str, str] = field(default_factory=dict)
    page: PageProblem | None = None


def keep(desk: Desk, person: Person, form: IntakeForm) -> Kept | Refused:
    """Keeps and judges what was given; nothing is kept where something about it is wrong."""
    now = desk.clock()
    if errors := form_errors(form, now=now):
        return Refused(errors)
    try:
        kept = take_in(desk.settings, desk.engine, _brought(person, form), now=now)
    except AdwatchError as error:
        if not form.fetch:
            return Refused({"": NOTHING_GIVEN})
        return Refused(page=page_problem(form.seen_url, error))
    is_judged = _judge(desk, now)
    with reading(desk.engine) as connection:
        return Kept(kept.ad_id, tuple(cases_of_ad(connection, kept.ad_id)), is_judged)


def form_errors(form: IntakeForm, *, now: datetime) -> dict[str, str]:
    """What is wrong, by field."""
    errors: dict[str, str] = {}
    if not (form.text.strip() or form.pictures or form.fetch):
        errors["text"] = NOTHING_GIVEN
    if len(form.text) > LONGEST_TEXT:
        errors["text"] = TOO_LONG
    if len(form.note) > LONGEST_NOTE:
        errors["note"] = TOO_LONG
    if (form.seen_url or form.fetch) and not _is_address(form.seen_url):
        errors["seen_url"] = NO_ADDRESS
    if form.seen_on and _day(form.seen_on, now) is None:
        errors["seen_on"] = NO_DAY
    if problem := _pictures_problem(form.pictures):
        errors["pictures"] = problem
    return errors


def _judge(desk: Desk, now: datetime) -> bool:
    """As `crawler.intake.judge_at_once`, with no bar on anybody's terminal."""
    try:
        return not run_night(desk.settings, desk.engine, now=now, steps=AFTER_INTAKE).failed
    except BusyError:
        return False


def _brought(person: Person, form: IntakeForm) -> Brought:
    return Brought(
        person=person.email,
        person_name=person.name,
        text=form.text if form.text.strip() else None,
        pictures=tuple(GivenPicture(upload.name, upload.content) for upload in form.pictures),
        seen_url=form.seen_url or None,
        seen_on=date.fromisoformat(form.seen_on) if form.seen_on else None,
        note=form.note,
        fetch=form.fetch,
    )


def _pictures_problem(pictures: Sequence[Upload]) -> str:
    if len(pictures) > MOST_OF_AN_AD:
        return TOO_MANY_PICTURES
    return next(filter(None, map(picture_problem, pictures)), "")


def _is_address(url: str) -> bool:
    if len(url) > LONGEST_ADDRESS:
        return False
    try:
        require_fetchable(url)
    except UsageError:
        # A page of a service that is not crawled may still be named as the place.
        return url.startswith(("http://", "https://")) and "." in url
    return True


def _day(written: str, now: datetime) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if EARLIEST <= day <= day_in_belgrade(now) else None
