"""Plays the script: fourteen nights with their failures, and what people do on the days between them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import psutil
import time_machine
from sqlalchemy import select, text

from alerts.cases import Decision
from alerts.desk.people import person_of
from alerts.desk.tokens import Scope, make_token
from alerts.telling.occasions import tell_alarms
from crawler.store.engine import reading
from crawler.store.people import find_person
from crawler.store.schema import ads, cases
from tests.fortnight.machine import PATIENCE, PEOPLE, Machine, spider_of, wait_for
from tests.fortnight.portals import Portals
from tests.fortnight.script import NIGHTS, Decided, Script, What
from tests.register.lists import HEADER, ROWS, write_csv
from tests.whole.running import allow_files_of

WORK_BEGINS = timedelta(hours=7)
"""After the night: eight in the morning, or nine, in Belgrade."""
EVENING = timedelta(hours=18)
LARGEST_FILE = 1_000_000
"""Bytes; more than a night of these portals writes, less than the noise that one of them sends."""
RECIPIENT = "trzisna_inspekcija"


@dataclass
class Play:
    """The fortnight while it is played."""

    script: Script
    portals: Portals
    machine: Machine
    token: str = field(default="", init=False)

    def play(self) -> None:
        """From the evening before the first night to the day after the last."""
        self._prepare(self.script.begins(1) - timedelta(hours=8))
        for night in range(1, NIGHTS + 1):
            with self.portals.serving(night):
                self._night(night)
            for place, decided in enumerate(one for one in self.script.decisions if one.after == night):
                self._decide(decided, self.script.begins(night) + WORK_BEGINS + timedelta(minutes=place))

    def _prepare(self, moment: datetime) -> None:
        """The register, the portals, and two people."""
        register = write_csv(self.machine.home / "registar.csv", [HEADER, *ROWS])
        self.machine.run(moment, "register", "import", str(register), "--as-of", "2026-11-01")
        for email, role in zip(PEOPLE.values(), ("reviewer", "legal"), strict=True):
            given = ("users", "add", email, "--name", email, "--role", role, "--password-stdin")
            self.machine.run(moment, *given, given="dugačka lozinka za proveru\n")
        self.portals.write_manifests(self.machine.home)

    # Nights

    def _night(self, night: int) -> None:
        failing: dict[What, Callable[[int], None]] = {
            What.SPIDER_KILLED: self._kill_spider,
            What.RESUMED: self._kill_and_resume,
            What.CUT_OFF: self._kill_for_good,
            What.DISK_FULL: self._fill_disk,
            What.DATABASE_RESTARTED: self._restart_database,
            What.SCHEDULER_KILLED: self._kill_scheduler,
        }
        failure = self.portals.failure
        failing.get(failure.what, self._run)(night) if failure else self._run(night)

    def _run(self, night: int, *, later: timedelta = timedelta()) -> None:
        self.machine.run(self.script.begins(night) + later, "nightly")

    @contextmanager
    def _held(self) -> Iterator[str]:
        """One portal keeps its listing to itself until the block ends."""
        assert self.portals.failure
        self.portals.is_open.clear()
        yield self.portals.failure.portal
        self.portals.is_open.set()

    def _come_to_the_middle(self, portal: str) -> None:
        """Until all other portals of the night are done, and that one is waited for."""
        wait_for(lambda: portal in self.portals.asked, "the portal is asked")
        others = self.script.portals.keys() - {portal}
        wait_for(lambda: others <= self.machine.finished_runs(), "the other portals are done")

    def _kill_spider(self, night: int) -> None:
        with self._held() as portal, self.machine.running(self.script.begins(night), "nightly") as running:
            self._come_to_the_middle(portal)
            spider_of(running, portal).kill()
            assert running.wait(PATIENCE) == 0

    def _kill_in_the_middle(self, night: int) -> None:
        with self._held() as portal, self.machine.running(self.script.begins(night), "nightly") as running:
            self._come_to_the_middle(portal)
            spider = spider_of(running, portal)
            running.kill()
            running.wait()
            wait_until_gone(spider)

    def _kill_and_resume(self, night: int) -> None:
        self._kill_in_the_middle(night)
        self._run(night, later=timedelta(minutes=20))

    def _kill_for_good(self, night: int) -> None:
        """Nobody goes on with it, and in the evening whoever looks is told."""
        self._kill_in_the_middle(night)
        self._look_for_alarms(self.script.begins(night) + EVENING)

    def _fill_disk(self, night: int) -> None:
        limited = self.machine.running(self.script.begins(night), "nightly", before=allow_files_of(LARGEST_FILE))
        with limited as running:
            assert running.wait(PATIENCE) == 0

    def _restart_database(self, night: int) -> None:
        with self.machine.running(self.script.begins(night), "nightly") as running:
            with self._held() as portal:
                self._come_to_the_middle(portal)
                self.machine.restart_database()
            assert running.wait(PATIENCE) == 0

    def _kill_scheduler(self, night: int) -> None:
        """The scheduler that catches up on a night dies in its midst; the night lives, and silence is noticed."""
        begins = self.script.begins(night)
        with self._scheduler(begins - timedelta(hours=7)) as scheduler:
            stop(scheduler)
        with self._held() as portal, self._scheduler(begins + timedelta(seconds=5)) as scheduler:
            wait_for(lambda: portal in self.portals.asked, "the scheduler starts the night")
            (running,) = scheduler.children()
            scheduler.kill()
        wait_until_gone(running)
        self._look_for_alarms(begins + timedelta(minutes=30))
        self._look_for_alarms(begins + timedelta(minutes=35))
        with self._scheduler(begins + timedelta(hours=9)) as scheduler:
            self._look_for_alarms(begins + timedelta(hours=9, minutes=1))
            stop(scheduler)

    @contextmanager
    def _scheduler(self, moment: datetime) -> Iterator[psutil.Process]:
        """A scheduler that has given its first sign of life."""
        with self.machine.running(moment, "schedule") as running:
            wait_for(lambda: "the night runs daily" in self.machine.newest_said("schedule"), "the scheduler starts")
            wait_for(lambda: self.machine.newest_sign() >= moment, "it gives a sign of life")
            yield psutil.Process(running.pid)

    def _look_for_alarms(self, moment: datetime) -> None:
        """As the desk does every five minutes."""
        with time_machine.travel(moment):
            tell_alarms(self.machine.settings, self.machine.engine, now=moment)

    # Days

    def _decide(self, decided: Decided, moment: datetime) -> None:
        case, person = str(self.case_of(decided.offer)), PEOPLE[decided.person]
        if decided.desk_is_killed:
            self._decide_at_a_dying_desk(int(case), decided, moment)
            return
        arguments = {
            Decision.DISMISS: ("dismiss", case, "--reason", str(decided.reason)),
            Decision.FILE: (
                *("filed", case, "--recipient", RECIPIENT, "--channel", "post"),
                *("--on", moment.date().isoformat()),
            ),
        }
        chosen = arguments.get(decided.decision, (decided.decision.value, case))
        self.machine.run(moment, "cases", *chosen, "--person", person)

    def case_of(self, offer: str) -> int:
        """The number of the offer's case."""
        series = select(ads.c.series_id).where(ads.c.url.endswith(f"/oglas/{self.script.offers[offer][0].id}"))
        with reading(self.machine.engine) as connection:
            return connection.execute(select(cases.c.id).where(cases.c.series_id.in_(series))).scalar_one()

    def _decide_at_a_dying_desk(self, case: int, decided: Decided, moment: datetime) -> None:
        """The desk dies in the midst of the transaction; the person sees no answer, and decides again at the next."""
        token = self._token_of(PEOPLE[decided.person], moment)
        with self._desk(moment) as (desk, api), self._locked_case(case):
            posted = threading.Thread(target=decide_at, args=(api, case, decided, token))
            posted.start()
            wait_for(self._somebody_waits, "the decision waits for the case")
            desk.kill()
            posted.join(PATIENCE)
        wait_for(lambda: not self._somebody_waits(), "the database has noticed")
        with self._desk(moment) as (_, api):
            decide_at(api, case, decided, token, must_succeed=True)

    def _token_of(self, email: str, moment: datetime) -> str:
        with self.machine.engine.begin() as connection:
            row = find_person(connection, email=email)
            assert row
            return make_token(connection, person_of(row), name="Provera", scope=Scope.WRITE, days=30, now=moment)

    @contextmanager
    def _desk(self, moment: datetime) -> Iterator[tuple[psutil.Process, str]]:
        """A desk, and the address of its API."""
        with self.machine.running(moment, "serve", "--port", "0") as running:
            wait_for(lambda: "Ctrl+C" in self.machine.newest_said("serve"), "the desk is open")
            address = self.machine.newest_said("serve").partition("the desk is at ")[2].split()[0]
            yield psutil.Process(running.pid), f"{address}api/v1"

    @contextmanager
    def _locked_case(self, case: int) -> Iterator[None]:
        """Somebody else holds the case's row, so that a decision on it is begun and not done."""
        with self.machine.engine.connect() as connection:
            connection.execute(select(cases.c.id).where(cases.c.id == case).with_for_update())
            yield
            connection.rollback()

    def _somebody_waits(self) -> bool:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with reading(self.machine.engine) as connection:
            return bool(connection.scalar(waiting))


def decide_at(api: str, case: int, decided: Decided, token: str, *, must_succeed: bool = False) -> None:
    """Posts the decision; nobody may be there any more to answer."""
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=api, headers=headers, timeout=PATIENCE, trust_env=False) as client:
        seen = client.get(f"{api}/cases/{case}").json()["seen"]
        with suppress(httpx.TransportError):
            answer = client.post(f"{api}/cases/{case}/decide", json={"decision": decided.decision.value, "seen": seen})
            assert answer.status_code == 200, answer.text
            return
    assert not must_succeed


def stop(process: psutil.Process) -> None:
    """Asks it to end, and waits for that."""
    process.terminate()
    wait_until_gone(process)


def wait_until_gone(process: psutil.Process) -> None:
    """Until it has ended."""
    with suppress(psutil.NoSuchProcess):
        wait_for(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, "the process ends")


def play_fortnight(script: Script, home: Path, server: object, mail_port: int) -> Play:
    """The fortnight, played."""
    machine, portals = Machine(home, server, mail_port), Portals(script)
    played = Play(script, portals, machine)
    played.play()
    return played
