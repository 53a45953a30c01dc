"""What a hostile site can put behind an address, ready to be served; no test is here."""

from __future__ import annotations

import gzip
import io
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat

import brotli
from backports import zstd
from PIL import Image

from tests.spiders.loopback import Answer, ad_page, json_ld

HTML = {"Content-Type": "text/html; charset=utf-8"}
HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
MEBIBYTE = b"x" * 1024 * 1024
SPACES = b" " * 60_000_000


def unpacks_to_much(encoding: str, pack: Callable[[bytes], bytes]) -> Answer:
    """A small answer of which the packing makes 60 MB."""
    return Answer(pack(SPACES), headers={**HTML, "Content-Encoding": encoding})


def hundred_megabytes(*, announced: bool) -> Answer:
    """A page of that size, with and without saying so beforehand."""
    length = b"Content-Length: 104857600\r\n" if announced else b""
    return Answer(stream=lambda: [HEAD + length + b"\r\n", *repeat(MEBIBYTE, 100)])


def headers_without_end(line: bytes = b"X-Reklama: " + b"x" * 1000 + b"\r\n") -> Answer:
    """Headers and never a body: 100 MB of them."""
    return Answer(stream=lambda: [HEAD, *repeat(line * 1000, 100)])


def drop_by_drop() -> Iterator[bytes]:
    """A byte from time to time."""
    yield HEAD + b"\r\n"
    for _ in range(1200):
        time.sleep(0.5)
        yield b"x"


def silence() -> Iterable[bytes]:
    """Nothing at all."""
    time.sleep(600)
    return ()


def to(address: str, status: int = 302) -> Answer:
    """A redirect."""
    return Answer("", status, {"Location": address})


def refreshing_to(address: str) -> Answer:
    """A redirect by markup."""
    return Answer(f'<html><head><meta http-equiv="refresh" content="0; url={address}"></head></html>')


def disguised(canary_port: int) -> dict[str, str]:
    """Addresses inside the network, spelt so that a careless reader takes them for something else."""
    port = canary_port
    return {
        "/ka-drugom-portu": f"http://127.0.0.1:{port}/",
        "/ka-metapodacima": "http://169.254.169.254/latest/meta-data/",
        "/ka-sebi-v6": f"http://[::1]:{port}/",
        "/ka-mrezi": "http://10.0.0.1/",
        "/decimalno": f"http://2130706433:{port}/",
        "/heksadecimalno": f"http://0x7f000001:{port}/",
        "/oktalno": f"http://0177.0.0.1:{port}/",
        "/kratko": f"http://127.1:{port}/",
        "/nula": f"http://0:{port}/",
        "/v4-u-v6": f"http://[::ffff:127.0.0.1]:{port}/",
        "/nat64": f"http://[64:ff9b::7f00:1]:{port}/",
        "/6to4": f"http://[2002:7f00:1::]:{port}/",
        "/v4-uz-v6": f"http://[::7f00:1]:{port}/",
        "/mesno-v6": "http://[fec0::1]/",
        "/svoje-v6": "http://[fd00::1]/",
        "/korisnik": f"http://portal.example@127.0.0.1:{port}/",
        "/kosa-crta": f"http://127.0.0.1:{port}\\@portal.example/",
        "/ime-masine": f"http://localhost:{port}/",
    }


def text_page(text: bytes, content_type: str, *, meta: str = "") -> Answer:
    """A page with an ad in plain markup, in whatever bytes."""
    head = f"<html><head>{meta}<title>x</title></head><body><h1>".encode("ascii")
    return Answer(head + text + b"</h1></body></html>", headers={"Content-Type": content_type})


def ad_with(description: str, title: str = "Zidar u inostranstvu") -> Answer:
    """An ad whose data hold this description, as JSON escapes it."""
    return Answer(f"<html><head>{json_ld(title, description=description)}</head></html>")


def raw_ad(inner: str) -> Answer:
    """An ad whose JSON is written by hand."""
    return Answer(f'<html><script type="application/ld+json">{inner}</script></html>')


def deep(value: str, depth: int) -> str:
    """The JSON value within so many lists."""
    return "[" * depth + value + "]" * depth


def entity_bomb(root: str, inside: str) -> bytes:
    """XML whose entities stand for each other; `inside` holds `&lol9;`."""
    entities = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY lol0 "haha">{entities}]>{inside}'.encode()


def huge_picture() -> bytes:
    """A PNG of few bytes and 900 million pixels."""
    small = io.BytesIO()
    Image.new("1", (200, 200)).save(small, "PNG")
    header = b"IHDR" + (30_000).to_bytes(4, "big") * 2 + small.getvalue()[24:29]
    return small.getvalue()[:12] + header + zlib.crc32(header).to_bytes(4, "big") + small.getvalue()[33:]


