"""Where the program's own messages go and how they read: lines of text, or a JSON object a line.

What they must not hold is told in `crawler.redacting`; how Scrapy words its events, in `crawler.logformat`.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from crawler.errors import AdwatchError, ConfigError, UsageError
from crawler.output import json_text, plain
from crawler.redacting import redacted

if TYPE_CHECKING:
    from crawler.config import Settings

logger = logging.getLogger(__name__)

TEXT = "%(levelname)s %(name)s %(message)s"
TIMED = "%(asctime)s %(levelname)s %(name)s %(message)s"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_STATED = re.compile(r"\b(night|source)=([^\s,;]+)")
# Not a context variable: steps have threads of their own, and a process runs one night.
_running: list[int] = []


class TextLines(logging.Formatter):
    """One event after the other, with its traceback below; times in UTC."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """When it happened."""
        return _moment(record)

    def format(self, record: logging.LogRecord) -> str:
        """The event. What stands below its line is indented: no text of others can look like an event of ours."""
        return redacted(plain(super().format(record))).replace("\n", "\n  ")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, night, source, and a traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The event."""
        event = redacted(record.getMessage())
        stated = dict(_STATED.findall(event))
        line: dict[str, str | int | None] = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "event": event,
            "night": _night(stated),
            "source": stated.get("source") or _spider_of(record),
        }
        if record.exc_info:
            line["traceback"] = redacted(self.formatException(record.exc_info))
        return json_text(line)


class OwnFile(WatchedFileHandler):
    """A file that its owner alone may read, opened again once something has moved it away."""

    def _open(self) -> TextIO:  # type: ignore[override] # a file opened as text is one
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return os.fdopen(handle, "a", encoding=self.encoding, errors=self.errors)


def log_in_words() -> None:
    """Text on standard error from the level in `ADWATCH_LOG` on, before settings are read. Raises UsageError."""
    _set_up(logging.StreamHandler(sys.stderr), TextLines(TEXT), level_from_environment())


def log_as_set(settings: Settings) -> None:
    """As `log_format` and `log_file` say. Raises ConfigError where the file cannot be written to."""
    path = settings.log_file
    handler = _to_file(path) if path else logging.StreamHandler(sys.stderr)
    _set_up(handler, _formatter(settings, TIMED if path else TEXT), level_from_environment())


def log_of_spider(settings: Settings, *, level: str) -> None:
    """To standard error, which is the run's own file, as `log_format` says."""
    _set_up(logging.StreamHandler(sys.stderr), _formatter(settings, TIMED), level)


@contextmanager
def during_night(number: int) -> Iterator[None]:
    """What this process says in the body is of that night."""
    _running.append(number)
    try:
        yield
    finally:
        _running.pop()


def say_failure(error: AdwatchError) -> None:
    """One line on standard error for whoever called the program; JSON where its messages are."""
    sentence = " ".join(plain(str(error)).split())
    if any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers):
        logger.error("%s", sentence)
    else:
        sys.stderr.write(f"adwatch: {sentence}\n")


def level_from_environment() -> str:
    """The level in `ADWATCH_LOG`. Raises UsageError for a word that is none."""
    level = (os.environ.get("ADWATCH_LOG") or "WARNING").upper()
    if level not in LEVELS:
        raise UsageError(f"ADWATCH_LOG is {level}; it may be {', '.join(LEVELS)}")
    return level


def _set_up(handler: logging.Handler, formatter: logging.Formatter, level: str) -> None:
    handler.setFormatter(formatter)
    # Scrapy gives its loggers levels of their own, and those pass the root by.
    handler.setLevel(level)
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if type(one) in (logging.StreamHandler, OwnFile)]:
        root.removeHandler(earlier)
        earlier.close()
    root.addHandler(handler)
    root.setLevel(level)


def _formatter(settings: Settings, text: str) -> logging.Formatter:
    return JsonLines() if settings.file.log_format == "json" else TextLines(text)


def _to_file(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return OwnFile(path, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"log_file: {path} cannot be written to: {error.strerror}") from error


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _night(stated: Mapping[str, str]) -> int | None:
    number = stated.get("night") or os.environ.get("ADWATCH_NIGHT", "")
    if number.isdecimal():
        return int(number)
    return _running[-1] if _running else None


def _spider_of(record: logging.LogRecord) -> str | None:
    """Scrapy hands the spider over beside the message."""
    name = getattr(getattr(record, "spider", None), "name", None)
    return name if isinstance(name, str) else None
