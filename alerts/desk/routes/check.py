"""Checking an offer while a caller is on the line. Nothing is stored until a person saves it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response, UploadFile
from fastapi.responses import RedirectResponse

from alerts.check.recognising import GivenKind, recognise
from alerts.desk.access import Decider, TheDesk, Visitor, require, require_post
from alerts.desk.carried import LONGEST_NAME, TooLargeError, Upload, packed, read_upload, unpacked
from alerts.desk.check_view import CheckView
from alerts.desk.checking import ad_of_page, check_given, check_offer
from alerts.desk.failures import Failure, PageError
from alerts.desk.intake import IntakeForm, Kept, Refused, keep
from alerts.desk.numbers import Number
from alerts.desk.permissions import Permission
from alerts.desk.piles import Pile
from alerts.desk.reading import NO_ADDRESS, PICTURE_PROBLEMS, PageProblem, PictureRead, read_page, read_picture_of
from alerts.desk.speaking import to_say
from alerts.desk.state import Desk
from crawler.fetching import OnePage
from crawler.intake import LONGEST_TEXT
from crawler.personal_numbers import storable
from crawler.pictures import LARGEST_BYTES
from crawler.store.engine import reading
from crawler.store.images import MOST_OF_AN_AD
from crawler.store.intakes import cases_of_ad, intakes_of_ads

NOTHING_GIVEN = to_say("Nalepite tekst, vezu, broj ili ime, ili dodajte sliku.")
TOO_LONG = to_say("Tekst je predugačak za jednu proveru; nalepite samo oglas.")

Asker = Annotated[Visitor, Depends(require(Permission.CHECK_OFFERS))]
AskerPost = Annotated[Visitor, Depends(require_post(Permission.CHECK_OFFERS))]
Bringer = Annotated[Visitor, Depends(require(Permission.DECIDE))]


def said_beside(
    seen_url: Annotated[str, Form()] = "",
    seen_on: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    fetch: Annotated[bool, Form()] = False,
) -> IntakeForm:
    """What a person says of the offer, without the offer."""
    return IntakeForm(seen_url=seen_url.strip(), seen_on=seen_on.strip(), note=note, fetch=fetch)


Beside = Annotated[IntakeForm, Depends(said_beside)]

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What stands in the form, and what goes on with it to the next page."""

    what: str = ""
    picture: PictureRead | None = None
    page: OnePage | None = None
    """The page that was read at the address."""
    problem: PageProblem | None = None
    errors: dict[str, str] | None = None

    @property
    def carried(self) -> str:
        """The picture, packed for a hidden field."""
        return packed(self.picture.upload.content) if self.picture and self.picture.is_picture else ""


@router.get("/check")
def empty_form(desk: TheDesk, visitor: Asker) -> Response:
    """The form."""
    return _page(desk, visitor, Inquiry())


@router.post("/check")
def check(
    desk: TheDesk,
    visitor: AskerPost,
    what: Annotated[str, Form()] = "",
    is_text: Annotated[bool, Form()] = False,
    picture: UploadFile | None = None,
) -> Response:
    """Answers about what was pasted or dropped."""
    text = storable(what) or ""
    try:
        upload = read_upload(picture, largest=LARGEST_BYTES)
    except TooLargeError:
        return _page(desk, visitor, Inquiry(text, errors={"picture": PICTURE_PROBLEMS["too_many_bytes"]}), status=400)
    if len(text) > LONGEST_TEXT or not (text or upload):
        error = TOO_LONG if text else NOTHING_GIVEN
        return _page(desk, visitor, Inquiry(text, errors={"what": error}), status=400)
    seen = read_picture_of(upload) if upload else None
    inquiry = Inquiry(text, picture=seen)
    if seen and seen.problem and not text:
        return _page(desk, visitor, replace(inquiry, errors={"picture": seen.problem}), status=400)
    return _page(desk, visitor, inquiry, check_offer(desk, text, seen, is_text=is_text))


