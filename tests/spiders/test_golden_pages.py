"""Every source folder with golden pages: what was read from them when they were saved is read from them now."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import SourceError
from spiders.golden import EXPECTED_FILE, GoldenPage, golden_pages, read_again

ROOTS = (Path(__file__).parent / "fixtures", Path(__file__).parents[2] / "spiders" / "sources")
FOLDERS = [file.parent for root in ROOTS for file in sorted(root.glob(f"*/{EXPECTED_FILE}"))]
CASES = [(folder, page) for folder in FOLDERS for page in golden_pages(folder)]


@pytest.mark.parametrize(("folder", "page"), CASES, ids=[f"{f.name}-{Path(p.page).stem}-{p.reads}" for f, p in CASES])
def test_a_golden_page_is_read_as_expected(folder: Path, page: GoldenPage) -> None:
    assert read_again(folder, page) == page


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_every_saved_page_is_looked_at(folder: Path) -> None:
    saved = {file.relative_to(folder).as_posix() for file in (folder / "pages").iterdir()}
    assert saved == {page.page for page in golden_pages(folder)}


def test_every_built_in_source_has_golden_pages() -> None:
    sources = ROOTS[1]
    assert {file.parent for file in sources.glob("*/source.yml")} <= set(FOLDERS)


def test_a_source_without_golden_pages_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"expected\.json: no golden pages"):
        golden_pages(tmp_path)
