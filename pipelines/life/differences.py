"""How one version of an ad differs from another, field by field. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from crawler.assessment import Ad, Wage
from crawler.store.lives import StoredVersion
from pipelines.assess import assess
from pipelines.connections.mentions import Mention, mentions_of
from pipelines.life.passages import Passage, changed_passages, compare_texts
from pipelines.reading.contacts import find_contacts
from pipelines.text.folding import fold
from pipelines.text.phrases import read_text

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Content:
    """What one version says, read by today's rules."""

    title: str | None
    text: str
    organization: str | None
    published_on: date | None
    contacts: tuple[Mention, ...]
    wage: Wage | None
    destinations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replaced(Generic[Value]):
    """A field that holds something else; None: nothing is stated."""

    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class Exchanged(Generic[Value]):
    """Members of a field that went and that came."""

    gone: tuple[Value, ...] = ()
    new: tuple[Value, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gone or self.new)


@dataclass(frozen=True, slots=True)
class Difference:
    """What an edit changed; fields that stayed are None or empty."""

    title: Replaced[str] | None
    text: tuple[Passage, ...]
    """Changed passages only."""
    organization: Replaced[str] | None
    published_on: Replaced[date] | None
    wage: Replaced[Wage] | None
    contacts: Exchanged[Mention]
    destinations: Exchanged[str]

    def __bool__(self) -> bool:
        return any(bool(getattr(self, name)) for name in self.__slots__)


def read_content(version: StoredVersion) -> Content:
    """What the version says. Both sides of a comparison are read by the same rules, whenever they were judged."""
    read = assess(_ad(version), None, on=date.min)
    return Content(
        title=version.title,
        text=version.text,
        organization=version.organization,
        published_on=version.published_on,
        contacts=mentions_of(read.contacts, _said(version)),
        wage=read.wage,
        destinations=read.destinations,
    )


def read_contacts(version: StoredVersion) -> tuple[Mention, ...]:
    """The contacts alone, in a fraction of the time."""
    outside = fold(version.contact).text if version.contact else ""
    found = find_contacts(read_text(_ad(version).full_text), outside=outside)
    return mentions_of(found, _said(version))


def _ad(version: StoredVersion) -> Ad:
    return Ad(
        text=version.text,
        title=version.title,
        organization=version.organization,
        contact=version.contact,
        published_on=version.published_on,
    )


def _said(version: StoredVersion) -> str:
    return "\n".join(filter(None, (version.title, version.text, version.contact)))


def compare(before: Content, after: Content) -> Difference:
    """What changed from the one to the other; false where nothing did."""
    return Difference(
        title=_replaced(before.title, after.title),
        text=changed_passages(compare_texts(before.text, after.text)),
        organization=_replaced(before.organization, after.organization),
        published_on=_replaced(before.published_on, after.published_on),
        wage=_replaced(before.wage, after.wage),
        contacts=_exchanged(before.contacts, after.contacts),
        destinations=_exchanged(before.destinations, after.destinations),
    )


def _replaced(before: Value | None, after: Value | None) -> Replaced[Value] | None:
    return Replaced(before, after) if before != after else None


def _exchanged(before: tuple[Value, ...], after: tuple[Value, ...]) -> Exchanged[Value]:
    return Exchanged(
        gone=tuple(one for one in before if one not in after), new=tuple(one for one in after if one not in before)
    )
