"""Fixtures that tests of several rooms share: both databases, real."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from crawler.config import Settings
from crawler.store.engine import open_store
from tests.builders import StoreBuilder
from tests.postgres import postgres_server

# Whether a property holds says nothing of the machine: no example has to be tried, or made, in a given time.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a real PostgreSQL server of this test process."""
    with postgres_server() as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """Address of a fresh database on the server."""
    return _create_database(postgres)


@pytest.fixture(scope="session")
def new_store(postgres: str) -> str:
    """Name of a database as the migrations leave it, for others to be copied from; nobody is connected to it."""
    url = _create_database(postgres)
    with TemporaryDirectory() as home:
        open_store(Settings(Path(home), url)).dispose()
    with psycopg.connect(postgres, autocommit=True) as connection:
        # What tests write outlives no crash of the machine: else the server's end takes minutes on a slow disk.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return str(make_url(url).database)


@pytest.fixture
def postgres_store(postgres: str, new_store: str) -> str:
    """Address of a fresh database with a migrated, empty store."""
    return _create_database(postgres, template=new_store)


def _create_database(server: str, *, template: str = "template1") -> str:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreBuilder]:
    """A migrated store, once on SQLite and once on PostgreSQL."""
    url = request.getfixturevalue("postgres_store") if request.param == "postgresql" else None
    builder = StoreBuilder(tmp_path / "home", database_url=url)
    yield builder
    builder.engine.dispose()


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[StoreBuilder]:
    """An empty store on SQLite, for what no database sees otherwise."""
    builder = StoreBuilder(tmp_path / "home")
    yield builder
    builder.engine.dispose()
