"""Secrets: from the environment, or from a file that the environment names. Never from `adwatch.yml`, never shown."""

from __future__ import annotations

import os
from pathlib import Path

from crawler.errors import ConfigError


def secret_of(name: str) -> str | None:
    """The secret in the variable `name`, or in the file that `name_FILE` names without its last line end; None without.

    A file keeps it out of what lists a process's environment; Docker, Kubernetes and systemd hand secrets over so.
    Raises ConfigError, without the secret, where both are given, or the file is unreadable or empty.
    """
    given, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if not path:
        return given or None
    if given:
        raise ConfigError(f"{name} and {name}_FILE are both set; keep one of them")
    return _read(name, Path(path))


def _read(name: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise ConfigError(f"{name}_FILE: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}_FILE: {path} is no text in UTF-8") from error
    if not secret or "\n" in secret:
        raise ConfigError(f"{name}_FILE: {path} must hold one line, the secret")
    return secret
