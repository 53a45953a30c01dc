"""Looking over how people are told: the mail server and the channels; called by name from `crawler.doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from alerts.messages.channels import CHANNEL, channel_of
from alerts.messages.mail import SERVER_SETTINGS, greet
from alerts.messages.problems import UndeliveredError
from crawler.config import Mail
from crawler.doctor.findings import Finding, Patient, State
from crawler.errors import ConfigError

SECONDS = 10.0
"""So long each answer is waited for. Servers that let a stranger wait on purpose do so for some six seconds."""
MOST_SECONDS = 60.0
"""So long the whole conversation may take: some eight answers, and a server that dribbles them comes to no end."""


def check_mail(patient: Patient) -> Iterator[Finding]:
    """Whether the mail server can be reached and takes our log-in, as real messages need it. Nothing is sent."""
    chosen = patient.settings.file.messages
    if not (chosen.digest or chosen.alarms):
        mend = "say in adwatch.yml below messages: who gets digest and alarms"
        yield Finding("messages", State.WARN, "nobody is told by message when something breaks", mend)
    mail = chosen.mail
    if mail is None:
        return
    try:
        _greet_in_time(mail, patient.settings.home)
    except (UndeliveredError, ConfigError) as error:
        yield _trouble("mail", error, mend="adwatch messages list says what waits")
    else:
        log_in = "takes the log-in" if mail.user else "answers"
        yield Finding(
            "mail", State.OK, f"{mail.host}, port {mail.port} {log_in}; adwatch messages test sends a message"
        )


def _greet_in_time(mail: Mail, home: Path) -> None:
    """Greets the server in a thread that is left to itself where it takes too long; it ends with the look-over.

    Raises as `greet`, and UndeliveredError where the conversation comes to no end.
    """
    ended: SimpleQueue[Exception | None] = SimpleQueue()

    def talk() -> None:
        try:
            greet(mail, home, seconds=SECONDS)
        except Exception as error:  # noqa: BLE001 - handed on, and raised below
            ended.put(error)
        else:
            ended.put(None)

    Thread(target=talk, daemon=True).start()
    try:
        error = ended.get(timeout=MOST_SECONDS)
    except Empty:
        reason = f"{mail.host}, port {mail.port} does not come to an end within {MOST_SECONDS:g} seconds"
        raise UndeliveredError(reason, mend=SERVER_SETTINGS) from None
    if error is not None:
        raise error


def check_channels(patient: Patient) -> Iterator[Finding]:
    """Whether the URL of each channel is there and can be understood. None is called."""
    chosen = patient.settings.file.messages
    for recipient in dict.fromkeys((*chosen.digest, *chosen.alarms)):
        if not recipient.startswith(CHANNEL):
            continue
        try:
            channel_of(recipient)
        except (UndeliveredError, ConfigError) as error:
            yield _trouble("channels", error, mend="set it, or the file that …_FILE names, wherever adwatch runs")
        else:
            yield Finding("channels", State.OK, f"the URL of {recipient} can be understood; it was not called")


def _trouble(check: str, error: UndeliveredError | ConfigError, *, mend: str) -> Finding:
    said = error.mend if isinstance(error, UndeliveredError) else ""
    return Finding(check, State.BAD, str(error), said or mend)
