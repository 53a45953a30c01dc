"""A portal of many generated ads on loopback, fast enough not to be what is measured.

`python -m tests.bench.local_site COUNT` prints its address and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys

WORK = ("zidara", "vozača C+E", "negovateljicu", "radnika u magacinu", "kuvara", "sobaricu", "zavarivača", "mesara")
PLACES = ("Nemačka, Bremen", "Austrija, Linc", "Slovačka, Trnava", "Hrvatska, Zadar", "Češka, Brno", "Malta", "Poljska")
ORDINARY = (
    "Smeštaj obezbeđen u firminom stanu, dvokrevetne sobe.",
    "Rad osam sati, pet dana u nedelji.",
    "Potrebno je iskustvo od najmanje dve godine.",
    "Ugovor na neodređeno, prijava od prvog dana.",
    "Poslodavac snosi troškove lekarskog pregleda.",
    "Poželjno je poznavanje nemačkog jezika.",
    "Godišnji odmor i praznici plaćeni po zakonu.",
)
WORRYING = (
    "Smeštaj obezbeđen, prevoz organizovan.",
    "Radna viza i papiri su naša briga.",
    "Iskustvo nije potrebno, obuka na licu mesta.",
    "Rad šest dana nedeljno po dvanaest sati.",
    "Kotizacija 150 evra plaća se pre puta.",
    "Polazak svake nedelje, hitno.",
)
SYLLABLES = "ba be bi bo bra cvi do dra fe go gra hi ja ka ko kra li lo ma mi mo na no pa pe po ra re ro sa so sta te"


def ad_text(number: int) -> tuple[str, str]:
    """Title and description of the ad with that number, some 800 characters, the same on every call.

    One ad in five is worrying, about the share of the demo world.
    """
    chance = random.Random(number)  # noqa: S311 - variety, not secrecy
    work, place = chance.choice(WORK), chance.choice(PLACES)
    firm = "".join(chance.choices(SYLLABLES.split(), k=4)).capitalize()
    words = [" ".join("".join(chance.choices(SYLLABLES.split(), k=3)) for _ in range(9)) + "." for _ in range(6)]
    worrying = number % 5 == 0
    publisher = f"Agencija {firm}" if worrying else f"{firm} GmbH"
    wage = chance.randrange(1800, 2600, 50)
    text = "\n".join(
        [
            f"{publisher} traži {work} za rad u inostranstvu ({place}).",
            f"Plata {wage} evra neto mesečno.",
            *chance.sample(WORRYING if worrying else ORDINARY, 4),
            *words,
            f"Zvati na 060 000 {number % 10_000:04d} ili pisati na posao@{firm.lower()}.example.",
        ]
    )
    return f"Tražimo {work} – {place}", text


def detail_page(number: int) -> bytes:
    """A page of about 15 kB with the ad as JSON-LD between navigation and footer."""
    title, text = ad_text(number)
    posting = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": title,
        "description": text.replace("\n", "<br>"),
        "datePosted": "2026-11-19",
        "hiringOrganization": {"@type": "Organization", "name": text.split(" traži")[0]},
        "jobLocation": {"@type": "Place", "address": title.rsplit(" – ")[-1]},
    }
    noise = "".join(f'<li><a href="/rubrika/{n}">Rubrika broj {n} sa oglasima</a></li>' for n in range(120))
    return (
        f'<!doctype html><html lang="sr"><head><meta charset="utf-8"><title>{title}</title>'
        f'<script type="application/ld+json">{json.dumps(posting, ensure_ascii=False)}</script></head>'
        f"<body><ul>{noise}</ul><h1>{title}</h1><p>{text}</p><footer>{'Podnožje strane. ' * 60}</footer></body></html>"
    ).encode()


def listing_page(count: int) -> bytes:
    """All ads on one list, so that both spiders make the same requests."""
    links = "".join(f'<a class="oglas" href="/oglas/{number}">Oglas {number}</a>' for number in range(count))
    return f'<!doctype html><meta charset="utf-8">{links}'.encode()


async def _serve(count: int) -> None:
    pages = {f"/oglas/{number}".encode(): detail_page(number) for number in range(count)}
    pages[b"/"] = listing_page(count)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                body = pages.get(request.split(b" ", 2)[1])
                status = b"200 OK" if body else b"404 Not Found"
                head = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
                writer.write(head % (status, len(body or b"")) + (body or b""))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionResetError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
