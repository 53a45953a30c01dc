from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from tests.desk.pictures import LARGEST, PICTURES

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "desk.md").read_text(encoding="utf-8")


def test_the_guide_shows_every_picture_of_the_desk_and_no_other() -> None:
    assert set(re.findall(r"\(images/([^)]+)\)", GUIDE)) == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_wide_as_its_screen_and_light_to_load(name: str) -> None:
    """`make pictures` draws them anew."""
    file = DOCS / "images" / name
    assert file.stat().st_size <= LARGEST
    with Image.open(file) as picture:
        assert picture.width == PICTURES[name][0].wide


def test_each_key_of_the_guide_is_a_key_of_the_desk() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in Path("alerts/desk/templates").glob("*.html"))
    told = set(re.findall(r"^\| `(.)`|^\| `. ` / `(.)`", GUIDE, re.MULTILINE))
    keys = {key for pair in told for key in pair if key}
    assert keys >= {"c", "d", "s", "u", "q", "/", "f"}
    assert {key for key in keys if f"<kbd>{key}</kbd>" not in templates} == set()
