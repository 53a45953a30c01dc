"""What a page wrote steers no terminal, turns no line and forges no line of the log."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.config import Settings
from crawler.errors import RegisterError
from crawler.logs import TextLines, log_as_set, say_failure
from crawler.output import json_text, plain, print_json, print_table

CLEARS = "\x1b[2J\x1b]0;naslov\x07"
TURNS = "\u202etset\u202c \u2066x\u2069 \u200f"
ONE_SIGN = "\x9b31m"
"""Begins a command by itself, without the escape before it."""
HOSTILE = [CLEARS, TURNS, ONE_SIGN, "\r", "\x7f", "\ud800"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_commands_no_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table("Ads", ("title",), [(f"Posao{text} u Beču",)])
    shown = capsys.readouterr().out
    assert plain(shown) == shown
    assert "Posao" in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_json_says_the_same_and_commands_no_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": text})
    shown = capsys.readouterr().out
    assert plain(shown) == shown
    assert json.loads(shown) == {"title": text}


@settings(max_examples=50, deadline=None)
@given(st.recursive(st.text() | st.integers() | st.none(), lambda one: st.dictionaries(st.text(), one) | st.lists(one)))
def test_json_always_says_the_same(document: object) -> None:
    assert json.loads(json_text(document)) == document


def test_serbian_text_signs_and_line_breaks_stay() -> None:
    text = "Šesnaest đaka, ћирилица,\tемоџи 👩‍🔧\nnov red"
    assert plain(text) == text


def test_a_failure_s_words_command_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say_failure(RegisterError(f"unreadable date: {CLEARS}{ONE_SIGN}"))
    shown = capsys.readouterr().err
    assert plain(shown) == shown
    assert shown.count("\n") == 1


def _logged(message: str, *values: object) -> str:
    record = logging.LogRecord("spiders", logging.WARNING, "", 0, message, values, None)
    return TextLines("%(levelname)s %(name)s %(message)s").format(record)


def test_no_text_of_a_page_looks_like_an_event_of_ours() -> None:
    written = _logged("address refused url=%s", f"https://x.example/{CLEARS}\nERROR crawler.store purged ads=9")
    assert [line for line in written.split("\n") if not line.startswith("  ")] == [written.split("\n")[0]]
    assert plain(written) == written


def test_the_same_in_json(tmp_path: Path) -> None:
    (tmp_path / "adwatch.yml").write_text("log_format: json\nlog_file: log\n")
    before, level = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        log_as_set(Settings(tmp_path))
        logging.getLogger("spiders").warning("ad refused %s", f"{CLEARS}{ONE_SIGN}\nERROR")
    finally:
        logging.getLogger().handlers[:] = before
        logging.getLogger().setLevel(level)
    written = (tmp_path / "log").read_text()
    assert written.count("\n") == 1
    assert plain(written) == written
    assert json.loads(written)["event"] == f"ad refused {CLEARS}{ONE_SIGN}\nERROR"
