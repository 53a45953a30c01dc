"""Reading what a person gives at the desk: the words of a picture, and those of a public page. Stores nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from alerts.desk.carried import Upload
from alerts.desk.speaking import to_say
from crawler.config import Settings
from crawler.errors import AdwatchError, BusyError, ConfigError, UsageError
from crawler.fetching import FetchError, OnePage, fetch_one_page
from crawler.not_to_crawl import service_of
from crawler.pictures import PictureError, inspect_picture
from pipelines.flyers.given import EngineMissingError, GivenReading, read_given_bytes

ENOUGH_SECONDS = 2.5
"""A caller waits: what was read of a picture by then will do."""
PICTURE_PROBLEMS = {
    "too_many_bytes": to_say("Slika je veća od 8 MB; smanjite je ili isecite deo sa tekstom."),
    "too_many_pixels": to_say("Slika ima previše tačaka; smanjite je ili isecite deo sa tekstom."),
    "too_small": to_say("Slika je premala da bi na njoj bilo teksta."),
    "not_a_picture": to_say("Datoteka nije slika (JPEG, PNG, WebP ili GIF) ili je oštećena."),
}
NO_ENGINE = to_say(
    "Na ovom računaru nema programa za čitanje slika (tesseract). "
    "Prepišite tekst sa slike; slika može da se sačuva uz slučaj."
)
NOTHING_READ = to_say("Na slici nije nađen tekst. Prepišite ono što je važno.")
NO_CONTACT = to_say("U podešavanjima programa nema adrese za kontakt, a bez nje program ne otvara tuđe stranice.")
NOT_CRAWLED = to_say("Stranice ovog servisa program ne preuzima. Nalepite tekst oglasa ili dodajte sliku ekrana.")
NO_ADDRESS = to_say("To nije adresa javne stranice (http ili https).")
NOT_FETCHED = to_say("Stranica nije preuzeta: %(why)s.")
BUSY = to_say("Upravo se preuzima više stranica. Sačekajte minut, pa pokušajte ponovo.")
NO_WORDS = to_say("Na stranici nije nađen tekst. Nalepite tekst oglasa ili dodajte sliku ekrana.")


@dataclass(frozen=True, slots=True)
class PictureRead:
    """A picture that was given, with what was read on it."""

    upload: Upload
    reading: GivenReading | None
    """None: it could not be read."""
    problem: str = ""
    """Words for people; empty where all went well."""

    @property
    def text(self) -> str:
        """What was read on it."""
        return self.reading.text if self.reading else ""

    @property
    def is_picture(self) -> bool:
        """Whether it may be kept, read or not."""
        return self.problem not in PICTURE_PROBLEMS.values()


@dataclass(frozen=True, slots=True)
class PageProblem:
    """Why a page could not be read."""

    words: str
    why: str = field(default="")
    """crawler.health.Problem, where one is known."""


def read_picture_of(upload: Upload) -> PictureRead:
    """The words of the picture, as far as they can be read while somebody waits."""
    if problem := picture_problem(upload):
        return PictureRead(upload, None, problem)
    try:
        reading = read_given_bytes(upload.content, upload.name, enough=ENOUGH_SECONDS)
    except EngineMissingError:
        return PictureRead(upload, None, NO_ENGINE)
    except UsageError:
        return PictureRead(upload, None, PICTURE_PROBLEMS["not_a_picture"])
    return PictureRead(upload, reading, "" if reading.text else NOTHING_READ)


def picture_problem(upload: Upload) -> str:
    """Why the file is no picture that is taken; empty where it is one."""
    try:
        inspect_picture(upload.content)
    except PictureError as error:
        return PICTURE_PROBLEMS.get(error.problem, PICTURE_PROBLEMS["not_a_picture"])
    return ""


def read_page(settings: Settings, url: str) -> OnePage | PageProblem:
    """Asks for a public page once, under the rules of the night."""
    try:
        page = fetch_one_page(settings, url)
    except AdwatchError as error:
        return page_problem(url, error)
    return page if page.text or page.title else PageProblem(NO_WORDS)


def page_problem(url: str, error: AdwatchError) -> PageProblem:
    """Why asking for the page failed, for people."""
    if isinstance(error, ConfigError):
        return PageProblem(NO_CONTACT)
    if isinstance(error, BusyError):
        return PageProblem(BUSY)
    if isinstance(error, FetchError):
        return PageProblem(NOT_FETCHED, error.problem)
    return PageProblem(NOT_CRAWLED if service_of(url) else NO_ADDRESS)
