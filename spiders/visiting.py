"""What spiders share that visit single addresses for many sources, each at its own pace."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.config import Settings
from crawler.health import Problem
from crawler.keeping import Wanted
from crawler.manifest import read_manifests
from crawler.politeness import FETCHED_AT, NAMED_HOSTS, seconds_to_wait
from crawler.reaching import Target, host_and_port
from spiders.walls import BLOCKS_ACCEPTED

logger = logging.getLogger(__name__)


class VisitingSpider(Spider):
    """One request at a time and source, with that source's delay; one that refuses us often enough is left alone."""

    asked_type: ClassVar[type[Any]]
    """Made of what is wanted, by `problem` where nothing came of it, and `was_asked`; goes to the pipeline."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Gives every source a slot of its own."""
        super().update_settings(settings)
        manifests = read_manifests(Settings.from_environment().source_folders).manifests
        slots = {name: {"concurrency": 1, "delay": one.limits.delay_seconds} for name, one in manifests.items()}
        settings.setdict(
            {
                "DOWNLOAD_SLOTS": slots,
                "AUTOTHROTTLE_ENABLED": False,
                # Scrapy drops longer ones without a word; the next request of the source waits for the answer.
                "URLLENGTH_LIMIT": 0,
                # The address that was asked before this one leads nowhere.
                "REFERER_ENABLED": False,
            },
            priority="spider",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hosts_of = hosts_of_sources()
        self.named_hosts = named_hosts()
        self.waiting: dict[str, deque[Request]] = {}
        """By source: what is asked for once the answer before it is there."""
        self.refusals: Counter[str] = Counter()

    def meta_for(self, source: str) -> dict[str, Any]:
        """Of a request for that source: it may be sent to its own hosts inside the network, never to another's."""
        return {"download_slot": source, NAMED_HOSTS: self.hosts_of.get(source, frozenset())}

    def each_in_turn(self, requests: Iterable[Request]) -> Iterator[Request]:
        """The first request for each source; `go_on` gives the others. What is wanted stands in their `cb_kwargs`."""
        for request in requests:
            self.waiting.setdefault(request.cb_kwargs["wanted"].source, deque()).append(request)
        for waiting in self.waiting.values():
            yield waiting.popleft()

    @abstractmethod
    def read(self, response: Response, wanted: Any) -> tuple[Any, Problem | None]:
        """What the answer brought, of `asked_type`, and the problem that counts against the source."""

    def parse_visit(self, response: Response, wanted: Any) -> Iterator[Any]:
        """What the answer brought, then the next request of its source."""
        try:
            asked, problem = self.read(response, wanted)
        except Exception:  # a boundary: an answer that nobody foresaw must not keep the source's others from being had
            logger.exception("answer not read source=%s url=%s", wanted.source, response.url)
            problem = Problem.PARSE_ERROR
            asked = self.asked_type(wanted, problem=problem.value)
        yield asked
        yield from self.go_on(wanted, problem, response)

    def go_on(self, wanted: Wanted, problem: Problem | None, response: Response | None = None) -> Iterator[Any]:
        """The next request for the source; once it has refused us often enough, or asks us to wait, there is none.

        What would still be asked for is told with the same problem then, as not asked, and tried another night.
        """
        source, waiting = wanted.source, self.waiting[wanted.source]
        is_block = problem is not None and problem.is_block
        self.refusals[source] += is_block
        if is_block and (self.refusals[source] >= BLOCKS_ACCEPTED or _asks_to_wait(response)):
            logger.warning("left alone source=%s problem=%s not_asked=%d", source, problem, len(waiting))
            while waiting:
                left = waiting.popleft().cb_kwargs["wanted"]
                yield self.asked_type(left, problem=str(problem), was_asked=False)
        elif waiting:
            yield waiting.popleft()


def hosts_of_sources() -> dict[str, frozenset[Target]]:
    """What each source's manifest names, which may be inside the network."""
    manifests = read_manifests(Settings.from_environment().source_folders).manifests
    return {name: frozenset(map(host_and_port, one.start_urls)) for name, one in manifests.items()}


def named_hosts() -> frozenset[Target]:
    """What any of them names."""
    return frozenset().union(*hosts_of_sources().values())


def _asks_to_wait(response: Response | None) -> bool:
    return response is not None and seconds_to_wait(response, now=response.meta[FETCHED_AT]) is not None
