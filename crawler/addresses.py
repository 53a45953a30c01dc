"""When two addresses are the same page: one canonical form, and a key over it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from urllib.parse import urlsplit

from courlan import clean_url
from w3lib.url import canonicalize_url

POSTING_MARK = "posting-"
"""Spiders give an ad without an address of its own its page's address and a fragment that begins so."""


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The address without tracking parameters and order of parameters; of fragments only a posting's mark stays.

    courlan drops tracking parameters and w3lib resolves the path; neither does both (docs of 2026, tried).
    """
    marked = urlsplit(url).fragment.startswith(POSTING_MARK)
    return str(canonicalize_url(clean_url(url) or url, keep_fragments=marked))


def short_key(url: str) -> int:
    """The first 8 bytes of `url_key` as a signed number: enough to tell the ads of one source apart."""
    return int.from_bytes(bytes.fromhex(url_key(url)[:16]), signed=True)


def url_key(url: str) -> str:
    """SHA-256 of the canonical address, hex; `http` and `https`, with and without `www.`, are one page."""
    bare = canonical_url(url).split("://", 1)[-1].removeprefix("www.").rstrip("/")
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()
