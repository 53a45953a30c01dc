"""Manifests: what may be written, and how a mistake is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from crawler.errors import SourceError
from crawler.layout import Place
from crawler.manifest import load_manifests, read_manifests

GOOD: dict[str, object] = {
    "id": "rs_primer",
    "name": "Primer",
    "owner": "izmišljen",
    "kind": "structured",
    "start_urls": ["https://www.primer.example/oglasi"],
    "listing": {"links": "a.oglas"},
    "legal_note": "Izmišljeno.",
    "checked": "2026-11-20",
}


def written(folder: Path, **changes: object) -> Path:
    file = folder / "rs_primer" / "source.yml"
    file.parent.mkdir(parents=True)
    data = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return file


def test_a_manifest_needs_little(tmp_path: Path) -> None:
    written(tmp_path)
    manifest = load_manifests([tmp_path])["rs_primer"]
    assert manifest.allowed_domains == ("primer.example",)
    assert manifest.enabled
    assert manifest.limits.delay_seconds > 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "newspaper"}, "kind"),
        ({"owner": None}, "owner: Field required"),
        ({"limits": {"delay_seconds": -1}}, r"limits\.delay_seconds: .*given: -1"),
        ({"limits": {"max_ads": 5}}, r"limits\.max_ads: Extra inputs"),
        ({"start_urls": ["ftp://primer.example/"]}, r"start_urls\.0: .*http.*given: 'ftp://primer.example/'"),
        ({"start_urls": []}, "start_urls"),
        ({"listing": {"links": "a["}}, r"listing\.links: .*CSS selector"),
        ({"listing": {"pattern": "("}}, r"listing\.pattern: .*regular expression"),
        ({"paging": {"next": "a.dalje", "parameter": "page"}}, "paging: .*exactly one"),
        ({"paging": {"url": "https://primer.example/2"}}, "paging: .*lacks"),
        ({"schedule": "every night"}, "schedule: "),
        ({"expected": {"min": 9, "max": 2}}, "expected: .*min is above max"),
        ({"checked": "yesterday"}, "checked: "),
        ({"fields": {"salaryy": ".plata"}}, r"fields\.salaryy"),
        ({"abroad": {"by": "words"}}, "abroad: .*words are needed"),
        ({"abroad": {"by": "text", "inside": ["x"]}}, "abroad: .*inside and outside are needed"),
        ({"abroad": {"by": "words", "words": ["Malta"]}}, r"\{word\} in a start address"),
        ({"abroad": {"by": "category", "inside": ["x"]}}, "the field category"),
        ({"optional": ["jobLocation"]}, "optional names what no selector .* finds: jobLocation"),
        ({"times": {"zone": "Europe/Zemun"}}, r"times\.zone: .*time zone"),
        ({"times": {"ignore_stated_zone": True}}, "times: .*needs the zone"),
        ({"id": "rs_drugi"}, "id: 'rs_drugi' is not the folder's name 'rs_primer'"),
    ],
)
def test_a_mistake_names_file_field_and_value(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    file = written(tmp_path, **changes)
    with pytest.raises(SourceError, match=told) as caught:
        load_manifests([tmp_path])
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_expression_is_told_before_any_night(tmp_path: Path) -> None:
    written(tmp_path, kind="json_api", listing={"items": "items[?", "fields": {"jobTitle": "title"}})
    with pytest.raises(SourceError, match=r"listing\.items: .*JMESPath"):
        load_manifests([tmp_path])


def test_one_bad_manifest_does_not_hide_the_good_ones(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "rs_los").mkdir()
    (tmp_path / "rs_los" / "source.yml").write_text("kind: [", encoding="utf-8")
    read = read_manifests([tmp_path])
    assert list(read.manifests) == ["rs_primer"]
    assert "rs_los" in str(read.faults["rs_los"])


def test_the_same_source_in_two_folders_is_an_error(tmp_path: Path) -> None:
    written(tmp_path / "a")
    written(tmp_path / "b")
    with pytest.raises(SourceError, match="another folder has a source 'rs_primer' already"):
        load_manifests([tmp_path / "a", tmp_path / "b"])


def test_words_and_days_are_filled_into_start_addresses(tmp_path: Path) -> None:
    url = "https://www.primer.example/oglasi?q={word}&od={since}"
    abroad = {"by": "words", "words": ["Nemačka", "Češka & Malta"]}
    written(tmp_path, start_urls=[url], abroad=abroad, lookback_days=3)
    manifest = load_manifests([tmp_path])["rs_primer"]
    assert manifest.first_addresses(date(2026, 11, 2)) == (
        "https://www.primer.example/oglasi?q=Nema%C4%8Dka&od=2026-10-30",
        "https://www.primer.example/oglasi?q=%C4%8Ce%C5%A1ka%20%26%20Malta&od=2026-10-30",
    )
    assert all(map(manifest.is_first_address, manifest.first_addresses(date(2025, 1, 1))))
    assert not manifest.is_first_address("https://www.primer.example/oglasi?q=Malta&od=2026-10-30&strana=2")


def test_fields_are_required_wherever_they_are_mapped_unless_they_are_optional(tmp_path: Path) -> None:
    listing = {
        "items": "items",
        "fields": {"jobTitle": "title"},
        "markup": {"html": "html", "fields": {"description": "p"}},
        "salary": {"min": "pay", "currency": "'EUR'"},
    }
    written(tmp_path, kind="json_api", listing=listing, optional=["salaryMin"])
    manifest = load_manifests([tmp_path])["rs_primer"]
    on_listings = {"jobTitle", "description", "salaryCurrency"}
    assert manifest.required_fields == {Place.LISTING: on_listings, Place.AD_PAGE: set()}


def test_an_ads_page_is_read_in_one_way(tmp_path: Path) -> None:
    written(tmp_path, kind="json_api", listing={"items": "items"}, detail={"fields": {}}, ad_page={"fields": {}})
    with pytest.raises(SourceError, match="by detail or by ad_page"):
        load_manifests([tmp_path])


def test_every_built_in_source_says_how_it_finds_work_abroad_and_is_off() -> None:
    folder = Path(__file__).parents[2] / "spiders" / "sources"
    sources = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in folder.glob("*/source.yml")]
    assert [source["id"] for source in sources if source["kind"] != "register" and "abroad" not in source] == []
    assert [source["id"] for source in sources if source["enabled"]] == []


def test_a_missing_folder_holds_no_sources(tmp_path: Path) -> None:
    assert load_manifests([tmp_path / "nowhere"]) == {}
