"""`adwatch extract`: the postings of a saved page as JSON, and one line where the call is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner, Result

from crawler.errors import UsageError
from spiders.commands import add_commands
from spiders.structured import extract_postings

FIXTURES = Path(__file__).parent / "fixtures" / "structured_portal" / "pages"
POSTING = {"@type": "JobPosting", "title": "Šofer", "description": "Vožnja od Niša do Ćuprije."}


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    add_commands(app)
    return CliRunner().invoke(app, ["extract", *arguments])


def _page(tmp_path: Path, *, declared: str, encoding: str) -> Path:
    data = json.dumps(POSTING, ensure_ascii=False)
    html = f'<meta charset="{declared}"><script type="application/ld+json">{data}</script>'
    file = tmp_path / "strana.html"
    file.write_bytes(html.encode(encoding))
    return file


def test_json_has_the_fields_of_zyte_common_items_and_no_empty_ones() -> None:
    shown = _run("--url", "https://portal.example/oglas/11", "--json", str(FIXTURES / "jsonld_with_raw_newlines.html"))
    assert shown.exit_code == 0
    [posting] = orjson.loads(shown.stdout)
    assert posting["url"] == "https://portal.example/oglas/11"
    assert posting["hiringOrganization"]["name"] == "Varnica Izmaštana d.o.o."
    assert posting["baseSalary"]["valueMin"] == "2100"
    assert posting["validThroughRaw"] == "5. decembra 2026."
    assert None not in posting.values()


def test_a_page_without_postings_is_an_empty_list() -> None:
    assert orjson.loads(_run("--json", str(FIXTURES / "empty_listing.html")).stdout) == []


def test_a_reader_sees_title_firm_and_place() -> None:
    shown = _run(str(FIXTURES / "microdata.html")).stdout
    assert "Medicinska sestra" in shown
    assert "Dom Izmaštani · Bremen · 2026-11-02" in shown


@pytest.mark.parametrize(
    ("declared", "encoding"), [("utf-8", "utf-8"), ("windows-1250", "cp1250"), ("utf-8", "utf-8-sig")]
)
def test_a_declared_charset_is_respected(tmp_path: Path, declared: str, encoding: str) -> None:
    file = _page(tmp_path, declared=declared, encoding=encoding)
    assert orjson.loads(_run("--json", str(file)).stdout)[0]["jobTitle"] == "Šofer"


def test_a_file_that_is_not_what_it_declares_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not utf-8 text"):
        raise _run(str(_page(tmp_path, declared="utf-8", encoding="cp1250"))).exception or AssertionError


@pytest.mark.parametrize("arguments", [("{}",), ("{}/nema.html",), ("--url", "javascript:1", "{}")])
def test_what_cannot_be_read_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    failed = _run(*(argument.format(tmp_path) for argument in arguments)).exception
    assert isinstance(failed, UsageError)
    assert "\n" not in str(failed)


def test_the_same_posting_given_twice_is_one() -> None:
    script = f'<script type="application/ld+json">{json.dumps(POSTING)}</script>'
    assert len(extract_postings(script * 2, "https://portal.example/x")) == 1


def test_microdata_is_read_only_where_there_is_no_json() -> None:
    micro = '<div itemscope itemtype="http://schema.org/JobPosting"><b itemprop="title">Drugi</b></div>'
    script = f'<script type="application/ld+json">{json.dumps(POSTING)}</script>'
    assert [posting.jobTitle for posting in extract_postings(micro + script, "https://portal.example/x")] == ["Šofer"]


def test_markup_in_a_description_is_never_kept() -> None:
    hostile = {
        **POSTING,
        "title": "<img src=x onerror=alert(1)>Kuvar",
        "description": "<script>alert(1)</script><p>Rad</p>",
    }
    data = json.dumps(hostile).replace("</", "<\\/")
    page = f'<script type="application/ld+json">{data}</script>'
    [posting] = extract_postings(page, "https://portal.example/x")
    assert (posting.jobTitle, posting.description, posting.descriptionHtml) == ("Kuvar", "Rad", None)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"\xff\xfe",
        b"JobPosting <script type=application/ld+json>",
        b"JobPosting itemtype typeof",
        "JobPosting <div itemtype",
    ],
)
def test_broken_pages_hold_no_postings(page: bytes | str) -> None:
    assert extract_postings(page, "https://portal.example/x") == []
