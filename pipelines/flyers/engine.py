"""Reading a picture with tesseract: made ready, read in several ways within a time limit, the surest reading kept.

Without tesseract or its Serbian languages there is no engine; everything else goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import cache

import pytesseract
from PIL import Image, ImageOps
from pytesseract import Output, TesseractError, TesseractNotFoundError

from pipelines.flyers.words import SeenText, SeenWord, text_of

LANGUAGES = ("srp", "srp_latn")
PACKAGES = "tesseract-ocr tesseract-ocr-srp tesseract-ocr-srp-latn"
SECONDS = 20.0
"""For all readings of one picture."""
ALONE = {"sr-Cyrl": "srp", "sr-Latn": "srp_latn"}
"""The language of one script by itself."""
WANTED_SIDE, LARGEST_SIDE = 1400, 2600
"""Pixels of the longer side: smaller pictures are enlarged, larger ones shrunk, to letters of some 20 to 40."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a picture."""

    mode: int
    """Tesseract's page segmentation mode."""
    in_one_script: bool
    """Only in the script that the readings before found most of: together, titles are often taken for the other."""


WAYS = (Way(3, in_one_script=False), Way(3, in_one_script=True), Way(11, in_one_script=True))
"""Both scripts on a whole page, one script on a whole page, scattered words."""

# One thread a picture: tesseract's own four would fight for the same two processors.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")


@dataclass(frozen=True, slots=True)
class Engine:
    """An installed tesseract that reads Serbian."""

    version: str
    """As kept with each reading: `tesseract 5.3.0`."""
    languages: str = field(default="+".join(LANGUAGES))


@dataclass(frozen=True, slots=True)
class NoEngine:
    """Why pictures cannot be read here."""

    reason: str
    """One sentence that says what to install."""


@cache
def find_engine() -> Engine | NoEngine:
    """The engine of this machine; asked once a process."""
    install = f"install it to have pictures of ads read (Debian, Ubuntu: apt install {PACKAGES})"
    try:
        version = str(pytesseract.get_tesseract_version()).split()[0]
        missing = [name for name in LANGUAGES if name not in pytesseract.get_languages()]
    except (TesseractNotFoundError, TesseractError, OSError, SystemExit):
        return NoEngine(f"tesseract is not installed; {install}")
    if missing:
        return NoEngine(f"tesseract lacks {', '.join(missing)}; {install}")
    return Engine(f"tesseract {version}")


def read_picture(picture: Image.Image, engine: Engine, *, seconds: float = SECONDS) -> SeenText:
    """What is written on the picture; an empty text where nothing was found in that time."""
    ready, ends = make_ready(picture), time.monotonic() + seconds
    best = text_of(())
    for way in WAYS:
        left = ends - time.monotonic()
        languages = ALONE[best.language] if way.in_one_script and best.text else engine.languages
        found = _read(ready, languages, mode=way.mode, seconds=left) if left > 0 else None
        if found is None:
            break
        best = max(best, found, key=lambda text: text.weight)
    return best


def make_ready(picture: Image.Image) -> Image.Image:
    """Grey, with full contrast, of a size at which letters are read well."""
    longest = max(picture.size)
    scale = min(max(WANTED_SIDE / longest, 1.0), 4.0) if longest <= LARGEST_SIDE else LARGEST_SIDE / longest
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    if scale == 1.0:
        return grey
    return grey.resize((round(grey.width * scale), round(grey.height * scale)), Image.Resampling.LANCZOS)


def _read(picture: Image.Image, languages: str, *, mode: int, seconds: float) -> SeenText | None:
    """None where the time ran out."""
    try:
        found = pytesseract.image_to_data(
            picture, lang=languages, config=f"--psm {mode}", output_type=Output.DICT, timeout=seconds
        )
    except RuntimeError:
        # pytesseract's way to say that it killed the process, or that tesseract failed.
        return None
    columns = ("text", "conf", "block_num", "par_num", "line_num", "left", "top", "width", "height")
    return text_of(
        SeenWord(text.strip(), float(conf), (block, paragraph, line), *box)
        for text, conf, block, paragraph, line, *box in zip(*(found[name] for name in columns), strict=True)
        if text.strip()
    )
