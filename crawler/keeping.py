"""The item pipeline of spiders that fetch what the night wants besides ads: bytes first, then rows, batch by batch."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy import Engine

from crawler.config import Settings
from crawler.evidence.records import file_facts
from crawler.evidence.warc import CaptureWriter
from crawler.manifest import Limits, read_manifests
from crawler.store.engine import open_store

Item = TypeVar("Item")


class Wanted(Protocol):
    """Something to be fetched for a source."""

    @property
    def source(self) -> str:
        """Id of the manifest whose limits hold."""
        ...


AnyWanted = TypeVar("AnyWanted", bound=Wanted)


class KeepingPipeline(ABC, Generic[Item]):
    """Gathers items of one type and keeps them in batches, in a thread, so that fetching goes on meanwhile."""

    spider: ClassVar[str]
    """Its name: of the WARC file, and in what the file says of itself."""
    item_type: ClassVar[type[Any]]
    batch_size: ClassVar[int]

    def __init__(self, settings: Settings) -> None:
        """`settings` say where to keep."""
        self.settings = settings
        self.batch: list[Item] = []
        self.flushing = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make a pipeline."""
        return cls(Settings.from_environment())

    @abstractmethod
    def keep(self, batch: list[Item]) -> None:
        """Writes the batch with `self.writer` and into the store of `self.engine`."""

    def open_spider(self) -> None:
        """Opens the store; the WARC file appears with the first capture."""
        self.engine: Engine = open_store(self.settings)
        night = int(os.environ.get("ADWATCH_NIGHT", "0"))
        facts = file_facts(self.settings, night_id=night, source=self.spider)
        self.writer = CaptureWriter(self.settings.evidence_folder, f"{night:06d}-{self.spider}", facts=facts)

    async def process_item(self, item: Any) -> Any:
        """Takes the item into the batch; one of another type is refused."""
        if not isinstance(item, self.item_type):
            raise DropItem(f"nothing else than {self.item_type.__name__} is kept here")
        self.batch.append(item)
        if len(self.batch) >= self.batch_size:
            await self.flush()
        return item

    async def close_spider(self) -> None:
        """Keeps the rest."""
        await self.flush()
        self.writer.close()
        self.engine.dispose()

    async def flush(self) -> None:
        """Keeps the batch."""
        async with self.flushing:
            batch, self.batch = self.batch, []
            if batch:
                await asyncio.to_thread(self.keep, batch)


def within_limits(settings: Settings, wanted: Iterable[AnyWanted]) -> list[AnyWanted]:
    """As many of each source as it allows pages a night, the first ones."""
    manifests = read_manifests(settings.source_folders).manifests
    chosen, taken = [], Counter[str]()
    for one in wanted:
        # A source may have lost its manifest since; an ordinary one's limits hold then.
        limits = manifests[one.source].limits if one.source in manifests else Limits()
        taken[one.source] += 1
        if taken[one.source] <= limits.max_pages:
            chosen.append(one)
    return chosen