BOMBS = {
    "/gzip": unpacks_to_much("gzip", gzip.compress),
    "/deflate": unpacks_to_much("deflate", zlib.compress),
    "/brotli": unpacks_to_much("br", lambda data: brotli.compress(data, quality=1)),
    "/zstd": unpacks_to_much("zstd", zstd.compress),
    "/gzip-u-gzipu": unpacks_to_much("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
}
SIZES = {
    "/velika-najavljena": hundred_megabytes(announced=True),
    "/velika": hundred_megabytes(announced=False),
    "/zaglavlja": headers_without_end(),
    "/kolacici-bez-kraja": headers_without_end(b"Set-Cookie: a=" + b"x" * 1000 + b"\r\n"),
    "/json-20-mb": raw_ad('{"@type":"JobPosting","title":"x","description":"' + "x" * 20_000_000 + '"}'),
}
CHARSETS = {
    "/kodna-1": text_page("Vozač u Nemačkoj, šest sati".encode("windows-1250"), "text/html; charset=utf-8"),
    "/kodna-2": text_page("Vozač u Nemačkoj, šest sati".encode(), "text/html; charset=iso-8859-5"),
    "/kodna-3": text_page(
        "Vozač u Nemačkoj, šest sati".encode(),
        "text/html; charset=utf-8",
        meta='<meta charset="windows-1251">',
    ),
    "/kodna-4": text_page("Vozač u Nemačkoj, šest sati".encode() + b"\xff\xfe", "text/html; charset=utf-8"),
    "/kodna-5": Answer(
        "<html><body><h1>Vozač u Nemačkoj, šest sati</h1></body></html>".encode("utf-16-le"),
        headers={"Content-Type": "text/html"},
    ),
    "/kodna-6": text_page(b"Vozac u Nemackoj, sest sati", "text/html; charset=nepostojeca"),
}
HEAVY = {
    "/b": ad_with("<b>" * 50_000 + "Posao u inostranstvu"),
    "/br": ad_with("<br>" * 50_000 + "Posao u inostranstvu"),
    "/razmaci": ad_with(" " * 400_000 + "Posao u inostranstvu"),
    "/atributi": ad_with("<b " + " ".join(f"a{n}=1" for n in range(50_000)) + ">Posao u inostranstvu"),
    "/atributi-u-zapisu": raw_ad(
        '{"@type":"JobPosting","title":"Zidar u inostranstvu","description":"\\u003cb '
        + " ".join(f"a{n}=1" for n in range(50_000))
        + '\\u003ePosao u inostranstvu"}'
    ),
    "/json-dubok": raw_ad('{"@type":"JobPosting","title":"Kuvar","description":' + deep('"Posao"', 900) + "}"),
    "/json-predubok": raw_ad('{"@type":"JobPosting","title":"Kuvar","description":' + deep('"Posao"', 90_000) + "}"),
    "/json-mnogo": raw_ad(
        '{"@type":"JobPosting","title":"Kuvar","description":"Posao","x":[' + "[]," * 3_000_000 + "[]]}"
    ),
    "/json-zagrade": raw_ad('{"JobPosting" ' * 300_000),
    "/mikro": Answer(
        '<div itemscope itemtype="http://schema.org/JobPosting"><b itemprop="title">Kuvar</b>' * 300, headers=HTML
    ),
}
SIGNS = {
    "/nule": raw_ad('{"@type":"JobPosting","title":"Kuvar\\u0000","description":"Posao\\u0000 u\\u0007 Austriji"}'),
    "/surogat": raw_ad('{"@type":"JobPosting","title":"Kuvar \\ud800","description":"Posao \\udfff u Austriji"}'),
    "/zdesna": raw_ad('{"@type":"JobPosting","title":"Kuvar \u202etset","description":"Posao \u2066u Austriji"}'),
    "/sirove-nule": Answer(b"<html>\x00<body>\x00<h1>Kuvar\x00 u Austriji</h1>", headers=HTML),
    "/ad": ad_page("Kuvar"),
}


def page_that_breaks_out(port: int) -> Answer:
    """A page whose scripts try every way from a browser into the network."""
    return Answer(f"""<!doctype html><html><body><article><a href="/objava/1">1</a><p class="tekst">Posao</p></article>
<img src="http://127.0.0.1:{port}/slika"><img src="/skreni"><iframe src="http://localhost:{port}/okvir"></iframe>
<iframe src="file:///etc/hostname"></iframe><link rel="prefetch" href="http://127.0.0.1:{port}/unapred">
<link rel="dns-prefetch" href="http://unutra.example:{port}/"><script>
fetch("http://127.0.0.1:{port}/fetch", {{mode: "no-cors"}}).catch(() => 0);
fetch("/skreni", {{mode: "no-cors"}}).catch(() => 0);
fetch("http://unutra.example:{port}/ime", {{mode: "no-cors"}}).catch(() => 0);
fetch("http://[::ffff:127.0.0.1]:{port}/v6", {{mode: "no-cors"}}).catch(() => 0);
try {{ new WebSocket("ws://127.0.0.1:{port}/ws"); new WebSocket("ws://unutra.example:{port}/ws"); }} catch (e) {{}}
try {{ new EventSource("http://127.0.0.1:{port}/dogadjaji"); }} catch (e) {{}}
try {{ new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:{port}/radnik', {{mode: 'no-cors'}})"]))); }}
catch (e) {{}}
navigator.sendBeacon("http://127.0.0.1:{port}/signal", "x");
try {{ navigator.serviceWorker.register("/radnik.js"); }} catch (e) {{}}
try {{
  const call = new RTCPeerConnection({{iceServers: [{{urls: ["stun:127.0.0.1:{port}", "turn:127.0.0.1:{port}"],
    username: "a", credential: "b"}}]}});
  call.createDataChannel("x"); call.createOffer().then(offer => call.setLocalDescription(offer));
}} catch (e) {{}}
window.open("http://127.0.0.1:{port}/prozor");
</script></body></html>""")


BUSY = Answer("<html><body><article><p class='tekst'>x</p></article><script>while (true) {}</script></body></html>")
"""A page whose script never lets the browser answer."""
