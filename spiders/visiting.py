"""What spiders share that visit single addresses for many sources, each at its own pace."""

from __future__ import annotations

from typing import Any

from scrapy import Spider
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.config import Settings
from crawler.health import Problem
from crawler.manifest import read_manifests
from crawler.politeness import NAMED_HOSTS, ForbiddenAddressError
from crawler.reaching import Target, host_and_port
from spiders.walls import problem_of


class VisitingSpider(Spider):
    """One request at a time and source, with that source's delay."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Gives every source a slot of its own."""
        super().update_settings(settings)
        manifests = read_manifests(Settings.from_environment().source_folders).manifests
        slots = {name: {"concurrency": 1, "delay": one.limits.delay_seconds} for name, one in manifests.items()}
        settings.setdict({"DOWNLOAD_SLOTS": slots, "AUTOTHROTTLE_ENABLED": False}, priority="spider")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hosts_of = hosts_of_sources()
        self.named_hosts = named_hosts()

    def meta_for(self, source: str) -> dict[str, Any]:
        """Of a request for that source: it may be sent to its own hosts inside the network, never to another's."""
        return {"download_slot": source, NAMED_HOSTS: self.hosts_of.get(source, frozenset())}


def hosts_of_sources() -> dict[str, frozenset[Target]]:
    """What each source's manifest names, which may be inside the network."""
    manifests = read_manifests(Settings.from_environment().source_folders).manifests
    return {name: frozenset(map(host_and_port, one.start_urls)) for name, one in manifests.items()}


def named_hosts() -> frozenset[Target]:
    """What any of them names."""
    return frozenset().union(*hosts_of_sources().values())


def problem_word(failure: Failure) -> str:
    """What became of a request without an answer."""
    if isinstance(failure.value, ForbiddenAddressError):
        return Problem.FORBIDDEN_ADDRESS.value
    return (problem_of(failure) or Problem.UNREACHABLE).value
