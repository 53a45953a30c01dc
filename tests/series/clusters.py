"""Labelled clusters: invented offers with copies distorted as people distort them, and jobs that must stay apart."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cyrtranslit
import yaml

from crawler.assessment import Ad

OFFERS = Path(__file__).with_name("offers.yml")
UNSEEN = Path(__file__).with_name("unseen.yml")
PAGE_TOP = ("Nazad na listu", "Kategorija: Inostranstvo / Ostalo", "Objavljeno: 12.11.2026. u 14:20", "Podeli oglas")
PAGE_END = (
    "Prijavi oglas",
    "Šifra oglasa: 445120\nPregleda: 1.204",
    "Slični oglasi: Vozač kombija Ulm, Kuvar Split, Zidar Beč",
    "Zapratite nas za još poslova 👉 www.primer-oglasi.example",
    "Portal ne odgovara za sadržaj oglasa.",
)
OWN_SENTENCES = (
    "Prosleđujem, možda nekome zatreba!",
    "Javite se ljudi, proveravao sam, čisto je.",
    "Preuzeto iz druge grupe, ja nemam ništa s tim.",
    "Ko hoće nek piše njima a ne meni",
    "Moja drugarica radi tamo i prezadovoljna je.",
    "Delim dalje po molbi prijatelja.",
    "Dobro jutro svima, evo jednog oglasa koji sam dobila jutros",
    "Ima još par mesta, požurite!",
    "Ne znam više od ovoga što piše.",
)
HASHTAGS = "#posao #inostranstvo #rad #poslovi #oglasi #balkan #radnici #zaposlenje #smestaj #plata"
DIGITS = ("nula", "jedan", "dva", "tri", "četiri", "pet", "šest", "sedam", "osam", "devet")
EMOJI = "🔥✅📢🚛💶👉⭐🇪🇺"


@dataclass(frozen=True, slots=True)
class LabelledAd:
    """An ad and the offer it is a copy of."""

    offer: int
    ad: Ad
    how: str
    """Names of the distortions."""


Distortion = Callable[[Ad, random.Random], Ad]


def labelled_ads(*, copies: int = 4, seed: int = 5, file: Path = OFFERS) -> list[LabelledAd]:
    """Every offer once as written and `copies` times distorted, in a random order that the seed fixes."""
    chance = random.Random(seed)  # noqa: S311 - a fixed order is wanted
    ads = [copy for number, ad in enumerate(offers(file)) for copy in _cluster(number, ad, copies, chance)]
    chance.shuffle(ads)
    return ads


def offers(file: Path = OFFERS) -> Iterator[Ad]:
    """The offers as written; each is another job."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    for agency in data["agencies"]:
        for job in agency["jobs"]:
            yield Ad(title=job["title"], text=f"{job['text'].strip()}\n\n{agency['about'].strip()}")
    for template in data["templates"]:
        for job in template["jobs"]:
            title = template["title"] and template["title"].format(**job)
            yield Ad(title=title, text=template["text"].format(**job).strip())
    for plain in data["plain"]:
        yield Ad(title=plain["title"], text=plain["text"])


def _cluster(number: int, ad: Ad, copies: int, chance: random.Random) -> Iterator[LabelledAd]:
    yield LabelledAd(number, ad, "as written")
    for _ in range(copies):
        copy, how = distorted(ad, chance)
        yield LabelledAd(number, copy, how)


def distorted(ad: Ad, chance: random.Random) -> tuple[Ad, str]:
    """A copy with one to three distortions, and their names."""
    chosen = chance.sample(sorted(DISTORTIONS), chance.choice((1, 1, 2, 3)))
    # Script last: the other distortions write Latin.
    ordered = sorted(chosen, key=lambda name: name in ("cyrillic", "stripped", "latin"))
    copy = ad
    for name in ordered:
        copy = DISTORTIONS[name](copy, chance)
    return copy, " + ".join(ordered)


def cyrillic(ad: Ad, chance: random.Random) -> Ad:
    """In the other alphabet; addresses are left as they are."""
    return _on_both(ad, lambda text: "".join(map(_in_cyrillic, re.split(r"(\S*[@/.]\S*[a-z]\S*)", text))))


def stripped(ad: Ad, chance: random.Random) -> Ad:
    """Without diacritics; đ becomes dj or d."""
    dj = chance.choice(("dj", "d"))
    table = str.maketrans({"č": "c", "ć": "c", "š": "s", "ž": "z", "Č": "C", "Ć": "C", "Š": "S", "Ž": "Z"})
    return _on_both(ad, lambda text: text.replace("đ", dj).replace("Đ", dj.upper()).translate(table))


def emoji(ad: Ad, chance: random.Random) -> Ad:
    """With emoji at the lines and between words."""
    lines = [f"{chance.choice(EMOJI)} {line}" if line else line for line in ad.text.split("\n")]
    return replace(ad, text="\n".join(lines).replace(", ", f" {chance.choice(EMOJI)} ", 2))


def other_phone(ad: Ad, chance: random.Random) -> Ad:
    """With another number, or one where there was none."""
    number = f"06{chance.randint(0, 9)}/555-{chance.randint(1000, 9999)}"
    changed = re.sub(r"0\d\d[/ ][\d /-]{6,10}\d", number, ad.text)
    return replace(ad, text=changed if changed != ad.text else f"{ad.text}\nTel. {number}")


def other_price(ad: Ad, chance: random.Random) -> Ad:
    """With other amounts of money."""
    return replace(
        ad,
        text=re.sub(
            r"\d[\d.,]*(?= (?:evra|evro|€|e\b|franaka|kruna))", lambda _: f"{chance.randint(9, 40)}00", ad.text
        ),
    )


