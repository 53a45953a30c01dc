"""Draws invented flyers, and does to pictures what phones and platforms do. Steady but for the grain of photos.

`python -m tests.flyers.drawing` draws the pictures of the demo anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import yaml
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from spiders.demo.ads import load_offers, placed_ads
from spiders.demo.site import PICTURES

FONTS = {
    "sans": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "bold": "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
}


@dataclass(frozen=True, slots=True)
class Flyer:
    """What a flyer says, and how it looks."""

    title: str
    lines: Sequence[str]
    ground: str = "#ffffff"
    ink: str = "#111111"
    band: str | None = None
    """Colour of the bar behind the title."""
    columns: int = 1
    size: tuple[int, int] = (900, 900)

    @property
    def words(self) -> str:
        """The words in reading order, column by column."""
        return " ".join([self.title, *self.lines])


def draw(flyer: Flyer) -> Image.Image:
    """The flyer as a picture."""
    picture = Image.new("RGB", flyer.size, flyer.ground)
    pen = ImageDraw.Draw(picture)
    width, height = flyer.size
    top = height // 5
    if flyer.band:
        pen.rectangle((0, 0, width, top), fill=flyer.band)
    margin = width // 18
    _text(
        pen, flyer.title, "bold", (margin, height // 25, width - margin, top), flyer.ground if flyer.band else flyer.ink
    )
    column = (width - 2 * margin) // flyer.columns
    share = -(-len(flyer.lines) // flyer.columns)
    step = (height - top - 2 * margin) // max(share, 6)
    for number, line in enumerate(flyer.lines):
        left = margin + number // share * column
        above = top + margin + number % share * step
        _text(pen, line, "sans", (left, above, left + column - margin, above + step), flyer.ink)
    return picture


def _text(pen: ImageDraw.ImageDraw, text: str, font: str, box: tuple[int, int, int, int], ink: str) -> None:
    """Writes the text as large as it fits on one line of the box."""
    size = int((box[3] - box[1]) * 0.62)
    while pen.textlength(text, font=ImageFont.truetype(FONTS[font], size)) > box[2] - box[0]:
        size -= 1
    pen.text((box[0], box[1]), text, fill=ink, font=ImageFont.truetype(FONTS[font], size))


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as the bytes of a file."""
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def reopened(picture: Image.Image, *, quality: int) -> Image.Image:
    """What JPEG at that quality leaves of the picture."""
    return Image.open(BytesIO(encoded(picture, "JPEG", quality=quality))).convert("RGB")


