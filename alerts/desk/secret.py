"""The desk's secret: made once, kept in the data folder, readable by its owner only. It seals second factors."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from crawler.errors import ConfigError
from crawler.files import write_whole

SECRET_FILE = "desk.secret"  # noqa: S105 - the name of the file, not what stands in it
BYTES = 32


class Seal:
    """Keeps small secrets so that the store alone does not tell them."""

    def __init__(self, secret: str) -> None:
        """Seals with that secret; another one cannot open what it sealed."""
        digest = hashlib.sha256(f"adwatch desk seal {secret}".encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def close(self, text: str) -> str:
        """The text, sealed."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """The text, or None where another secret sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


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
        raise ConfigError(f"{path} holds no secret; remove it, and second factors are set up again")
    return secret


def _make(path: Path) -> None:
    mine = path.with_name(f".{path.name}.{os.getpid()}")
    write_whole(mine, secrets.token_hex(BYTES).encode(), mode=0o600)
    try:
        # A link never replaces: of two processes that start at once, both then read the same secret.
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        mine.unlink(missing_ok=True)
