"""What a person typed into a form that was refused because the log-in had run out or the form was old.

It travels with the browser: the page that refuses holds it, the log-in hands it on, and it stands in a form again,
with a fresh token, which the person sends. What takes effect beyond what was typed is not sent so, only shown to be
copied. Whoever logs in as somebody else is shown nothing of it. The desk stores nothing of it. No form that is kept
asks for a secret.
"""

from __future__ import annotations

import re
from typing import Annotated, Self
from urllib.parse import urlsplit

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from alerts.desk.asking import local_address
from alerts.desk.protection import LARGEST_POST, MEGABYTE, comes_from_browser, is_foreign
from alerts.desk.speaking import to_say
from alerts.desk.state import desk_of
from alerts.script import storable
from crawler.store.access import person_of_form
from crawler.store.engine import reading

ADDRESSES = re.compile(
    r"/(legal/)?cases/(?P<case>\d+)/(decide|notes|drafts/[^/]+(/approve|/filed)?|filings/\d+/outcome)"
    r"|/check|/check/(page|save)|/intake|/people|/profile/tokens|/sources/\w+/switch|/views"
)
"""Paths of the forms in which people write."""
PAGES_TO_OPEN = re.compile(r"/people$|/profile(?=/tokens$)|.+(?=/approve$)|.+/filed$|.+(?=/filings/)")
"""The page of a form that approves, files, tells an outcome, adds a person or makes a token: it is never sent again
without its page, which says what it does."""
LABELS = {
    "again": to_say("Zašto se podnosi ponovo"),
    "days": to_say("Važi dana"),
    "email": to_say("E-adresa"),
    "name": to_say("Naziv ili ime"),
    "note": to_say("Napomena ili beleška"),
    "on": to_say("Dan"),
    "reason": to_say("Razlog"),
    "reference": to_say("Broj predmeta kod organa"),
    "seen_on": to_say("Dan kada je viđeno"),
    "seen_url": to_say("Adresa na kojoj je viđeno"),
    "text": to_say("Tekst oglasa"),
    "what": to_say("Tekst, veza, broj telefona ili ime"),
    "why": to_say("Razlog ili napomena"),
}
"""Fields in which people write. The others were chosen, or came with the page: they are sent again as they were."""
PASSAGE = "passage-"
"""How the fields of a draft's passages begin; the number follows."""
NEVER = frozenset({"csrf", "carried"})
"""The old token; and a file, packed, which is chosen again."""
LARGEST = MEGABYTE
"""Signs of all values together."""
LARGEST_CARRIED = LARGEST_POST - 4096
"""Bytes that the form of the log-in takes along, beside what is typed there."""

Name = Annotated[str, Field(max_length=80)]


class KeptForm(BaseModel):
    """A form that was not taken, to be sent again or copied from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Annotated[str, Field(max_length=500)]
    """Where it was sent to: a path of `ADDRESSES`, with its query."""
    fields: Annotated[tuple[tuple[Name, str], ...], Field(max_length=1000)]
    files: Annotated[tuple[Name, ...], Field(max_length=10)] = ()
    """Fields with files, which are chosen again."""
    owner: int | None = None
    """Number of the person who wrote it, by the token it came with; None: not known."""

    @field_validator("address")
    @classmethod
    def _is_of_this_desk(cls, address: str) -> str:
        if local_address(address) != address or not ADDRESSES.fullmatch(urlsplit(address).path):
            raise ValueError("no form of this desk that is kept")
        return address

    @property
    def case(self) -> str:
        """Number of the case that it is about; empty where it is about none."""
        found = ADDRESSES.fullmatch(urlsplit(self.address).path)
        return (found["case"] if found else None) or ""

    @property
    def page(self) -> str:
        """The page to go back to where it is only to be copied from; empty where it may be sent again."""
        path = urlsplit(self.address).path
        if found := PAGES_TO_OPEN.match(path):
            return found.group()
        # The editor's button that puts the template's text back: one passage, or all.
        is_restoring = any(name == "restore" or (name, value) == ("do", "restore_all") for name, value in self.fields)
        return path if is_restoring else ""

    def shown_to(self, person_id: int) -> Self:
        """The same for its owner; for anybody else, or where the owner is not known, nothing that was typed."""
        return self if self.owner == person_id else self.model_copy(update={"fields": (), "files": ()})

    @property
    def packed(self) -> str:
        """For a field of the log-in form; empty where it is too large for that, or nobody's."""
        text = self.model_dump_json()
        return text if self.owner is not None and len(text.encode()) <= LARGEST_CARRIED else ""

    @property
    def typed(self) -> list[tuple[str, str, str]]:
        """What people wrote: field, words for it (with a place for `number`), text."""
        told = ((name, self._label(name), value) for name, value in self.fields if value.strip())
        return [(name, label, value) for name, label, value in told if label]

    @property
    def untyped(self) -> list[tuple[str, str]]:
        """All the other fields."""
        return [(name, value) for name, value in self.fields if not (self._label(name) and value.strip())]

    def _label(self, name: str) -> str:
        if name.startswith(PASSAGE):
            return to_say("Pasus %(number)s")
        # What became of a filing is chosen; what is checked is written.
        return "" if name == "what" and self.case else LABELS.get(name, "")


async def kept_form(request: Request) -> KeptForm | None:
    """What a page of ours sent, as far as it is kept; None for what anybody else sent, or where nothing was typed."""
    if request.method != "POST" or not comes_from_browser(request) or is_foreign(request):
        return None
    url = request.url
    if url.path in ("/login", "/login/code"):
        return unpacked(str((await request.form()).get("kept", "")))
    if not ADDRESSES.fullmatch(url.path):
        return None
    form = await request.form()
    owner = await run_in_threadpool(_owner, request, str(form.get("csrf", "")))
    return _kept(f"{url.path}?{url.query}" if url.query else url.path, form, owner)


def unpacked(text: str) -> KeptForm | None:
    """What a log-in form hands on; None where that is no kept form."""
    try:
        return KeptForm.model_validate_json(text)
    except ValidationError:
        return None


def _owner(request: Request, csrf: str) -> int | None:
    with reading(desk_of(request).engine) as connection:
        return person_of_form(connection, storable(csrf))


def _kept(address: str, form: FormData, owner: int | None) -> KeptForm | None:
    sent = [(storable(name), value) for name, value in form.multi_items() if name not in NEVER]
    texts = [(name, storable(value)) for name, value in sent if isinstance(value, str)]
    files = {name: None for name, file in sent if not isinstance(file, str) and file.filename}
    if sum(len(value) for _, value in texts) > LARGEST:
        return None
    try:
        kept = KeptForm(address=address, fields=tuple(texts), files=tuple(files), owner=owner)
    except ValidationError:
        return None
    return kept if kept.typed else None
