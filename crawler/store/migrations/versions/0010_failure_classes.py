"""The words for what went wrong, as runs and pictures that were stored hold them."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import Json

revision = "0010"
down_revision = "0009"

RENAMED = {
    "blocked_refused": "blocked_bot",
    "robots_disallowed": "robots",
    # Which status it was is not known any more; most were a server's faults.
    "http_error": "http_5xx",
    "broken_page": "parse_error",
    "cut_short": "over_limit",
}
BACK = {
    **{new: old for old, new in RENAMED.items()},
    "http_4xx": "http_error",
    "redirected": "http_error",
    "dns": "unreachable",
    "tls": "unreachable",
    "timeout": "unreachable",
}

runs = sa.table("runs", sa.column("id", sa.Integer), sa.column("outcome", sa.String), sa.column("problems", Json))
addresses = sa.table("image_addresses", sa.column("problem", sa.String))


def upgrade() -> None:
    """Renames them."""
    _rename(RENAMED)
    _rename_outcome("silent", "empty")


def downgrade() -> None:
    """Takes the change back; finer words become the coarser ones of before."""
    _rename(BACK)
    _rename_outcome("empty", "silent")


def _rename(words: Mapping[str, str]) -> None:
    connection = op.get_bind()
    for run in connection.execute(sa.select(runs.c.id, runs.c.problems)).all():
        problems = _renamed(run.problems, words.get)
        if problems != run.problems:
            connection.execute(sa.update(runs).where(runs.c.id == run.id).values(problems=problems))
    for old, new in words.items():
        connection.execute(sa.update(addresses).where(addresses.c.problem == old).values(problem=new))


def _renamed(problems: Mapping[str, int], new_word: Callable[[str, str], str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for word, count in problems.items():
        counted[new_word(word, word)] = counted.get(new_word(word, word), 0) + count
    return dict(sorted(counted.items()))


def _rename_outcome(old: str, new: str) -> None:
    op.execute(sa.update(runs).where(runs.c.outcome == old).values(outcome=new))
