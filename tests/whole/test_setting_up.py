"""The first thing that `make` does on a new machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
MAKE_VENV = HOUSE / ".ci" / "make_venv"


def test_a_python_that_is_too_old_is_named_and_refused(tmp_path: Path) -> None:
    python, folder = tmp_path / "python3", tmp_path / "venv"
    python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.11.2"\nexit 1\n', encoding="ascii")
    python.chmod(0o755)
    done = subprocess.run(["bash", MAKE_VENV, python, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Python 3.11.2 is too old" in done.stderr
    assert not folder.exists()


def test_set_up_package_and_guide_ask_for_the_same_python() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=")
    asked = re.search(r"version_info < \(([\d, ]+)\)", MAKE_VENV.read_text(encoding="utf-8"))
    assert asked
    assert asked[1].replace(", ", ".") == least
    assert f"Python {least} or newer" in (HOUSE / "README.md").read_text(encoding="utf-8")
