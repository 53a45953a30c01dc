"""Whoever runs a night can be reached by those whose sites are asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from crawler.by_hand import crawl_page_by_hand, crawl_sources_by_hand
from crawler.config import Settings
from crawler.errors import ConfigError
from crawler.nightly import run_night
from crawler.store.engine import open_store
from tests.builders import NOW

SOURCE = {
    "id": "rs_pravi",
    "name": "Pravi sajt",
    "owner": "izmišljen",
    "kind": "structured",
    "start_urls": ["https://oglasi.pravi-sajt.rs/"],
    "listing": {"links": "a"},
    "legal_note": "Izmišljeno.",
    "checked": "2026-11-20",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with a real site and no contact."""
    folder = tmp_path / "sources" / "rs_pravi"
    folder.mkdir(parents=True)
    (folder / "source.yml").write_text(yaml.safe_dump(SOURCE), encoding="utf-8")
    return tmp_path


def test_no_night_begins_at_real_sites_without_a_contact(home: Path) -> None:
    engine = open_store(Settings(home))
    with pytest.raises(ConfigError, match=r"adwatch\.yml: contact is missing"):
        run_night(Settings(home), engine, now=NOW)
    engine.dispose()
    assert not (home / "logs").exists()


def test_no_site_is_crawled_by_hand_without_a_contact(home: Path) -> None:
    engine = open_store(Settings(home))
    with pytest.raises(ConfigError, match="contact is missing"):
        crawl_sources_by_hand(Settings(home), engine, ["rs_pravi"])
    with pytest.raises(ConfigError, match="contact is missing"):
        crawl_page_by_hand(Settings(home), engine, "https://oglasi.pravi-sajt.rs/", max_pages=1)
    engine.dispose()


def test_a_contact_stands_in_what_we_send_and_sites_for_trying_need_none(home: Path) -> None:
    Settings(home).require_contact(["http://127.0.0.1:8000/", "http://[::1]/", "http://portal.example/"])
    (home / "adwatch.yml").write_text("contact: provera@adwatch.example\n", encoding="utf-8")
    settings = Settings(home)
    settings.require_contact(["https://oglasi.pravi-sajt.rs/"])
    assert settings.user_agent == "adwatch/0.1 (+provera@adwatch.example)"


@pytest.mark.parametrize("contact", ["Pera", "a@b", "a@b.example) Mozilla/5.0 (X11", "ftp://a.example/"])
def test_a_contact_is_an_address(home: Path, contact: str) -> None:
    (home / "adwatch.yml").write_text(yaml.safe_dump({"contact": contact}), encoding="utf-8")
    with pytest.raises(ConfigError, match="contact: "):
        Settings(home)
