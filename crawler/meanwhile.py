"""Judging beside the crawl: the steps named in `crawler.night.WHILE_CRAWLING` run again and again until it ends.

The same steps run once more afterwards, as steps of the night, on whatever is left; nothing depends on this.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.exc import OperationalError

from crawler.night import Night, Step, silent
from crawler.stopping import PATIENCE_SECONDS, Stopped
from crawler.store.engine import reason_of

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0


@contextmanager
def judging_meanwhile(night: Night, steps: Mapping[str, Step]) -> Iterator[dict[str, Counter[str]]]:
    """Runs the steps in a thread while the body runs. Yields what they have counted, by step, complete at the end."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in steps}
    ended = threading.Event()
    quiet = replace(night, progress=silent)
    thread = threading.Thread(target=_judge, args=(quiet, steps, counts, ended), daemon=True)
    thread.start()
    patience: float | None = None
    try:
        yield counts
    except Stopped:
        # What it has in hand then is rolled back when the process ends.
        patience = PATIENCE_SECONDS
        raise
    finally:
        ended.set()
        thread.join(patience)


def _judge(night: Night, steps: Mapping[str, Step], counts: dict[str, Counter[str]], ended: threading.Event) -> None:
    while not ended.wait(EVERY_SECONDS):
        for name, step in steps.items():
            try:
                done = step(night).counts
                # Ads that failed are tried in every round, and the step after the crawl counts them once.
                counts[name].update({what: count for what, count in done.items() if what != "failed"})
            except OperationalError as error:
                logger.warning("step failed beside the crawl step=%s: %s", name, reason_of(error))
                return
            except Exception:  # a boundary too: the same step runs again after the crawl and reports its failure
                logger.exception("step failed beside the crawl step=%s", name)
                return
