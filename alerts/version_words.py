"""What the list of a draft's versions says of each. Notes on cases are worded in `alerts.notes`."""

from __future__ import annotations

from pipelines.text.sentences import Pattern


class VersionWords(Pattern):
    """How the version differs from the one before."""

    PASSAGES = "izmenjeni pasusi: %(numbers)s"
    PASSAGE = "izmenjen pasus %(number)s"
    PASSAGE_BACK = "vraćen pasus %(number)s"
    PROVISIONS = "propisi: %(provisions)s"
    AS_TEMPLATE = "vraćen tekst iz obrasca"
    MADE_ANEW = "napravljen po novim podacima"


class ProvisionWords(Pattern):
    """A provision that a person switched."""

    ON = "%(provision)s uključen"
    OFF = "%(provision)s isključen"
