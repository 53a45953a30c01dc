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

ONE_WAY_FLAGS = (
    # It resolves no name and reaches no address but that of its proxy, should it ever try to go past it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    # WebRTC knows no proxies for its datagrams. Chromium 156 listens to the first name (tried), older to the other.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
"""For browsers behind `browser_gate`."""


def find_chromium() -> Path | None:
    """The installed browser's path (`ADWATCH_CHROMIUM` first), or None where only Playwright's own can be used."""
    named = os.environ.get("ADWATCH_CHROMIUM")
    if named:
        return Path(named)
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def launch_options(*, one_way: bool = False) -> dict[str, object]:
    """Arguments for Playwright's `chromium.launch`; with `one_way` for a browser behind `browser_gate`."""
    # Chromium refuses its sandbox to root; for everybody else it stays on.
    flags = [*QUIET_FLAGS, *(ONE_WAY_FLAGS if one_way else ()), *(("--no-sandbox",) if os.geteuid() == 0 else ())]
    # Whatever a page might break into holds no secret of ours.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ADWATCH_")}
    options: dict[str, object] = {"headless": True, "args": flags, "env": environment}
    if chromium := find_chromium():
        options["executable_path"] = str(chromium)
    return options
