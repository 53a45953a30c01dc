"""The spider that fetches pictures of ads, each source's at its own pace. What becomes of them: `keeping_flyers`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.config import Settings
from crawler.health import Problem
from crawler.keeping_flyers import MINUTES, SPIDER, AskedPicture, WantedPicture, read_wanted
from crawler.pictures import LARGEST_BYTES
from spiders.fetched import fetched_page
from spiders.visiting import VisitingSpider
from spiders.walls import problem_of_visit, refusal_of


class FlyersSpider(VisitingSpider):
    """Asks for the pictures that are wanted; robots.txt and the address guard hold as for pages."""

    name = SPIDER
    asked_type = AskedPicture

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Bounds the bytes of a picture, and the time for all."""
        super().update_settings(settings)
        settings.setdict(
            {
                "ITEM_PIPELINES": {"crawler.keeping_flyers.FlyerPipeline": 900},
                "DOWNLOAD_MAXSIZE": LARGEST_BYTES,
                "CLOSESPIDER_TIMEOUT": (MINUTES - 1) * 60,
            },
            priority="spider",
        )

    async def start(self) -> AsyncIterator[Any]:
        """One request for each picture that is wanted, one after another of each source."""
        for request in self.each_in_turn(map(self._request, read_wanted(Settings.from_environment()))):
            yield request

    def _request(self, wanted: WantedPicture) -> Request:
        return Request(
            wanted.url,
            callback=self.parse_visit,
            errback=self.note_failure,
            cb_kwargs={"wanted": wanted},
            meta=self.meta_for(wanted.source),
            dont_filter=True,
        )

    def read(self, response: Response, wanted: WantedPicture) -> tuple[AskedPicture, Problem | None]:
        """The picture's bytes, or why there are none."""
        problem = refusal_of(response)
        if problem:
            return AskedPicture(wanted, problem=problem.value), problem
        return AskedPicture(wanted, fetched_page(response)), None

    def note_failure(self, failure: Failure) -> Iterator[AskedPicture | Request]:
        """What became of a request without an answer."""
        wanted: WantedPicture = failure.request.cb_kwargs["wanted"]  # type: ignore[attr-defined]
        problem = problem_of_visit(failure)
        # Scrapy cancels what grows beyond DOWNLOAD_MAXSIZE.
        yield AskedPicture(wanted, problem="too_many_bytes" if problem is Problem.OVER_LIMIT else problem.value)
        yield from self.go_on(wanted, problem)
