"""Who asks: one phone, e-mail address, name or number of a firm, how it is recognised, and what of others is left out.

Pure; what is searched stands in `alerts.subject_access.finding`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import phonenumbers

from crawler.errors import UsageError
from crawler.personal_numbers import redact_jmbg
from pipelines.connections.lookup import mentions_written
from pipelines.connections.mentions import ContactKind
from pipelines.text.folding import folded_text

LEAST_OF_NAME = 3
"""Letters; less would find half the store."""
NO_PHONE, NO_MAIL, NO_NAME = "[broj uklonjen]", "[e-adresa uklonjena]", "[nalog uklonjen]"
STAFF = "[zaposleni]"
_GAP = r"[ /.\-()\u00a0]{0,3}"
_NUMBER = re.compile(rf"(?<![\w+])\+?\(?\d(?:{_GAP}\d){{6,14}}(?!\d)")
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_ACCOUNT = re.compile(r"(?<![\w.])@[A-Za-z0-9_][\w.]{2,40}|\b(?:telegram|instagram|facebook|whatsapp):[\w.+]{2,60}")
_PLAIN = re.compile(r"https?://\S+|urn:\S+|sha256:\S+|[0-9a-f]{32,64}|\d{4}-\d\d-\d\d(?:[T ][\d:.+\-Z]+)?")
"""A whole value that is an address, a hash or a time, and nobody's number."""


class SubjectKind(StrEnum):
    """What was given."""

    PHONE = "phone"
    EMAIL = "email"
    NUMBER = "number"
    """PIB or matični broj."""
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks."""

    kind: SubjectKind
    value: str
    """Phone as E.164, e-mail in lower case, name folded."""
    pattern: re.Pattern[str]

    def is_in(self, text: str) -> bool:
        """Whether the text names the subject, in any notation or script."""
        return bool(self.pattern.search(folded_text(text) if self.kind is SubjectKind.NAME else text))


def subject_of(written: str) -> Subject:
    """Whom the value means. Raises UsageError where it is too short to mean anybody."""
    for mention in mentions_written(written):
        if mention.kind is ContactKind.PHONE:
            return Subject(SubjectKind.PHONE, mention.value, _phone_pattern(mention.value))
        if mention.kind is ContactKind.EMAIL:
            mail = re.compile(rf"(?<![\w.+\-]){re.escape(mention.value)}(?![\w\-])", re.IGNORECASE)
            return Subject(SubjectKind.EMAIL, mention.value, mail)
    digits = written.strip()
    if re.fullmatch(r"\d{8,9}", digits):
        return Subject(SubjectKind.NUMBER, digits, re.compile(rf"(?<!\d){digits}(?!\d)"))
    words = re.findall(r"\w+", folded_text(written))
    if sum(map(len, words)) < LEAST_OF_NAME:
        raise UsageError("give a phone number, an e-mail address, a PIB or MB, or a name of at least three letters")
    # A name has case endings, and may be written surname first.
    one, other = (r"\W{1,3}".join(rf"{word}\w{{0,3}}" for word in order) for order in (words, words[::-1]))
    return Subject(SubjectKind.NAME, " ".join(words), re.compile(rf"\b(?:{one}|{other})\b"))


def redacted(value: Any, subject: Subject) -> Any:
    """The value, a text or a JSON document, without phones, addresses and accounts that are not the subject's."""
    if isinstance(value, str):
        return _redacted_text(value, subject)
    if isinstance(value, dict):
        return {name: redacted(one, subject) for name, one in value.items()}
    return [redacted(one, subject) for one in value] if isinstance(value, list) else value


def _redacted_text(text: str, subject: Subject) -> str:
    if _PLAIN.fullmatch(text):
        return text
    text = redact_jmbg(text)
    for pattern, instead in ((_MAIL, NO_MAIL), (_NUMBER, NO_PHONE), (_ACCOUNT, NO_NAME)):
        text = pattern.sub(lambda match, instead=instead: _kept(match[0], subject, instead), text)  # type: ignore[misc]
    return text


def _kept(found: str, subject: Subject, instead: str) -> str:
    return found if subject.is_in(found) else instead


def _phone_pattern(value: str) -> re.Pattern[str]:
    number = phonenumbers.parse(value)
    code, national = str(number.country_code), phonenumbers.national_significant_number(number)
    begin = rf"(?:(?:\+|00)?{_GAP}{_GAP.join(code)}{_GAP}\(?0?\)?|0)?"
    return re.compile(rf"(?<!\d){begin}{_GAP}{_GAP.join(national)}(?!\d)")
