"""Public Telegram channels by the preview that needs no account (`/s/<channel>`), newest messages first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import TextResponse

from crawler.health import Problem
from crawler.manifest import TelegramSource
from spiders.kinds.source import Listing, SourceSpider, addresses
from spiders.posting import Stated

MESSAGE = ".tgme_widget_message[data-post]:not(.service_message)"
BODY = ".js-message_text"
PHOTO = "a.tgme_widget_message_photo_wrap::attr(style)"
"""Emoji and faces are pictures by their style too."""
PICTURE = re.compile(r"background-image:\s*url\(['\"]?([^'\")]+)")


class TelegramSpider(SourceSpider):
    """Reads channels message by message, back into the past until the night's limit."""

    manifest: TelegramSource
    has_picture_posts = True

    def read_listing(self, response: TextResponse) -> Listing:
        """The messages with a text or a picture. A name without public preview leads elsewhere, to a wall."""
        if not urlsplit(response.url).path.startswith("/s/"):
            return Listing(problem=Problem.LOGIN_WALL)
        messages = response.css(MESSAGE)
        ads = [self._stated(response, message) for message in messages]
        for _ in [ad for ad in ads if not _says_something(ad)]:
            self.count("adwatch/messages_without_text")
        problem = Problem.LAYOUT_CHANGED if messages and not any(map(_says_something, ads)) else None
        return Listing(ads=[ad for ad in ads if _says_something(ad)], problem=problem)

    def next_address(self, response: TextResponse, start: str, number: int) -> str | None:
        """The page with older messages; none on the oldest."""
        older: Sequence[str] = [
            *addresses(response, "link[rel=prev]"),
            *addresses(response, "a.tme_messages_more[data-before]"),
        ]
        return next(iter(older), None)

    def _stated(self, response: TextResponse, message: Selector) -> Stated:
        post = message.attrib["data-post"]
        forwarded = message.css(".tgme_widget_message_forwarded_from_name").xpath("string()").get()
        channel = response.urljoin(f"/{post.split('/')[0]}")
        return {
            "url": response.urljoin(f"/{post}"),
            "jobPostingId": post,
            "description": _body(message),
            "datePublished": message.css("a.tgme_widget_message_date time::attr(datetime)").get(),
            "contactRaw": [channel, forwarded] if forwarded else [channel],
            "imageUrls": [url for style in message.css(PHOTO).getall() for url in PICTURE.findall(style)],
        }


def _says_something(ad: Stated) -> bool:
    return bool(ad.get("description") or ad.get("imageUrls"))


def _body(message: Selector) -> str | None:
    """The message's own text: the quote of the message it answers is of the same class."""
    bodies = [body for body in message.css(BODY) if "js-message_reply_text" not in body.attrib.get("class", "")]
    return bodies[0].get() if bodies else None
