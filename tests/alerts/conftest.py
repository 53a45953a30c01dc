"""A small real store for each test of the people's room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import StoreBuilder


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreBuilder]:
    """An empty store on SQLite, or on the database that a module's tests ask for by `parametrize`."""
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = request.getfixturevalue("postgres_url") if on_postgresql else None
    builder = StoreBuilder(tmp_path / "home", database_url=url)
    yield builder
    builder.engine.dispose()
