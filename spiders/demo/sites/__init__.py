"""The invented web sites, one module each, built after the structures of real ones."""

from __future__ import annotations

from collections.abc import Callable

from spiders.demo.ads import PlacedAd, SiteName
from spiders.demo.site import Site
from spiders.demo.sites import drustvena, kanal, kp_oglasi, mali_oglasi, poslovi_plus, radnik, sljaka
from spiders.demo.sites.drustvena import Drustvena
from spiders.demo.sites.grupa import Grupa
from spiders.demo.sites.kanal import Kanal
from spiders.demo.sites.kp_oglasi import KpOglasi
from spiders.demo.sites.mali_oglasi import MaliOglasi
from spiders.demo.sites.poslovi_plus import PosloviPlus
from spiders.demo.sites.radnik import Radnik
from spiders.demo.sites.registar import Registar
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
        Registar(),
    )


_PATHS: dict[SiteName, tuple[str, Callable[[PlacedAd], str]]] = {
    SiteName.POSLOVI_PLUS: (PosloviPlus.host, poslovi_plus.detail_path),
    SiteName.RADNIK: (Radnik.host, radnik.detail_path),
    SiteName.MALI_OGLASI: (MaliOglasi.host, mali_oglasi.list_path),
    SiteName.SLJAKA: (Sljaka.host, sljaka.detail_path),
    SiteName.KP_OGLASI: (KpOglasi.host, kp_oglasi.detail_path),
    SiteName.KANAL: (Kanal.host, lambda ad: kanal.message_path(ad.id)),
    SiteName.DRUSTVENA: (Drustvena.host, drustvena.detail_path),
}


def address_of(ad: PlacedAd) -> str:
    """The address at which people read this ad, by which end-to-end tests know its offer."""
    host, path = _PATHS[ad.placement.site]
    return f"http://{host}{path(ad)}"
