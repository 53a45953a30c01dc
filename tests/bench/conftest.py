"""What all measurements share: a notebook that takes down how busy the machine was before they began."""

from __future__ import annotations

import pytest

from tests.bench.figures import Notebook


@pytest.fixture
def notebook() -> Notebook:
    """For the figures of one measurement."""
    return Notebook()
