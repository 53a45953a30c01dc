"""A port of this machine that stays free until a test uses it."""

from __future__ import annotations

import random
import socket

BELOW_THOSE_GIVEN_OUT = range(12_000, 30_000)
"""The system itself gives out higher ones, to whoever asks for any: one of those may be taken between look and use."""


def free_port() -> int:
    """A port that nobody listens on, by TCP on 127.0.0.1."""
    # Of a chance of its own: tests that seed the usual one, in two processes, would get the same port.
    chance = random.SystemRandom()
    while True:
        port = chance.choice(BELOW_THOSE_GIVEN_OUT)
        with socket.socket() as opened:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                opened.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