def shortened(ad: Ad, chance: random.Random) -> Ad:
    """Without a quarter to a half of its sentences; the first ones stay."""
    parts = re.split(r"(?<=[.!✅‼️])\s+", ad.text)
    lost = (
        set(chance.sample(range(1, len(parts)), max(1, int(len(parts) * chance.uniform(0.25, 0.5)))))
        if len(parts) > 2
        else set()
    )
    return replace(ad, text="\n".join(part for at, part in enumerate(parts) if at not in lost))


def shuffled(ad: Ad, chance: random.Random) -> Ad:
    """With its paragraphs or lines in another order."""
    parts = re.split(r"\n+", ad.text)
    chance.shuffle(parts)
    return replace(ad, text="\n".join(parts))


def on_a_portal(ad: Ad, chance: random.Random) -> Ad:
    """With the lines that portals put around it."""
    top, end = chance.sample(PAGE_TOP, 2), chance.sample(PAGE_END, 3)
    return replace(ad, text="\n".join((*top, ad.text, *end)))


def other_title(ad: Ad, chance: random.Random) -> Ad:
    """With a title that says little, or none."""
    titles = (None, "POSAO U INOSTRANSTVU", "Potrebni radnici – odlična plata!", f"HITNO!!! {ad.title or 'Posao'}")
    return replace(ad, title=chance.choice(titles))


def with_slips(ad: Ad, chance: random.Random) -> Ad:
    """Typed anew, with a slip in one word of twenty."""
    words = ad.text.split(" ")
    for at in chance.sample(range(len(words)), max(1, len(words) // 20)):
        if len(words[at]) > 4 and words[at].isalpha():
            words[at] = words[at][:2] + words[at][3] + words[at][2] + words[at][4:]
    return replace(ad, text=" ".join(words))


def with_own_sentence(ad: Ad, chance: random.Random) -> Ad:
    """With a sentence of whoever passes it on, in front or behind."""
    own = chance.choice(OWN_SENTENCES)
    return replace(ad, text=chance.choice((f"{own}\n{ad.text}", f"{own} {ad.text}", f"{ad.text}\n{own}")))


def with_hashtags(ad: Ad, chance: random.Random) -> Ad:
    """With hashtags below."""
    return replace(ad, text=f"{ad.text}\n{' '.join(chance.sample(HASHTAGS.split(), 4))}")


def as_points(ad: Ad, chance: random.Random) -> Ad:
    """Its sentences as points of a list, all but the first in another order."""
    first, *points = re.split(r"(?<=[.!?])\s+|\n+", ad.text)
    chance.shuffle(points)
    return replace(ad, text="\n".join((first, *(f"- {point}" for point in points if point))))


def phone_in_words(ad: Ad, chance: random.Random) -> Ad:
    """With the number spelled out, or with other spaces."""

    def said(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found.group())
        return chance.choice((" ".join(DIGITS[int(digit)] for digit in digits), "-".join(digits), f"+381{digits[1:]}"))

    return replace(ad, text=re.sub(r"0\d\d[/ ][\d /-]{6,10}\d", said, ad.text))


def price_otherwise(ad: Ad, chance: random.Random) -> Ad:
    """With the same amounts written another way."""

    def written(found: re.Match[str]) -> str:
        amount, plain = found.group(1), found.group(1).replace(".", "")
        return chance.choice((f"{plain}€", f"€{plain}", f"{amount} EUR", f"{plain},00 eura", f"{plain} e"))

    return replace(ad, text=re.sub(r"(\d[\d.]*\d) (?:evra|eura|evro|€|e)(?!\w)", written, ad.text))


def relaid(ad: Ad, chance: random.Random) -> Ad:
    """In one paragraph, in short lines, or a sentence a line."""
    joined = " ".join(ad.text.split())
    short = re.sub(r"(.{30,50}?) ", r"\1\n", joined)
    return replace(ad, text=chance.choice((joined, short, re.sub(r"(?<=[.!?]) ", "\n\n", joined))))


def cut_off(ad: Ad, chance: random.Random) -> Ad:
    """As a listing shows it: the beginning, and an ellipsis."""
    length = max(130, int(len(ad.text) * chance.uniform(0.5, 0.8)))
    return replace(ad, text=f"{ad.text[:length].rstrip()}…" if length < len(ad.text) else ad.text)


def shouted(ad: Ad, chance: random.Random) -> Ad:
    """In capital letters."""
    return _on_both(ad, str.upper)


def latin(ad: Ad, chance: random.Random) -> Ad:
    """In the Latin alphabet, for what was written in Cyrillic."""
    return _on_both(ad, lambda text: str(cyrtranslit.to_latin(text, "sr")))


DISTORTIONS: dict[str, Distortion] = {
    one.__name__: one
    for one in (
        cyrillic,
        stripped,
        latin,
        emoji,
        other_phone,
        phone_in_words,
        other_price,
        price_otherwise,
        shortened,
        shuffled,
        as_points,
        relaid,
        cut_off,
        shouted,
        on_a_portal,
        with_own_sentence,
        with_hashtags,
        other_title,
        with_slips,
    )
}


def _on_both(ad: Ad, change: Callable[[str], str]) -> Ad:
    return replace(ad, title=ad.title and change(ad.title), text=change(ad.text))


def _in_cyrillic(part: str) -> str:
    is_address = re.fullmatch(r"\S*[@/.]\S*[a-z]\S*", part) and ("@" in part or "www." in part or ".example" in part)
    return part if is_address else str(cyrtranslit.to_cyrillic(part, "sr"))
