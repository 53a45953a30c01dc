"""The secret that signs sessions: made once, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from crawler.errors import ConfigError

SECRET_FILE = "desk.secret"  # noqa: S105 - the name of the file, not what stands in it
BYTES = 32


def desk_secret(home: Path) -> str:
    """The secret of this data folder, made if there is none. Raises ConfigError where it cannot be read or written."""
    path = home / SECRET_FILE
    try:
        if not path.exists():
            _make(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be used: {error}") from error
    if len(secret) < 2 * BYTES:
        raise ConfigError(f"{path} holds no secret; remove it and everybody logs in again")
    return secret


def _make(path: Path) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        # A link never replaces: of two processes that start at once, both then read the same secret.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink(missing_ok=True)
