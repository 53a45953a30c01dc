"""Opening what a command needs: the settings and the migrated store, closed again when the command is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from crawler.config import Settings
from crawler.store.engine import open_store


@contextmanager
def opened() -> Iterator[tuple[Settings, Engine]]:
    """Settings from the environment and an engine on their store."""
    settings = Settings.from_environment()
    engine = open_store(settings)
    try:
        yield settings, engine
    finally:
        engine.dispose()
