"""Reading a picture with tesseract: made ready, read in several ways within a time limit, the surest reading kept.

Without tesseract or its Serbian languages there is no engine; everything else goes on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from functools import cache

import pytesseract
from PIL import Image, ImageOps, ImageStat
from pytesseract import Output, TesseractError, TesseractNotFoundError

from pipelines.flyers.words import SeenText, SeenWord, completed, text_of

LANGUAGES = ("srp", "srp_latn")
PACKAGES = "tesseract-ocr tesseract-ocr-srp tesseract-ocr-srp-latn"
SECONDS = 40.0
"""For all readings of one picture; three take one to four on an idle machine, ten and more on a busy one."""
LATIN = "srp_latn"
WHOLE_PAGE, SCATTERED = 3, 11
"""Tesseract's page segmentation modes."""
AS_GOOD = 0.75
"""Share of the weight from which on a reading in Latin alone counts more: together, the scripts' data take titles in
Latin for Cyrillic, and surely so.
"""
DARK = 128
WANTED_SIDE, LARGEST_SIDE = 1400, 2600
"""Pixels of the longer side: smaller pictures are enlarged, larger ones shrunk, to letters of some 20 to 40."""


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


def read_picture(
    picture: Image.Image, engine: Engine, *, seconds: float = SECONDS, enough: float | None = None
) -> SeenText:
    """What is written on the picture; an empty text where nothing was found in that time.

    `enough`: so many seconds from the start the words found by then will do, and further readings are left.
    """
    started, ready = time.monotonic(), make_ready(picture)
    languages, ends = engine.languages, started + seconds
    words = _read(ready, languages, mode=WHOLE_PAGE, ends=ends)
    if words and enough is not None:
        ends = min(ends, started + enough)
    seen = text_of(words)
    if seen.language == "sr-Latn" and seen.is_mixed:
        in_latin = _read(ready, LATIN, mode=WHOLE_PAGE, ends=ends)
        if text_of(in_latin).weight >= seen.weight * AS_GOOD:
            words, languages = in_latin, LATIN
    # Light letters on dark ground, and the reverse, are often passed over in one picture and read in its negative.
    negative = _read(ImageOps.invert(ready), languages, mode=SCATTERED, ends=ends)
    return text_of(completed(words, negative))


def make_ready(picture: Image.Image) -> Image.Image:
    """Grey, with full contrast, mostly light, of a size at which letters are read well."""
    longest = max(picture.size)
    scale = min(max(WANTED_SIDE / longest, 1.0), 4.0) if longest <= LARGEST_SIDE else LARGEST_SIDE / longest
    grey = ImageOps.autocontrast(picture.convert("L"), cutoff=1)
    if ImageStat.Stat(grey).median[0] < DARK:
        grey = ImageOps.invert(grey)
    if scale == 1.0:
        return grey
    return grey.resize((round(grey.width * scale), round(grey.height * scale)), Image.Resampling.LANCZOS)


def _read(picture: Image.Image, languages: str, *, mode: int, ends: float) -> list[SeenWord]:
    """Nothing where the time, by the monotonic clock, ran out or tesseract failed."""
    left = ends - time.monotonic()
    if left <= 0:
        return []
    # Handed over as plain pixels: to pack them as PNG, which is the wrapper's habit, is most of our own work.
    picture.format = "PPM"
    try:
        found = pytesseract.image_to_data(
            picture, lang=languages, config=f"--psm {mode}", output_type=Output.DICT, timeout=left
        )
    except RuntimeError:
        # pytesseract's way to say that it killed the process, or that tesseract failed.
        return []
    columns = ("text", "conf", "block_num", "par_num", "line_num", "left", "top", "width", "height")
    return [
        SeenWord(text.strip(), float(conf), (block, paragraph, line), *box)
        for text, conf, block, paragraph, line, *box in zip(*(found[name] for name in columns), strict=True)
        if text.strip()
    ]
