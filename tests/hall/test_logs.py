"""Logs: one event a line, of a known shape, without secrets and without who somebody is."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.config import Settings
from crawler.errors import ConfigError, UsageError
from crawler.logs import during_night, log_as_set, log_in_words, say_failure
from crawler.redacting import mark_of, redacted
from tests.costs import costs_its_length
from tests.whole.running import adwatch

logger = logging.getLogger("tests.logs")

SECRETS = [
    ("postgresql://adwatch:pa55-w0rd@db.example/adwatch", "pa55-w0rd"),
    ("postgresql+psycopg://adwatch:pa55-w0rd@db.example/adwatch", "pa55-w0rd"),
    ("redis://:pa55-w0rd@queue.example:6379/0", "pa55-w0rd"),
    ("https://k3y-of-somebody@hook.example/x", "k3y-of-somebody"),
    ("tgram://123456:abcdef-t0ken/12345", "abcdef-t0ken"),
    ("https://api.example/bot123456789:AAF-abcdefghijklmnopqrstu/getMe", "abcdefghijklmnop"),
    ("https://api.example/x?a=1&access_token=t0ken-t0ken&b=2", "t0ken-t0ken"),
    ("https://api.example/x?api_key=t0ken-t0ken", "t0ken-t0ken"),
    ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    ("{'Authorization': 'Basic QWxhZGRpbjpvcGVu'}", "QWxhZGRpbjpvcGVu"),
    ("{b'Authorization': [b'Basic QWxhZGRpbjpvcGVu'], b'Accept': [b'*/*']}", "QWxhZGRpbjpvcGVu"),
    ("Authorization: Signature abcdef0123", "abcdef0123"),
    ("{'Cookie': 'adwatch_session=abcdef0123'}", "abcdef0123"),
    ("Set-Cookie: adwatch_session=abcdef0123; HttpOnly", "abcdef0123"),
    ("ADWATCH_SMTP_PASSWORD=pa55-w0rd given", "pa55-w0rd"),
    ('{"password": "two words"}', "two words"),
    ("lozinka: pa55-w0rd", "pa55-w0rd"),
    ("logged in email=Ana.Anic@ngo.example", "Anic"),
    ("https://api.example/people?email=ana%40ngo.example", "ana%40"),
    ("person 0101990710008 asked", "0101990710008"),
]


@pytest.fixture(autouse=True)
def _logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("ADWATCH_NIGHT", raising=False)
    monkeypatch.setenv("ADWATCH_LOG", "INFO")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def _settings(home: Path, text: str) -> Settings:
    home.mkdir(parents=True, exist_ok=True)
    (home / "adwatch.yml").write_text(text)
    return Settings(home)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(("said", "secret"), SECRETS)
def test_a_secret_is_not_said(said: str, secret: str) -> None:
    assert secret not in redacted(said)


@pytest.mark.parametrize(
    "said",
    [
        "spider started source=rs_primer pid=12",
        "address refused source=rs_primer url=https://poslovi.example/oglasi?strana=2&grad=Nis",
        "problem=no_token source=x url=https://poslovi.example/token-ring",
        "step failed step=crawl_due_sources",
        "memory over its limit source=x mb=401",
        "sqlite:////srv/adwatch/adwatch.db",
    ],
)
def test_what_is_no_secret_stays_as_it_is(said: str) -> None:
    assert redacted(said) == said


def test_the_rest_of_what_held_a_secret_stays() -> None:
    assert redacted("GET https://ana:tajna@api.example/x?token=abc&b=2 200") == (
        "GET https://ana:***@api.example/x?token=***&b=2 200"
    )


@pytest.mark.parametrize("filling", ["a", "a.", "a-", "/", ":", "%40", "token"])
def test_long_lines_take_no_long_time(filling: str) -> None:
    def line(length: int) -> Callable[[], object]:
        said = f"url=https://x.example/{filling * length}"
        return lambda: redacted(said)

    assert costs_its_length(line, short=20_000)


def test_one_address_has_one_mark_whatever_its_case() -> None:
    assert mark_of("Ana@NGO.example") == mark_of("ana@ngo.example") != mark_of("iva@ngo.example")


def test_json_says_when_how_bad_who_what_and_of_which_night_and_source(tmp_path: Path) -> None:
    settings = _settings(tmp_path, "log_format: json\nlog_file: logs/adwatch.jsonl\n")
    log_as_set(settings)
    with during_night(7):
        logger.info("spider started source=%s pid=%d", "rs_primer", 12)
    logger.warning("nothing of a night\nand a second line")

    first, second = _lines(tmp_path / "logs" / "adwatch.jsonl")
    assert first.pop("time").endswith("+00:00")
    assert first == {
        "level": "INFO",
        "logger": "tests.logs",
        "event": "spider started source=rs_primer pid=12",
        "night": 7,
        "source": "rs_primer",
    }
    assert (second["night"], second["source"], second["event"]) == (None, None, "nothing of a night\nand a second line")


def test_a_traceback_stands_on_the_line_of_its_event_without_the_secret(tmp_path: Path) -> None:
    log_as_set(_settings(tmp_path, "log_format: json\nlog_file: log\n"))
    try:
        raise ValueError("no answer from https://ana:tajna@api.example/")
    except ValueError:
        logger.exception("step failed step=%s", "x")

    (line,) = _lines(tmp_path / "log")
    assert "ValueError" in line["traceback"]
    assert "tajna" not in (tmp_path / "log").read_text()


def test_text_hides_the_same(tmp_path: Path) -> None:
    log_as_set(_settings(tmp_path, "log_file: log\n"))
    for said, _ in SECRETS:
        logger.info("%s", said)
    written = (tmp_path / "log").read_text()
    assert written.count("\n") == len(SECRETS)
    assert [secret for _, secret in SECRETS if secret in written] == []


def test_the_file_is_its_owners_and_is_made_anew_once_it_was_moved_away(tmp_path: Path) -> None:
    log_as_set(_settings(tmp_path, "log_file: log\n"))
    logger.info("one")
    (tmp_path / "log").rename(tmp_path / "log.1")
    logger.info("two")
    assert "two" in (tmp_path / "log").read_text()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="log_file"):
        log_as_set(_settings(tmp_path, "log_file: file/log\n"))


def test_a_logger_with_a_level_of_its_own_says_no_more_than_is_wanted(tmp_path: Path) -> None:
    log_as_set(_settings(tmp_path, "log_file: log\n"))
    chatty = logging.getLogger("tests.logs.chatty")
    chatty.setLevel(logging.DEBUG)
    chatty.debug("nobody asked")
    assert (tmp_path / "log").read_text() == ""


def test_a_level_that_is_none_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADWATCH_LOG", "LOUD")
    with pytest.raises(UsageError, match="LOUD"):
        log_in_words()


def test_failures_are_lines_for_people_unless_the_log_is_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in_words()
    say_failure(UsageError("port 1 is taken"))
    assert capsys.readouterr().err == "adwatch: port 1 is taken\n"
    log_as_set(_settings(tmp_path, "log_format: json\n"))
    say_failure(UsageError("port 1 is taken"))
    assert json.loads(capsys.readouterr().err)["event"] == "port 1 is taken"


def test_the_program_itself_speaks_json_where_it_is_set(tmp_path: Path) -> None:
    _settings(tmp_path, "log_format: json\n")
    ended = adwatch(tmp_path, "crawl", "no_such_source", ADWATCH_LOG="INFO")
    assert ended.returncode == 2
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert lines[-1]["level"] == "ERROR"
    assert "no_such_source" in lines[-1]["event"]