def photographed(picture: Image.Image, *, seed: int) -> Image.Image:
    """The picture as a phone takes it off a wall: aslant, a little out of shape, soft, grainy and dim."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    width, height = picture.size
    framed = Image.new("RGB", (width + 120, height + 120), "#8a8378")
    framed.paste(picture, (60, 60))
    width, height = framed.size
    lean = [chance.uniform(-0.02, 0.02) for _ in range(8)]
    corners = (0, 0, 0, height, width, height, width, 0)
    quad = [
        at + slip * (width if number % 2 == 0 else height)
        for number, (at, slip) in enumerate(zip(corners, lean, strict=True))
    ]
    taken = framed.transform(framed.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor="#8a8378")
    taken = taken.rotate(chance.uniform(-2.5, 2.5), Image.Resampling.BICUBIC, fillcolor="#8a8378")
    taken = taken.filter(ImageFilter.GaussianBlur(0.9))
    grain = Image.effect_noise(taken.size, 22).convert("RGB")
    return reopened(ImageEnhance.Brightness(Image.blend(taken, grain, 0.08)).enhance(0.85), quality=70)


def smaller(picture: Image.Image, share: float) -> Image.Image:
    """The picture at a share of its size."""
    return picture.resize((int(picture.width * share), int(picture.height * share)), Image.Resampling.LANCZOS)


def cropped(picture: Image.Image, share: float = 0.05) -> Image.Image:
    """The picture without that share on the left and on top."""
    return picture.crop((int(picture.width * share), int(picture.height * share), picture.width, picture.height))


def overwritten(picture: Image.Image, text: str) -> Image.Image:
    """The picture with another phone number in place of its last line."""
    changed = picture.copy()
    pen = ImageDraw.Draw(changed)
    width, height = picture.size
    above = int(height * 0.86)
    pen.rectangle((0, above, width, height), fill=picture.getpixel((2, height - 2)))
    _text(pen, text, "sans", (width // 18, above, width - width // 18, height), "#c00000")
    return changed


def watermarked(picture: Image.Image, text: str) -> Image.Image:
    """The picture with a pale name across its middle."""
    mark = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(mark)
    font = ImageFont.truetype(FONTS["bold"], picture.width // 14)
    pen.text((picture.width // 8, picture.height // 2), text, fill=(128, 128, 128, 110), font=font)
    return Image.alpha_composite(picture.convert("RGBA"), mark).convert("RGB")


def brighter(picture: Image.Image, factor: float) -> Image.Image:
    """The picture lighter (above 1) or darker."""
    return ImageEnhance.Brightness(picture).enhance(factor)


DISTORTIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg_60": lambda picture: reopened(picture, quality=60),
    "jpeg_25": lambda picture: reopened(picture, quality=25),
    "half_size": lambda picture: smaller(picture, 0.5),
    "quarter_size": lambda picture: smaller(picture, 0.25),
    "crop_5": cropped,
    "other_phone": lambda picture: overwritten(picture, "Viber +381 60 000 0099"),
    "watermark": lambda picture: watermarked(picture, "POSAO EU INFO"),
    "brighter": lambda picture: brighter(picture, 1.3),
    "darker": lambda picture: brighter(picture, 0.7),
}


_WORDS = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
LATIN = tuple((flyer["title"], tuple(flyer["lines"])) for flyer in _WORDS["latin"])
CYRILLIC = tuple((flyer["title"], tuple(flyer["lines"])) for flyer in _WORDS["cyrillic"])
COLOURS = (
    ("#0b3d91", "#ffffff", "#f2c200"),
    ("#f7d046", "#1a1a1a", "#b3001b"),
    ("#c1121f", "#ffffff", "#3d0007"),
    ("#e8f1f2", "#13293d", "#1b98e0"),
)
"""Ground, ink and the bar behind the title."""


def groups() -> dict[str, list[tuple[Image.Image, str]]]:
    """The measured flyers by kind, each with its words."""
    plain = [Flyer(title, lines) for title, lines in LATIN]
    cyrillic = [Flyer(title, lines) for title, lines in CYRILLIC]
    coloured = [
        Flyer(title, lines, ground=ground, ink=ink, band=band)
        for (title, lines), (ground, ink, band) in zip([*LATIN, *CYRILLIC], COLOURS * 3, strict=False)
    ]
    wide = [Flyer(title, lines, columns=2, size=(1400, 700)) for title, lines in (*LATIN[:4], *CYRILLIC[:2])]
    small = [Flyer(title, lines, size=(420, 420)) for title, lines in (*LATIN[:3], *CYRILLIC[:2])]
    return {
        "latin": [(draw(one), one.words) for one in plain],
        "cyrillic": [(draw(one), one.words) for one in cyrillic],
        "coloured": [(reopened(draw(one), quality=80), one.words) for one in coloured],
        "two_columns": [(draw(one), one.words) for one in wide],
        "small": [(reopened(draw(one), quality=75), one.words) for one in small],
        "photo": [
            (photographed(draw(one), seed=number), one.words)
            for number, one in enumerate([*plain[:4], *cyrillic[:2], *coloured[:2]])
        ],
    }


def draw_demo() -> None:
    """Writes the demo's flyers, with the words of `ads.yml`."""
    for colours, ad in zip(COLOURS, [ad for ad in placed_ads(load_offers()) if ad.placement.flyer], strict=False):
        ground, ink, band = COLOURS[3] if "klanica" in str(ad.placement.flyer) else colours
        picture = draw(Flyer(ad.title, ad.text.splitlines(), ground=ground, ink=ink, band=band, size=(800, 800)))
        content = encoded(picture.quantize(16), optimize=True)
        (PICTURES / str(ad.placement.flyer)).write_bytes(content)


if __name__ == "__main__":
    draw_demo()
