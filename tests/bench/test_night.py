"""A night of `ADWATCH_BENCH_NEW` (5000) new ads in stores of `ADWATCH_BENCH_NIGHTS` (10000,100000,1000000) ads.

The steps are the real ones in a process of its own, all but fetching: the new ads go into the store as the pipeline
of a spider puts them there, so that the network hides nothing. Screenshots and messages are off: a browser and a mail
server are no part of the store.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from tests.bench.figures import Group, Notebook
from tests.builders import NOW, StoreBuilder

NEW = int(os.environ.get("ADWATCH_BENCH_NEW", "5000"))
SIZES = [int(size) for size in os.environ.get("ADWATCH_BENCH_NIGHTS", "10000,100000,1000000").split(",")]
TOLD = (
    "crawl_due_sources", "group_new_ads", "assess_new_ads", "file_contacts", "open_cases", "index_cases",
    "prepare_drafts", "seal_evidence",
)  # fmt: skip
"""Steps that the table names; the others do nothing here."""
MOST_GROWTH = 1.5
"""Times what the night takes in the smallest store: it pays for what is new."""


@pytest.mark.timeout(4 * 3600)
def test_a_night_costs_what_is_new_not_what_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], notebook: Notebook
) -> None:
    took: dict[int, tuple[float, float]] = {}
    for size in SIZES:
        home = tmp_path / f"{size}"
        told = _measure(home, size)
        took[size] = sum(told["seconds"].values()), sum(told["work"].values())
        with capsys.disabled():
            _print(size, told)
        _note(notebook, size, told, took[SIZES[0]])
        # A store of a million ads takes some gigabytes.
        rmtree(home)
    # Of the processor, because other programs on the machine make any night longer by the clock.
    assert took[SIZES[-1]][1] <= MOST_GROWTH * took[SIZES[0]][1]


def _measure(home: Path, size: int) -> dict[str, Any]:
    store = StoreBuilder(home)
    store.register(as_of=NOW.date())
    store.engine.dispose()
    with (home / "adwatch.yml").open("a", encoding="utf-8") as settings:
        settings.write("screenshots_from: never\nregister_stale_after_days: 3650\n")
    _run("tests.bench.fill_night", home, size)
    return dict(json.loads(_run("tests.bench.night_run", home, NEW)))


def _run(module: str, home: Path, count: int) -> str:
    command = [sys.executable, "-m", module, str(home), str(count)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _print(size: int, told: dict[str, Any]) -> None:
    seconds, work = told["seconds"], told["work"]
    print(
        f"\n{size:>9,} ads stored, {NEW:,} new: {sum(seconds.values()):.1f} s, {sum(work.values()):.1f} of the"
        f" processor; peak memory {told['peak']} MiB, database {told['database']} MiB"
    )
    for step in seconds:
        counts = {name: count for name, count in told["counts"][step].items() if count}
        print(
            f"  {step:22} {seconds[step]:8.2f} s {work[step]:8.2f} s {told['statements'][step]:8,} statements {counts}"
        )


def _note(notebook: Notebook, size: int, told: dict[str, Any], smallest: tuple[float, float]) -> None:
    seconds: dict[str, float] = told["seconds"]
    beside = f"judging the {NEW:,} texts alone, nothing read or kept", told["judging"]
    whole, work = sum(seconds.values()), sum(told["work"].values())
    notebook.note(Group.NIGHT, "whole night", whole, "s", size=size, at_most=MOST_GROWTH * smallest[0], beside=beside)
    notebook.note(Group.NIGHT, "processor", work, "s", size=size, at_most=MOST_GROWTH * smallest[1])
    for step in TOLD:
        notebook.note(Group.NIGHT, f"`{step}`, processor", told["work"][step], "s", size=size)
        notebook.note(Group.NIGHT, f"`{step}`, statements", told["statements"][step], "", size=size)
    notebook.note(Group.NIGHT, "peak memory", told["peak"], "MiB", size=size)
    notebook.note(Group.NIGHT, "database", told["database"], "MiB", size=size)
