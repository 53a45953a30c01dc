"""Any channel that apprise knows (chat, SMS, push): its URL is a secret and comes from the environment or a file."""

from __future__ import annotations

import logging

from alerts.messages.problems import UndeliveredError
from crawler.secret import secret_of
from crawler.store.outbox import Delivery

CHANNEL = "apprise:"
VARIABLE = "ADWATCH_APPRISE_"
"""Begins the name of the variable that holds a channel's URL."""


def notify(delivery: Delivery) -> None:
    """Gives the message to the channel. Raises UndeliveredError unless it accepts it."""
    name = VARIABLE + delivery.recipient.removeprefix(CHANNEL).upper()
    url = secret_of(name)
    if url is None:
        raise UndeliveredError(f"{name} is not set")
    import apprise  # noqa: PLC0415 - takes long to load, and few use it

    # It would log addresses with their tokens.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    channel = apprise.Apprise()
    if not channel.add(url):
        raise UndeliveredError(f"{name} is no URL that apprise knows")
    if not channel.notify(title=delivery.subject, body=delivery.text, body_format=apprise.NotifyFormat.TEXT):
        raise UndeliveredError("the channel did not accept it")
