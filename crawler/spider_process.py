"""The process that runs one spider: `python -m crawler.spider_process SOURCE [name=value …]`.

It ends with its parent: a night that is killed leaves no spider behind that would go on fetching. A parent that is
stopped in order cuts it off: it keeps what it has, and its run stays open, to be begun again.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import NoReturn

from crawler.stopping import is_cut_off


def main(arguments: list[str]) -> int:
    """Runs the spider to its end. Returns the exit code."""
    if os.environ.get("ADWATCH_FOLLOW_PARENT"):
        threading.Thread(target=_end_with_parent, daemon=True).start()
    # What is loaded stays; looking for garbage in it took a fifth of the start (see crawler.memory.keep_loaded).
    gc.disable()
    from crawler.spider_run import run_spider  # noqa: PLC0415 - loaded once nothing looks for garbage

    return run_spider(*arguments)


def _end_with_parent() -> NoReturn:
    """Standard input is a pipe from the parent: its end is the parent's end."""
    # Not by way of sys.stdin, whose lock a sleeping reader would hold when the interpreter ends in peace.
    while os.read(0, 1024):
        is_cut_off.set()
        os.kill(os.getpid(), signal.SIGTERM)
    # Not a graceful stop: what is unsaved is fetched again when the night is resumed.
    os._exit(70)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