@router.post("/check/page")
def check_page(desk: TheDesk, visitor: AskerPost, what: Annotated[str, Form()] = "") -> Response:
    """Reads the public page at an address, because a person asks for it, and answers about what it says."""
    given = recognise(storable(what) or "")
    if given.kind is not GivenKind.ADDRESS:
        return _page(desk, visitor, Inquiry(what, errors={"what": NO_ADDRESS}), status=400)
    found = read_page(desk.settings, given.text)
    if isinstance(found, PageProblem):
        return _page(desk, visitor, Inquiry(given.text, problem=found), check_given(desk, given, None))
    view = check_given(desk, given, ad_of_page(found, given.text))
    return _page(desk, visitor, Inquiry(given.text, page=found), view)


@router.post("/check/save")
def save(
    desk: TheDesk,
    visitor: Decider,
    beside: Beside,
    what: Annotated[str, Form()] = "",
    carried: Annotated[str, Form()] = "",
    carried_name: Annotated[str, Form()] = "",
) -> Response:
    """Keeps what was checked as an ad with its evidence, and shows its case."""
    # Of an address that was read, the page is the text.
    given = replace(beside, seen_url=what.strip()) if beside.fetch else replace(beside, text=what)
    try:
        content = unpacked(carried, largest=LARGEST_BYTES)
    except TooLargeError:
        return _intake(desk, visitor, given, Refused({"pictures": PICTURE_PROBLEMS["too_many_bytes"]}), status=400)
    pictures = (Upload(carried_name[:LONGEST_NAME] or "slika", content),) if content else ()
    form = replace(given, pictures=pictures)
    return _kept(desk, visitor, form, keep(desk, visitor.person, form))


@router.get("/check/saved/{ad_id}")
def saved(ad_id: Number, desk: TheDesk, visitor: Asker) -> Response:
    """What became of a saved offer that opened no case, or waits for the night."""
    with reading(desk.engine) as connection:
        intake = intakes_of_ads(connection, [ad_id]).get(ad_id)
        cases = cases_of_ad(connection, ad_id)
    if intake is None:
        raise PageError(Failure.NOT_FOUND)
    return desk.pages.answer("check_saved.html", visitor=visitor, intake=intake, cases=cases)


@router.get("/intake")
def intake_form(desk: TheDesk, visitor: Bringer) -> Response:
    """The form for what a person brings: a text, screenshots, the address of a public page."""
    return _intake(desk, visitor, IntakeForm(), Refused())


@router.post("/intake")
def bring(
    desk: TheDesk,
    visitor: Decider,
    beside: Beside,
    text: Annotated[str, Form()] = "",
    pictures: list[UploadFile] | None = None,
) -> Response:
    """Keeps it, judges it, and shows its case."""
    form = replace(beside, text=text)
    try:
        uploads = tuple(filter(None, (read_upload(one, largest=LARGEST_BYTES) for one in pictures or ())))
    except TooLargeError:
        return _intake(desk, visitor, form, Refused({"pictures": PICTURE_PROBLEMS["too_many_bytes"]}), status=400)
    form = replace(form, pictures=uploads[: MOST_OF_AN_AD + 1])
    return _kept(desk, visitor, form, keep(desk, visitor.person, form))


def _kept(desk: Desk, visitor: Visitor, form: IntakeForm, kept: Kept | Refused) -> Response:
    if isinstance(kept, Refused):
        return _intake(desk, visitor, form, kept, status=400)
    if len(kept.cases) == 1 and kept.is_judged:
        return RedirectResponse(f"/cases/{kept.cases[0]}?pile={Pile.OPEN}", status_code=303)
    return RedirectResponse(f"/check/saved/{kept.ad_id}", status_code=303)


def _intake(desk: Desk, visitor: Visitor, form: IntakeForm, refused: Refused, *, status: int = 200) -> Response:
    return desk.pages.answer(
        "check_intake.html",
        status=status,
        visitor=visitor,
        form=form,
        errors=refused.errors,
        problem=refused.page,
        today=desk.today().isoformat(),
        most_pictures=MOST_OF_AN_AD,
    )


def _page(
    desk: Desk, visitor: Visitor, inquiry: Inquiry, view: CheckView | None = None, *, status: int = 200
) -> Response:
    return desk.pages.answer(
        "check.html",
        status=status,
        visitor=visitor,
        inquiry=inquiry,
        errors=inquiry.errors or {},
        view=view,
        names=desk.sources.names(),
        today=desk.today().isoformat(),
    )
