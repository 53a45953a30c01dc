"""How runs are classed, and the words in which that is kept."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import insert, select

from crawler.health import Problem, RunOutcome
from crawler.store.engine import MIGRATIONS, upgrade
from crawler.store.schema import image_addresses, runs
from tests.builders import NOW, StoreBuilder

OLD_WORDS = {"blocked_refused": 2, "broken_page": 3, "cut_short": 1, "gone": 4, "http_error": 5, "robots_disallowed": 6}


def _downgrade(store: StoreBuilder, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def _stored(store: StoreBuilder) -> tuple[str, dict[str, int], str]:
    with store.connect() as connection:
        run = connection.execute(select(runs.c.outcome, runs.c.problems)).one()
        return run.outcome, run.problems, connection.scalars(select(image_addresses.c.problem)).one()


def test_stored_runs_follow_when_failures_get_finer_words(store: StoreBuilder) -> None:
    night = store.night()
    _downgrade(store, "0007")
    with store.engine.begin() as connection:
        connection.execute(
            insert(runs).values(
                night_id=night, source="rs_portal", started_at=NOW, outcome="silent", problems=OLD_WORDS
            )
        )
        connection.execute(
            insert(image_addresses).values(
                url="http://portal.example/a.png",
                url_key="a" * 64,
                source="rs_portal",
                asked_at=NOW,
                tries=1,
                problem="robots_disallowed",
            )
        )
    upgrade(store.engine)
    outcome, problems, address = _stored(store)
    assert (RunOutcome(outcome), Problem(address)) == (RunOutcome.EMPTY, Problem.ROBOTS)
    assert {Problem(name): count for name, count in problems.items()} == {
        Problem.REFUSED: 2,
        Problem.PARSE_ERROR: 3,
        Problem.OVER_LIMIT: 1,
        Problem.GONE: 4,
        Problem.HTTP_5XX: 5,
        Problem.ROBOTS: 6,
    }
    _downgrade(store, "0007")
    assert _stored(store) == ("silent", OLD_WORDS, "robots_disallowed")
