"""Writes the labelled clusters for `adwatch evaluate dedupe`: `python -m tests.series.write_clusters FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.series.clusters import labelled_ads


def write_clusters(path: Path) -> None:
    """A JSON object a line: id, title, text, series."""
    lines = (
        {"id": f"{number} ({one.how})", "title": one.ad.title, "text": one.ad.text, "series": one.offer}
        for number, one in enumerate(labelled_ads(), 1)
    )
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    write_clusters(Path(sys.argv[1]))
