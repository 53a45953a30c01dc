"""A small real store for each test of the people's room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
import typer
from typer.testing import CliRunner, Result

import alerts.commands
import pipelines.commands
from alerts.desk.people import add_person
from tests.builders import NOW, StoreBuilder


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """Commands ask the clock: it goes on from the day of the samples, whose register would else grow stale one day."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreBuilder]:
    """An empty store on SQLite, or on the database that a module's tests ask for by `parametrize`."""
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = request.getfixturevalue("postgres_store") if on_postgresql else None
    builder = StoreBuilder(tmp_path / "home", database_url=url)
    yield builder
    builder.engine.dispose()


@pytest.fixture
def people(store: StoreBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reviewer, ana, and iva, who only reads; commands work on this store."""
    monkeypatch.setenv("ADWATCH_HOME", str(store.settings.home))
    monkeypatch.delenv("ADWATCH_DATABASE_URL", raising=False)
    with store.engine.begin() as connection:
        for name, role in (("ana", "reviewer"), ("iva", "readonly")):
            add_person(
                connection, email=f"{name}@primer.example", name=name, role=role, password="dovoljno dugačka", now=NOW
            )


def run_adwatch(*arguments: object) -> Result:
    """What a command of ours, or of understanding, prints and returns."""
    app = typer.Typer()
    pipelines.commands.add_commands(app)
    alerts.commands.add_commands(app)
    return CliRunner().invoke(app, [*map(str, arguments)])
