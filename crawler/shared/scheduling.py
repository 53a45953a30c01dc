"""scrapy-redis's scheduler over a queue of ours: what is popped is leased, and pushed by its key once."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any, Self

from redis import Redis
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.dupefilters import BaseDupeFilter
from scrapy.exceptions import CloseSpider
from scrapy_redis.queue import Base
from scrapy_redis.scheduler import Scheduler
from twisted.python.failure import Failure

from crawler.memory import peak_memory
from crawler.shared.member import Member, SharedLedger, ending_without_redis, member_of
from crawler.shared.pacing import RunClosedError
from crawler.shared.pages import pack_page, unpack_page
from crawler.shared.work import LEASE


class LeasedQueue(Base):  # type: ignore[misc]
    """Requests as JSON: what Redis holds is never executed, as scrapy-redis's pickles would be."""

    def __init__(self, server: Redis, spider: Any, key: str, serializer: Any = None) -> None:
        """`key` and `serializer` are scrapy-redis's, and not used."""
        super().__init__(server, spider, key, serializer or json)
        self.member = member_of(spider.name)
        ledger = SharedLedger(self.member)
        ledger.pack_listed = lambda said: json.dumps(spider.pack_listed(said, self._keep_page))
        ledger.unpack_listed = lambda said: spider.unpack_listed(json.loads(said), self._find_page)
        ledger.before = self._join()
        spider.ledger = ledger

    def __len__(self) -> int:
        """Waiting requests."""
        with ending_without_redis():
            return self.member.run.standing().waiting

    def push(self, request: Request) -> None:
        """Puts it in, unless it is or was there."""
        message = self.spider.pack_request(request, self._keep_page)
        with ending_without_redis():
            self.member.run.push(message["key"], json.dumps(message), priority=request.priority)

    def pop(self, timeout: int = 0) -> Request | None:
        """Takes the first one on lease."""
        taken = self.member.take()
        if taken is None:
            return None
        key, message = taken
        request: Request = self.spider.unpack_request(json.loads(message), self._find_page)
        request.meta[LEASE] = key
        return request

    def clear(self) -> None:
        """The run belongs to the night that opened it, which clears it."""

    def _join(self) -> float:
        with ending_without_redis():
            seconds = self.member.run.join(self.member.holder, lease_seconds=self.member.lease_seconds)
        if seconds is None:
            raise CloseSpider("left")
        return seconds

    def _keep_page(self, page: Any) -> str:
        packed = pack_page(page)
        name = f"{page.digest}:{page.fetched_at.timestamp():.6f}"
        with ending_without_redis():
            self.member.run.put("pages", {name: packed})
        return name

    def _find_page(self, name: str) -> Any:
        with ending_without_redis():
            packed = self.member.run.get("pages", name)
        return unpack_page(packed) if packed else None


class SharedScheduler(Scheduler):  # type: ignore[misc]
    """Takes requests from the queue of all, and other tries of one (redirects, retries) from this process itself."""

    def __init__(self, server: Redis, member: Member, stats: Any) -> None:
        super().__init__(
            server,
            persist=True,
            # The ledger knows what was met; each request is pushed by its key, once.
            dupefilter=BaseDupeFilter(),
        )
        self.member = member
        self.stats = stats
        self.own: deque[Request] = deque()
        """Other tries of requests that this process holds."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a scheduler."""
        assert crawler.spider is not None  # noqa: S101 - it is made for a spider
        member = member_of(crawler.spider.name)
        return cls(member.run.redis, member, crawler.stats)

    def open(self, spider: Spider) -> None:
        """Joins the run."""
        self.spider = spider
        self.queue = LeasedQueue(self.server, spider, self.queue_key)

    def enqueue_request(self, request: Request) -> bool:
        """Puts a new request into the queue of all, which knows whether it was there before."""
        if LEASE in request.meta:
            self.own.append(request)
        else:
            self.queue.push(request)
        return True

    def next_request(self) -> Request | None:
        """The next one to be fetched here."""
        if self.own:
            return self.own.popleft()
        request = self.queue.pop()
        if request is not None:
            request.errback = self._minding_failure(request)
        return request

    def has_pending_requests(self) -> bool:
        """Of this process; whether the run goes on is asked beside."""
        return bool(self.own)

    def close(self, reason: str) -> None:
        """Returns what was taken and not fetched; ends the run for all where the reason is the source's."""
        self.member.acknowledge([], self.stats)
        self.member.end_run(reason)
        self.member.give_back(list(self.member.under_way))
        with ending_without_redis():
            self.member.run.leave(self.member.holder, memory=peak_memory())

    def _minding_failure(self, request: Request) -> Callable[[Failure], Any]:
        errback, key = request.errback, request.meta[LEASE]

        def note(failure: Failure) -> Any:
            if isinstance(failure.value, RunClosedError):
                return None
            work = self.member.under_way[key]
            try:
                with self.member.reading(work, self.stats):
                    return errback(failure) if errback else None
            finally:
                self.member.finish(work)

        return note
