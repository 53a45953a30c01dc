"""Any channel that apprise knows (chat, SMS, push): its URL is a secret and comes from the environment or a file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from alerts.messages.problems import UndeliveredError
from crawler.secret import secret_of
from crawler.store.outbox import Delivery

if TYPE_CHECKING:
    import apprise

CHANNEL = "apprise:"
VARIABLE = "ADWATCH_APPRISE_"
"""Begins the name of the variable that holds a channel's URL."""


def notify(delivery: Delivery) -> None:
    """Gives the message to the channel. Raises UndeliveredError unless it accepts it."""
    import apprise  # noqa: PLC0415 - takes long to load, and few use it

    channel = channel_of(delivery.recipient)
    if not channel.notify(title=delivery.subject, body=delivery.text, body_format=apprise.NotifyFormat.TEXT):
        raise UndeliveredError("the channel did not accept it")


def channel_of(recipient: str) -> apprise.Apprise:
    """The channel, not called yet. Raises UndeliveredError unless its URL is there and apprise knows such."""
    name = VARIABLE + recipient.removeprefix(CHANNEL).upper()
    url = secret_of(name)
    if url is None:
        raise UndeliveredError(f"{name} is not set")
    import apprise  # noqa: PLC0415 - as above

    # It would log addresses with their tokens.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    channel = apprise.Apprise()
    if not channel.add(url):
        raise UndeliveredError(f"{name} is no URL that apprise knows")
    return channel
