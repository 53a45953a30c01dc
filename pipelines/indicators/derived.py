"""Indicators that follow from facts of the ad: the wage beside reference wages, the contacts, the missing name."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

from crawler.assessment import Contacts, Indicator, Mediator
from pipelines.indicators.quoting import quoted
from pipelines.reading.mailboxes import is_free_mailbox
from pipelines.reading.wages import FoundWage
from pipelines.reference import is_below_minimum, is_far_above
from pipelines.text.lines import matches_in_lines_with
from pipelines.text.phrases import AdText

_SOCIAL = re.compile(
    r"(?:t\.me|wa\.me|facebook\.com|fb\.com|fb\.me|instagram\.com|tiktok\.com|telegram\.me|viber\.com|bit\.ly|goo\.gl|forms\.gle)"
)
_DIGIT = re.compile(r"\d")
_STREET_BEFORE = (
    r"ul\.|ulica|ulici|ulice|bulevar\w{0,2}|bul\.|trg\w{0,2}|kneza|kralja|kraljice|cara|vojvode|marsala|despota|generala"
    r"|svetog|ulicu|nikole|brace|patrijarha|put|strasse|promenade|avenija|cesta"
)
_STREET_ENDING = r"ska|cka|eva|ova|ina|jna|ovina|nova|ijeva|nicka|strasse|gasse|weg|platz|straat"
_STREET = re.compile(
    rf"(?:\b(?:{_STREET_BEFORE})[^\w\n]{{1,3}}(?:[\w.]{{1,20}}[^\w\n]{{1,2}}){{0,4}}?"
    rf"|\b[a-z]{{3,20}}(?:{_STREET_ENDING})(?: ulica)? |\b[ivx]{{1,4}} ulica )"
    r"(?:br\.? ?)?\d{1,3}[a-z]?(?:/\d{1,3})?(?![\d.]|,\d| ?(?:sat|h\b|god|radni|evr|eur|€|mesec|dan|din))"
)
_PART_TIME = re.compile(
    r"\b(?:pola radnog|pola norme|polovin\w radnog|skracen\w{1,2} radn|nepun\w{1,2} radn|part[ -]?time|teilzeit|minijob"
    r"|polovicn\w{1,3} (?:delovn|radn)|[2-5] (?:sata|sati|h|casa) dnevno"
    r"|(?:dva|tri|cetiri|pet) sat[ai] dnevno|po nekoliko sati)"
)
_MOBILE_BEGINNINGS: dict[int, str | tuple[str, ...]] = {
    33: ("6", "7"), 39: "3", 41: "7", 43: "6", 44: "7", 49: "1", 381: "6", 382: "6", 385: "9", 387: "6", 421: "9",
}  # fmt: skip
"""How mobile numbers begin after the country code, for numbers in ranges that are not in use."""
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.PAGER, PhoneNumberType.PERSONAL_NUMBER}


def derive_indicators(
    ad: AdText,
    *,
    wage: FoundWage | None,
    destinations: tuple[str, ...],
    contacts: Contacts,
    mediator: Mediator,
) -> dict[str, Indicator]:
    """Derived indicators by code, quoting what they derive from where there is something to quote."""
    found: dict[str, Indicator] = {}
    if wage and is_far_above(wage.wage, destinations, ad):
        found["high_wage"] = quoted(ad, "high_wage", wage.start, wage.end)
    if wage and is_below_minimum(wage.wage, destinations) and not _PART_TIME.search(ad.text):
        found["below_minimum_wage"] = quoted(ad, "below_minimum_wage", wage.start, wage.end)
    if not has_verifiable_contact(ad, contacts):
        found["contact_unverifiable"] = Indicator("contact_unverifiable")
    if mediator.name is None:
        found["employer_not_named"] = Indicator("employer_not_named")
    return found


def has_verifiable_contact(ad: AdText, contacts: Contacts) -> bool:
    """A landline, a mailbox or page of its own, or a street address: somebody can be found there."""
    return (
        any(not is_free_mailbox(email.rpartition("@")[2]) for email in contacts.emails)
        or any(not _SOCIAL.search(url) for url in contacts.urls)
        or has_street_address(ad)
        or any(is_landline(phone) for phone in contacts.phones)
    )


def has_street_address(ad: AdText) -> bool:
    """The ad states a street with a number."""
    return next(matches_in_lines_with(_DIGIT, _STREET, ad.text), None) is not None


@lru_cache(maxsize=10_000)
def is_landline(phone: str) -> bool:
    """An E.164 number that stands in a room. Unknown ranges are told by how mobile numbers begin there."""
    number = phonenumbers.parse(phone)
    kind = phonenumbers.number_type(number)
    if kind != PhoneNumberType.UNKNOWN:
        return kind not in _MOBILE
    beginnings: str | tuple[str, ...] | None = _MOBILE_BEGINNINGS.get(number.country_code or 0)
    return beginnings is None or not str(number.national_number).startswith(beginnings)
