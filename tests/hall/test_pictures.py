"""Pictures from strangers are bounded before they are unpacked."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from crawler.pictures import MOST_SCANS, PictureError, inspect_picture, open_picture

SCAN, END = b"\xff\xda", b"\xff\xd9"


def _progressive(*, side: int = 400) -> bytes:
    drawn = BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(drawn, "JPEG", progressive=True)
    return drawn.getvalue()


def test_a_picture_that_is_drawn_in_scans_is_opened() -> None:
    picture = _progressive()
    assert 1 < picture.count(SCAN) <= MOST_SCANS
    assert open_picture(picture).size == (400, 400)


def test_a_picture_that_is_drawn_over_and_over_is_not_even_begun() -> None:
    picture = _progressive()
    last = picture[picture.rindex(SCAN) : picture.rindex(END)]
    bomb = picture[: picture.rindex(END)] + last * MOST_SCANS + END
    for look in (inspect_picture, open_picture):
        with pytest.raises(PictureError, match="times over"):
            look(bomb)
