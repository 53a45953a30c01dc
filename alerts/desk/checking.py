"""Checking what somebody gave against rules, register and store, for pages and the API alike. Stores nothing."""

from __future__ import annotations

from alerts.check.checking import Grounds, check_ad, check_line
from alerts.check.recognising import Given, GivenKind, recognise
from alerts.desk.check_view import CheckView, check_view
from alerts.desk.reading import PictureRead
from alerts.desk.state import Desk
from crawler.assessment import Ad
from crawler.fetching import OnePage
from crawler.personal_numbers import storable
from crawler.store.engine import reading


def check_offer(desk: Desk, text: str, picture: PictureRead | None, *, is_text: bool) -> CheckView:
    """The answer about what was pasted, and the words that were read on a picture of it."""
    read = picture.text if picture else ""
    given = recognise(text, is_text=is_text or bool(read))
    ad = Ad(text, ocr_texts=(read,) if read else ())
    return check_given(desk, given, ad if given.kind is GivenKind.TEXT or read else None)


def check_given(desk: Desk, given: Given, ad: Ad | None) -> CheckView:
    """The answer about the text of an offer, or without one about the line that was given."""
    stale_after = desk.settings.file.register_stale_after_days
    with reading(desk.engine) as connection:
        register = desk.registers.newest(connection, on=desk.today(), stale_after_days=stale_after)
        grounds = Grounds(register, connection, desk.today())
        found = check_ad(given, ad, grounds) if ad else check_line(given, grounds)
    return check_view(found, register)


def ad_of_page(page: OnePage, url: str) -> Ad:
    """A page that was read as an ad."""
    return Ad(
        storable(page.text) or "",
        title=storable(page.title),
        url=url,
        organization=storable(page.organization),
        contact=storable(page.contact),
    )
