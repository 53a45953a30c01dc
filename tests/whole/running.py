"""Calling `adwatch` as anybody would: the installed program, in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CLOCK, AHEAD = ROOT / "tests" / "clock", "ADWATCH_TEST_AHEAD"
"""With that folder on its path, a program's clock is so many seconds ahead."""
ADWATCH = Path(sys.executable).parent / "adwatch"
PATIENCE = 1500
"""Seconds for a call, a night of the demo among them, on a slow machine."""

PATIENT = {"SCRAPY_SETTINGS_MODULE": "tests.patient", "PYTHONPATH": str(ROOT)}
"""For programs whose spiders wait for pages that a test holds back."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a call whose data live in `home`."""
    kept = {name: value for name, value in os.environ.items() if name == AHEAD or not name.startswith("ADWATCH_")}
    return {**kept, "ADWATCH_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200", **more}


def adwatch(home: Path, *arguments: str, given: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end."""
    return subprocess.run(
        [ADWATCH, *arguments],
        env=environment(home, **more),
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def adwatch_json(home: Path, *arguments: str) -> Any:
    """What the program prints with `--json`; it must end well."""
    ended = adwatch(home, *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def allow_files_of(size: int) -> Callable[[], None]:
    """Run before a program, forbids it and its children files that are larger."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
