"""Services that are left alone: each entry's own examples, and where the list is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawler.errors import SourceError
from crawler.manifest import read_manifest, read_manifests
from crawler.not_to_crawl import closed_services, service_of

REFUSED = [(service.name, url) for service in closed_services() for url in service.refused]
ALLOWED = [url for service in closed_services() for url in service.allowed]


@pytest.mark.parametrize(("name", "url"), REFUSED)
def test_an_address_of_a_closed_service_is_known(name: str, url: str) -> None:
    found = service_of(url)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("url", [*ALLOWED, "https://notlinkedin.com/", "https://portal.example/?u=linkedin.com", "x:["])
def test_an_address_near_by_is_not(url: str) -> None:
    assert service_of(url) is None


def _written(folder: Path, **changes: object) -> Path:
    manifest = {
        "id": "rs_primer",
        "name": "Primer",
        "owner": "izmišljen",
        "kind": "structured",
        "start_urls": ["https://primer.example/oglasi"],
        "listing": {"links": "a"},
        "legal_note": "Izmišljeno.",
        "checked": "2026-11-20",
        **changes,
    }
    file = folder / "rs_primer" / "source.yml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "changes",
    [
        {"start_urls": ["https://www.linkedin.com/jobs"]},
        {"start_urls": ["https://primer.example/a", "https://europa.eu/eures/portal"]},
        {"allowed_domains": ["primer.example", "www.instagram.com"]},
        {"allowed_domains": ["primer.example", "facebook.com"]},
    ],
)
def test_a_manifest_of_a_closed_service_is_refused_with_reason_and_way_out(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(SourceError, match=r"is not crawled: .+ \(.+\); instead: .*adwatch intake"):
        read_manifest(_written(tmp_path, **changes))


def test_spiders_of_a_closed_service_do_not_load(tmp_path: Path) -> None:
    _written(tmp_path, start_urls=["https://www.instagram.com/posao/"])
    read = read_manifests([tmp_path])
    assert not read.manifests
    assert "Instagram is not crawled" in str(read.faults["rs_primer"])


def test_the_page_plugin_may_name_its_own_host(tmp_path: Path) -> None:
    plugin = "https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fime.stranice"
    assert read_manifest(_written(tmp_path, start_urls=[plugin])).allowed_domains == ("facebook.com",)
