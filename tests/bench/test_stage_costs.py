"""What one ad costs at each stage of its way, on the generated ads of `local_site` (some 800 characters each)."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count, cycle
from pathlib import Path

import docx
import pytest
import typst
from pytest_benchmark.fixture import BenchmarkFixture
from scrapy.http import HtmlResponse

from alerts.document import Verbatim
from alerts.drafting import DocumentFormat, document_of, render
from alerts.gathering import gather_facts
from alerts.script import Script
from crawler.assessment import Ad
from crawler.evidence.warc import CaptureWriter, read_payload
from crawler.items import FetchedPage
from crawler.store.ads import SeenAd, save_seen_ads
from crawler.store.engine import reading
from pipelines.assess import assess
from pipelines.register.matching import MediatorQuery, match
from pipelines.register.reading import read_register
from pipelines.series.comparable import make_comparable
from pipelines.series.signatures import parts_of, text_key
from pipelines.text.folding import fold
from spiders.structured import extract_postings
from tests.bench.figures import Group, Notebook, median_ms
from tests.bench.local_site import ad_text, detail_page
from tests.builders import NOW, StoreBuilder

pytestmark = pytest.mark.benchmark(group="one ad at each stage")

REGISTER_FILE = Path(__file__).resolve().parents[2] / "spiders" / "demo" / "register.csv"
TODAY = date(2026, 11, 20)
TEXTS = [ad_text(number) for number in range(200)]
PAGES = [detail_page(number) for number in range(50)]
REGISTER = read_register(REGISTER_FILE, as_of=TODAY).register


def each(work: Callable[[tuple[str, str]], object]) -> Callable[[], object]:
    """Calls `work` with another ad each time, so that no cache is measured."""
    texts = cycle(TEXTS)
    return lambda: work(next(texts))


def fetched(number: int) -> FetchedPage:
    return FetchedPage(f"http://portal.example/{number}", datetime.now(UTC), 200, (), PAGES[number % len(PAGES)])


def _ms(benchmark: BenchmarkFixture) -> float:
    return 1000 * float(benchmark.stats.stats.median)


def test_extract_json_ld(benchmark: BenchmarkFixture, notebook: Notebook) -> None:
    pages = cycle(PAGES)
    benchmark(lambda: extract_postings(next(pages), "http://portal.example/1"))
    css = 'script[type="application/ld+json"]::text'
    bare = median_ms(lambda: HtmlResponse("http://portal.example/1", body=next(pages)).css(css).get(), rounds=500)
    beside = "a bare selector for its JSON-LD", bare
    notebook.note(Group.STAGES, "a posting read from a page of 15 kB", _ms(benchmark), "ms", beside=beside)


def test_capture_written(benchmark: BenchmarkFixture, tmp_path: Path, notebook: Notebook) -> None:
    numbers = count()
    with CaptureWriter(tmp_path, "bench") as writer:
        benchmark(lambda: writer.keep(fetched(next(numbers))))
    pages = cycle(PAGES)
    beside = "gzip alone", median_ms(lambda: gzip.compress(next(pages)), rounds=500)
    notebook.note(Group.STAGES, "the page kept as evidence", _ms(benchmark), "ms", beside=beside)


def test_capture_verified(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    with CaptureWriter(tmp_path, "bench") as writer:
        kept = writer.keep(fetched(1))[-1]
    benchmark(lambda: read_payload(tmp_path, kept))


def test_batch_of_100_stored(benchmark: BenchmarkFixture, tmp_path: Path, notebook: Notebook) -> None:
    store = StoreBuilder(tmp_path / "home")
    night, capture, numbers = store.night(), store.capture("http://portal.example/", body=b"page"), count()

    def seen() -> SeenAd:
        number = next(numbers)
        title, text = TEXTS[number % len(TEXTS)]
        url = f"http://portal.example/{number}"
        return SeenAd("bench", url, f"{number:064d}", NOW, capture, None, text, title, None, None, None, {})

    def save() -> None:
        with store.engine.begin() as connection:
            save_seen_ads(connection, [seen() for _ in range(100)], night_id=night)

    benchmark(save)
    beside = "as many texts inserted by sqlite3 alone", _insert_ms(tmp_path / "bare.db")
    notebook.note(Group.STAGES, "100 ads stored with versions and sightings", _ms(benchmark), "ms", beside=beside)


def _insert_ms(database: Path) -> float:
    """Milliseconds for a transaction of 100 texts in a table of two columns, in the journal mode of our stores."""
    bare, numbers = sqlite3.connect(database), count()
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("CREATE TABLE texts (url TEXT PRIMARY KEY, text TEXT)")

    def insert() -> None:
        with bare:
            rows = [(f"http://portal.example/{next(numbers)}", TEXTS[number][1]) for number in range(100)]
            bare.executemany("INSERT INTO texts VALUES (?, ?)", rows)

    return median_ms(insert, rounds=200)


def test_text_folded(benchmark: BenchmarkFixture) -> None:
    benchmark(each(lambda ad: fold(ad[1])))


def test_text_signed(benchmark: BenchmarkFixture) -> None:
    def signed(ad: tuple[str, str]) -> object:
        comparable = make_comparable(ad[0], ad[1])
        return text_key(comparable), parts_of([comparable])

    benchmark(each(signed))


def test_mediator_matched(benchmark: BenchmarkFixture) -> None:
    benchmark(each(lambda ad: match(MediatorQuery(name=ad[1].split()[1]), REGISTER, on=TODAY)))


def test_ad_assessed(benchmark: BenchmarkFixture) -> None:
    benchmark(each(lambda ad: assess(Ad(title=ad[0], text=ad[1]), REGISTER, on=TODAY)))


@pytest.mark.parametrize("kind", list(DocumentFormat))
def test_draft_rendered(benchmark: BenchmarkFixture, tmp_path: Path, kind: DocumentFormat, notebook: Notebook) -> None:
    store = StoreBuilder(tmp_path / "home")
    store.register()
    case_id = store.complaint_case()
    with reading(store.engine) as connection:
        facts = gather_facts(connection, store.settings, case_id, "trzisna_inspekcija", now=NOW)
    numbers = count()

    def draft() -> None:
        # Each another one, as in a night: what is the same as before costs the PDF writer nothing.
        number = next(numbers)
        lines = tuple(Verbatim(line) for line in TEXTS[number % len(TEXTS)][1].splitlines())
        told = replace(facts, number=Verbatim(f"{number}/2026"), ad_lines=lines)
        render(document_of(told, Script.CYRL), kind)

    benchmark(draft)
    aim, beside = MOST_MS.get(kind), _plain_document(kind, tmp_path)
    notebook.note(Group.DRAFTS, f"a draft as {kind.value}", _ms(benchmark), "ms", at_most=aim, beside=beside)
    assert aim is None or _ms(benchmark) <= aim


MOST_MS = {DocumentFormat.DOCX: 120.0, DocumentFormat.PDF: 40.0}


def _plain_document(kind: DocumentFormat, folder: Path) -> tuple[str, float] | None:
    """What the library alone takes for the plain lines of an ad, without house style, tables and evidence."""
    texts = cycle(TEXTS)
    if kind is DocumentFormat.DOCX:

        def write() -> None:
            plain = docx.Document()
            for line in next(texts)[1].splitlines():
                plain.add_paragraph(line)
            plain.save(str(folder / "plain.docx"))

        return "python-docx: the ad's lines, nothing else", median_ms(write, rounds=50)
    if kind is DocumentFormat.PDF:
        (folder / "plain.typ").write_text("#sys.inputs.text", encoding="utf-8")
        compiler = typst.Compiler(str(folder / "plain.typ"), ignore_system_fonts=True)

        def typeset() -> None:
            compiler.compile(format="pdf", sys_inputs={"text": next(texts)[1]}, pdf_standards="a-2b")

        return "Typst: the ad's lines, nothing else", median_ms(typeset, rounds=50)
    return None
