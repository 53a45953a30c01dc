"""Pages as HTML: the templates with everything escaped, and how dates, counts and addresses are written in Serbian."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_decimal
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.headings import heading
from alerts.stating import BELGRADE
from alerts.wording import country_name
from pipelines.text.counting import counted, written_day

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


class Pages:
    """Renders the desk's templates."""

    def __init__(self) -> None:
        """Loads the templates; a value that a template names and nobody gives is an error, not a blank."""
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            amount=amount,
            clock=clock,
            counted=counted,
            countries=countries,
            day=serbian_day,
            heading=heading,
            host=host_of,
            local=serbian_time,
            utc=utc_time,
            web=web_address,
        )
        self._environment.globals["static"] = static_address

    def answer(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page with these values. Unpaired surrogates that a web page may have left are shown as question marks."""
        text = self._environment.get_template(template).render(**values)
        return HTMLResponse(text.encode("utf-8", "replace"), status_code=status)


def amount(value: float) -> str:
    """'2.500' or '7,5'."""
    return str(format_decimal(value, locale="sr_Latn"))


def clock(moment: datetime) -> str:
    """'02:14', in Belgrade."""
    return f"{moment.astimezone(BELGRADE):%H:%M}"


def countries(codes: Iterable[str]) -> str:
    """Serbian names of countries, separated by commas."""
    return ", ".join(country_name(code) for code in codes)


def serbian_day(moment: date | datetime) -> str:
    """'20. 11. 2026.', of a moment the day in Belgrade."""
    day = moment.astimezone(BELGRADE).date() if isinstance(moment, datetime) else moment
    return written_day(day)


def serbian_time(moment: datetime) -> str:
    """'20. 11. 2026. u 02:14', in Belgrade."""
    return f"{serbian_day(moment)} u\u00a0{clock(moment)}"


def utc_time(moment: datetime) -> str:
    """'2026-11-20 01:14:05 UTC'."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def web_address(url: str) -> str | None:
    """The address if it may be a link (http or https), else None: a page may name `javascript:`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def host_of(url: str) -> str:
    """The host of an address; the whole of it where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


@cache
def static_address(name: str) -> str:
    """Address of a static file, with a mark of its content, so that browsers may keep it."""
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"
