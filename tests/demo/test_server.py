"""The server behaves as a forward proxy and as an origin server, and always says the same."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import urllib.request

import pytest

from spiders.demo.server import DemoServer, DemoSites, serve_demo_sites

PATIENCE = 600
START_PAGES = (
    "poslovi-plus.example/oglasi",
    "poslovi-plus.example/sitemap.xml",
    "radnik.example/oglasi-za-posao?q=&page=1",
    "mali-oglasi.example/posao-pretraga?u_poslednjih_h=168&page=1",
    "sljaka-poslovi.example/poslovi/feed/?paged=1",
    "kp-oglasi.example/api/search/v3/feed/search?category_id=2137&per-page=50&page=1&sort_by=newest",
    "kanal.example/s/posao_eu_balkan",
    "drustvena.example/stranica/posao-inostranstvo",
    "grupa.example/groups/posao-u-inostranstvu",
)


def _ask(server: DemoServer, target: str, *, method: str = "GET", host: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request(method, target, headers={"Host": host} if host else {})
    return connection.getresponse()


@pytest.mark.parametrize("address", START_PAGES)
def test_proxy_form_and_origin_form_give_the_same_page(server: DemoServer, address: str) -> None:
    host, _, path = address.partition("/")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": server.proxy_url}))
    with opener.open(f"http://{address}") as answer:
        through_proxy = answer.read()
    assert through_proxy
    assert _ask(server, f"/{path}", host=f"{host}:80").read() == through_proxy


@pytest.mark.parametrize("address", START_PAGES)
def test_a_second_night_finds_the_same_bytes(server: DemoServer, address: str) -> None:
    with serve_demo_sites() as second:
        first_answer, second_answer = (_ask(one, f"http://{address}") for one in (server, second))
        assert first_answer.getheaders() == second_answer.getheaders()
        assert first_answer.read() == second_answer.read()


def test_one_connection_serves_many_requests(server: DemoServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "http://radnik.example/oglasi-za-posao")
        assert connection.getresponse().read()
    assert connection.sock is socket


def test_head_has_headers_and_no_body(server: DemoServer) -> None:
    answer = _ask(server, "http://radnik.example/oglasi-za-posao", method="HEAD")
    assert int(answer.headers["Content-Length"]) > 1000
    assert answer.read() == b""


@pytest.mark.parametrize(
    "target",
    [
        "http://nepoznat.example/",
        "http://radnik.example/nema",
        "http://127.0.0.1/",
        "https://radnik.example/oglasi-za-posao",
        "/oglasi",
    ],
)
def test_unknown_hosts_and_paths_are_not_found(server: DemoServer, target: str) -> None:
    assert _ask(server, target).status == 404


def test_an_address_that_is_none_is_not_found(sites: DemoSites) -> None:
    assert sites.answer("http://[radnik/").status == 404


def test_tunnels_are_refused(server: DemoServer) -> None:
    assert _ask(server, "radnik.example:443", method="CONNECT").status == 501


def test_robots_disallow_the_archive_and_missing_robots_are_not_found(sites: DemoSites) -> None:
    assert b"Disallow: /arhiva/\n" in sites.answer("http://poslovi-plus.example/robots.txt").body
    assert b'href="/arhiva/"' in sites.answer("http://poslovi-plus.example/oglasi").body
    assert sites.answer("http://kanal.example/robots.txt").status == 404


def test_module_says_where_it_serves_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "spiders.demo.server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        word, url = process.stdout.readline().split()
        try:
            port = int(url.removeprefix("http://127.0.0.1:"))
            assert word == "proxy"
            assert _ask(DemoServer(port), "http://grupa.example/").status == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
