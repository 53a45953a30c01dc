"""Gathering what people are to be told: the morning's digest and alarms, and the night's last step.

Only figures and headings go on to `alerts.messages`; how they are worded and sent is its business.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from alerts.desk.findings import order_codes, titles_of
from alerts.desk.rendering import Speech, environment
from alerts.desk.silence import NightState, RegisterState, SilenceReport, read_silence
from alerts.desk.speaking import Tongue, say, say_counted
from alerts.matters import read_matters
from alerts.messages.alarms import OK, News, Standing, What, alarm_letter, news_of
from alerts.messages.digest import DigestCase, Morning, digest_letter
from alerts.messages.letter import Letter
from alerts.messages.sending import deliver_waiting, lay_out
from alerts.stating import BELGRADE
from crawler.baseline import HealthState
from crawler.config import Settings
from crawler.manifest import read_manifests
from crawler.night import Night, StepReport
from crawler.store.case_lists import count_by_state
from crawler.store.health import SourceHealth, alerts_not_told, health_by_source, mark_alerts_told
from crawler.store.locks import Lock, take_lock
from crawler.store.news import cases_with_news
from crawler.store.outbox import Told, forget_alarms, forget_old_messages, last_told_of, note_told, told_alarms
from crawler.store.switches import switched_off

logger = logging.getLogger(__name__)

SHOWN_FINDINGS = 3
FIRST_LOOK_BACK = timedelta(days=1)
"""How far back the first digest looks."""
LOOK_SECONDS = 300.0
"""How often the desk looks whether there is an alarm to tell."""


def tell_people(night: Night) -> StepReport:
    """The night's last step: lays out the digest and the alarms and delivers what waits.

    Counts: `accepted`, `waiting`, `given_up`; none where adwatch.yml names nobody.
    """
    chosen = night.settings.file.messages
    if not chosen.digest and not chosen.alarms:
        return StepReport()
    if chosen.digest:
        with night.engine.begin() as connection:
            lay_out_digest(connection, night.settings, key=f"digest:night:{night.id}", now=night.now)
    if chosen.alarms:
        _lay_out_alarms(night.engine, night.settings, now=datetime.now(UTC), in_night=True)
    with night.engine.begin() as connection:
        forget_old_messages(connection, now=night.now)
    counts = deliver_waiting(night.settings, night.engine)
    undelivered = counts["waiting"] + counts["given_up"]
    notes = (f"{undelivered} messages were not delivered; see `adwatch messages list`",) if undelivered else ()
    return StepReport(dict(counts), notes)


def tell_alarms(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Tells what broke or is well since people were told, and delivers what waits."""
    if settings.file.messages.alarms:
        _lay_out_alarms(engine, settings, now=now, in_night=False)
    deliver_waiting(settings, engine)


@contextmanager
def telling_alarms(settings: Settings, engine: Engine, *, every: float = LOOK_SECONDS) -> Iterator[None]:
    """Tells alarms beside what the block does, if anybody is to be told."""
    if not settings.file.messages.alarms:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_look, args=(settings, engine, ended, every), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def lay_out_digest(connection: Connection, settings: Settings, *, key: str, now: datetime) -> None:
    """Lays out the digest of what happened since the last one."""
    letter = morning_letter(connection, settings, now=now)
    lay_out(connection, settings, letter, settings.file.messages.digest, key=key, as_of=now)


def morning_letter(connection: Connection, settings: Settings, *, now: datetime) -> Letter:
    """The digest of what happened since the last one."""
    tongue = Tongue(settings.file.messages.language)
    sources = read_manifests(settings.source_folders)
    silence = read_silence(connection, settings.file, sources=sources, now=now)
    today = now.astimezone(BELGRADE).date()
    morning = Morning(
        day=today,
        cases=tuple(_cases(connection, now)),
        waiting=count_by_state(connection).get("open", 0),
        overdue=sum(matter.is_overdue for matter in read_matters(connection, today=today)),
        troubles=tuple(trouble_sentences(silence, tongue)),
    )
    return digest_letter(morning, tongue=tongue, desk_url=settings.file.desk_url)


def trouble_sentences(silence: SilenceReport, tongue: Tongue) -> Iterator[str]:
    """What may be missing from the morning's queue, a sentence each."""
    yield from _night_troubles(silence, tongue)
    words = _words(tongue)
    if not silence.brings_ads:
        yield say(tongue, "Nijedan izvor nije uključen: ništa se ne prikuplja.")
    for trouble in silence.troubles:
        problems = [words.PROBLEMS.get(problem, problem) for problem in trouble.problems[:1]]
        problems += [words.MISSED[missed] for missed in trouble.missed]
        yield f"{trouble.name}: {'; '.join([words.OUTCOMES[trouble.kind], *problems])}."
    if register := _register_trouble(silence, tongue):
        yield register


