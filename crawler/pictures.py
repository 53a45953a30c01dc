"""Opening pictures from strangers: kind by their bytes, bounded before anything is unpacked, nothing of EXIF shown.

What a picture says or resembles is the business of `pipelines.flyers`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from crawler.errors import AdwatchError

LARGEST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_SCANS = 100
"""A JPEG is drawn over and over, by some ten scans where it is progressive; a hundred thousand fit into the bytes."""
LEAST_SIDE = 120
"""Pixels; anything smaller is an icon or a counter, no flyer."""
KINDS = ("JPEG", "PNG", "WEBP", "GIF")
"""Pillow's other readers (vector formats, archives of frames) are never tried on what strangers send."""


class PictureError(AdwatchError):
    """The bytes are no picture that may be opened; `problem` is its class for the counts."""

    def __init__(self, problem: str, message: str) -> None:
        """Keeps the class of the problem."""
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the header of a picture says."""

    kind: str
    """One of `KINDS`."""
    width: int
    """Pixels, as is the height."""
    height: int


def inspect_picture(content: bytes) -> PictureFacts:
    """Reads the header only. Raises PictureError where it is no picture, or too large or too small a one."""
    with _opened(content) as picture:
        return PictureFacts(str(picture.format), picture.width, picture.height)


def open_picture(content: bytes, *, largest_side: int | None = None) -> Image.Image:
    """The first frame, upright, on white, as RGB without EXIF; shrunk to `largest_side` where given.

    Raises PictureError as `inspect_picture`, and where the picture breaks off.
    """
    with _opened(content) as picture:
        try:
            if largest_side:
                picture.draft("RGB", (largest_side, largest_side))
            upright = ImageOps.exif_transpose(picture)
            flat = _on_white(upright)
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise PictureError("not_a_picture", f"the picture cannot be unpacked: {error}") from error
    if largest_side:
        flat.thumbnail((largest_side, largest_side))
    return flat


def thumbnail(content: bytes, *, largest_side: int) -> bytes:
    """The picture shrunk and written anew as JPEG: nothing of the given file is left in it. Raises PictureError."""
    buffer = BytesIO()
    open_picture(content, largest_side=largest_side).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def preview(content: bytes, *, width: int, height: int) -> bytes:
    """The top of the picture in exactly that size, written anew as JPEG: a page is known by how it begins.

    Raises PictureError.
    """
    picture = open_picture(content)
    wanted = picture.width * height // width
    shown = picture.crop((0, 0, picture.width, min(picture.height, wanted)))
    buffer = BytesIO()
    ImageOps.pad(shown, (width, height), color="white").save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _opened(content: bytes) -> Image.Image:
    if len(content) > LARGEST_BYTES:
        raise PictureError("too_many_bytes", f"the picture has {len(content)} bytes, more than {LARGEST_BYTES}")
    # Within a scan no such two bytes stand together (ITU T.81, B.1.1.5).
    if content.startswith(b"\xff\xd8") and content.count(b"\xff\xda") > MOST_SCANS:
        raise PictureError("not_a_picture", f"the picture is drawn more than {MOST_SCANS} times over")
    try:
        with warnings.catch_warnings():
            # Our own bound below is stricter than Pillow's warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(content), formats=KINDS)
    except Image.DecompressionBombError as error:
        raise PictureError("too_many_pixels", "the picture would fill the memory") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise PictureError("not_a_picture", "the file is no JPEG, PNG, WebP or GIF picture") from error
    if picture.width * picture.height > MOST_PIXELS:
        raise PictureError("too_many_pixels", f"the picture has {picture.width}×{picture.height} pixels")
    if min(picture.size) < LEAST_SIDE:
        raise PictureError("too_small", f"the picture has only {picture.width}×{picture.height} pixels")
    return picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers).convert("RGB")
    return picture.convert("RGB")
