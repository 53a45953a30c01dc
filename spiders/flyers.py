"""The spider that fetches pictures of ads, each source's at its own pace. What becomes of them: `keeping_flyers`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.config import Settings
from crawler.health import Problem
from crawler.keeping_flyers import MINUTES, SPIDER, AskedPicture, WantedPicture, read_wanted
from crawler.manifest import read_manifests
from crawler.pictures import LARGEST_BYTES
from crawler.politeness import NAMED_HOSTS, ForbiddenAddressError, host_and_port
from spiders.kinds.source import fetched_page
from spiders.walls import problem_of, refusal_of


class FlyersSpider(Spider):
    """Asks for the pictures that are wanted; robots.txt and the address guard hold as for pages."""

    name = SPIDER

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """One request at a time and source, with that source's delay."""
        super().update_settings(settings)
        manifests = read_manifests(Settings.from_environment().source_folders).manifests
        slots = {name: {"concurrency": 1, "delay": one.limits.delay_seconds} for name, one in manifests.items()}
        settings.setdict(
            {
                "ITEM_PIPELINES": {"crawler.keeping_flyers.FlyerPipeline": 900},
                "DOWNLOAD_SLOTS": slots,
                "AUTOTHROTTLE_ENABLED": False,
                "DOWNLOAD_MAXSIZE": LARGEST_BYTES,
                "CLOSESPIDER_TIMEOUT": (MINUTES - 1) * 60,
            },
            priority="spider",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        manifests = read_manifests(Settings.from_environment().source_folders).manifests
        self.hosts_of = {name: {host_and_port(url) for url in one.start_urls} for name, one in manifests.items()}
        self.named_hosts = frozenset().union(*self.hosts_of.values())

    async def start(self) -> AsyncIterator[Any]:
        """One request for each picture that is wanted."""
        for wanted in read_wanted(Settings.from_environment()):
            # A source may send us to its own hosts inside the network, never to another source's.
            own = frozenset(self.hosts_of.get(wanted.source, ()))
            yield Request(
                wanted.url,
                callback=self.parse_picture,
                errback=self.note_failure,
                cb_kwargs={"wanted": wanted},
                meta={"download_slot": wanted.source, NAMED_HOSTS: own},
                dont_filter=True,
            )

    def parse_picture(self, response: Response, wanted: WantedPicture) -> Iterator[AskedPicture]:
        """The picture's bytes, or why there are none."""
        problem = refusal_of(response)
        if problem:
            yield AskedPicture(wanted, problem=problem.value)
        else:
            yield AskedPicture(wanted, fetched_page(response))

    def note_failure(self, failure: Failure) -> Iterator[AskedPicture]:
        """What became of a request without an answer."""
        wanted: WantedPicture = failure.request.cb_kwargs["wanted"]  # type: ignore[attr-defined]
        if isinstance(failure.value, ForbiddenAddressError):
            problem = Problem.FORBIDDEN_ADDRESS.value
        else:
            found = problem_of(failure) or Problem.UNREACHABLE
            # Scrapy cancels what grows beyond DOWNLOAD_MAXSIZE.
            problem = "too_many_bytes" if found is Problem.OVER_LIMIT else found.value
        yield AskedPicture(wanted, problem=problem)
