"""Measures reading and likeness on drawn flyers: `python -m tests.flyers.measuring`. Part of `make bench`.

Figures that tests hold the code to stand in the tests; those that decided anything, in docs/decisions/0011.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import combinations

import pytesseract
from PIL import Image
from rapidfuzz.distance import Levenshtein

from pipelines.flyers.engine import Engine, find_engine, read_picture
from pipelines.flyers.likeness import NEAR, distance, picture_hash
from tests.bench.figures import Group, Notebook
from tests.flyers.drawing import COLOURS, CYRILLIC, DISTORTIONS, LATIN, Flyer, draw, groups

TEMPLATES = (("#ffffff", "#111111", None), *COLOURS)


def character_error(read: str, words: str) -> float:
    """Edit distance by the length of what stands there, white space made one."""
    expected = " ".join(words.split())
    return Levenshtein.distance(" ".join(read.split()), expected) / len(expected)


def drawn_templates(texts: int = 10) -> dict[tuple[int, int], Image.Image]:
    """Flyers by (text, template): several texts on each of five templates."""
    return {
        (number, template): draw(Flyer(title, lines, ground=ground, ink=ink, band=band))
        for number, (title, lines) in enumerate([*LATIN, *CYRILLIC][:texts])
        for template, (ground, ink, band) in enumerate(TEMPLATES)
    }


def distances_of_copies(drawn: dict[tuple[int, int], Image.Image]) -> Iterator[tuple[str, list[int]]]:
    """For each distortion, how far copies are from their originals, ascending."""
    hashes = {key: picture_hash(picture) for key, picture in drawn.items()}
    for name, distort in DISTORTIONS.items():
        yield name, sorted(distance(hashes[key], picture_hash(distort(picture))) for key, picture in drawn.items())


def distances_of_others(drawn: dict[tuple[int, int], Image.Image]) -> list[int]:
    """How far other flyers of the same template are from each other, ascending."""
    hashes = {key: picture_hash(picture) for key, picture in drawn.items()}
    return sorted(distance(hashes[one], hashes[other]) for one, other in combinations(hashes, 2) if one[1] == other[1])


def _reading_lines(engine: Engine, notebook: Notebook) -> Iterator[str]:
    for name, flyers in groups().items():
        errors, began = [], time.monotonic()
        for picture, words in flyers:
            errors.append(character_error(read_picture(picture, engine).text, words))
        seconds = (time.monotonic() - began) / len(flyers)
        mean, worst = sum(errors) / len(errors), max(errors)
        plain_error, plain_seconds = _read_plainly(flyers, engine)
        beside = "tesseract reading once, as the picture comes"
        notebook.note(Group.FLYERS, f"{name}: character error", 100 * mean, "%", beside=(beside, 100 * plain_error))
        notebook.note(Group.FLYERS, f"{name}: a flyer read", seconds, "s", beside=(beside, plain_seconds))
        yield f"{name:<12} {len(errors):>2} flyers  character error {mean:.2%}, worst {worst:.1%}  {seconds:.1f} s each"


def _read_plainly(flyers: Sequence[tuple[Image.Image, str]], engine: Engine) -> tuple[float, float]:
    """Mean character error and seconds a flyer of a single reading with the same languages."""
    began = time.monotonic()
    errors = [
        character_error(pytesseract.image_to_string(picture, lang=engine.languages), words) for picture, words in flyers
    ]
    return sum(errors) / len(errors), (time.monotonic() - began) / len(flyers)


def _likeness_lines(notebook: Notebook) -> Iterator[str]:
    drawn = drawn_templates()
    for name, found in distances_of_copies(drawn):
        within = sum(one <= NEAR for one in found)
        middle, most = found[len(found) // 2], found[-1]
        notebook.note(Group.FLYERS, f"{name}: copies found", 100 * within / len(found), "%")
        yield f"{name:<12} bits apart: median {middle}, most {most}; found {within} of {len(found)}"
    others = distances_of_others(drawn)
    taken = sum(one <= NEAR for one in others)
    yield f"other flyers of one template: least {others[0]} bits; {taken} of {len(others)} taken for the same"


def main() -> None:
    """Prints the figures."""
    engine, notebook = find_engine(), Notebook()
    lines = list(_likeness_lines(notebook))
    lines += list(_reading_lines(engine, notebook)) if isinstance(engine, Engine) else [engine.reason]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
