"""Checking an offer while a caller is on the line, and keeping one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile

from alerts.check.checking import CheckedContact, KnownAds
from alerts.check.recognising import GivenKind, recognise
from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.cases import Decider
from alerts.desk.api.check_shapes import (
    CheckAsk,
    CheckShape,
    FindingShape,
    KeptShape,
    KnownAdShape,
    KnownCaseShape,
    PageAsk,
    PictureAsk,
    PictureCheckShape,
    SaveAsk,
    SavePicturesAsk,
)
from alerts.desk.api.doors import may
from alerts.desk.api.shapes import WRITES, Shape
from alerts.desk.carried import TooLargeError, Upload, read_upload
from alerts.desk.check_view import CheckView, RegisterLine
from alerts.desk.checking import ad_of_page, check_given, check_offer
from alerts.desk.failures import ApiError
from alerts.desk.intake import IntakeForm, Refused, keep
from alerts.desk.permissions import Permission
from alerts.desk.reading import PICTURE_PROBLEMS, PageProblem, read_page, read_picture_of
from alerts.desk.speaking import Tongue, said
from alerts.desk.state import Desk
from crawler.personal_numbers import storable
from crawler.pictures import LARGEST_BYTES

Asker = Annotated[Bearer, Depends(may(Permission.CHECK_OFFERS))]

router = APIRouter(prefix="/check", tags=["check"])


@router.post("", responses=WRITES)
def check(ask: CheckAsk, desk: TheDesk, bearer: Asker) -> CheckShape:
    """What rules, register and store know of a text, phone, address, name or number. Stores nothing."""
    text = storable(ask.what)
    if text is None:
        raise ApiError(422, "there is nothing to check")
    return _shape(check_offer(desk, text, None, is_text=ask.is_text))


@router.post("/picture", responses=WRITES)
def check_picture(
    desk: TheDesk, bearer: Asker, ask: Annotated[PictureAsk, Form(media_type="multipart/form-data")]
) -> PictureCheckShape:
    """As `/check`, about the words that are read on a picture. Stores nothing."""
    picture = read_picture_of(_upload(ask.picture))
    if not picture.is_picture:
        raise ApiError(422, f"picture: {said(Tongue.EN, picture.problem)}", code="no_picture")
    text = storable(ask.what) or ""
    if picture.problem and not text:
        raise ApiError(409, said(Tongue.EN, picture.problem), code="picture_not_read")
    view = check_offer(desk, text, picture, is_text=False)
    problem = said(Tongue.EN, picture.problem) if picture.problem else ""
    return PictureCheckShape(read=picture.text, problem=problem, check=_shape(view))


@router.post("/page", responses=WRITES)
def check_page(ask: PageAsk, desk: TheDesk, bearer: Asker) -> CheckShape:
    """Asks for a public page once, under the rules of the night, and answers about what it says. Stores nothing."""
    given = recognise(storable(ask.url) or "")
    if given.kind is not GivenKind.ADDRESS:
        raise ApiError(422, "that is no address of a page")
    page = read_page(desk.settings, given.text)
    if isinstance(page, PageProblem):
        raise ApiError(409, said(Tongue.EN, page.words) % {"why": page.why}, code="page_not_read")
    return _shape(check_given(desk, given, ad_of_page(page, given.text)))


@router.post("/save", responses=WRITES, status_code=201)
def save(ask: SaveAsk, desk: TheDesk, bearer: Decider) -> KeptShape:
    """Keeps an offer as an ad with its evidence, judges it, and says which cases it belongs to."""
    return _keep(desk, bearer, ask, ())


@router.post("/save/pictures", responses=WRITES, status_code=201)
def save_pictures(
    desk: TheDesk, bearer: Decider, ask: Annotated[SavePicturesAsk, Form(media_type="multipart/form-data")]
) -> KeptShape:
    """As `/check/save`, with pictures of the offer, which are read and kept as evidence."""
    return _keep(desk, bearer, ask, tuple(map(_upload, ask.pictures)))


def _keep(desk: Desk, bearer: Bearer, ask: SaveAsk, pictures: tuple[Upload, ...]) -> KeptShape:
    seen_on = ask.seen_on.isoformat() if ask.seen_on else ""
    form = IntakeForm(ask.text, pictures, ask.seen_url.strip(), seen_on, ask.note, ask.fetch)
    kept = keep(desk, bearer.person, form)
    if isinstance(kept, Refused):
        raise ApiError(422, _refused(kept))
    return KeptShape.model_validate(kept)


def _upload(sent: UploadFile) -> Upload:
    try:
        upload = read_upload(sent, largest=LARGEST_BYTES)
    except TooLargeError as error:
        raise ApiError(413, said(Tongue.EN, PICTURE_PROBLEMS["too_many_bytes"])) from error
    if upload is None:
        raise ApiError(422, "a picture needs a file name", code="no_picture")
    return upload


def _refused(refused: Refused) -> str:
    told = [f"{name or 'request'}: {said(Tongue.EN, words)}" for name, words in refused.errors.items()]
    if refused.page:
        told.append(f"seen_url: {said(Tongue.EN, refused.page.words) % {'why': refused.page.why}}")
    return "; ".join(told)


def _shape(view: CheckView) -> CheckShape:
    found = view.found
    return CheckShape.model_validate(
        {
            "kind": found.given.kind,
            "register": view.register.answer,
            "badge": view.register.badge,
            "remark": view.remark,
            "as_of": view.as_of,
            "known_on": view.known_on,
            "assessment": found.assessment.to_json() if found.assessment else None,
            "findings": _parts(FindingShape, view.marked.findings if view.marked else ()),
            "contacts": list(map(_contact, found.contacts)),
            "names": list(map(_name, view.names)),
            "same": _known(found.same) if found.same else None,
            "questions": [{"ask": question.ask, "why": question.why} for question in view.questions],
            "steps": [step.text for step in view.steps],
            "channels": [
                channel.model_dump(exclude={"id", "source", "checked"})
                for channel in (*view.danger, *view.advising, *view.abroad)
            ],
        }
    )


def _contact(one: CheckedContact) -> dict[str, Any]:
    found = one.connection
    return {
        "kind": found.kind,
        "value": found.value,
        "sentence": one.sentence,
        "is_shared": found.is_shared,
        "known": _known(one.known),
    }


def _name(line: RegisterLine) -> dict[str, Any]:
    return {"name": line.name, "register": line.answer, "badge": line.badge}


def _known(known: KnownAds) -> dict[str, Any]:
    return {
        "count": known.count,
        "is_cut": known.is_cut,
        "ads": _parts(KnownAdShape, known.ads),
        "cases": _parts(KnownCaseShape, known.cases),
    }


def _parts(shape: type[Shape], values: Iterable[object]) -> list[dict[str, Any]]:
    """Of each value the fields that the shape has."""
    return [{name: getattr(value, name) for name in shape.model_fields} for value in values]
