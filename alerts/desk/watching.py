"""The figures that a Prometheus server reads: of the store as it is now, beside those of `alerts.desk.counting`.

Nothing here names a person, an ad or a case.
"""

from __future__ import annotations

import shutil
from collections import Counter as Counts
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from alerts.desk.silence import NightState, SilenceReport, read_silence
from alerts.desk.state import Desk
from alerts.matters import Matter, read_matters
from alerts.stages import Stage
from crawler.assessment import RiskLevel
from crawler.health import RunOutcome
from crawler.store.engine import reading
from crawler.store.figures import StoreFigures, read_figures

OTHER_TROUBLES = ("flagged", "cut_off", "overdue", "never", "bad_manifest")
"""What `alerts.desk.silence.Trouble.kind` may be besides a RunOutcome."""


def shown(desk: Desk) -> bytes:
    """All figures in Prometheus' text format. Where the store does not answer, they say so and the rest is missing."""
    registry = CollectorRegistry()
    registry.register(StoreNow(desk))
    return generate_latest(registry) + generate_latest(desk.answers.registry)


class StoreNow(Collector):
    """Reads the store whenever it is asked, by a constant number of statements."""

    def __init__(self, desk: Desk) -> None:
        """Reads nothing yet."""
        self._desk = desk

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures."""
        yield _gauge(
            "adwatch_disk_free_bytes", "Left for the data folder.", shutil.disk_usage(self._desk.settings.home).free
        )
        try:
            with reading(self._desk.engine) as connection:
                silence = self._silence(connection)
                figures = read_figures(connection)
                matters = read_matters(connection, today=self._desk.today())
        except OperationalError:
            yield _gauge("adwatch_store_up", "Whether the database answers.", 0)
            return
        yield _gauge("adwatch_store_up", "Whether the database answers.", 1)
        yield from _of_nights(silence)
        yield from _of_work(figures, matters)

    def _silence(self, connection: Connection) -> SilenceReport:
        desk = self._desk
        return read_silence(connection, desk.settings.file, sources=desk.sources.read(), now=desk.clock())


def _of_nights(silence: SilenceReport) -> Iterator[GaugeMetricFamily]:
    yield _states("adwatch_night_state", "How the newest night stands.", silence.night_state, NightState)
    if silence.night:
        yield _gauge(
            "adwatch_night_started_seconds", "When the newest night began.", silence.night.started_at.timestamp()
        )
        yield _gauge("adwatch_night_failed_steps", "Steps of it that failed.", len(silence.failed_steps))
        if silence.night.finished_at:
            ended = silence.night.finished_at.timestamp()
            yield _gauge("adwatch_night_finished_seconds", "When the newest night ended.", ended)
    if silence.register_day:
        yield _gauge("adwatch_register_age_days", "Since the list of agencies was known last.", silence.register_age)
    troubles = Counts(trouble.kind for trouble in silence.troubles)
    kinds = dict.fromkeys((*(one.value for one in RunOutcome if one is not RunOutcome.OK), *OTHER_TROUBLES), 0)
    yield _labelled("adwatch_sources_in_trouble", "Enabled sources by trouble.", "trouble", {**kinds, **troubles})
    yield _gauge("adwatch_sources_enabled", "Sources that the night collects.", silence.sources)


def _of_work(figures: StoreFigures, matters: tuple[Matter, ...]) -> Iterator[GaugeMetricFamily]:
    levels = dict.fromkeys((level.value for level in RiskLevel), 0)
    yield _labelled("adwatch_open_cases", "Cases that wait for a decision.", "level", {**levels, **figures.open_cases})
    stages = Counts(matter.stage for matter in matters)
    yield _gauge("adwatch_drafts_waiting", "Drafts that wait for approval.", stages[Stage.PREPARED])
    yield _gauge("adwatch_texts_to_file", "Approved texts that a person has to file.", stages[Stage.APPROVED])
    overdue = sum(matter.is_overdue for matter in matters)
    yield _gauge("adwatch_deadlines_overdue", "Time limits that passed, ours and the authorities'.", overdue)
    yield _gauge("adwatch_captures", "Captures kept as evidence.", figures.captures)
    yield _gauge("adwatch_ads", "Ads known.", figures.ads)
    yield _gauge("adwatch_database_bytes", "What the database takes.", figures.database_bytes)


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)


def _labelled(name: str, said: str, label: str, values: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=(label,))
    for value, count in values.items():
        family.add_metric((str(value),), count)
    return family


def _states(name: str, said: str, now: NightState, known: type[NightState]) -> GaugeMetricFamily:
    return _labelled(name, said, "state", {state.value: int(state is now) for state in known})
