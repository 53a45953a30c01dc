"""The script of a document: our own Serbian words in Cyrillic or Latin, and text made fit for printing.

Matching never uses it (`injekcija` would become `ињекција`); which parts stay as written is told by `alerts.document`.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import cyrtranslit


class Script(StrEnum):
    """Script of a document."""

    CYRL = "cyrl"
    LATN = "latn"


UNPRINTABLE = "□"
"""Stands for what the embedded fonts cannot show; the evidence holds the original."""

# Two letters that meet at a seam of the word, not the one letter nj, lj or dž. Matched on word beginnings.
SEAMS = (
    "in|jek",
    "in|jic",
    "kon|jug",
    "kon|junk",
    "kon|jekt",
    "tan|jug",
    "van|jezi",
    "pan|jezi",
    "pan|jelin",
    "in|junk",
    "nad|živ",
    "nad|žnj",
    "nad|žanr",
    "nad|župan",
    "nad|žet",
    "od|živ",
    "od|žal",
    "od|žet",
    "pod|žanr",
    "pod|župan",
    "pred|žet",
    "pred|živo",
    "pred|žanr",
)
_SEAM = re.compile(
    "|".join(rf"(?<=\b{before})(?={after})" for before, after in (seam.split("|") for seam in SEAMS)), re.IGNORECASE
)
_DIGRAPHS = {"NJ": "Nj", "LJ": "Lj", "DŽ": "Dž"}

# Names of formats and standards, which Cyrillic texts keep in Latin letters.
TERMS = (
    "SHA-256",
    "WARC-Record-ID",
    "WARC",
    "URL",
    "UTC",
    "HTTP",
    "ZIP",
    "CSV",
    "UTF-8",
    "WACZ",
    "Viber",
    "WhatsApp",
    "Telegram",
    "OCR",
)
# Addresses and Roman numerals stay too; so do words with letters that Serbian lacks.
_ADDRESS = r"\b[\w.+-]+@\w[\w.-]*\w|\b(?:[\w-]+\.)+(?:rs|com|org|net|eu|example)\b"
_KEPT = re.compile(rf"{_ADDRESS}|\b(?:{'|'.join(TERMS)}|[IVX]{{2,}})\b|\b\w*[qwxyQWXY]\w*\b")

# Measured with the fonts that the PDF writer embeds (typst 0.15, November 2026): these ranges have glyphs in all
# of them together. Anything else makes a PDF/A fail.
_UNSHOWN = re.compile(
    r"[^ -~¡-¬®-ɏʹ-˿Α-ΡΣ-ωЀ-ҁҊ-ӿ"
    r"‐-‧‰-⁞₠-₿ℂ-⅏←-⇿∀-≟■-◿☀-☯✁-✄✆-✉✌-✧]+"
)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_RUN_OF_UNSHOWN = re.compile(rf"{UNPRINTABLE}+")
_SOME_WORDS = re.compile(r".{1,1000}(?=\s|\Z)|.{1,1000}", re.DOTALL)
"""Marks on a letter are put in order by comparing each with each: of a hundred thousand that takes minutes."""


@lru_cache(maxsize=4096)
def to_script(text: str, script: Script) -> str:
    """Our own words in that script; names of formats, addresses, Roman numerals and words with q, w, x or y stay.

    Remembered: most words of a letter are those of its template.
    """
    if script is Script.LATN:
        return str(cyrtranslit.to_latin(text, "sr"))
    parts, done = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_to_cyrillic(text[done : kept.start()]), kept.group()]
        done = kept.end()
    return "".join([*parts, _to_cyrillic(text[done:])])


def printable(text: str) -> str:
    """The text on one line, without direction marks, and with □ for what cannot be shown.

    What a page contains is not trusted: neither control characters nor unpaired surrogates reach a document.
    """
    composed = "".join(unicodedata.normalize("NFC", words) for words in _SOME_WORDS.findall(text))
    seen = _UNSEEN.sub("", composed)
    shown = _UNSHOWN.sub(UNPRINTABLE, " ".join(seen.split()))
    return _RUN_OF_UNSHOWN.sub(UNPRINTABLE, shown)


def storable(text: str) -> str:
    """The text as any database and any XML can hold it: no NUL, no unpaired surrogates, no noncharacters."""
    return _UNSTORABLE.sub("\ufffd", text)


# The last two of every plane are noncharacters.
_LAST_OF_PLANES = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_UNSTORABLE = re.compile(f"[\0\ud800-\udfff\ufdd0-\ufdef{_LAST_OF_PLANES}]")


def _to_cyrillic(text: str) -> str:
    seamed = _SEAM.sub("\u200b", text)
    single = re.sub("NJ|LJ|DŽ", lambda found: _DIGRAPHS[found.group()], seamed)
    return str(cyrtranslit.to_cyrillic(single, "sr")).replace("\u200b", "")