def _night_troubles(silence: SilenceReport, tongue: Tongue) -> Iterator[str]:
    speech, night = Speech(tongue), silence.night
    if silence.night_state is NightState.NEVER:
        yield say(tongue, "Noćna obrada još nije rađena.")
    elif silence.night_state is NightState.CUT_OFF and night:
        yield say(tongue, "Noćna obrada od %(time)s nije završena.", time=speech.local(night.started_at))
    elif silence.night_state is NightState.OVERDUE and night:
        yield say(tongue, "Noćna obrada kasni: poslednja je bila %(time)s.", time=speech.local(night.started_at))
    for day in silence.missed_nights:
        yield say(tongue, "Noć %(day)s nije rađena.", day=speech.day(day))
    if silence.scheduler_silent_since:
        time_ = speech.local(silence.scheduler_silent_since)
        yield say(tongue, "Program koji pokreće noćnu obradu ne javlja se od %(time)s.", time=time_)
    if silence.failed_steps:
        steps = ", ".join(_words(tongue).STEPS.get(step, step) for step in silence.failed_steps)
        yield say(tongue, "Deo noćne obrade nije uspeo: %(steps)s. Spisak slučajeva možda nije potpun.", steps=steps)


def _register_trouble(silence: SilenceReport, tongue: Tongue) -> str:
    if silence.register_state is RegisterState.MISSING:
        return say(tongue, "Registar agencija nije uvezen: niko nije proveren.")
    if silence.register_state is RegisterState.STALE and silence.register_day:
        age = say_counted(tongue, silence.register_age, "dan", "dana", "dana")
        day = Speech(tongue).day(silence.register_day)
        return say(
            tongue,
            "Spisak agencija od %(day)s je zastareo (%(age)s): provere po njemu se ne uzimaju u obzir.",
            day=day,
            age=age,
        )
    return ""


def _cases(connection: Connection, now: datetime) -> Iterator[DigestCase]:
    after = last_told_of(connection, "digest") or now - FIRST_LOOK_BACK
    for one in cases_with_news(connection, after=after, until=now):
        codes = order_codes(one.assessment)
        yield DigestCase(
            id=one.id,
            level=one.assessment.risk.level,
            is_new=one.is_new,
            countries=tuple(one.assessment.destinations),
            findings=tuple(titles_of(codes[:SHOWN_FINDINGS])),
        )


def _lay_out_alarms(engine: Engine, settings: Settings, *, now: datetime, in_night: bool) -> None:
    """In one transaction: what is told once is told, whoever else looks at the same time."""
    with engine.begin() as connection:
        take_lock(connection, Lock.ALARMS)
        told = told_alarms(connection)
        standing = list(standings(connection, settings, now=now, in_night=in_night))
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


def _note(connection: Connection, told: dict[str, Told], news: tuple[News, ...], *, now: datetime) -> None:
    for one in news:
        subject, state = one.standing.subject, one.standing.state
        if one.what is What.WELL:
            forget_alarms(connection, [subject])
        else:
            before = told.get(subject)
            since = before.since if before and one.what is What.STILL else now
            note_told(connection, subject, Told(state, since, now))


def standings(connection: Connection, settings: Settings, *, now: datetime, in_night: bool) -> Iterator[Standing]:
    """How scheduler, night, register and sources stand; while a night runs, only the scheduler is judged.

    `in_night`: the night itself asks, at its end.
    """
    tongue = Tongue(settings.file.messages.language)
    sources = read_manifests(settings.source_folders)
    silence = read_silence(connection, settings.file, sources=sources, now=now)
    yield _scheduler_stands(silence, tongue)
    if silence.night_state is NightState.RUNNING and not in_night:
        return
    yield _night_stands(silence, tongue)
    wrong = _register_trouble(silence, tongue)
    well = say(tongue, "Registar agencija je svež.")
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
        sentences = [*_night_troubles(silence, tongue)]
        return Standing("night", state, " ".join(sentences))
    return Standing("night", OK, say(tongue, "Noćna obrada je prošla u celini."))


def _source_stands(source: str, name: str, health: SourceHealth, tongue: Tongue) -> Standing:
    words = _words(tongue)
    reasons = [words.PROBLEMS.get(health.failure, health.failure)] if health.failure else []
    reasons += [words.MISSED[reason] for reason in health.reasons if reason in words.MISSED]
    empty = [reason.partition(":")[2] for reason in health.reasons if reason.startswith("field_empty:")]
    if empty:
        fields = ", ".join(words.FIELDS.get(field, field) for field in empty)
        reasons.append(say(tongue, "nema podatka: %(fields)s", fields=fields))
    states = {
        HealthState.OK: say(tongue, "prikuplja se kao i obično"),
        HealthState.FLAGGED: say(tongue, "treba pogledati"),
        HealthState.FAILING: say(tongue, "ne može da se prikupi"),
    }
    detail = [] if health.state is HealthState.OK else reasons
    return Standing(f"source:{source}", health.state.value, f"{name}: {'; '.join([states[health.state], *detail])}.")


def _words(tongue: Tongue) -> Any:
    """The desk's words for codes."""
    return environment(tongue).get_template("words.html").module


def _look(settings: Settings, engine: Engine, ended: threading.Event, every: float) -> None:
    looked_at = time.time()
    while not ended.wait(every):
        before, looked_at = looked_at, time.time()
        if looked_at - before > 3 * every:
            # The machine slept, and so did the scheduler: it is given the time to say so.
            continue
        try:
            tell_alarms(settings, engine, now=datetime.now(UTC))
        except Exception:  # a boundary: the desk goes on, and the next look tries again
            logger.exception("alarms not told")
