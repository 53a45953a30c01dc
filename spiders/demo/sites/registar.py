"""An authority's page that links to the list of licensed agencies, which is `register.csv`."""

from __future__ import annotations

from pathlib import Path

from spiders.demo.site import Answer, Request, page, plain

REGISTER = Path(__file__).parent.parent / "register.csv"
LIST = "/dokumenta/spisak-agencija.csv"


class Registar:
    """registar.example"""

    host = "registar.example"

    def answer(self, request: Request) -> Answer | None:
        """The page and the list."""
        if request.path == "/robots.txt":
            return plain("User-agent: *\nDisallow: /interno/\n")
        if request.path == "/agencije":
            return page("registar.html", list=LIST)
        return Answer(REGISTER.read_bytes(), "text/csv; charset=utf-8") if request.path == LIST else None
