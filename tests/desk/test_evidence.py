from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.store.captures import save_captures
from crawler.store.schema import captures
from crawler.store.screenshots import note_screenshot
from tests.builders import NOW
from tests.desk.conftest import DeskUnderTest

PAGE = '<html><body onload="alert(1)"><script>alert(2)</script>Šljiva</body></html>'.encode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def _keep(desk: DeskUnderTest, body: bytes = PAGE, screenshot: bytes | None = None) -> str:
    page = FetchedPage(
        url="http://portal.example/1",
        fetched_at=NOW,
        status=200,
        headers=(),
        body=body,
        method="browser" if screenshot else "http",
        screenshot=screenshot,
    )
    with CaptureWriter(desk.store.settings.evidence_folder, "test") as writer:
        kept = writer.keep(page)
    with desk.store.engine.begin() as connection:
        save_captures(connection, kept)
    return kept[-1].record_id


def test_a_captured_page_is_shown_as_text_only(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page(f"/evidence/{_keep(desk)}")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(2)&lt;/script&gt;Šljiva" in shown


def test_the_source_is_plain_text_in_a_sandbox(desk: DeskUnderTest) -> None:
    desk.enter()
    answer = desk.client.get(f"/evidence/{_keep(desk)}/source.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == PAGE


def test_a_page_in_an_older_encoding_is_readable(desk: DeskUnderTest) -> None:
    desk.enter()
    body = '<meta charset="windows-1250"><p>Čačak, šljive, Žitište, đak</p>'.encode("cp1250")
    assert "Čačak, šljive, Žitište, đak" in desk.page(f"/evidence/{_keep(desk, body)}")


def test_a_screenshot_is_a_picture_and_nothing_else(desk: DeskUnderTest) -> None:
    desk.enter()
    record = _keep(desk, screenshot=PNG)
    shown = desk.page(f"/evidence/{record}")
    with desk.store.connect() as connection:
        picture = connection.execute(captures.select().where(captures.c.record_id == record)).one()
    assert f"/evidence/{picture.screenshot_record_id}/picture.png" in shown
    answer = desk.client.get(f"/evidence/{picture.screenshot_record_id}/picture.png")
    assert (answer.headers["content-type"], answer.content) == ("image/png", PNG)
    assert desk.client.get(f"/evidence/{record}/picture.png").status_code == 404


def test_a_screenshot_made_later_stands_beside_the_page_and_in_the_case(desk: DeskUnderTest) -> None:
    ad = desk.store.ad()
    case_id = desk.store.case(ad, desk.store.assess(ad))
    with desk.store.connect() as connection:
        page_id = connection.execute(captures.select().where(captures.c.id == ad.capture_id)).one().record_id
    page = FetchedPage("http://portal.example/1", NOW, 200, (), PAGE, method="browser")
    with CaptureWriter(desk.store.settings.evidence_folder, "test") as writer:
        shot = writer.keep_screenshot(page, PNG, of=page_id)
    with desk.store.engine.begin() as connection:
        ids = save_captures(connection, [shot])
        note_screenshot(connection, ad.version_id, at=NOW, problem=None, capture_id=ids[shot.record_id])

    desk.enter()
    assert f"/evidence/{shot.record_id}/picture.png" in desk.page(f"/evidence/{page_id}")
    assert f"/evidence/{shot.record_id}" in desk.page(f"/cases/{case_id}")


def test_bytes_that_no_longer_match_are_not_shown(desk: DeskUnderTest) -> None:
    desk.enter()
    record = _keep(desk)
    with desk.store.engine.begin() as connection:
        connection.execute(update(captures).values(digest="0" * 64))
    for tail in ("", "/source.txt", "/picture.png"):
        answer = desk.client.get(f"/evidence/{record}{tail}")
        assert answer.status_code == 409
        assert "Šljiva" not in answer.text


def test_a_revisit_shows_the_bytes_it_refers_to(desk: DeskUnderTest) -> None:
    desk.enter()
    original = _keep(desk)
    revisit = "urn:uuid:00000000-0000-4000-8000-000000000001"
    with desk.store.engine.begin() as connection:
        row = connection.execute(captures.select().where(captures.c.record_id == original)).one()._asdict()
        changes = {"id": None, "record_id": revisit, "record_type": "revisit", "revisit_of": original}
        connection.execute(insert(captures).values(**row | changes))
    shown = desk.page(f"/evidence/{revisit}")
    assert "Šljiva" in shown
    assert f'href="/evidence/{original}"' in shown


@pytest.mark.parametrize("record", ["urn:uuid:00000000-0000-0000-0000-000000000000", "x", "..%2f..%2fadwatch.db"])
def test_evidence_that_is_not_there_is_not_found(desk: DeskUnderTest, record: str) -> None:
    desk.enter()
    assert desk.client.get(f"/evidence/{record}").status_code == 404
