"""A closed group behind a log-in form: status 200 and no ad, as such sites answer to anybody outside."""

from __future__ import annotations

from spiders.demo.site import Answer, Request, page, plain


class Grupa:
    """grupa.example"""

    host = "grupa.example"

    def answer(self, request: Request) -> Answer | None:
        """The log-in form for every address of the group."""
        if request.path == "/robots.txt":
            return plain("User-agent: *\nDisallow: /poruke/\n")
        if request.path == "/" or request.path.startswith("/groups/"):
            return page("grupa.html", next=request.path)
        return None
