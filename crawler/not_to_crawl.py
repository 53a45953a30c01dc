"""Services that are not crawled and why: data in `not_to_crawl.yml`, asked wherever an address enters the program.

Addresses inside a network and links that lead elsewhere are the business of `crawler.politeness`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from crawler.errors import ConfigError
from crawler.notations import Pattern

FILE = Path(__file__).with_name("not_to_crawl.yml")
ANY_HOST = "*"


class ClosedService(BaseModel):
    """A service, or a part of one, that is left alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    hosts: tuple[str, ...] = Field(min_length=1)
    """With their subdomains; `*` is every host."""
    address: Pattern | None = None
    """Only addresses in whose path and query, decoded, this is found; None: all."""
    unless: Pattern | None = None
    """Addresses in whose path and query, decoded, this is found are no part of it."""
    reason: str
    instead: str
    """What a person can do."""
    rule: str
    """Where the reason comes from."""
    refused: tuple[str, ...] = Field(min_length=1)
    """Examples."""
    allowed: tuple[str, ...] = ()
    """Addresses near by that are fine."""

    @property
    def refusal(self) -> str:
        """One line for the person who named the address."""
        return f"{self.name} is not crawled: {self.reason} ({self.rule}); instead: {self.instead}"

    def holds(self, url: str) -> bool:
        """The address belongs to it."""
        parts = _split(url)
        if parts is None or not self.has_host(parts[0]):
            return False
        if self.unless is not None and re.search(self.unless, parts[1]):
            return False
        return self.address is None or re.search(self.address, parts[1]) is not None

    def has_host(self, host: str) -> bool:
        """The host is one of its own."""
        return any(own in (ANY_HOST, host) or host.endswith(f".{own}") for own in self.hosts)

    def has_all_of(self, domain: str) -> bool:
        """Whatever stands at this domain belongs to it, but for exceptions."""
        return self.address is None and self.has_host(domain.lower().removesuffix("."))


def service_of(url: str) -> ClosedService | None:
    """The closed service that the address belongs to; None where it may be asked for."""
    return next((service for service in closed_services() if service.holds(url)), None)


def service_of_domain(domain: str, start_urls: Iterable[str]) -> ClosedService | None:
    """The closed service that all of this domain is; none where a start address there is one of its exceptions."""
    service = next((service for service in closed_services() if service.has_all_of(domain)), None)
    excepted = [url for url in start_urls if (parts := _split(url)) and service and service.has_host(parts[0])]
    return None if excepted else service


@cache
def closed_services() -> tuple[ClosedService, ...]:
    """All of them. Raises ConfigError where the file is wrong."""
    try:
        return _SERVICES.validate_python(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{FILE.name} cannot be used: {str(error).splitlines()[0]}") from error


def _split(url: str) -> tuple[str, str] | None:
    """Host, and path with query, decoded."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return (host, unquote(f"{parts.path or '/'}{query}")) if host else None


_SERVICES = TypeAdapter(tuple[ClosedService, ...])
