"""A public preview of a messenger channel: twenty messages a page, oldest first, older pages by `before`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup, escape

from crawler.belgrade import BELGRADE
from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import Answer, Request, page, picture, redirect
from spiders.demo.words import EMOJI, steady_number

PAGE_SIZE = 20
CHANNEL = "posao_eu_balkan"
PREVIEW = f"/s/{CHANNEL}"
FLYERS = "/img/letak/"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: an ad, or what the service says."""

    id: int
    posted: datetime
    ad: PlacedAd | None = None
    service: str | None = None

    @property
    def body(self) -> Markup:
        """The text with its emoji wrapped as the service wraps them."""
        return _with_emoji(self.ad.text) if self.ad else Markup("")

    @property
    def posted_utc(self) -> datetime:
        """When it was published, as the service writes it."""
        return self.posted.astimezone(UTC)

    @property
    def views(self) -> int:
        """How often it was seen."""
        return 300 + steady_number(f"views {self.id}", below=4000)


SERVICE_MESSAGES = (
    Message(4100, datetime(2026, 10, 1, 8, 0, tzinfo=BELGRADE), service="Channel photo updated"),
    Message(4119, datetime(2026, 10, 29, 10, 5, tzinfo=BELGRADE), service="Posao EU Balkan pinned a photo"),
)


class Kanal:
    """kanal.example"""

    host = "kanal.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the channel with its share of the ads."""
        ours = newest_first(ads, site=SiteName.KANAL)
        messages = [*SERVICE_MESSAGES, *(Message(ad.id, ad.posted, ad=ad) for ad in ours)]
        self._messages = sorted(messages, key=lambda message: message.id)

    def answer(self, request: Request) -> Answer | None:
        """The channel's preview, its single messages; a redirect for names without a preview; no robots.txt."""
        if request.path == PREVIEW:
            return self._preview(request.number("before", default=self._messages[-1].id + 1))
        if request.path.startswith(FLYERS):
            return picture(request.path.removeprefix(FLYERS))
        if request.path.startswith("/s/"):
            return redirect(f"/{request.path.removeprefix('/s/')}")
        if single := [message for message in self._messages if message_path(message.id) == request.path]:
            return _messages_page(single, previous=None)
        name = request.path.strip("/")
        return page("kanal_bez_pregleda.html", name=name) if name.isidentifier() else None

    def _preview(self, before: int) -> Answer:
        older = [message for message in self._messages if message.id < before]
        shown = older[-PAGE_SIZE:]
        return _messages_page(shown, previous=shown[0].id if len(older) > len(shown) else None)


def _messages_page(messages: list[Message], *, previous: int | None) -> Answer:
    newest = messages[-1].id if messages else None
    return page("kanal.html", channel=CHANNEL, path=PREVIEW, messages=messages, previous=previous, newest=newest)


def message_path(number: int) -> str:
    """The address of a message of the channel."""
    return f"/{CHANNEL}/{number}"


def _with_emoji(text: str) -> Markup:
    lines = (_line(line) for line in text.split("\n"))
    return Markup("<br/>").join(lines)


def _line(line: str) -> Markup:
    parts = Markup("")
    end = 0
    for found in EMOJI.finditer(line):
        parts += escape(line[end : found.start()]) + _emoji(found.group())
        end = found.end()
    return parts + escape(line[end:])


def _emoji(char: str) -> Markup:
    number = steady_number(char, below=10**9)
    drawn = Markup(
        '<i class="emoji" style="background-image:url(\'//kanal.example/img/emoji/{}.png\')"><b>{}</b></i>'
    ).format(number, char)
    # Some emoji are of a custom pack, which wraps them once more.
    return Markup('<tg-emoji emoji-id="53{}">{}</tg-emoji>').format(number, drawn) if number % 3 == 0 else drawn
