"""The spider all kinds share: listings to ads within the source's limits, and a count of all that went wrong.

How a page is read is said by the two hooks `read_listing` and `read_ads` of each kind.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response, TextResponse
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler import layout
from crawler.addresses import short_key, url_key
from crawler.belgrade import day_in_belgrade
from crawler.downloading import PageTooLongError
from crawler.health import LEFT_ALONE_STAT, Problem, problem_stat
from crawler.items import NOT_MODIFIED, AdPosting, FetchedPage, ListedAgain, Visited, VisitResult
from crawler.layout import Place
from crawler.ledger import Ledger, Room
from crawler.manifest import AnySource
from crawler.politeness import FETCHED_AT, seconds_to_wait
from crawler.reaching import host_and_port
from crawler.visiting import KnownAds, Visit
from spiders.fetched import fetched_page
from spiders.kinds.known import KnownLinks
from spiders.kinds.listing import Link, Listing
from spiders.kinds.passing import FindPage, KeepPage, pack_listed, pack_request, unpack_given, unpack_listed
from spiders.links import addresses, is_address, numbered_address
from spiders.posting import Listed, Stated, ads_on_page, merged, states_something
from spiders.scope import scope_of
from spiders.walls import BLOCKS_ACCEPTED, problem_of, refusal_of, wall_of

logger = logging.getLogger(__name__)

ON_OWN_MACHINE = 16
"""Requests at once where no delay is asked for."""

Callback = Any
"""A bound callback method, as Scrapy takes it."""


class SourceSpider(Spider):
    """Base of all spiders that a manifest drives."""

    manifest: AnySource
    has_picture_posts: ClassVar[bool] = False
    """At this kind of source a post may be a picture and nothing else."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Puts the manifest's limits into Scrapy's settings; a command line option still wins."""
        super().update_settings(settings)
        limits = cls.manifest.limits
        settings.setdict(
            {
                "DOWNLOAD_DELAY": limits.delay_seconds,
                "AUTOTHROTTLE_ENABLED": limits.delay_seconds > 0,
                "AUTOTHROTTLE_START_DELAY": limits.delay_seconds,
                # One after another: those that wait for their turn would still be sent after a refusal.
                "CONCURRENT_REQUESTS": 1 if limits.delay_seconds else ON_OWN_MACHINE,
                "CLOSESPIDER_TIMEOUT": limits.max_minutes * 60,
                "DOWNLOAD_VERIFY_CERTIFICATES": not cls.manifest.unchecked_certificate,
            },
            priority="spider",
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make a spider; a callback that crashes is a problem like any other."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.note_crash, signal=signals.spider_error)
        crawler.signals.connect(spider.visit_known_ads, signal=signals.spider_idle)
        return spider

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allowed_domains = list(self.manifest.allowed_domains)
        self.named_hosts = frozenset(host_and_port(url) for url in self.manifest.start_urls)
        self.ledger = Ledger()
        """Scrapy's scheduler puts another one there where the run is shared."""
        self.unknown_categories: set[str] = set()
        """Told once each."""
        self.is_cut = False
        """The night's limit of pages is reached, and there was more."""
        self.links = KnownLinks(KnownAds())

    def learn(self, known: KnownAds) -> None:
        """Takes in what the store holds of this source's ads, before the run begins."""
        self.links = KnownLinks(known)

    async def start(self) -> AsyncIterator[Any]:
        """One request for each start address, its words and days filled in; those of a shared run are asked for."""
        if self.ledger.is_shared:
            return
        for url in self.manifest.first_addresses(day_in_belgrade(datetime.now(UTC))):
            for request in self.ask_listing(url, start=url):
                yield request

    # What a kind says

    def read_listing(self, response: TextResponse) -> Listing:
        """What the listing holds."""
        raise NotImplementedError

    def read_ads(self, response: TextResponse) -> Sequence[Stated]:
        """What a page that a listing linked to says about its ad, or ads. Raises LookupError where it says nothing."""
        raise NotImplementedError

    def wall_on(self, response: TextResponse) -> Problem | None:
        """The wall that a page without content is."""
        return wall_of(response)

    def request_options(self) -> Mapping[str, Any]:
        """Further arguments of each request."""
        return {}

    # What all have in common

    def ask_listing(self, url: str, *, start: str, number: int = 1, known: int = 0) -> Iterator[Request]:
        """The request for a page of a listing: `number` counts from 1 at the address `start`.

        `known` pages in a row before it held only ads that are known.
        """
        paging = self.manifest.paging
        headers = paging.headers if paging and number > 1 else {}
        given = {"start": start, "number": number, "known": known}
        return self.ask(url, self.parse_listing, headers=headers, cb_kwargs=given)

    def ask(self, url: str, callback: Callback, *, ad: int | None = None, **options: Any) -> Iterator[Request]:
        """The request, unless the address was asked for before, is none, or the night's limit is reached.

        `ad` is the `short_key` of a link to an ad.
        """
        # Once something was left out nothing more is looked at: a page may name a hundred thousand addresses.
        if self.is_cut or not is_address(url) or not self.is_first_meeting(url):
            return
        if not self._has_room(url, ad=ad):
            return
        usual = self.request_options()
        headers = {**usual.get("headers", {}), **options.get("headers", {})}
        given = {**usual, **options, "headers": headers}
        yield Request(url, callback=callback, errback=self.note_failure, dont_filter=True, **given)

    def parse_listing(self, response: Response, start: str, number: int, known: int = 0) -> Iterator[Any]:
        """The ads of a listing, requests for the pages it links to, and for the page that follows."""
        problem = refusal_of(response)
        if problem is Problem.GONE:
            # Beyond the last page many sites answer 404; a first page that is gone is a fault.
            problem = Problem.HTTP_4XX if number == 1 else None
        elif problem is None and not isinstance(response, TextResponse):
            problem = Problem.LAYOUT_CHANGED
        elif problem is None:
            yield from self._parse_readable_listing(response, start, number, known)  # type: ignore[arg-type]
            return
        if problem:
            self.count("adwatch/listings_lost")
            self.note_answer(problem, response)

    def _parse_readable_listing(self, response: TextResponse, start: str, number: int, known: int = 0) -> Iterator[Any]:
        listing, page = self.read_listing(response), fetched_page(response)
        self._count_listing(listing, number)
        wanted = [stated for stated in listing.ads if self._is_wanted(stated)]
        readable = self.ads_from(wanted, response, page)
        ads = [ad for ad in readable if self.is_first_meeting(ad.url)]
        yield from ads
        links = [link for link in listing.links if self._is_wanted(link.stated)]
        again = [link for link in links if self.links.is_known(link.url, link.stated)]
        met = [link for link in again if self.is_first_meeting(link.url)]
        if met:
            yield ListedAgain(page, self.links.note_listed(met, page))
            self.ledger.note_listed(self.links.listed)
        requests = [request for link in links for request in self._ask_ad(link, page)]
        requests += [request for url in listing.listings for request in self.ask_listing(url, start=start)]
        yield from requests
        self._note_listing(listing, response, number, is_unreadable=bool(wanted) and not readable)
        # Where all of a page's ads are of other work, or none of its items is an ad, the next page is still wanted.
        is_new = bool(ads or requests or met or listing.others) or not (wanted or links or listing.is_empty)
        if is_new and not listing.last:
            known = known + 1 if self._are_all_known(links, again, ads) else 0
            yield from self._ask_following(response, start, number, known=known)

    def _count_listing(self, listing: Listing, number: int) -> None:
        self.count("adwatch/listings_lost" if listing.problem else "adwatch/listings")
        if number == 1:
            self.count(layout.LISTINGS)
        self._count_fields(Place.LISTING, [*listing.ads, *(link.stated for link in listing.links)])

    def _note_listing(self, listing: Listing, response: TextResponse, number: int, *, is_unreadable: bool) -> None:
        # Items there, and not one with a title or a text.
        problem = listing.problem or (Problem.LAYOUT_CHANGED if is_unreadable else None)
        if problem:
            self.note(problem, response.url)
        elif listing.is_empty:
            self._note_empty_listing(response, number, says_empty=listing.says_empty)

    def _ask_following(self, response: TextResponse, start: str, number: int, *, known: int) -> Iterator[Request]:
        """The request for the page after this one, unless enough pages in a row held known ads only."""
        following = self.next_address(response, start, number)
        if following is None:
            return
        if self.links.known.may_stop and 0 < self.manifest.limits.stop_at_known <= known:
            self.count("adwatch/stopped_at_known")
        else:
            yield from self.ask_listing(following, start=start, number=number + 1, known=known)

    def _are_all_known(self, links: Sequence[Link], again: Sequence[Link], ads: Sequence[AdPosting]) -> bool:
        """There are some, and none is new, says something else, or was new this very night."""
        ways = [ad.way for ad in ads if ad.way]
        known = [way for way in ways if self.links.known.facts.get(short_key(way.url)) == way.facts]
        addresses = [*(link.url for link in again), *(way.url for way in known)]
        is_all = len(again) == len(links) and len(known) == len(ways)
        return is_all and bool(addresses) and all(map(self.links.is_of_before, addresses))

    def _ask_ad(self, link: Link, page: FetchedPage) -> Iterator[Request]:
        # Ads before the next listing: where the limit cuts, the newest ads are in.
        listed = Listed(link.stated, page) if link.stated else None
        given = {"listed": listed, "link": link.url}
        for request in self.ask(link.url, self.parse_ad, ad=short_key(link.url), priority=1, cb_kwargs=given):
            self.links.note_read(link.url)
            yield request

    def visit_known_ads(self) -> None:
        """Visits the pages of known ads that are due, once the listings are done, within the limits."""
        engine = self.crawler.engine
        if engine is None or not self.ledger.is_read_through():
            return
        self.links.add(read=self.ledger.asked_elsewhere(), listed=self.ledger.listed_elsewhere())
        visits = list(islice(self.links.take_due(), self._visits_left()))
        for visit, listed in visits:
            if self._has_room(visit.url, ad=visit.key):
                self.count("adwatch/revisits")
                engine.crawl(self._ask_again(visit, listed))
        self.ledger.note_visits_asked()
        if visits:
            raise DontCloseSpider

    def _has_room(self, url: str, *, ad: int | None) -> bool:
        """Counts the page, unless the night's limits are reached."""
        limits = self.manifest.limits
        room = self.ledger.reserve(_meeting_key(url), pages=limits.max_pages, ad_pages=limits.max_ad_pages, ad=ad)
        if room is not Room.FREE:
            self.is_cut |= room is Room.NO_PAGES
            self.count("adwatch/pages_left_out")
        return room is Room.FREE

    def _visits_left(self) -> int:
        """Pages that may still be asked for; at half the pace, so that visits are no reason to be cut short."""
        limits, (asked, asked_ads) = self.manifest.limits, self.ledger.counts()
        if not self.total("adwatch/listings"):
            # A site whose listings cannot be read is asked for nothing more.
            return 0
        ad_pages = limits.max_pages if limits.max_ad_pages is None else limits.max_ad_pages
        seconds = limits.max_minutes * 60 - self.ledger.seconds()
        in_time = int(seconds / (2 * limits.delay_seconds)) if limits.delay_seconds else limits.max_pages
        return max(0, min(limits.max_pages - asked, ad_pages - asked_ads, in_time))

    def _ask_again(self, visit: Visit, listed: Listed | None) -> Request:
        validators = {"If-None-Match": visit.etag, "If-Modified-Since": visit.last_modified}
        options = dict(self.request_options())
        headers = {**options.pop("headers", {}), **{name: value for name, value in validators.items() if value}}
        return Request(
            visit.url,
            callback=self.parse_again,
            errback=self.note_failure,
            headers=headers,
            cb_kwargs={"listed": listed, "link": visit.url},
            dont_filter=True,
            **options,
        )

    def parse_again(self, response: Response, listed: Listed | None, link: str) -> Iterator[AdPosting | Visited]:
        """What a visit to a known ad's page found: the ad, as it is now, or what stands in its place."""
        page, key = fetched_page(response), short_key(link)
        if response.status == NOT_MODIFIED:
            yield Visited(key, page, VisitResult.UNCHANGED)
            return
        ads, problem = self._read_page(response, listed, link)
        for ad in ads:
            if ad.way:
                # Without the listing its own word stays what it was.
                facts = self.links.known.facts.get(key, ad.way.facts)
                ad.way = replace(ad.way, facts=facts, is_revisit=True)
        yield from ads
        if ads:
            return
        yield Visited(key, page, VisitResult.GONE if problem is Problem.GONE else VisitResult.UNREAD)
        if problem is not None and problem is not Problem.PARSE_ERROR:
            self.note_answer(problem, response)

    def parse_ad(
        self, response: Response, listed: Listed | None, link: str | None = None
    ) -> Iterator[AdPosting | Visited]:
        """The ads of the page; what the listing said fills what the page leaves out."""
        ads, problem = self._read_page(response, listed, link or response.url)
        yield from ads
        if problem:
            key = self.links.stored_key(link) if link else None
            if key is not None and problem is Problem.GONE:
                yield Visited(key, fetched_page(response), VisitResult.GONE)
            self.note_answer(problem, response)
        self._count_ad_page(problem)

    def _read_page(
        self, response: Response, listed: Listed | None, link: str
    ) -> tuple[Sequence[AdPosting], Problem | None]:
        """The ads of an ad's page, and what stands in their place where there are none."""
        problem = refusal_of(response)
        found: Sequence[Stated] = ()
        if problem is None and isinstance(response, TextResponse):
            try:
                found = self.read_ads(response)
            except (LookupError, RecursionError) as error:
                logger.info("page not understood source=%s url=%s reason=%s", self.name, response.url, error)
        self._count_fields(Place.AD_PAGE, found)
        said = listed.stated if listed else {}
        wanted = [stated for stated in found if self._is_wanted(merged(said, stated))]
        page = fetched_page(response)
        ads = self.ads_from(wanted, response, page, listed=listed, link=link) if wanted else []
        is_silent = not any(states_something(value) for stated in found for value in stated.values())
        if is_silent or (wanted and not ads):
            problem = problem or self._problem_of_page(response)
        return ads, problem

    def _count_ad_page(self, problem: Problem | None) -> None:
        if problem in (None, Problem.PARSE_ERROR):
            self.count(layout.AD_PAGES)
        if problem is Problem.PARSE_ERROR:
            self.count(layout.SILENT_AD_PAGES)

    def _problem_of_page(self, response: Response) -> Problem:
        if response.meta.get("redirect_urls") and urlsplit(response.url).path in ("", "/"):
            return Problem.GONE
        wall = self.wall_on(response) if isinstance(response, TextResponse) else None
        return wall or Problem.PARSE_ERROR

    def _note_empty_listing(self, response: TextResponse, number: int, *, says_empty: bool | None) -> None:
        problem = self.wall_on(response)
        is_lost = says_empty is False or (says_empty is None and self.manifest.expected.min > 0)
        if problem is None and number == 1 and is_lost:
            self.count(layout.EMPTY_LISTINGS)
            # One word of many may well find nothing; that none finds anything is seen when the run ends.
            is_search = says_empty is None and self.manifest.abroad.by == "words"
            problem = None if is_search else Problem.LAYOUT_CHANGED
        if problem:
            self.note(problem, response.url)

    def _is_wanted(self, stated: Stated) -> bool:
        """The site does not call it other work. Categories that the manifest does not know are told, once each."""
        scope = scope_of(stated, self.manifest.abroad)
        for category in scope.unknown:
            if category not in self.unknown_categories:
                self.unknown_categories.add(category)
                if not self.ledger.is_first_meeting(f"category {category}"):
                    continue
                logger.warning("category not known source=%s category=%r", self.name, category)
                self.count(problem_stat(Problem.UNKNOWN_CATEGORY))
        if scope.is_outside:
            self.count("adwatch/ads_of_other_work")
        return not scope.is_outside

    def ads_from(
        self,
        found: Sequence[Stated],
        response: Response,
        page: FetchedPage,
        *,
        listed: Listed | None = None,
        link: str | None = None,
    ) -> list[AdPosting]:
        """The items for what was found on a page, completed by what the listing said."""
        ads = ads_on_page(
            found,
            source=self.name,
            base_url=response.url,
            page=page,
            listed=listed,
            link=link,
            of_pictures=self.has_picture_posts,
            times=self.manifest.times,
        )
        if self.manifest.site_lines is not None:
            for ad in ads:
                ad.description = without_lines(ad.description, self.manifest.site_lines)
        return ads

    def _count_fields(self, place: Place, found: Sequence[Stated]) -> None:
        for stated in found:
            self.count(layout.ads_stat(place))
            for name, value in stated.items():
                if states_something(value):
                    self.count(layout.field_stat(place, name))

    def next_address(self, response: TextResponse, start: str, number: int) -> str | None:
        """The address of the page after this one, as the manifest says; None where it says none."""
        paging = self.manifest.paging
        if paging is None:
            return None
        if paging.next is not None:
            return next(iter(addresses(response, paging.next)), None)
        return numbered_address(paging, start, number)

    def is_first_meeting(self, url: str) -> bool:
        """True once for each address."""
        return self.ledger.is_first_meeting(_meeting_key(url))

    def note(self, problem: Problem, url: str) -> None:
        """Counts a problem. Raises CloseSpider where the source has refused us often enough."""
        self.count(problem_stat(problem))
        logger.warning("problem=%s source=%s url=%s", problem.value, self.name, url)
        blocks = sum(self.total(problem_stat(block)) for block in Problem if block.is_block)
        if problem.is_block and blocks >= BLOCKS_ACCEPTED:
            self.count(LEFT_ALONE_STAT)
            raise CloseSpider("blocked")

    def note_answer(self, problem: Problem, response: Response) -> None:
        """Counts the problem that an answer is. Raises CloseSpider where it asks us to come back another time."""
        wait = seconds_to_wait(response, now=response.meta[FETCHED_AT])
        if wait is not None:
            logger.warning("asked to wait source=%s seconds=%.0f url=%s", self.name, wait, response.url)
        self.note(problem, response.url)
        if wait is not None and problem.is_block:
            self.count(LEFT_ALONE_STAT)
            raise CloseSpider("asked_to_wait")

    def note_failure(self, failure: Failure) -> None:
        """The errback of every request."""
        problem = problem_of(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        if request.callback == self.parse_listing:
            self.count("adwatch/listings_lost")
        if problem:
            self.note(problem, request.url)

    def note_crash(self, failure: Failure, response: Response, spider: Spider) -> None:
        """Counts a callback that failed; the run goes on."""
        is_too_much = isinstance(failure.value, MemoryError | PageTooLongError)
        self.count(problem_stat(Problem.OVER_LIMIT if is_too_much else Problem.CRASHED))

    # What workers that share a run hand to each other

    def pack_request(self, request: Request, keep_page: KeepPage) -> dict[str, Any]:
        """The request as plain values."""
        return pack_request(request, _meeting_key(request.url), keep_page)

    def unpack_request(self, message: Mapping[str, Any], find_page: FindPage) -> Request:
        """The request that was packed. Raises LookupError where no such page is read here."""
        options = dict(self.request_options())
        headers = {**options.pop("headers", {}), **message["headers"]}
        return Request(
            message["url"],
            callback=self._reader(message["read_by"]),
            errback=self.note_failure,
            headers=headers,
            priority=message["priority"],
            cb_kwargs=unpack_given(message["given"], find_page),
            dont_filter=True,
            **options,
        )

    def _reader(self, name: str) -> Callback:
        return {reader.__name__: reader for reader in (self.parse_listing, self.parse_ad, self.parse_again)}[name]

    pack_listed = staticmethod(pack_listed)
    unpack_listed = staticmethod(unpack_listed)

    def total(self, stat: str) -> int:
        """What was counted in this run, by this process and by others that share it."""
        own = self.crawler.stats.get_value(stat, 0) if self.crawler.stats is not None else 0
        return int(own) + self.ledger.counted_elsewhere(stat)

    def count(self, stat: str) -> None:
        """Adds one to a stat."""
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(stat)


def _meeting_key(url: str) -> str:
    return f"{url_key(url)}#{urlsplit(url).fragment}"


def without_lines(text: str | None, pattern: str) -> str | None:
    """The text without the lines in which the pattern is found."""
    kept = [line for line in (text or "").split("\n") if not re.search(pattern, line)]
    return "\n".join(kept).strip() or None
