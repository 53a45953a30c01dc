"""`make eval`: measures the program against evaluation data beside the project: labelled ads, register, saved pages.

`python -m tests.evaluation FOLDER`. The data stay where they are; nothing in the project needs them.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ADWATCH = Path(sys.executable).parent / "adwatch"


def main(folder: Path) -> int:
    """Runs every measurement there are data for. Returns 1 where one misses its bar."""
    missed = [name for name, measure in MEASUREMENTS.items() if not measure(folder)]
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nall bars reached")
    return 1 if missed else 0


def measure_ads(folder: Path) -> bool:
    """Reading of labelled ads, by the folder's own scoring script."""
    print("\nads")
    with tempfile.TemporaryDirectory() as home:
        labels = folder / "ads.dev.jsonl"
        found = _adwatch(home, "check", "--jsonl", str(labels))
        output = Path(home) / "found.jsonl"
        output.write_text(found.stdout, encoding="utf-8")
        return _score([str(folder / "score_ads.py"), str(labels), str(output)])


def measure_register(folder: Path) -> bool:
    """Import of the register's formats and the match queries, by the folder's own scoring script."""
    print("\nregister")
    return _score([str(folder / "score_register.py"), str(folder / "register"), str(ADWATCH)])


def measure_pages(folder: Path) -> bool:
    """Postings of each saved page against the expected ones."""
    print("\npages")
    expected = json.loads((folder / "pages" / "expected.json").read_text(encoding="utf-8"))
    right = 0
    for name, postings in expected.items():
        with tempfile.TemporaryDirectory() as home:
            page = str(folder / "pages" / name)
            ended = _adwatch(home, "extract", "--url", f"https://saved.example/{name}", page, "--json")
        found = json.loads(ended.stdout) if ended.returncode == 0 else []
        good = all(any(_fits(posting, wanted) for posting in found) for wanted in postings)
        right += good
        if not good:
            print(f"  {name}: wanted {postings}, got {found or ended.stderr}")
    print(f"  {right} of {len(expected)} pages give their postings")
    return right == len(expected)


def measure_crawl(folder: Path) -> bool:
    """A crawl of the saved pages over loopback: ads stored, captures verified, assessments made."""
    print("\ncrawl of the saved pages")
    with tempfile.TemporaryDirectory() as home, _served(folder / "pages") as url:
        crawled = _adwatch(home, "crawl", "--url", url, "--json")
        counts = json.loads(_adwatch(home, "status", "--json").stdout)
        verified = json.loads(_adwatch(home, "evidence", "verify", "--json").stdout)
        steps = {step["name"]: step for step in json.loads(crawled.stdout)["steps"]}
    expected = json.loads((folder / "pages" / "expected.json").read_text(encoding="utf-8"))
    assessed = steps["assess_new_ads"]["counts"].get("ads", 0)
    print(f"  {counts} assessed {assessed}, evidence {'verifies' if verified['ok'] else verified['first_broken']}")
    return bool(counts["ads"] >= len(expected) and assessed == counts["ads"] and verified["ok"])


def _fits(posting: dict[str, Any], wanted: dict[str, Any]) -> bool:
    organisation = (posting.get("hiringOrganization") or {}).get("name")
    found = {**posting, "hiringOrganization": organisation}
    return all(_folded(found.get(name)) == _folded(value) for name, value in wanted.items())


def _folded(text: str | None) -> str:
    return " ".join(unicodedata.normalize("NFKC", text or "").split()).casefold()


def _adwatch(home: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ADWATCH_HOME": home}
    environment.pop("ADWATCH_DATABASE_URL", None)
    return subprocess.run(
        [ADWATCH, *arguments], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )


def _score(arguments: list[str]) -> bool:
    ended = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    print("  " + "\n  ".join((ended.stdout + ended.stderr).strip().splitlines()))
    return ended.returncode == 0


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the measurement's own lines are what is read."""


MEASUREMENTS = {"ads": measure_ads, "register": measure_register, "pages": measure_pages, "crawl": measure_crawl}

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
