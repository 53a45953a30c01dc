"""Addresses that no page may send us to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from scrapy.http import Response

from crawler.pinning import PinnedResolver, pin, pinned
from crawler.politeness import is_on_site, seconds_to_wait
from crawler.reaching import host_and_port, leads_inside


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1:8080/",
        "http://0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[64:ff9b::10.0.0.1]/",
        "http://[64:ff9b:1::1]/",
        "http://[::127.0.0.1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://portal.example@127.0.0.1/",
        "http://0177.0.0.1/",
        "http://224.0.0.1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://x.localhost/",
        "file:///etc/passwd",
        "ftp://portal.example/",
        "gopher://portal.example/",
        "data:text/html,x",
        "http://",
        "http://portal.example:99999/",
        "http://[/",
    ],
)
def test_addresses_inside_and_other_schemes_are_refused(url: str) -> None:
    assert asyncio.run(leads_inside(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/",
        "https://[2606:2800:21f::1]/",
        "http://[64:ff9b::93.184.215.14]/",
        "http://192.168.1.1:8000/x",
    ],
)
def test_public_and_named_addresses_are_let_through(url: str) -> None:
    assert not asyncio.run(leads_inside(url, named={("192.168.1.1", 8000)}))


def test_naming_a_host_names_one_port_of_it() -> None:
    assert asyncio.run(leads_inside("http://192.168.1.1:6379/", named={("192.168.1.1", 8000)}))


def test_a_name_that_resolves_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("93.184.215.14", 80)), (2, 1, 6, "", ("10.0.0.5", 80))]

    async def ask() -> bool:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
        return await leads_inside("http://nameserver.example/")

    assert asyncio.run(ask())


def test_a_proxy_resolves_names_but_opens_no_way_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    assert not asyncio.run(leads_inside("http://portal.example/"))
    assert asyncio.run(leads_inside("http://127.0.0.1/"))
    assert asyncio.run(leads_inside("http://localhost:5432/"))


@pytest.mark.parametrize(
    ("url", "on_site"),
    [
        ("https://portal.example/oglas", True),
        ("https://beograd.portal.example/", True),
        ("https://portal.example./", True),
        ("https://nije-portal.example/", False),
        ("https://portal.example.drugi.example/", False),
    ],
)
def test_a_site_is_its_domain_and_what_is_below(url: str, on_site: bool) -> None:
    assert is_on_site(url, ["portal.example"]) is on_site


def test_an_address_has_a_port_also_where_it_names_none() -> None:
    assert host_and_port("https://Portal.example/x") == ("portal.example", 443)


class Receiver:
    """Takes down what a resolver says, as Twisted's connections do."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def resolutionBegan(self, _: object) -> None:  # noqa: N802 - Twisted's names
        pass

    def addressResolved(self, address: object) -> None:  # noqa: N802
        self.told.append(f"{address.host}:{address.port}")  # type: ignore[attr-defined]

    def resolutionComplete(self) -> None:  # noqa: N802
        self.told.append("end")


def _told(host: str, port: int) -> list[str]:
    receiver = Receiver()
    PinnedResolver(SimpleNamespace(nameResolver=None)).resolveHostName(receiver, host, port)
    return receiver.told


def test_connections_go_to_the_judged_addresses_of_that_port_only() -> None:
    pin(("pinned.example", 80), [ip_address("93.184.215.14"), ip_address("2606:2800:21f::1")])
    assert _told("Pinned.example.", 80) == ["93.184.215.14:80", "2606:2800:21f::1:80", "end"]
    assert _told("pinned.example", 8080) == ["end"]
    assert _told("nikad-gledano.example", 80) == ["end"]


def test_a_name_with_letters_of_its_own_is_found_by_its_spelling_in_addresses() -> None:
    pin(("xn--e1afmkfd.example", 80), [ip_address("93.184.215.14")])
    assert _told("пример.example", 80) == ["93.184.215.14:80", "end"]
    assert pinned(("пример.example", 80)) == ()


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 25 Nov 2026 02:30:00 GMT", 1800.0),
        ("Wed, 25 Nov 2026 01:00:00 GMT", 0.0),
        ("uskoro", None),
        ("-5", None),
        ("", None),
        ("9" * 400, 999999999.0),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(stated: str, seconds: float | None) -> None:
    answer = Response("http://portal.example/", headers={"Retry-After": stated} if stated else {})
    assert seconds_to_wait(answer, now=datetime(2026, 11, 25, 2, 0, tzinfo=UTC)) == seconds
