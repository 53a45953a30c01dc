"""Texts made to keep a parser busy: each is as long as a page may be, and is read in a moment.

What these guard against takes minutes where the machine is fast, and seconds here where it is slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from alerts.script import printable
from crawler.personal_numbers import redact_jmbg
from crawler.redacting import redacted
from pipelines.life.passages import compare_texts
from spiders.dates import parse_date
from spiders.lenient_json import NotJsonError, cut_literal
from spiders.structured import stated_postings
from spiders.text import html_to_text

SECONDS = 30
NOW = datetime(2026, 11, 20, tzinfo=UTC)
MARKS = "a" + "\u0301\u0327" * 250_000
"""Marks on one letter, in the wrong order."""


def _cut_off(script: str) -> None:
    with pytest.raises(NotJsonError):
        cut_literal(script, 0)


def _postings(count: int) -> str:
    each = ",".join(f'{{"@type":"JobPosting","title":"{number}"}}' for number in range(count))
    return f'<script type="application/ld+json">[{each}]</script>'


WAYS: dict[str, Callable[[], object]] = {
    "dots": lambda: compare_texts("." * 400_000 + "a", "!?" * 200_000 + "b"),
    "sentences of dots": lambda: compare_texts(("." * 900 + "a ") * 400, ("." * 900 + "b ") * 400),
    "a tag that does not end": lambda: html_to_text("<" + "a" * 500_000),
    "tags that do not end": lambda: html_to_text("<a" * 250_000),
    "scripts that do not begin": lambda: stated_postings("JobPosting" + "<script " * 1_000_000, "https://x.example/"),
    "postings that are all different": lambda: stated_postings(_postings(50_000), "https://x.example/"),
    "comments that do not end": lambda: _cut_off("{" + "/*a" * 500_000),
    "a user without a host": lambda: redacted("url=https://" + "a:" * 200_000),
    "users without a host": lambda: redacted("url=https://" + "a://b:" * 100_000),
    "personal numbers": lambda: redact_jmbg("0101990710008 " * 40_000),
    "marks in a letter": lambda: printable(MARKS),
    "marks in a date": lambda: parse_date(MARKS, fetched_at=NOW),
    "spaces in a date": lambda: parse_date("1.1.2026" + " " * 400_000 + "x", fetched_at=NOW),
}


@pytest.mark.parametrize("way", WAYS)
def test_is_read_in_a_moment(way: str) -> None:
    began = time.process_time()
    WAYS[way]()
    assert time.process_time() - began < SECONDS
