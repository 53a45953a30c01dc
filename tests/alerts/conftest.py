"""A small real store for each test of the people's room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import StoreBuilder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StoreBuilder]:
    """An empty store in a folder of its own."""
    builder = StoreBuilder(tmp_path / "home")
    yield builder
    builder.engine.dispose()
