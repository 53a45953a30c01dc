"""Adding a source: a folder that fails until it shows an ad, and pages saved without what belongs to people."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from crawler.config import Settings
from crawler.errors import SourceError, UsageError
from crawler.fetching import FetchError
from crawler.manifest import read_manifest
from spiders import adding
from spiders.adding import new_source, save_page
from spiders.golden import check_folder
from spiders.kinds.of_source import KINDS
from tests.spiders.loopback import Answer, ad_page, links_to, serve, source
from tests.whole.running import adwatch

TODAY = date(2026, 11, 20)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ADWATCH_HOME", str(tmp_path))
    return Settings(tmp_path)


def _new(settings: Settings, source_id: str = "rs_novi", **changes: Any) -> Path:
    given = {"kind": "structured", "url": "https://portal.example/oglasi", "built_in": False, "today": TODAY, **changes}
    return new_source(settings, source_id, **given)


def _put(home: Path, **manifest: Any) -> Path:
    usual = {"kind": "structured", "listing": {"links": "a.oglas"}}
    source(home, "rs_portal", {**({} if "kind" in manifest else usual), **manifest})
    return home / "sources" / "rs_portal"


def _expected(folder: Path) -> Any:
    return orjson.loads((folder / "expected.json").read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_source_of_any_kind_is_read_and_fails_until_a_page_is_saved(settings: Settings, kind: str) -> None:
    folder = _new(settings, kind=kind)
    manifest = read_manifest(folder / "source.yml")
    assert (manifest.kind, manifest.enabled, manifest.checked) == (kind, False, TODAY)
    assert manifest.to_fill_in
    (fault,) = check_folder(folder)
    assert "`adwatch sources freeze rs_novi ADDRESS-OR-FILE`" in fault


@pytest.mark.parametrize(
    ("source_id", "changes", "told"),
    [
        ("RS-Novi", {}, "is no id of a source"),
        ("../rs_novi", {}, "is no id of a source"),
        ("rs_infostud", {}, "there is a source rs_infostud already"),
        ("rs_novi", {"kind": "newspaper"}, "there is no kind newspaper; known: structured"),
        ("rs_novi", {"url": "portal.example"}, "is no http or https address"),
        ("rs_novi", {"url": "https://www.instagram.com/posao"}, "Instagram is not crawled"),
    ],
)
def test_a_source_that_cannot_be_is_refused_and_leaves_nothing(
    settings: Settings, source_id: str, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        _new(settings, source_id, **changes)
    assert not (settings.home / "sources").exists()


def test_a_folder_that_is_there_is_left_as_it_is(settings: Settings) -> None:
    kept = settings.home / "sources" / "rs_novi" / "pages" / "moja.html"
    kept.parent.mkdir(parents=True)
    kept.write_text("sačuvano", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        _new(settings)
    assert kept.read_text(encoding="utf-8") == "sačuvano"


def test_a_token_in_an_address_is_not_kept(settings: Settings, tmp_path: Path) -> None:
    folder = _put(tmp_path, start_urls=["https://portal.example/oglasi"])
    page = tmp_path / "strana.html"
    page.write_text(links_to("/oglas/1?sid=tajna123"), encoding="utf-8")
    save_page(settings, folder, str(page))
    page.write_text(str(ad_page("Zidar").body), encoding="utf-8")
    saved = save_page(settings, folder, str(page), url="https://portal.example/oglas/1?sid=tajna123")
    assert saved.golden.url == "https://portal.example/oglas/1?sid=uklonjeno"
    assert "tajna123" not in (folder / "expected.json").read_text(encoding="utf-8")


def test_a_saved_page_that_gives_no_ad_is_a_fault_with_the_way_out(settings: Settings, tmp_path: Path) -> None:
    folder = _new(settings)
    page = tmp_path / "strana.html"
    page.write_text("<h1>Ovde nema oglasa</h1>", encoding="utf-8")
    save_page(settings, folder, str(page))
    (fault,) = check_folder(folder)
    assert "no golden page gives an ad" in fault


def test_a_page_of_a_search_is_a_listing_whatever_the_word(settings: Settings, tmp_path: Path) -> None:
    abroad = {"by": "words", "words": ["Malta", "Linc"]}
    folder = _put(tmp_path, start_urls=["https://portal.example/oglasi?q={word}"], abroad=abroad)
    page = tmp_path / "strana.html"
    page.write_text(links_to("/oglas/1"), encoding="utf-8")
    first = save_page(settings, folder, str(page)).golden
    other = save_page(settings, folder, str(page), url="https://portal.example/oglasi?q=Linc").golden
    assert [first.url, first.reads] == ["https://portal.example/oglasi?q=Malta", "listing"]
    assert other.reads == "listing"


def test_pages_fetched_from_the_site_are_saved_redacted_with_what_is_read(settings: Settings, tmp_path: Path) -> None:
    person = ad_page("Zidar", description="Zovite 064 123 4567, petra@firma.rs", hiringOrganization="Gradnja")
    listing = Answer(links_to("/oglas/1") + '<meta name="csrf-token" content="Zz81">')
    with serve({"/oglasi": listing, "/oglas/1": person}.get) as site:
        folder = _put(tmp_path, start_urls=[f"{site.url}/oglasi"])
        first = save_page(settings, folder, f"{site.url}/oglasi")
        second = save_page(settings, folder, f"{site.url}/oglas/1")
    assert site.asked == ["/oglasi", "/oglas/1"]
    assert (first.golden.page, first.golden.reads) == ("pages/lista.html", "listing")
    assert first.golden.requests == [f"{site.url}/oglas/1"]
    assert (second.golden.page, second.golden.reads) == ("pages/oglas.html", "ad")
    assert second.golden.ads[0]["description"] == "Zovite 060 000 0001, osoba1@posta.example"
    kept = "".join(file.read_text(encoding="utf-8") for file in (folder / "pages").iterdir())
    assert not [secret for secret in ("064 123", "petra", "Zz81") if secret in kept]
    assert check_folder(folder) == []


def test_what_the_listing_said_about_an_ad_is_part_of_its_golden_page(settings: Settings, tmp_path: Path) -> None:
    listing = {"items": "oglasi", "detail_url": "adresa", "fields": {"jobTitle": "naslov"}}
    folder = _put(
        tmp_path,
        kind="json_api",
        start_urls=["https://portal.example/api"],
        listing=listing,
        detail={"fields": {"description": "opis"}},
    )
    pages = {"lista": {"oglasi": [{"adresa": "/api/1", "naslov": "Zidar"}]}, "oglas": {"opis": "Zida se u Beču."}}
    for name, content in pages.items():
        (tmp_path / name).write_bytes(orjson.dumps(content))
    save_page(settings, folder, str(tmp_path / "lista"))
    saved = save_page(settings, folder, str(tmp_path / "oglas"), url="https://portal.example/api/1")
    assert saved.golden.page == "pages/oglas.json"
    assert saved.golden.listed == {"jobTitle": "Zidar"}
    assert saved.golden.ads[0]["jobTitle"] == "Zidar"


def test_a_page_that_a_browser_shows_is_saved_as_the_browser_shows_it(settings: Settings, tmp_path: Path) -> None:
    wall = """<!DOCTYPE html><div id="zid"></div><script>setTimeout(() => {
      document.getElementById("zid").innerHTML = '<article><a href="/1"></a><p class="tekst">Kuvari</p></article>';
    }, 300)</script>"""
    with serve(lambda path: Answer(wall) if path == "/zid" else None) as site:
        folder = _put(
            tmp_path,
            kind="rendered",
            start_urls=[f"{site.url}/zid"],
            rendering={"wait": "article"},
            item="article",
            fields={"url": "a::attr(href)", "description": ".tekst"},
        )
        saved = save_page(settings, folder, f"{site.url}/zid")
    assert [ad["description"] for ad in saved.golden.ads] == ["Kuvari"]


def test_a_page_of_the_same_address_is_saved_anew(settings: Settings, tmp_path: Path) -> None:
    folder = _put(tmp_path, start_urls=["https://portal.example/oglasi"])
    page = tmp_path / "strana.html"
    for link in ("/oglas/1", "/oglas/2"):
        page.write_text(links_to(link), encoding="utf-8")
        save_page(settings, folder, str(page))
    assert [golden["requests"] for golden in _expected(folder)] == [["https://portal.example/oglas/2"]]
    assert len(list((folder / "pages").iterdir())) == 1


@pytest.mark.parametrize(
    ("path", "told"),
    [("/tajno", "robots"), ("/odbijen", "blocked_bot"), ("/nema", "gone")],
)
def test_a_page_that_is_not_given_is_told_and_nothing_is_written(
    settings: Settings, tmp_path: Path, path: str, told: str
) -> None:
    answers = {
        "/robots.txt": Answer("User-agent: *\nDisallow: /tajno", headers={"Content-Type": "text/plain"}),
        "/odbijen": Answer("Zabranjeno", 403),
    }
    with serve(answers.get) as site:
        folder = _put(tmp_path, start_urls=[f"{site.url}/oglasi"])
        with pytest.raises(FetchError, match=told):
            save_page(settings, folder, site.url + path)
    assert [file.name for file in folder.iterdir()] == ["source.yml"]


def test_a_page_that_cannot_be_read_again_leaves_the_earlier_one(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _put(tmp_path, start_urls=["https://portal.example/oglasi"])
    page = tmp_path / "strana.html"
    page.write_text(links_to("/oglas/1"), encoding="utf-8")
    save_page(settings, folder, str(page))
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def crash(*_: object) -> None:
        raise SourceError("the spider crashed")

    monkeypatch.setattr(adding, "read_again", crash)
    page.write_text(links_to("/oglas/2"), encoding="utf-8")
    with pytest.raises(SourceError):
        save_page(settings, folder, str(page))
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_file_that_is_none_is_wrong_use(settings: Settings, tmp_path: Path) -> None:
    folder = _put(tmp_path, start_urls=["https://portal.example/oglasi"])
    for given in (tmp_path / "nema.html", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            save_page(settings, folder, str(given))


def test_a_manifest_that_cannot_be_read_hides_no_other_source(tmp_path: Path) -> None:
    manifest = {"kind": "telegram", "start_urls": ["https://t.me/+poziv"], "limits": {"delay_seconds": 2}}
    source(tmp_path, "rs_zatvoren", manifest)
    listed = adwatch(tmp_path, "sources", "list", "--json")
    assert "rs_infostud" in [one["id"] for one in orjson.loads(listed.stdout)]
    assert "Telegram by invitation is not crawled" in listed.stderr
    checked = adwatch(tmp_path, "sources", "check", "rs_zatvoren", "--json")
    assert checked.returncode == 1
    (fault,) = orjson.loads(checked.stdout)["faults"]
    assert "instead: bring text and screenshots with `adwatch intake`" in fault
