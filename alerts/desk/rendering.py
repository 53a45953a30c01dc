"""Pages as HTML: the templates, told which request they answer."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment

from alerts.desk.asking import Asked, asked
from alerts.desk.navigation import Entry, entries_for
from alerts.desk.people import Role
from alerts.desk.speaking import Tongue
from alerts.desk.templating import templates_of


class Pages:
    """Renders the desk's templates."""

    def __init__(self, addresses: Collection[str] = ()) -> None:
        """Loads the templates once a tongue; `addresses` are those of the desk's pages, for the navigation."""
        self._environments = {tongue: _environment(tongue, addresses) for tongue in Tongue}

    def answer(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page with these values, in the tongue of the request that is answered.

        Unpaired surrogates that a web page may have left are shown as question marks.
        """
        text = self._environments[asked().tongue].get_template(template).render(**values)
        return HTMLResponse(text.encode("utf-8", "replace"), status_code=status)


def _environment(tongue: Tongue, addresses: Collection[str]) -> Environment:
    made = templates_of(tongue)
    made.globals.update(asked=asked, navigation=partial(_navigation, addresses))
    return made


def _navigation(addresses: Collection[str], role: Role) -> list[tuple[Entry, bool]]:
    """The entries for that role, each with whether the page that is shown belongs to it."""
    request: Asked = asked()
    return [(entry, entry.holds(request.path)) for entry in entries_for(role, addresses)]
