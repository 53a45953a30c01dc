"""Fixtures that tests of several rooms share: both databases, real."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.builders import StoreBuilder
from tests.postgres import postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a real PostgreSQL server of this test process."""
    with postgres_server() as server:
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
