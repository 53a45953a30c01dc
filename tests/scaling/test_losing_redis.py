"""Redis is killed in the middle of a run and comes back with nothing in it: nothing is lost, nothing stored twice."""

from __future__ import annotations

import psutil
from sqlalchemy import func, select

from crawler.evidence.verify import verify_evidence
from crawler.store.engine import reading
from crawler.store.health import health_by_source
from crawler.store.schema import ad_versions, ads, captures, runs
from tests.scaling.conftest import RedisServer
from tests.scaling.team import Portal, Team, end_well, portal_source, stop, wait_until

ADS = 60
HELD_BACK = 40
"""The third listing's ads are not answered before Redis has died."""


def must_be_whole(team: Team) -> None:
    """Each ad once, with one version, and its page kept once."""
    with reading(team.store.engine) as connection:
        addresses = list(connection.scalars(select(ads.c.url)))
        versions = connection.scalar(select(func.count()).select_from(ad_versions))
        kept = connection.scalars(select(captures.c.url).where(captures.c.record_type == "response")).all()
        assert verify_evidence(connection, team.store.settings.evidence_folder).failures == ()
    assert len(addresses) == len(set(addresses)) == versions == ADS
    assert sorted(url for url in kept if "/oglas/" in url) == sorted(addresses)


def test_run_whose_redis_was_lost_ends_whole_and_says_so(team: Team, redis_server: RedisServer) -> None:
    portal = Portal(ADS, slow=0.02)
    portal.held_back = {f"/oglas/{number}" for number in range(HELD_BACK, ADS)}
    with (
        portal_source(team, portal),
        team.started("worker", "--name", "jedan") as one,
        team.started("worker", "--name", "dva") as two,
    ):
        with team.started("crawl", "rs_portal") as night:
            wait_until(lambda: team.count(ads) >= ADS // 3)
            redis_server.kill()
            # Without it spiders end, and their workers wait.
            wait_until(lambda: not any(psutil.Process(worker.pid).children() for worker in (one, two)))
            redis_server.start()
            portal.open.set()
            end_well(night)
        run = team.run()
        must_be_whole(team)
        # Nothing says that the lost run was read to its end, so the next night does it.
        assert (run.outcome, run.problems["crashed"], run.paged, run.ads) == ("partial", 1, None, ADS)
        with reading(team.store.engine) as connection:
            assert health_by_source(connection)["rs_portal"].failure == "crashed"
        with team.started("crawl", "rs_portal") as later:
            end_well(later)
        stop(one, two)
    must_be_whole(team)
    with reading(team.store.engine) as connection:
        newest = connection.execute(select(runs).order_by(runs.c.id.desc())).first()
    assert newest is not None
    assert (newest.outcome, newest.problems.get("crashed"), newest.paged) == ("ok", None, "end")
