"""How one offer is told again: each telling takes an ad's title and text and gives those of a copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import NamedTuple

import cyrtranslit

PLAIN = str.maketrans(
    {"č": "c", "ć": "c", "š": "s", "ž": "z", "Č": "C", "Ć": "C", "Š": "S", "Ž": "Z", "đ": "dj", "Đ": "Dj"}
)
MISREAD = (
    ("rn", "m"),
    ("l", "1"),
    ("o", "0"),
    ("š", "s"),
    ("č", "e"),
    ("i", "l"),
    ("u", "ii"),
    ("ć", "é"),
    ("a", "o"),
    ("e", "c"),
)
EMOJI = "🔥💪✅📞🇪🇺💶🏠🚌⭐👷📢❗"
CONTACT = re.compile(r"\S+@\S+|\S+\.example\S*")
PHONE = re.compile(r"(?<![\d.,])\+?\d[\d /\-]{6,}\d")
SUM = re.compile(
    r"(?<![\d/.,])(\d{1,3}(?:\.\d{3})|\d{2,5})(?= ?(?:[eE]\b|€|eur|evra|EUR|neto|bruto|franaka|CHF|NOK|kruna))"
)
CROATIAN = (
    ("smeštaj", "smještaj"), ("Smeštaj", "Smještaj"), ("plata", "plaća"), ("Plata", "Plaća"), ("nedelj", "tjedn"),
    ("mesec", "mjesec"), ("posle", "nakon"), ("evra", "eura"), ("obezbeđen", "osiguran"), ("hleb", "kruh"),
    ("fabrik", "tvornic"), ("Fabrik", "Tvornic"), ("voz ", "vlak "), ("dete", "dijete"), ("čovek", "čovjek"),
    ("vreme", "vrijeme"), ("mesto", "mjesto"), ("mesta", "mjesta"), ("Nemačk", "Njemačk"), ("nemačk", "njemačk"),
    ("ko ", "tko "), ("uslov", "uvjet"), ("januar", "siječanj"), ("decembr", "prosinc"), ("časova", "sati"),
)  # fmt: skip
BEFORE = (
    "Početna / Poslovi / Rad u inostranstvu\nPodeli oglas  Sačuvaj  Odštampaj\nPregleda: 1.284\n\n",
    "OGLASNA TABLA DIJASPORE · Prijavi se · Registruj se\n"
    "Kategorija: Ponuda posla\nObjavljeno pre 3 dana od korisnika posao_doo\n\n",
    "Posaljko.example – najveća baza poslova u regionu\nOvaj oglas ističe za 12 dana. Broj prijava: 47\n---\n",
)
AFTER = (
    "\n\nSlični oglasi: Kuvar, Malta | Varilac, Linc | Negovateljica, Beč\n"
    "Prijavi zloupotrebu. Portal ne odgovara za sadržaj oglasa.",
    "\n\nVažno: nikada ne šaljite novac unapred.\n"
    "Pravila korišćenja · Politika privatnosti · Kontakt\n© Oglasna tabla dijaspore",
    "\n---\nKreiraj profil i primaj ovakve oglase na mejl svakog jutra!\n"
    "Preuzmi aplikaciju za Android i iPhone. Svi oglasi poslodavca »",
)
FORWARDED = (
    "Prosleđeno iz grupe „Naši u Evropi“:\n\n{}\n\nAko nekome treba, neka se javi direktno, ja samo delim.",
    "Podelila prijateljica, možda nekom znači 👇👇\n\n{}",
    "> {}\n\nDa li je neko radio preko ovih? Kakva su iskustva?",
)
HASHTAGS = ("#posao #inostranstvo #radnici", "#posaoueu #dijaspora #srbija #bih #makedonija", "#jobs #balkan #hitno 👈")
DIRT = 0.025
"""The share of letters that a reader of pictures gets wrong: a creased flyer, not an unreadable one."""


class Telling(NamedTuple):
    title: str | None
    text: str
    core: str = ""
    """What tells this offer from the others of its group; empty where nothing is like it."""

    def told(self, tell: Callable[[str], str]) -> Telling:
        return self._replace(title=tell(self.title) if self.title else None, text=tell(self.text))


def cyrillic(ad: Telling, chance: Random) -> Telling:
    """Everything in Cyrillic, or all but the addresses."""
    spared = chance.random() < 0.6
    return ad.told(lambda text: _around(CONTACT, text, _to_cyrillic) if spared else _to_cyrillic(text))


def _to_cyrillic(text: str) -> str:
    return cyrtranslit.to_cyrillic(cyrtranslit.to_latin(text, "sr"), "sr")


def _around(kept: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """The text changed between what is kept."""
    ends = [0, *(at for match in kept.finditer(text) for at in match.span()), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    return "".join(piece if number % 2 else change(piece) for number, piece in enumerate(pieces))


def half_cyrillic(ad: Telling, chance: Random) -> Telling:
    """Every other line in the other script."""
    lines = ad.text.splitlines() if "\n" in ad.text else _sentences(ad.text)
    first = chance.randrange(2)
    told = [_to_cyrillic(line) if number % 2 == first else line for number, line in enumerate(lines)]
    return ad._replace(text="\n".join(told))


def bald(ad: Telling, chance: Random) -> Telling:
    """Without the marks over letters."""
    return ad.told(lambda text: text.translate(PLAIN))


def shouted(ad: Telling, chance: Random) -> Telling:
    return ad.told(str.upper)


def decorated(ad: Telling, chance: Random) -> Telling:
    """A picture at the head of each line and here and there between the words."""
    words = re.sub(r" ", lambda _: f" {chance.choice(EMOJI)} " if chance.random() < 0.06 else " ", ad.text)
    return ad._replace(
        text="\n".join(f"{chance.choice(EMOJI)} {line}" if line else line for line in words.splitlines())
    )


def other_phone(ad: Telling, chance: Random) -> Telling:
    """Another number in another spelling, or one where none stood."""
    number = f"060/{chance.randrange(10)}00-0{chance.randrange(100, 1000)}"
    told = PHONE.sub(number, ad.text)
    return ad._replace(text=told if told != ad.text else f"{ad.text}\nTel. {number}")


def other_price(ad: Telling, chance: Random) -> Telling:
    """Every sum raised or lowered by the same share."""
    factor = chance.choice((0.9, 1.05, 1.1, 1.2))

    def changed(match: re.Match[str]) -> str:
        value = max(1, round(float(match[1].replace(".", "")) * factor))
        return f"{value:,}".replace(",", ".") if "." in match[1] else str(value)

    return ad._replace(text=SUM.sub(changed, ad.text))


def shuffled(ad: Telling, chance: Random) -> Telling:
    """Paragraphs, or lines, or sentences in another order."""
    for between, pieces in _cuts(ad.text):
        if len(pieces) > 2:
            return ad._replace(text=between.join(chance.sample(pieces, len(pieces))))
    return ad


def shortened(ad: Telling, chance: Random) -> Telling:
    """Without the quarter of its paragraphs, lines or sentences that somebody thought too much, but never its core."""
    for between, pieces in _cuts(ad.text):
        spare = [at for at, piece in enumerate(pieces) if at and not _is_core(piece, ad.core)]
        if len(pieces) > 3 and spare:
            gone = set(chance.sample(spare, max(1, len(spare) // 4)))
            return ad._replace(text=between.join(piece for at, piece in enumerate(pieces) if at not in gone))
    return ad


def _is_core(piece: str, core: str) -> bool:
    return bool(core) and (piece in core or core in piece)


def _cuts(text: str) -> list[tuple[str, list[str]]]:
    return [("\n\n", text.split("\n\n")), ("\n", text.splitlines()), (" ", _sentences(text))]


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) +", text)


def in_a_portal(ad: Telling, chance: Random) -> Telling:
    at = chance.randrange(len(BEFORE))
    return ad._replace(text=BEFORE[at] + ad.text + AFTER[at])


def from_a_flyer(ad: Telling, chance: Random) -> Telling:
    """As read from a picture: no title of its own, lines broken by width, letters misread."""
    whole = f"{ad.title}\n{ad.text}" if ad.title else ad.text
    broken = re.sub(r"(.{25,40}?) ", r"\1\n", whole)
    return Telling(None, "".join(_misread(broken, chance)))


def _misread(text: str, chance: Random) -> list[str]:
    read, at = [], 0
    while at < len(text):
        right, wrong = next((pair for pair in _mixed(chance) if text.startswith(pair[0], at)), (text[at], text[at]))
        read.append(wrong if chance.random() < DIRT * 2 and right != wrong else text[at])
        at += len(right) if read[-1] == wrong and right != wrong else 1
    return read


def _mixed(chance: Random) -> list[tuple[str, str]]:
    return chance.sample(MISREAD, len(MISREAD))


def mistyped(ad: Telling, chance: Random) -> Telling:
    """One word of fifteen with two letters swapped, one lost or one doubled."""
    return ad._replace(text=re.sub(r"[^\W\d]{4,}", lambda word: _mistyped(word[0], chance), ad.text))


def _mistyped(word: str, chance: Random) -> str:
    if chance.random() > 1 / 15:
        return word
    at = chance.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return chance.choice((swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]))


def in_fields(ad: Telling, chance: Random) -> Telling:
    """As another portal lays it out: labels first, the text as a list."""
    lines = [line.strip() for line in ad.text.splitlines() if line.strip()]
    listed = "\n".join(f"• {piece}" for line in lines for piece in _sentences(line))
    head = f"Radno mesto: {ad.title}\n" if ad.title else ""
    told = f"Datum objave: 1{chance.randrange(10)}.11.2026.\nVrsta posla: puno radno vreme\n{head}Opis:\n{listed}"
    return Telling("Oglas za posao" if ad.title else None, told)


def with_hashtags(ad: Telling, chance: Random) -> Telling:
    return ad._replace(text=f"{ad.text}\n\n{chance.choice(HASHTAGS)}")


def forwarded(ad: Telling, chance: Random) -> Telling:
    frame = chance.choice(FORWARDED)
    whole = f"{ad.title}\n{ad.text}" if ad.title else ad.text
    return Telling(None, frame.format(whole.replace("\n", "\n> ") if frame.startswith(">") else whole))


def in_croatian(ad: Telling, chance: Random) -> Telling:
    """The everyday words of another standard."""

    def told(text: str) -> str:
        for here, there in CROATIAN:
            text = text.replace(here, there)
        return text

    return ad.told(told)


def one_paragraph(ad: Telling, chance: Random) -> Telling:
    """Copied by a hand that lost the line breaks, the title first."""
    whole = f"{ad.title}. {ad.text}" if ad.title else ad.text
    return Telling(None, re.sub(r"\s*\n\s*", "  ", whole))


def verbatim(ad: Telling, chance: Random) -> Telling:
    return ad


TELLINGS: tuple[Callable[[Telling, Random], Telling], ...] = (
    cyrillic, half_cyrillic, bald, shouted, decorated, other_phone, other_price, shuffled, shortened, in_a_portal,
    from_a_flyer, mistyped, in_fields, with_hashtags, forwarded, in_croatian, one_paragraph, verbatim,
)  # fmt: skip
