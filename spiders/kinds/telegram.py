"""Public Telegram channels by the preview that needs no account (`/s/<channel>`), newest messages first."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from parsel import Selector
from scrapy.http import TextResponse
from w3lib.url import add_or_replace_parameter

from crawler.health import Problem
from crawler.manifest import TelegramSource
from spiders.kinds.listing import Listing
from spiders.kinds.source import SourceSpider
from spiders.links import addresses
from spiders.posting import Stated

MESSAGE = ".tgme_widget_message[data-post]:not(.service_message)"
SERVICE = ".tgme_widget_message.service_message"
BODY = ".js-message_text"
WORDLESS = ", ".join(
    f".{name}"
    for name in (
        "tgme_widget_message_video_player",
        "tgme_widget_message_roundvideo_player",
        "tgme_widget_message_voice_player",
        "tgme_widget_message_document_wrap",
        "tgme_widget_message_sticker_wrap",
        "tgme_widget_message_poll",
        "message_media_not_supported_wrap",
    )
)
"""What a message without words and picture may hold."""
OLDER = "a.tme_messages_more::attr(data-before)"
PHOTO = "a.tgme_widget_message_photo_wrap::attr(style)"
"""Emoji and faces are pictures by their style too."""
PICTURE = re.compile(r"background-image:\s*url\(['\"]?([^'\")]+)")


class TelegramSpider(SourceSpider):
    """Reads channels message by message, back into the past until the night's limit."""

    manifest: TelegramSource
    has_picture_posts = True

    def read_listing(self, response: TextResponse) -> Listing:
        """The messages with a text or a picture. A group, and a name that is gone or hidden, lead to another page."""
        if not urlsplit(response.url).path.startswith("/s/"):
            return Listing(problem=Problem.NO_PREVIEW)
        messages = response.css(MESSAGE)
        found = [(message, self._stated(response, message)) for message in messages]
        ads = [stated for _, stated in found if _says_something(stated)]
        wordless = [message for message, stated in found if not _says_something(stated)]
        for _ in wordless:
            self.count("adwatch/messages_without_text")
        known = [message for message in wordless if message.css(WORDLESS)]
        problem = Problem.LAYOUT_CHANGED if len(known) < len(wordless) and not ads else None
        return Listing(ads=ads, others=len(known) + len(response.css(SERVICE)), problem=problem)

    def next_address(self, response: TextResponse, start: str, number: int) -> str | None:
        """The page with older messages; none on the oldest."""
        named = next(iter(addresses(response, "link[rel=prev]")), None)
        oldest = response.css(OLDER).get()
        return named or (add_or_replace_parameter(response.url, "before", oldest) if oldest else None)

    def _stated(self, response: TextResponse, message: Selector) -> Stated:
        post = message.xpath("@data-post").get("")
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
    bodies = [body for body in message.css(BODY) if "js-message_reply_text" not in body.xpath("@class").get("")]
    return bodies[0].get() if bodies else None
