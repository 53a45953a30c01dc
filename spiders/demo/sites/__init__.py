"""The invented web sites, one module each, built after the structures of real ones."""

from __future__ import annotations

from spiders.demo.ads import PlacedAd
from spiders.demo.site import Site
from spiders.demo.sites.drustvena import Drustvena
from spiders.demo.sites.grupa import Grupa
from spiders.demo.sites.kanal import Kanal
from spiders.demo.sites.kp_oglasi import KpOglasi
from spiders.demo.sites.mali_oglasi import MaliOglasi
from spiders.demo.sites.poslovi_plus import PosloviPlus
from spiders.demo.sites.radnik import Radnik
from spiders.demo.sites.sljaka import Sljaka


def all_sites(ads: tuple[PlacedAd, ...]) -> tuple[Site, ...]:
    """Every demo site, each with its share of the ads."""
    return (
        PosloviPlus(ads),
        Radnik(ads),
        MaliOglasi(ads),
        Sljaka(ads),
        KpOglasi(ads),
        Kanal(ads),
        Drustvena(ads),
        Grupa(),
    )
