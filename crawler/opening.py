"""Opening what a command needs: the settings and the migrated store, closed again when the command is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from crawler.config import Settings
from crawler.errors import StoreError
from crawler.logs import log_as_set
from crawler.store.engine import open_store, reason_of


@contextmanager
def opened() -> Iterator[tuple[Settings, Engine]]:
    """Settings from the environment and an engine on their store.

    Raises StoreError where the database is locked too long, full or gone.
    """
    settings = Settings.from_environment()
    log_as_set(settings)
    engine = open_store(settings)
    try:
        yield settings, engine
    except OperationalError as error:
        raise StoreError(f"the database did not take it: {reason_of(error)}") from error
    finally:
        engine.dispose()
