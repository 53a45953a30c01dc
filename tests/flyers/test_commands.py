"""`adwatch read-image` and `adwatch check --image` as anybody would call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from spiders.demo.site import PICTURES
from tests.whole.running import adwatch, adwatch_json

FLYER = str(PICTURES / "berba-jagoda.png")


def test_a_flyer_is_read_and_judged_and_quotes_point_into_what_was_read(tmp_path: Path) -> None:
    judged = adwatch_json(tmp_path, "check", "--image", FLYER)
    text = judged["image"]["text"]
    assert "Pasoš ostaje kod poslodavca" in text
    assert judged["image"]["language"] == "sr-Latn"
    assert {"upfront_fee", "document_retention"} <= {found["code"] for found in judged["indicators"]}
    assert all(text[one["start"] : one["end"]] == one["quote"] for one in judged["indicators"] if one["quote"])


def test_what_was_read_is_data_and_the_warning_is_not(tmp_path: Path) -> None:
    ended = adwatch(tmp_path, "read-image", FLYER)
    assert ended.stdout.startswith("Berba jagoda u Nemačkoj\n")
    assert "pročitano mašinski" in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [("read-image", "nema.png"), ("read-image", __file__), ("check", "--image", FLYER, __file__)],
)
def test_wrong_use_is_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = adwatch(tmp_path, *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)


def test_without_tesseract_the_message_says_what_to_install(tmp_path: Path) -> None:
    ended = adwatch(tmp_path, "check", "--image", FLYER, PATH="/nowhere")
    assert ended.returncode == 1
    assert "tesseract-ocr-srp-latn" in ended.stderr
