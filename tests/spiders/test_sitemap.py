"""Sitemaps as sites really serve them."""

from __future__ import annotations

import gzip

import pytest
from scrapy.http import Response, XmlResponse

from crawler.downloading import PageTooLongError
from spiders.kinds.sitemap import read_sitemap

URLS = b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/oglas/1</loc></url></urlset>'
ADDRESS = "https://portal.example/sitemap.xml.gz"


def test_a_compressed_sitemap_is_unpacked() -> None:
    read = read_sitemap(Response(ADDRESS, body=gzip.compress(URLS)))
    assert read is not None
    assert read.pages == ("https://portal.example/oglas/1",)


def test_a_torn_archive_is_no_sitemap() -> None:
    assert read_sitemap(Response(ADDRESS, body=gzip.compress(URLS)[:30])) is None


def test_an_archive_that_swells_beyond_measure_is_given_up() -> None:
    with pytest.raises(PageTooLongError):
        read_sitemap(Response(ADDRESS, body=gzip.compress(URLS + b" " * 60_000_000)))


def test_a_sitemap_cannot_read_our_files() -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + URLS[21:].replace(
        b"1", b"&e;"
    )
    read = read_sitemap(XmlResponse("https://portal.example/sitemap.xml", body=entity))
    assert read is not None
    assert read.pages in ((), ("https://portal.example/oglas/",))
