"""What a worker's spider process holds of a shared run: requests under way, and what they brought so far."""

from __future__ import annotations

import logging
import os
import socket
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from redis.exceptions import RedisError
from scrapy.exceptions import CloseSpider
from scrapy.statscollectors import StatsCollector

from crawler.config import Settings
from crawler.ledger import Ledger, Room
from crawler.shared.run import SharedRun
from crawler.shared.server import connect
from crawler.shared.work import Work, worker_name

logger = logging.getLogger(__name__)

SHARED_STATS = ("adwatch/", "downloader/response_bytes")
"""How the stats begin that are summed over workers."""
LEAVES = ("finished", "shutdown", "left")
"""Reasons for closing a spider that end its part alone, and not the run."""
LOST_EXIT = 75


class Member:
    """This process's part in a run. Where Redis is lost the process ends at once: others do its requests again."""

    def __init__(self, run: SharedRun, holder: str, *, lease_seconds: int) -> None:
        self.run = run
        self.holder = holder
        self.lease_seconds = lease_seconds
        self.under_way: dict[str, Work] = {}
        self.owner = ""
        """Id of the request whose page is being read."""
        self.met_now: set[str] = set()
        """What that page was the first to meet, or not, so far."""
        self.told: Counter[str] = Counter()
        """What this process has added to the run's stats, and of it what was no single request's."""
        self.told_loose: Counter[str] = Counter()
        self.attributed: Counter[str] = Counter()
        """Stats that belong to single requests."""
        self.of_item: dict[int, Work] = {}
        self.counting = threading.Lock()
        self.finish: Callable[[Work], None] = lambda work: None
        """Takes a request of which nothing more will come; it is acknowledged once that is stored."""

    def take(self) -> tuple[str, str] | None:
        """The next request, as (key, message)."""
        with ending_without_redis():
            taken = self.run.pop(self.holder, lease_seconds=self.lease_seconds)
        if taken:
            self.under_way[taken[0]] = Work(taken[0])
        return taken

    def renew(self) -> None:
        """Holds what is under way."""
        with ending_without_redis():
            self.run.renew(self.holder, list(self.under_way), lease_seconds=self.lease_seconds)
            if self.run.join(self.holder, lease_seconds=self.lease_seconds) is None:
                logger.error("the run was lost; what is not stored yet is done again")
                logging.shutdown()
                os._exit(LOST_EXIT)

    def give_back(self, ids: Iterable[str]) -> None:
        """Returns requests that were not begun."""
        ids = list(ids)
        for key in ids:
            self.under_way.pop(key, None)
        with ending_without_redis():
            self.run.give_back(self.holder, ids)

    @contextmanager
    def reading(self, work: Work, stats: StatsCollector | None) -> Iterator[None]:
        """The body reads what came of this request: what it meets and counts is the request's."""
        before = _shared(stats)
        self.owner = work.key
        self.met_now = set()
        try:
            yield
        except CloseSpider as error:
            self.end_run(error.reason)
            raise
        finally:
            self.owner = ""
            counted = _shared(stats)
            counted.subtract(before)
            work.counts.update(counted)
            with self.counting:
                self.attributed.update(counted)

    def bring(self, work: Work, items: list[Any]) -> None:
        """These items are on their way to the pipeline."""
        work.items, work.left = items, len(items)
        self.of_item.update((id(item), work) for item in items)
        if not items:
            self.finish(work)

    def settle(self, item: Any) -> None:
        """The pipeline has taken the item, or refused it."""
        work = self.of_item.pop(id(item), None)
        if work is not None:
            work.left -= 1
            if work.left == 0:
                self.finish(work)

    def acknowledge(self, done: Iterable[Work], stats: StatsCollector | None) -> None:
        """What these requests brought is stored. Called from one thread at a time, beside the spider's."""
        done = list(done)
        counts = sum((work.counts for work in done), Counter[str]())
        with self.counting:
            # What no request alone brought (bytes, refused redirects) is told as it stands.
            loose = _shared(stats)
            loose.subtract(self.attributed)
        counts.update(loose)
        counts.subtract(self.told_loose)
        with ending_without_redis():
            self.run.acknowledge(self.holder, [work.key for work in done], counts)
        self.told_loose = loose
        self.told.update(counts)
        for work in done:
            self.under_way.pop(work.key, None)

    def end_run(self, reason: str) -> None:
        """Ends the run for all, where the reason is none of this process alone."""
        if reason not in LEAVES:
            with ending_without_redis():
                self.run.close(reason)


