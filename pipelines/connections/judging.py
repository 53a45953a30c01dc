"""What it means that ads share a contact: how many, under which names, and whether it connects them at all. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from crawler.belgrade import day_in_belgrade
from crawler.store.mentions import MentioningAd
from pipelines.connections.mentions import ContactKind, Mention, domain_of
from pipelines.register.names import name_key
from pipelines.series.features import towns_in

MANY_SERIES = 12
MANY_NAMES = 6
"""A contact in more offers than the one and under more names than the other is taken for a switchboard: a portal's, a
crewing centre's. Both must hold: one agency may have hundreds of offers, one recruiter a handful of names.
"""


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of one contact over all stored ads."""

    kind: ContactKind
    value: str
    ads: int
    is_cut: bool
    """As many ads were looked at as are at most: there may be more, and all figures are of the oldest."""
    series: tuple[int, ...]
    """Ids of the series, ascending."""
    names: tuple[str, ...]
    """Distinct names of mediators as written, in order of first sight."""
    destinations: tuple[str, ...]
    """ISO 3166-1 alpha-2, in order of first sight."""
    towns: int
    """Foreign towns that titles and stated places of work name."""
    since: date
    """Day in Belgrade on which the first of the ads was first seen with it."""
    until: date
    """Day in Belgrade on which one of the ads was last seen with it."""
    is_shared: bool
    """It stands in ads of many who have nothing to do with each other: it connects nobody."""

    def to_json(self) -> dict[str, Any]:
        """As `adwatch check --json` prints it (docs/json.md)."""
        plain = asdict(self)
        return {**plain, "since": self.since.isoformat(), "until": self.until.isoformat()}


def connection_of(mention: Mention, found: Sequence[MentioningAd], *, most: int) -> Connection | None:
    """What the ads that name the contact have in common; None where there are none. `most`: rows asked for."""
    if not found:
        return None
    series = {ad.series_id for ad in found if ad.series_id is not None}
    names = _distinct_names(ad.name for ad in found)
    return Connection(
        kind=mention.kind,
        value=mention.value,
        ads=len({ad.ad_id for ad in found}),
        is_cut=len(found) >= most,
        series=tuple(sorted(series)),
        names=names,
        destinations=tuple(dict.fromkeys(country for ad in found for country in ad.destinations)),
        towns=len(frozenset[str]().union(*(towns_in(f"{ad.title or ''}\n{ad.place or ''}") for ad in found))),
        since=day_in_belgrade(min(ad.first_seen for ad in found)),
        until=day_in_belgrade(max(ad.last_seen for ad in found)),
        is_shared=len(names) > 1 and (_is_everywhere(series, names) or _is_of_portal(mention, found)),
    )


def _is_everywhere(series: set[int], names: Sequence[str]) -> bool:
    return len(series) > MANY_SERIES and len(names) > MANY_NAMES


def _is_of_portal(mention: Mention, found: Iterable[MentioningAd]) -> bool:
    """A mailbox or domain of a site that the ads stand on is that site's."""
    if mention.kind not in (ContactKind.EMAIL, ContactKind.DOMAIN):
        return False
    domain = mention.value.rpartition("@")[2]
    hosts = {domain_of(ad.url) for ad in found}
    return any(host == domain or host.endswith(f".{domain}") for host in hosts)


def _distinct_names(names: Iterable[str | None]) -> tuple[str, ...]:
    """Names that differ once folded, as first written."""
    by_key: dict[str, str] = {}
    for name in names:
        if name:
            by_key.setdefault(name_key(name) or name, name)
    return tuple(by_key.values())
