"""A spider that holds too much ends; what it asks for beyond that it does not get."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from crawler.memory import ROOM, memory_mb
from tests.spiders.loopback import ROOT, Answer, crawl, links_to, serve, source


def test_a_spider_beyond_its_memory_ends_in_order(tmp_path: Path) -> None:
    with serve(lambda path: Answer(links_to()) if path == "/oglasi" else None) as site:
        manifest = {"kind": "structured", "start_urls": [f"{site.url}/oglasi"], "listing": {"links": "a.oglas"}}
        source(tmp_path, "rs_velik", manifest)
        run = crawl("rs_velik", tmp_path, "-s", "MEMORY_LIMIT_MB=20")
    assert "memory over its limit source=rs_velik" in run.log
    assert "Spider closed (memory)" in run.log


def test_the_system_gives_a_spider_no_more_than_its_bound() -> None:
    most = int(300 * ROOM)
    program = f"""
from crawler.memory import bound_memory, bound_lifted
bound_memory(300)
def fails(megabytes):
    try:
        bytearray(megabytes * 1024 * 1024)
    except MemoryError:
        return True
    return False
assert fails({most})
assert not fails(50)
with bound_lifted():
    assert not fails({most})
assert fails({most})
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_a_process_that_has_ended_holds_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert memory_mb(process=ended.pid) == 0
    assert memory_mb() > 0


def test_what_is_loaded_is_not_looked_through_for_garbage_again() -> None:
    program = """
import gc
gc.disable()
from crawler.memory import keep_loaded
keep_loaded()
assert gc.isenabled() and gc.get_freeze_count() > 10_000
before = len(gc.get_objects())
for _ in range(50_000):
    ring = []
    ring.append(ring)
assert len(gc.get_objects()) < before + 20_000
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_what_the_process_that_started_it_held_is_not_counted_as_a_spider_s_own() -> None:
    program = """
import subprocess, sys
held = bytearray(300 * 1024 * 1024)
held[::4096] = b"x" * len(held[::4096])
peak = "from crawler.memory import peak_memory; print(peak_memory())"
child = subprocess.run([sys.executable, "-c", peak], stdin=subprocess.PIPE, capture_output=True, check=True)
print(child.stdout.decode())
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    assert 1_000_000 < int(ended.stdout) < 200_000_000
