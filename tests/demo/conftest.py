"""The demo sites, once as objects and once on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from spiders.demo.ads import PlacedAd, load_offers, placed_ads
from spiders.demo.server import DemoServer, DemoSites, serve_demo_sites


@pytest.fixture(scope="session")
def ads() -> tuple[PlacedAd, ...]:
    """Every placement of `ads.yml`."""
    return tuple(placed_ads(load_offers()))


@pytest.fixture(scope="session")
def sites() -> DemoSites:
    """The sites without a server."""
    return DemoSites()


@pytest.fixture(scope="session")
def server() -> Iterator[DemoServer]:
    """The sites on loopback."""
    with serve_demo_sites() as running:
        yield running
