"""What tests of messages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.messages.servers import write_certificate


@pytest.fixture
def secured(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 with its key."""
    write_certificate(tmp_path / "mail.pem")
    return tmp_path / "mail.pem"