class SharedLedger(Ledger):
    """The book of a run that several processes do."""

    is_shared = True

    def __init__(self, member: Member) -> None:
        super().__init__()
        self.member = member
        self.run = member.run
        self.before = 0.0
        """Seconds that the run had lasted when this process came."""
        self.told_listed: set[int] = set()

    def is_first_meeting(self, key: str) -> bool:
        """True once for the one request that met it first, and once more where that is tried again."""
        if key in self.member.met_now:
            return False
        self.member.met_now.add(key)
        with ending_without_redis():
            return self.run.meet(key, self.member.owner)

    def reserve(self, key: str, *, pages: int, ad_pages: int | None, ad: int | None) -> Room:
        """Counts over all processes."""
        with ending_without_redis():
            return self.run.reserve(key, pages=pages, ad_pages=ad_pages, ad=ad)

    def counts(self) -> tuple[int, int]:
        """Of all processes."""
        with ending_without_redis():
            return self.run.counts()

    def seconds(self) -> float:
        """Since the first process came."""
        return self.before + super().seconds()

    def counted_elsewhere(self, stat: str) -> int:
        """What the others have told of requests that are done."""
        with ending_without_redis():
            return self.run.stat(stat) - self.member.told[stat]

    def is_read_through(self) -> bool:
        """The queue is drained; whoever sees it first asks for the visits, and a second one would ask for the same."""
        with ending_without_redis():
            standing = self.run.standing()
        return standing.is_open and standing.is_drained and not standing.visited and not standing.closed

    def note_visits_asked(self) -> None:
        """Tells all."""
        with ending_without_redis():
            self.run.note_visited()

    def note_listed(self, listed: Mapping[int, Any]) -> None:
        """Tells all, each ad once."""
        new = {key: said for key, said in listed.items() if key not in self.told_listed}
        self.told_listed.update(new)
        with ending_without_redis():
            self.run.put("listed", {str(key): self.pack_listed(said) for key, said in new.items()})

    def listed_elsewhere(self) -> Mapping[int, Any]:
        """What all told, this process too."""
        with ending_without_redis():
            return {int(key): self.unpack_listed(said) for key, said in self.run.get_all("listed").items()}

    def asked_elsewhere(self) -> frozenset[int]:
        """Of all processes."""
        with ending_without_redis():
            return self.run.asked_ads()

    pack_listed: Callable[[Any], str]
    unpack_listed: Callable[[str], Any]


@contextmanager
def ending_without_redis() -> Iterator[None]:
    """Ends the process where Redis, tried again by the client, does not answer in the body: nothing is acknowledged."""
    try:
        yield
    except RedisError as error:
        logger.error("the shared queue is lost reason=%s", type(error).__name__)
        logging.shutdown()
        os._exit(LOST_EXIT)


@cache
def member_of(source: str) -> Member:
    """This process's part in the run of the source in the night of the environment."""
    run = SharedRun(connect(), int(os.environ["ADWATCH_NIGHT"]), source)
    holder = f"{worker_name()}@{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"
    return Member(run, holder, lease_seconds=Settings.from_environment().file.lease_seconds)


def _shared(stats: StatsCollector | None) -> Counter[str]:
    found = stats.get_stats() if stats is not None else {}
    return Counter({name: int(value) for name, value in list(found.items()) if name.startswith(SHARED_STATS)})
