"""Whatever people and the night do in whatever order: nothing is filed that no person approved, and undo restores.

Everything runs over the real store functions on a real SQLite database.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from alerts.cases import BY_PROGRAM, OF_LEGAL_STAFF, UNDO, CaseState, Decision, DismissReason, possible_decisions
from alerts.deciding import decide_case
from alerts.draft_changes import change_provisions
from alerts.filing import Channel, Filed, record_filing, record_outcome
from alerts.frozen import digest_of
from alerts.laying import lay_ready
from alerts.moving import move_by_program
from alerts.outcomes import Outcome
from alerts.undoing import last_decision, undo
from crawler.belgrade import day_in_belgrade
from crawler.errors import AdwatchError
from crawler.store.approvals import standing_approvals
from crawler.store.cases import SYSTEM, case_history, read_case
from crawler.store.drafts import delete_drafts
from crawler.store.filings import filings_of, outcomes_of
from crawler.store.schema import approvals, case_events, filings
from tests.builders import NOW, StoreBuilder

MARKET, LABOUR = "trzisna_inspekcija", "inspektorat_za_rad"
ANA, IVA = "ana@primer.example", "iva@primer.example"
PEOPLE = st.sampled_from([ANA, IVA, ANA, IVA, "", SYSTEM])
MOST_ROUNDS = 20
BY_PEOPLE = st.sampled_from([one for one in Decision if one not in BY_PROGRAM])


class CaseMachine(RuleBasedStateMachine):
    """One case on a store that all examples share; each example has a case of its own."""

    store: StoreBuilder

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.case_id = 0

    @initialize()
    def a_case_is_found(self) -> None:
        self.case_id = self.store.complaint_case()

    @rule(decision=BY_PEOPLE, person=PEOPLE, reason=st.sampled_from([None, *DismissReason]))
    def somebody_decides(self, decision: Decision, person: str, reason: DismissReason | None) -> None:
        self._try(lambda c: decide_case(c, self.case_id, decision, person=person, now=self._later(), reason=reason))

    @rule(data=st.data(), person=PEOPLE)
    def somebody_decides_what_is_possible(self, data: st.DataObject, person: str) -> None:
        possible = possible_decisions(CaseState(self._picture()["state"]))
        chosen = data.draw(st.sampled_from(possible or (Decision.CONFIRM,)))
        self._try(lambda c: decide_case(c, self.case_id, chosen, person=person, now=self._later(), note="razlog"))

    @rule(steps=st.integers(1, 4))
    def the_straight_way(self, steps: int) -> None:
        """What happens to most cases: the rare states would hardly be reached by chance."""
        self.a_draft_is_laid(MARKET)
        for decision in (Decision.CONFIRM, Decision.APPROVE)[: steps - 1]:
            self._try(lambda c, d=decision: decide_case(c, self.case_id, d, person=ANA, now=self._later()))
        if steps > 3:
            self.somebody_records_a_filing(MARKET, IVA, 0, "")

    @rule(recipient=st.sampled_from([MARKET, LABOUR]))
    def a_draft_is_laid(self, recipient: str) -> None:
        try:
            lay_ready(self.store.engine, self.store.settings, self.case_id, recipient, now=NOW)
        except AdwatchError:
            return

    @rule(on=st.booleans(), provision=st.sampled_from(["zin_30", "c181_7"]))
    def legal_staff_switch_a_provision(self, on: bool, provision: str) -> None:
        switch: dict[str, Any] = {"on": [provision] if on else [], "off": [] if on else [provision]}
        self._try(lambda c: change_provisions(c, self.case_id, None, **switch, person="iva", now=self._later()))

    @rule()
    def the_night_finds_a_change(self) -> None:
        def revise(connection: Connection) -> None:
            move_by_program(connection, self.case_id, Decision.REVISE, now=self._later(), note="registar: A → B")
            delete_drafts(connection, self.case_id)

        self._try(revise)

    @rule(
        recipient=st.sampled_from([MARKET, LABOUR]),
        person=PEOPLE,
        days_ago=st.sampled_from([0, 0, 0, -1, 1, 3]),
        again=st.sampled_from(["", "vraćeno na uređenje"]),
    )
    def somebody_records_a_filing(self, recipient: str, person: str, days_ago: int, again: str) -> None:
        now = self._later()
        day = day_in_belgrade(now) - timedelta(days=days_ago)
        filed = Filed(recipient, Channel.COUNTER, day, again=again)
        self._try(lambda c: record_filing(c, self.case_id, filed, person=person, now=now, guard_days=180))

    @rule(outcome=st.sampled_from(Outcome), person=PEOPLE)
    def somebody_records_an_outcome(self, outcome: Outcome, person: str) -> None:
        now = self._later()
        on = day_in_belgrade(now)
        self._try(lambda c: record_outcome(c, self.case_id, outcome, on=on, person=person, now=now, recipient=MARKET))

    @rule(decision=BY_PEOPLE)
    def a_decision_is_taken_back_at_once(self, decision: Decision) -> None:
        before = self._picture()
        made = self._try(lambda c: decide_case(c, self.case_id, decision, person=IVA, now=self._later(), note="razlog"))
        if made is None:
            return
        assert self._try(lambda c: undo(c, self.case_id, person=ANA, now=self._later()))
        assert self._picture() == before

    @rule()
    def a_filing_is_taken_back_at_once(self) -> None:
        now, before = self._later(), self._picture()
        filed = Filed(MARKET, Channel.POST, day_in_belgrade(now), again="ponovo")
        person = IVA
        if self._try(lambda c: record_filing(c, self.case_id, filed, person=person, now=now, guard_days=180)):
            assert self._try(lambda c: undo(c, self.case_id, person=person, now=self._later()))
            assert self._picture() == before

    @rule(person=PEOPLE)
    def somebody_takes_the_last_decision_back(self, person: str) -> None:
        def restored(connection: Connection) -> tuple[CaseState, CaseState]:
            last = last_decision(connection, self.case_id)
            return last.before, undo(connection, self.case_id, person=person, now=self._later())

        states = self._try(restored)
        if states is not None:
            assert states[0] is states[1] is CaseState(self._picture()["state"])

    @invariant()
    def what_is_filed_was_approved_by_a_person_as_it_is(self) -> None:
        if not self.case_id:
            return
        with self.store.connect() as connection:
            state = read_case(connection, self.case_id).state
            counting = filings_of(connection, [self.case_id])
            by = select(case_events.c.person, case_events.c.at, approvals.c.document, approvals.c.digest, filings.c.id)
            joined = filings.join(approvals, approvals.c.id == filings.c.approval_id).join(
                case_events, case_events.c.id == approvals.c.event_id
            )
            approved = connection.execute(by.select_from(joined).where(filings.c.case_id == self.case_id)).all()
        if state in (CaseState.FILED, CaseState.ANSWERED):
            assert counting
        for row in approved:
            assert "@" in row.person
            assert digest_of(row.document) == row.digest
        approved_by = {row.id: row for row in approved}
        for filing in counting:
            assert approved_by[filing.id].at <= filing.recorded_at
            assert "@" in filing.person

    @invariant()
    def every_change_has_a_person_a_time_and_what_was_before(self) -> None:
        if not self.case_id:
            return
        with self.store.connect() as connection:
            history, case = case_history(connection, self.case_id), read_case(connection, self.case_id)
        state = CaseState.OPEN.value
        for event in history:
            assert event.person
            assert event.before == state
            assert event.person != SYSTEM or event.decision in BY_PROGRAM
            assert event.decision not in OF_LEGAL_STAFF or event.person != SYSTEM
            state = event.after
        assert case.state == state

    def _later(self) -> datetime:
        self.now += timedelta(hours=7)
        return self.now

    def _try(self, call: Callable[[Connection], Any]) -> Any:
        """What the call returns; None where it is refused, and then nothing is written."""
        try:
            with self.store.engine.begin() as connection:
                return call(connection)
        except AdwatchError:
            return None

    def _picture(self) -> dict[str, Any]:
        """All that a decision may change, but for the record of decisions."""
        with self.store.connect() as connection:
            found = filings_of(connection, [self.case_id])
            return {
                "state": read_case(connection, self.case_id).state,
                "approvals": [(one.id, one.digest) for one in standing_approvals(connection, self.case_id)],
                "filings": [filing.id for filing in found],
                "outcomes": outcomes_of(connection, [filing.id for filing in found]),
            }


def test_nothing_is_filed_that_no_person_approved_and_undo_restores() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = StoreBuilder(Path(folder) / "home")
        store.register()
        CaseMachine.store = store
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        try:
            # Which way a walk takes also hangs on the code around it: one that misses a state is followed by another.
            for number in range(MOST_ROUNDS):
                run_state_machine_as_test(
                    seed(number)(CaseMachine),
                    settings=settings(
                        max_examples=60, stateful_step_count=30, database=None, suppress_health_check=checks
                    ),
                )
                if _has_met_all(store):
                    return
        finally:
            store.engine.dispose()
    raise AssertionError(f"{MOST_ROUNDS} rounds of walks did not meet what they are about")


def _has_met_all(store: StoreBuilder) -> bool:
    """Whether the walks met what they are about; otherwise they would prove nothing."""
    with store.connect() as connection:
        made = set(connection.scalars(select(case_events.c.decision)))
        ended = connection.scalar(select(approvals.c.id).where(approvals.c.ended_event_id.is_not(None)).limit(1))
        revoked = connection.scalar(select(filings.c.id).where(filings.c.revoked_event_id.is_not(None)).limit(1))
    wanted = {Decision.APPROVE, Decision.FILE, Decision.ANSWER, Decision.CLOSE, Decision.REVISE, UNDO}
    return wanted <= made and bool(ended) and bool(revoked)
