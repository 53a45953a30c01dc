"""Numbers of rows (cases, filings, people …) as addresses, forms and programs name them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

LARGEST_NUMBER = 2**31 - 1
"""PostgreSQL counts rows no further; a larger number is one that no row has."""
Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
