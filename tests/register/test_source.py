"""The register as a source: a real spider against a site on loopback, and what it says stands in place of a list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings as ScrapySettings
from scrapy.statscollectors import MemoryStatsCollector
from sqlalchemy import select

from crawler.config import Settings
from crawler.crawling import crawl_due_sources, fetch_due_register
from crawler.errors import SourceError
from crawler.evidence.verify import verify_evidence
from crawler.health import Problem, RunOutcome, outcome_of_list, problem_stat
from crawler.items import PublishedList
from crawler.manifest import RegisterSource, read_manifest
from crawler.night import Night
from crawler.politeness import FETCHED_AT
from crawler.store.register import list_snapshots
from crawler.store.schema import captures, custody, runs
from pipelines.register.fetched import import_fetched_lists
from spiders.kinds.of_source import spider_class
from tests.builders import NOW, StoreBuilder
from tests.register.lists import HEADER, ROWS, Rows, write_csv
from tests.spiders.loopback import Answer, Site, serve, source

PAGE = "/agencije"
LIST = "/dokumenta/spisak.csv"
TODAY = date(2026, 11, 20)


@dataclass
class Authority:
    """A site whose page and list a test may change between nights."""

    store: StoreBuilder
    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    tag: str = ""
    site: Site = field(default_factory=lambda: Site(""))

    def publish(self, rows: Rows, *, tag: str) -> None:
        self.tag = tag
        self.page(f'<ul><li><a href="{LIST}">Spisak agencija</a></li></ul>')
        content = write_csv(self.folder / "published.csv", rows).read_bytes()
        self.answers[LIST] = Answer(content, 200, {"Content-Type": "text/csv", "ETag": tag})

    def page(self, body: str) -> None:
        self.answers[PAGE] = Answer(f"<html><body>{body}</body></html>")

    def answer(self, path: str) -> Answer | None:
        if path == LIST and self.site.headers[-1].get("if-none-match") == self.tag:
            return Answer("", 304, {"ETag": self.tag})
        return self.answers.get(path)

    def night(self, *, days: int = 0) -> dict[str, int]:
        """A night's two steps of the register, so many days later; what the import counted, without zeros."""
        at = NOW + timedelta(days=days)
        settings = Settings(self.store.settings.home, self.store.settings.database_url)
        night = Night(self.store.night(at=at), settings, self.store.engine, at)
        fetch_due_register(night)
        return {name: count for name, count in import_fetched_lists(night).counts.items() if count}

    def run(self) -> tuple[str, dict[str, int]]:
        """Outcome and problems of the newest run."""
        with self.store.connect() as connection:
            row = connection.execute(select(runs.c.outcome, runs.c.problems).order_by(runs.c.id.desc())).first()
        assert row is not None
        return row.outcome, row.problems


@contextmanager
def authority(store: StoreBuilder, folder: Path) -> Iterator[Authority]:
    published = Authority(store, folder)
    with serve(published.answer) as site:
        published.site = site
        limits = {"delay_seconds": 0, "max_pages": 5}
        manifest = {"kind": "register", "start_urls": [f"{site.url}{PAGE}"], "link": {"text": "spisak"}}
        source(store.settings.home, "xx_registar", {**manifest, "limits": limits})
        yield published


def test_the_linked_list_is_fetched_kept_imported_and_then_only_asked_for_if_it_changed(
    store: StoreBuilder, tmp_path: Path
) -> None:
    with authority(store, tmp_path) as published:
        published.publish([HEADER, *ROWS], tag='"v1"')
        assert published.night() == {"imported": 1}
        assert published.run() == ("ok", {})
        assert published.night(days=1) == {"confirmed": 1}
        assert [headers.get("if-none-match") for headers in published.site.headers] == [None, None, None, '"v1"']
        published.publish([HEADER, *ROWS[:4]], tag='"v2"')
        assert published.night(days=2) == {"imported": 1}
    with store.connect() as connection:
        kept = [tuple(row) for row in connection.execute(select(captures.c.status, captures.c.record_type))]
        events = list(connection.scalars(select(custody.c.event).order_by(custody.c.seq)))
        found = verify_evidence(connection, store.settings.evidence_folder)
        days = [row.known_on for row in list_snapshots(connection)]
    assert sorted(kept) == [(200, "response")] * 3 + [(200, "revisit")] * 2 + [(304, "revisit")]
    assert events[:3] == ["captured", "captured", "register_imported"]
    assert (found.first_broken, found.register_files) == (None, 2)
    assert days == [TODAY + timedelta(days=2), TODAY + timedelta(days=1)]


