"""What may be missing, in sentences: of the night, of the sources and of the register. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.desk.silence import NightState, RegisterState, SilenceReport
from alerts.desk.speaking import Tongue, say, say_counted
from alerts.desk.templating import Speech, code_words


def trouble_sentences(silence: SilenceReport, tongue: Tongue) -> Iterator[str]:
    """What may be missing from the morning's queue, a sentence each."""
    yield from night_troubles(silence, tongue)
    words = code_words(tongue)
    if not silence.brings_ads:
        yield say(tongue, "Nijedan izvor nije uključen: ništa se ne prikuplja.")
    for trouble in silence.troubles:
        problems = [words.PROBLEMS.get(problem, problem) for problem in trouble.problems[:1]]
        problems += [words.MISSED[missed] for missed in trouble.missed]
        yield f"{trouble.name}: {'; '.join([words.OUTCOMES[trouble.kind], *problems])}."
    if register := register_trouble(silence, tongue):
        yield register


def night_troubles(silence: SilenceReport, tongue: Tongue) -> Iterator[str]:
    """What is wrong with the night and with what starts it."""
    speech, night = Speech(tongue), silence.night
    if silence.night_state is NightState.NEVER:
        yield say(tongue, "Noćna obrada još nije rađena.")
    elif silence.night_state is NightState.CUT_OFF and night:
        yield say(tongue, "Noćna obrada od %(time)s nije završena.", time=speech.local(night.started_at))
    elif silence.night_state is NightState.OVERDUE and night:
        yield say(tongue, "Noćna obrada kasni: poslednja je bila %(time)s.", time=speech.local(night.started_at))
    for day in silence.missed_nights:
        yield say(tongue, "Noćna obrada za %(day)s nije rađena.", day=speech.day(day))
    if silence.scheduler_silent_since:
        time_ = speech.local(silence.scheduler_silent_since)
        yield say(tongue, "Program koji pokreće noćnu obradu ne javlja se od %(time)s.", time=time_)
    if silence.failed_steps:
        steps = ", ".join(code_words(tongue).STEPS.get(step, step) for step in silence.failed_steps)
        yield say(tongue, "Deo noćne obrade nije uspeo: %(steps)s. Spisak slučajeva možda nije potpun.", steps=steps)


def register_trouble(silence: SilenceReport, tongue: Tongue) -> str:
    """Why nothing may rest on the register; empty where it is fresh."""
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
