"""Pictures of offers and captured pages by the API: read, kept as evidence, and told again."""

from __future__ import annotations

from typing import Any

from httpx import Response
from sqlalchemy import func, select

from alerts.desk.api.app import ROOT
from alerts.desk.people import Role
from alerts.desk.tokens import Scope
from crawler.store.schema import ads, captures
from tests.builders import AD_TEXT
from tests.desk.api_client import Program, program, reason
from tests.desk.conftest import DeskUnderTest
from tests.desk.test_check import _flyer
from tests.desk.test_evidence import PAGE, PNG, _keep

NONE_SUCH = "urn:uuid:00000000-0000-0000-0000-000000000000"


def _send(caller: Program, path: str, field: str, *files: bytes, **form: str) -> Response:
    given = [(field, (f"slika{number}.png", content, "image/png")) for number, content in enumerate(files)]
    answer: Response = caller.client.post(f"{ROOT}{path}", data=form, files=given, headers=caller.headers)
    return answer


def _count(desk: DeskUnderTest, table: Any) -> int:
    with desk.store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_the_words_on_a_picture_are_checked_and_nothing_is_stored(desk: DeskUnderTest) -> None:
    desk.store.register()
    caller = program(desk, Role.READONLY, Scope.READ)
    told = _send(caller, "/check/picture", "picture", _flyer()).json()
    assert "2500" in told["read"]
    assert told["check"]["assessment"]["is_job_ad"] is True
    assert told["problem"] == ""
    assert _count(desk, ads) == 0


def test_what_is_no_picture_is_refused(desk: DeskUnderTest) -> None:
    caller = program(desk)
    assert reason(_send(caller, "/check/picture", "picture", b"MZ", what=AD_TEXT)) == (422, "no_picture")
    large = b"\x89PNG" + bytes(8 * 1024 * 1024)
    assert reason(_send(caller, "/check/picture", "picture", large)) == (413, "too_large")
    assert reason(_send(caller, "/check/save/pictures", "pictures", b"MZ", text=AD_TEXT)) == (422, "invalid")
    assert _count(desk, ads) == 0


def test_an_offer_is_kept_with_its_pictures_and_they_are_told_as_evidence(desk: DeskUnderTest) -> None:
    desk.store.register()
    caller = program(desk, Role.REVIEWER)
    kept = _send(caller, "/check/save/pictures", "pictures", _flyer(), text=AD_TEXT, note="poziv")
    assert kept.status_code == 201, kept.text
    with desk.store.connect() as connection:
        records = connection.scalars(select(captures.c.record_id)).all()
    told = [caller.told(f"/evidence/{record}") for record in records]
    (picture,) = [one for one in told if one["is_picture"]]
    shown = caller.get(f"/evidence/{picture['record_id']}/picture.jpg", size="large")
    assert shown.content.startswith(b"\xff\xd8")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert picture["method"] == "manual"


def test_a_captured_page_is_told_as_text_and_its_screenshot_as_a_picture(desk: DeskUnderTest) -> None:
    caller = program(desk, Role.READONLY, Scope.READ)
    page = _keep(desk)
    facts = caller.told(f"/evidence/{page}")
    assert (facts["size"], facts["is_picture"], facts["status"]) == (len(PAGE), False, 200)
    source = caller.get(f"/evidence/{page}/source.txt")
    assert (source.content, source.headers["content-type"]) == (PAGE, "text/plain; charset=utf-8")
    assert reason(caller.get(f"/evidence/{page}/picture.png")) == (404, "not_found")
    (shot,) = caller.told(f"/evidence/{_keep(desk, screenshot=PNG)}")["screenshots"]
    assert caller.told(f"/evidence/{shot}")["is_screenshot"] is True
    assert caller.get(f"/evidence/{shot}/picture.png").content == PNG
    assert reason(caller.get(f"/evidence/{NONE_SUCH}")) == (404, "not_found")
    assert reason(caller.get("/evidence/1")) == (422, "invalid")


def test_bytes_that_do_not_match_their_hash_are_not_told(desk: DeskUnderTest) -> None:
    record = _keep(desk)
    (file,) = (desk.store.settings.evidence_folder / "warc").iterdir()
    file.write_bytes(file.read_bytes()[:-40] + bytes(40))
    caller = program(desk, Role.READONLY, Scope.READ)
    for address in (f"/evidence/{record}", f"/evidence/{record}/source.txt"):
        assert reason(caller.get(address)) == (409, "evidence")
