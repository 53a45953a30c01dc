"""Looking over the machine: disk, clock, time zones, browser, and who may read our files."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, inspect, select

from crawler.browser import find_chromium
from crawler.doctor.findings import Finding, Patient, State
from crawler.store.engine import reading
from crawler.store.schema import captures, custody

MEGABYTE = 1 << 20
TOO_LITTLE, LITTLE = 500 * MEGABYTE, 2048 * MEGABYTE
SOON_DAYS, LATER_DAYS = 7, 30
LOOKED_BACK = timedelta(days=14)
"""How fast the evidence grows is told from so many days."""
MOST_APART = timedelta(seconds=60)
OF_EVERYBODY = stat.S_IRWXG | stat.S_IRWXO
SECRET = ("desk.secret", "adwatch.db", "adwatch.yml")


def check_disk(patient: Patient) -> Iterator[Finding]:
    """Free space, and for how long it lasts."""
    free = shutil.disk_usage(patient.settings.home).free
    daily = _grown(patient) / LOOKED_BACK.days
    days = int(free / daily) if daily else None
    told = f"{free // MEGABYTE} MB are free"
    if days is not None:
        told += f", enough for some {days} days at {daily / MEGABYTE:.1f} MB of evidence a day"
    mend = (
        "make room or move the data folder to a larger disk; adwatch purge --dry-run shows what its time has come for"
    )
    if free < TOO_LITTLE or (days is not None and days < SOON_DAYS):
        yield Finding("disk", State.BAD, told, mend)
    elif free < LITTLE or (days is not None and days < LATER_DAYS):
        yield Finding("disk", State.WARN, told, mend)
    else:
        yield Finding("disk", State.OK, told)


def check_clock(patient: Patient) -> Iterator[Finding]:
    """Whether the clocks agree: ours, the file system's, the database's, and whether ours is kept right."""
    mend = "set the clock right and keep it so: timedatectl set-ntp true; times of evidence rest on it"
    apart = {"the file system's": _of_files(patient.settings.home) - datetime.now(UTC)}
    with reading(patient.engine) as connection:
        if patient.engine.dialect.name == "postgresql":
            apart["the database's"] = connection.execute(select(func.clock_timestamp())).scalar_one() - datetime.now(
                UTC
            )
        newest = connection.scalar(select(func.max(custody.c.at))) if inspect(connection).has_table("custody") else None
    for whose, difference in apart.items():
        if abs(difference) > MOST_APART:
            says = f"it differs from {whose} by {abs(difference).total_seconds():.0f} seconds"
            yield Finding("clock", State.BAD, says, mend)
    if newest and newest - patient.now > MOST_APART:
        says = f"the custody log already has an entry of {newest:%Y-%m-%d %H:%M} UTC, which is still to come"
        yield Finding("clock", State.BAD, says, mend)
    elif _is_kept_right() is False:
        yield Finding("clock", State.WARN, "no time server keeps it right", mend)
    elif all(abs(difference) <= MOST_APART for difference in apart.values()):
        yield Finding("clock", State.OK, "it agrees with the other clocks")


def check_time_zone(patient: Patient) -> Iterator[Finding]:
    """Whether the rules of Serbian time are known: nights and deadlines are told by it."""
    try:
        summer = datetime(patient.now.year, 7, 1, 12, tzinfo=ZoneInfo("Europe/Belgrade")).utcoffset()
    except ZoneInfoNotFoundError:
        summer = None
    if summer == timedelta(hours=2):
        yield Finding("time zone", State.OK, "the rules for Belgrade are there")
    else:
        mend = "install them (apt install tzdata, or pip install tzdata)"
        yield Finding("time zone", State.BAD, "the rules for Belgrade are missing or wrong", mend)


def check_browser(patient: Patient) -> Iterator[Finding]:
    """Whether rendered pages and screenshots can be made."""
    del patient
    browser = find_chromium() or _playwrights_own()
    mend = "install it (apt install chromium, or playwright install chromium): rendered sources and screenshots need it"
    if browser is None:
        yield Finding("browser", State.WARN, "there is no Chromium", mend)
        return
    try:
        # The operator's own program, by its path.
        said = subprocess.run([browser, "--version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
        yield Finding("browser", State.OK, said.stdout.strip() or str(browser))
    except (OSError, subprocess.SubprocessError):
        yield Finding("browser", State.BAD, f"{browser} does not start", mend)


def check_permissions(patient: Patient) -> Iterator[Finding]:
    """Whether anybody else on the machine may read the data folder."""
    home = patient.settings.home
    mend = f"chmod -R go= {home}"
    closed = not stat.S_IMODE(home.stat().st_mode) & OF_EVERYBODY
    secret = [path for name in SECRET if (path := home / name).exists() and _is_open(path)]
    others = [path for path in (home / "evidence").rglob("*") if path.is_file() and _is_open(path)]
    if closed and not secret and not others:
        yield Finding("permissions", State.OK, "only its owner may enter the data folder and read its files")
    elif closed:
        # Nobody gets past the folder itself.
        first = [*secret, *others][0]
        says = f"the data folder is closed, but {len(secret) + len(others)} files in it are not, the first is {first}"
        yield Finding("permissions", State.WARN, says, mend)
    else:
        what = f"and read {secret[0].name}" if secret else "and see what is in it"
        says = f"others on this machine may enter {home} {what}"
        yield Finding("permissions", State.BAD if secret or others else State.WARN, says, mend)


def _grown(patient: Patient) -> int:
    with reading(patient.engine) as connection:
        if not inspect(connection).has_table("captures"):
            return 0
        since = patient.now - LOOKED_BACK
        return int(connection.scalar(select(func.sum(captures.c.length)).where(captures.c.fetched_at > since)) or 0)


def _of_files(home: Path) -> datetime:
    with tempfile.NamedTemporaryFile(dir=home, prefix=".clock.") as file:
        return datetime.fromtimestamp(Path(file.name).stat().st_mtime, UTC)


def _is_kept_right() -> bool | None:
    """None where nobody can say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    asked = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(said.stdout.strip())


def _playwrights_own() -> Path | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next(
        (path for path in sorted(folder.glob("chromium*/*/*")) if path.name in ("chrome", "headless_shell")), None
    )


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & OF_EVERYBODY)
