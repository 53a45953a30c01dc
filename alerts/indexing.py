"""The night's step that indexes cases: by which words, and which facets, people find them on the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from crawler.assessment import Assessment
from crawler.belgrade import day_in_belgrade
from crawler.night import Night, StepReport
from crawler.store.case_index import (
    LONGEST_WORD,
    UNCHECKED,
    Facet,
    IndexedCase,
    UnindexedCase,
    count_unindexed,
    file_sources,
    save_index,
    unindexed_cases,
)
from crawler.store.engine import reading
from crawler.store.writing import in_transaction
from pipelines.risk import spoken_triggers
from pipelines.text.folding import folded_text

BATCH = 500
"""Cases a transaction."""
_WORD = re.compile(r"\w+")


def index_cases(night: Night) -> StepReport:
    """Indexes the cases that are new, or that another ad leads than before. Counts: `indexed`."""
    done = 0
    with reading(night.engine) as connection:
        total = count_unindexed(connection)
    while done < total:
        indexed = in_transaction(night.engine, _index_batch)
        if not indexed:
            break
        done += indexed
        night.progress("index", done, max(done, total))
    return StepReport({"indexed": done})


def _index_batch(connection: Connection) -> int:
    """Indexes the next cases and returns how many those are."""
    found = [index_case(case) for case in unindexed_cases(connection, limit=BATCH)]
    save_index(connection, found)
    file_sources(connection, case_ids=[case.case_id for case in found])
    return len(found)


def index_case(case: UnindexedCase) -> IndexedCase:
    """What the case is found by."""
    judged = Assessment.from_json(case.result)
    told = (case.title, case.text, case.organization, case.contact, judged.mediator.name)
    words = frozenset(words_of("\n".join(filter(None, told))))
    return IndexedCase(case.case_id, case.assessment_id, frozenset(_facets(judged, case.first_seen)), words)


def words_of(text: str) -> list[str]:
    """The words of a text as they are searched for: folded, cut where they are too long, in their order."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded_text(text))]


def _facets(judged: Assessment, first_seen: datetime) -> Iterator[tuple[Facet, str]]:
    yield Facet.VERDICT, judged.register.verdict.value if judged.register.verdict else UNCHECKED
    yield Facet.SEEN, day_in_belgrade(first_seen).isoformat()
    for country in judged.destinations:
        yield Facet.DESTINATION, country
    for found in (*spoken_triggers(judged), *judged.indicators):
        yield Facet.FINDING, found.code
    for code in judged.referral:
        yield Facet.REFERRAL, code
