"""Personal numbers are found however they are written, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.personal_numbers import find_jmbg, redact_jmbg

NUMBER = "0101990710008"
"""Invented: a possible date, a region, a right check digit."""


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        "01 01 990 710008",
        "0101990-71-0008",
        "01.01.990.710008",
        "0101990 / 710008",
        "0101990\u00a0710008",
        "0101990 – 710008",
        "0101990\n710008",
    ],
)
def test_number_is_found_as_people_write_it(written: str) -> None:
    text = f"JMBG: {written}, pa zvati"

    assert [text[start:end] for start, end in find_jmbg(text)] == [written]


def test_number_after_a_phone_number_is_found() -> None:
    assert redact_jmbg(f"0641234 {NUMBER}").endswith("*" * 13)


@pytest.mark.parametrize("written", ["0101990710009", f"1{NUMBER}", f"{NUMBER}1", "3201990710008", "060 000 0001"])
def test_other_numbers_stay(written: str) -> None:
    assert redact_jmbg(written) == written


@given(st.text(alphabet="01239 ./-–a\n", max_size=80))
def test_length_stays_and_no_number_is_left(text: str) -> None:
    redacted = redact_jmbg(text)

    assert len(redacted) == len(text)
    assert find_jmbg(redacted) == ()
