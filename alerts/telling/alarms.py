"""Alarms, gathered: how scheduler, night, register and sources stand, against what people were told last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Engine

from alerts.desk.silence import NightState, SilenceReport, read_silence
from alerts.desk.speaking import Tongue, say
from alerts.desk.templating import Speech, code_words
from alerts.messages.alarms import OK, News, Standing, What, alarm_letter, news_of
from alerts.messages.sending import lay_out
from alerts.telling.troubles import night_troubles, register_trouble
from crawler.baseline import HealthState, emptied_fields
from crawler.config import Settings
from crawler.manifest import read_manifests
from crawler.store.health import SourceHealth, alerts_not_told, health_by_source, mark_alerts_told
from crawler.store.locks import Lock, take_lock
from crawler.store.outbox import Told, forget_alarms, note_told, told_alarms
from crawler.store.switches import switched_off


def lay_out_alarms(engine: Engine, settings: Settings, *, now: datetime, in_night: bool) -> None:
    """Lays out what broke or is well since people were told. `in_night`: the night itself asks, at its end.

    In one transaction: what is told once is told, whoever else looks at the same time.
    """
    with engine.begin() as connection:
        take_lock(connection, Lock.ALARMS)
        told = told_alarms(connection)
        standing = list(_standings(connection, settings, now=now, in_night=in_night))
        news = news_of(told, standing, now=now)
        if news:
            tongue = Tongue(settings.file.messages.language)
            letter = alarm_letter(news, tongue=tongue, desk_url=settings.file.desk_url)
            key = f"alarms:{now.isoformat()}"
            lay_out(connection, settings, letter, settings.file.messages.alarms, key=key, as_of=now)
        _note(connection, told, news, now=now)
        if any(one.subject == "register" for one in standing):
            # All were looked at: what is not among them was switched off, or is no more.
            gone = told.keys() - {one.subject for one in standing}
            forget_alarms(connection, gone)
            mark_alerts_told(connection, [alert.id for alert in alerts_not_told(connection)], now=now)


def _standings(connection: Connection, settings: Settings, *, now: datetime, in_night: bool) -> Iterator[Standing]:
    """How scheduler, night, register and sources stand; while a night runs, only the scheduler is judged."""
    tongue = Tongue(settings.file.messages.language)
    sources = read_manifests(settings.source_folders)
    silence = read_silence(connection, settings.file, sources=sources, now=now)
    yield _scheduler_stands(silence, tongue)
    if silence.night_state is NightState.RUNNING and not in_night:
        return
    yield _night_stands(silence, tongue)
    wrong = register_trouble(silence, tongue)
    well = say(tongue, "Registar agencija je ažuran.")
    yield Standing("register", silence.register_state.value if wrong else OK, wrong or well)
    off, health = switched_off(connection), health_by_source(connection)
    for source, manifest in sources.manifests.items():
        if manifest.enabled and source not in off and source in health:
            yield _source_stands(source, manifest.name, health[source], tongue)


def _scheduler_stands(silence: SilenceReport, tongue: Tongue) -> Standing:
    since = silence.scheduler_silent_since
    if since is None:
        return Standing("scheduler", OK, say(tongue, "Program koji pokreće noćnu obradu se javlja."))
    words = "Program koji pokreće noćnu obradu ne javlja se od %(time)s."
    return Standing("scheduler", "silent", say(tongue, words, time=Speech(tongue).local(since)))


def _night_stands(silence: SilenceReport, tongue: Tongue) -> Standing:
    at_fault = silence.night_state in (NightState.CUT_OFF, NightState.OVERDUE)
    if silence.missed_nights or at_fault or silence.failed_steps:
        state = "failed" if silence.failed_steps else "missed"
        sentences = [*night_troubles(silence, tongue)]
        return Standing("night", state, " ".join(sentences))
    return Standing("night", OK, say(tongue, "Noćna obrada je prošla u celini."))


def _source_stands(source: str, name: str, health: SourceHealth, tongue: Tongue) -> Standing:
    words = code_words(tongue)
    reasons = [words.PROBLEMS.get(health.failure, health.failure)] if health.failure else []
    reasons += [words.MISSED[reason] for reason in health.reasons if reason in words.MISSED]
    if emptied := emptied_fields(health.reasons):
        fields = ", ".join(words.FIELDS.get(field, field) for field in emptied)
        reasons.append(say(tongue, "nema podatka: %(fields)s", fields=fields))
    states = {
        HealthState.OK: say(tongue, "prikuplja se kao i obično"),
        HealthState.FLAGGED: say(tongue, "treba pogledati"),
        HealthState.FAILING: say(tongue, "ne može da se prikupi"),
    }
    detail = [] if health.state is HealthState.OK else reasons
    return Standing(f"source:{source}", health.state.value, f"{name}: {'; '.join([states[health.state], *detail])}.")


def _note(connection: Connection, told: dict[str, Told], news: tuple[News, ...], *, now: datetime) -> None:
    for one in news:
        subject, state = one.standing.subject, one.standing.state
        if one.what is What.WELL:
            forget_alarms(connection, [subject])
        else:
            before = told.get(subject)
            since = before.since if before and one.what is What.STILL else now
            note_told(connection, subject, Told(state, since, now))
