"""Finding a Chromium: one already installed, else Playwright's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

QUIET_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
"""A browser that collects evidence must not talk to anybody else on its own."""


def find_chromium() -> Path | None:
    """The installed browser's path (`ADWATCH_CHROMIUM` first), or None where only Playwright's own can be used."""
    named = os.environ.get("ADWATCH_CHROMIUM")
    if named:
        return Path(named)
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def launch_options() -> dict[str, object]:
    """Arguments for Playwright's `chromium.launch`."""
    # Chromium refuses its sandbox to root; for everybody else it stays on.
    flags = [*QUIET_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET_FLAGS)
    options: dict[str, object] = {"headless": True, "args": flags}
    if chromium := find_chromium():
        options["executable_path"] = str(chromium)
    if proxy := os.environ.get("http_proxy"):
        options["proxy"] = {"server": proxy}
    return options
