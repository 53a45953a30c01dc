"""The machine on which the fortnight is played: adwatch as processes with a clock of the script, and its PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, func, select

from crawler.config import Settings
from crawler.store.engine import connect, reading
from crawler.store.schema import nights, runs, schedulers
from tests.builders import ORGANISATION
from tests.fortnight.script import REPOSTED_AFTER, VANISHED_AFTER
from tests.whole.running import AHEAD, CLOCK, PATIENT, ROOT, environment

PATIENCE = 600
ANA, IVA = "ana@primer.example", "iva@primer.example"
PEOPLE = {"ana": ANA, "iva": IVA}


class Machine:
    """A data folder, a database and the processes that work on them."""

    def __init__(self, home: Path, server: Any, mail_port: int) -> None:
        home.mkdir()
        self.home, self.server = home, server
        mail = {"host": "127.0.0.1", "port": mail_port, "encryption": "none", "sender": "adwatch@primer.example"}
        messages = {"mail": mail, "digest": [ANA], "alarms": [IVA], "language": "latn"}
        lines = {
            "parallel_spiders": 3,
            "screenshots_from": "never",
            "vanished_after_nights": VANISHED_AFTER,
            "reposted_after_days": REPOSTED_AFTER,
            "messages": json.dumps(messages),
        }
        written = "".join(f"{name}: {value}\n" for name, value in lines.items())
        (home / "adwatch.yml").write_text(ORGANISATION + written, encoding="utf-8")
        self.settings = Settings(home, server.get_uri())
        self.engine: Engine = connect(self.settings.database_url)

    def environment(self, moment: datetime) -> dict[str, str]:
        """Of a process that begins at that moment of the script."""
        ahead = (moment - datetime.now(UTC)).total_seconds()
        return environment(
            self.home,
            ADWATCH_DATABASE_URL=self.settings.database_url,
            **PATIENT | {"PYTHONPATH": os.pathsep.join((str(CLOCK), str(ROOT))), AHEAD: f"{ahead}"},
        )

    def run(self, moment: datetime, *arguments: str, given: str | None = None) -> str:
        """What `adwatch` prints; it must end well."""
        ended = subprocess.run(
            [sys.executable, "-m", "crawler.cli", *arguments],
            env=self.environment(moment),
            cwd=self.home,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        assert ended.returncode == 0, (arguments, ended.stderr)
        return ended.stdout

    def told(self, moment: datetime, *arguments: str) -> Any:
        """What `adwatch` prints with `--json`."""
        return json.loads(self.run(moment, *arguments, "--json"))

    @contextmanager
    def running(
        self, moment: datetime, *arguments: str, before: Callable[[], None] | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """An `adwatch` that runs meanwhile; what it says goes to the folder `said`."""
        said = self.home / "said"
        said.mkdir(exist_ok=True)
        with (said / f"{len(list(said.iterdir())):03}-{arguments[0]}").open("wb") as file:
            started = subprocess.Popen(
                [sys.executable, "-m", "crawler.cli", *arguments],
                env=self.environment(moment),
                cwd=self.home,
                preexec_fn=before,  # noqa: PLW1509
                stdout=subprocess.DEVNULL,
                stderr=file,
            )
            try:
                yield started
            finally:
                if started.poll() is None:
                    started.kill()
                started.wait()

    def newest_said(self, of: str) -> str:
        """What the newest process of that command said so far."""
        return max((self.home / "said").glob(f"*-{of}")).read_text(encoding="utf-8", errors="replace")

    def restart_database(self) -> None:
        """Stops it, with whoever is connected, and starts it again."""
        self.server.stop()
        self.server.ensure_postgres_running()

    def finished_runs(self) -> set[str]:
        """Sources whose run of the newest night has ended."""
        newest = select(nights.c.id).order_by(nights.c.id.desc()).limit(1).scalar_subquery()
        with reading(self.engine) as connection:
            found = connection.scalars(
                select(runs.c.source).where(runs.c.night_id == newest, runs.c.finished_at.is_not(None))
            )
            return set(found)

    def newest_sign(self) -> datetime:
        """When a scheduler gave its newest sign of life."""
        with reading(self.engine) as connection:
            return connection.scalar(select(func.max(schedulers.c.sign_at))) or datetime.min.replace(tzinfo=UTC)


def wait_for(enough: Callable[[], object], what: str) -> None:
    """Until that is so."""
    until = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < until, f"it never came to this: {what}"
        time.sleep(0.05)


def spider_of(night: subprocess.Popen[bytes], source: str) -> psutil.Process:
    """The process of that night's spider."""
    (spider,) = [one for one in psutil.Process(night.pid).children() if _last_argument(one) == source]
    return spider


def _last_argument(process: psutil.Process) -> str:
    """Empty where it has ended meanwhile."""
    try:
        return (process.cmdline() or [""])[-1]
    except psutil.NoSuchProcess:
        return ""