def test_robots_txt_is_kept_and_told_as_a_refusal(tmp_path: Path) -> None:
    with authority(StoreBuilder(tmp_path / "home"), tmp_path) as published:
        published.publish([HEADER, *ROWS], tag='"v1"')
        rules = "User-agent: *\nDisallow: /dokumenta/\n"
        published.answers["/robots.txt"] = Answer(rules, 200, {"Content-Type": "text/plain"})
        assert published.night() == {}
        assert published.run() == ("blocked", {"robots": 1})
        assert published.site.asked == [PAGE]


def test_a_page_without_the_link_fails_and_the_crawl_of_ads_leaves_the_register_alone(tmp_path: Path) -> None:
    with authority(StoreBuilder(tmp_path / "home"), tmp_path) as published:
        published.page('<a href="http://10.0.0.1/pravilnik.csv">Pravilnik</a>')
        assert published.night() == {}
        assert published.run() == ("failed", {"layout_changed": 1})
        store = published.store
        night = Night(store.night(), Settings(store.settings.home), store.engine, NOW)
        assert crawl_due_sources(night).counts["sources"] == 0
        assert published.site.asked == [PAGE]


def list_response(body: str = "", *, status: int = 200, url: str = "http://registar.example/a") -> Response:
    request = Request(url, meta={FETCHED_AT: NOW})
    return HtmlResponse(url, status=status, body=body.encode(), request=request, encoding="utf-8")


def read(response: Response, **known: str) -> tuple[list[Any], list[Problem]]:
    """What the spider makes of the answer that should be the list."""
    manifest = RegisterSource(
        kind="register",
        id="xx_registar",
        name="Registar",
        owner="izmišljen",
        start_urls=("http://registar.example/a",),
        legal_note="izmišljeno",
        checked=TODAY,
    )
    crawler = Crawler(spider_class(manifest), ScrapySettings())
    crawler.stats = MemoryStatsCollector(crawler)
    spider: Any = crawler.spidercls.from_crawler(crawler, **known)
    found = list(spider.parse_list(response, asked=response.url, page=None, said="\n"))
    return found, [problem for problem in Problem if crawler.stats.get_value(problem_stat(problem))]


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ("<html><body>Dobro došli</body></html>", 200, Problem.NOT_A_LIST),
        ('<form><input type="password"></form>', 200, Problem.LOGIN_WALL),
        ("", 200, Problem.EMPTY_ANSWER),
        ("nema", 404, Problem.HTTP_4XX),
        ("ne", 403, Problem.REFUSED),
        ("", 304, Problem.REDIRECTED),
    ],
)
def test_what_stands_in_place_of_the_list_is_named(body: str, status: int, problem: Problem) -> None:
    assert read(list_response(body, status=status)) == ([], [problem])


def test_a_page_that_is_the_list_itself_and_one_that_did_not_change_are_brought() -> None:
    for response in (list_response("<table><tr><td>1</td></tr></table>"), list_response(status=304)):
        (found,), problems = read(response, known_url=response.url)
        assert isinstance(found, PublishedList)
        assert (found.file.status, problems) == (response.status, [])


@pytest.mark.parametrize(
    ("brought", "problem", "outcome"),
    [
        (True, None, RunOutcome.OK),
        (True, Problem.PARSE_ERROR, RunOutcome.PARTIAL),
        (False, None, RunOutcome.FAILED),
        (False, Problem.ROBOTS, RunOutcome.BLOCKED),
        (False, Problem.CAPTCHA, RunOutcome.BLOCKED),
        (False, Problem.UNREACHABLE, RunOutcome.FAILED),
    ],
)
def test_a_run_without_a_list_is_never_empty(brought: bool, problem: Problem | None, outcome: RunOutcome) -> None:
    assert outcome_of_list(brought=brought, problems={problem: 1} if problem else {}) is outcome


def test_a_source_with_something_to_fill_in_cannot_be_enabled(tmp_path: Path) -> None:
    source(tmp_path, "xx_registar", {"kind": "register", "start_urls": ["http://a.example/"], "to_fill_in": ["adresa"]})
    with pytest.raises(SourceError, match="nothing left to fill in"):
        read_manifest(tmp_path / "sources" / "xx_registar" / "source.yml")
