"""The look-over says what keeps messages from getting through, by real servers on loopback; it sends nothing."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from alerts.messages import checkup
from alerts.messages.checkup import check_channels, check_mail
from crawler.config import Settings
from crawler.doctor.findings import Finding, Patient, State
from tests.builders import StoreBuilder
from tests.messages.servers import (
    SMTP_PASSWORD,
    USER,
    channel,
    configure,
    mail_server,
)
from tests.ports import free_port

PASSWORD = "ADWATCH_SMTP_PASSWORD"


def mail_of(store: StoreBuilder, settings: Settings) -> Finding:
    """The one finding about mail."""
    (found,) = check_mail(Patient(settings, store.engine, datetime.now(UTC)))
    assert (found.state is State.OK) == (found.mend == "")
    assert "\n" not in found.says + found.mend
    assert SMTP_PASSWORD not in found.says + found.mend
    return found


def settings_for(certificate: Path, **more: Any) -> dict[str, Any]:
    """Settings for the server that asks for encryption and log-in."""
    return {"encryption": "starttls", "user": USER, "ca_file": str(certificate), **more}


def test_mail_that_gets_through_is_well_and_nothing_is_sent(
    small_store: StoreBuilder, secured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD, SMTP_PASSWORD)
    with mail_server(certificate=secured) as server:
        settings = configure(small_store, server.port, mail=settings_for(secured))
        found = mail_of(small_store, settings)
    assert (found.state, server.taken) == (State.OK, [])
    assert f"port {server.port} takes the log-in" in found.says


@pytest.mark.parametrize("given", ["pogresna", "šifra-sa-slovima"])
def test_wrong_password_is_told(
    small_store: StoreBuilder, secured: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(PASSWORD, given)
    with mail_server(certificate=secured) as server:
        found = mail_of(small_store, configure(small_store, server.port, mail=settings_for(secured)))
    assert found.state is State.BAD
    assert "password" in found.says
    assert given not in found.says + found.mend


def test_missing_password_is_told_by_the_name_of_its_variable(
    small_store: StoreBuilder, secured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    with mail_server(certificate=secured) as server:
        found = mail_of(small_store, configure(small_store, server.port, mail=settings_for(secured)))
    assert (found.state, found.says) == (State.BAD, f"{PASSWORD} is not set")


def test_server_that_offers_no_encryption_is_told(small_store: StoreBuilder) -> None:
    with mail_server() as server:
        found = mail_of(small_store, configure(small_store, server.port, mail={"encryption": "starttls"}))
        other = mail_of(small_store, configure(small_store, server.port, mail={"encryption": "tls"}))
    assert (found.state, found.says) == (State.BAD, "the server offers no STARTTLS")
    assert other.state is State.BAD
    assert "no encrypted connection" in other.says
    assert "messages.mail: host, port and encryption" in other.mend


def test_unknown_authority_and_a_missing_file_of_it_are_told(small_store: StoreBuilder, secured: Path) -> None:
    with mail_server(certificate=secured) as server:
        unknown = mail_of(small_store, configure(small_store, server.port, mail={"encryption": "starttls"}))
        missing = mail_of(
            small_store, configure(small_store, server.port, mail={"encryption": "starttls", "ca_file": "none.pem"})
        )
    assert "its certificate" in unknown.says
    assert "messages.mail.ca_file" in unknown.mend
    assert missing.says == "the file of messages.mail.ca_file cannot be used"
    assert str(small_store.settings.home / "none.pem") in missing.mend


def test_closed_port_is_told(small_store: StoreBuilder) -> None:
    port = free_port()
    found = mail_of(small_store, configure(small_store, port))
    assert found.state is State.BAD
    assert f"127.0.0.1, port {port} does not answer" in found.says


def test_server_that_never_answers_is_waited_for_only_so_long(small_store: StoreBuilder) -> None:
    with socket.socket() as silent, mock.patch.object(checkup, "SECONDS", 0.2):
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        found = mail_of(small_store, configure(small_store, silent.getsockname()[1]))
    assert found.state is State.BAD
    assert "does not answer" in found.says


@contextmanager
def dribbling_server() -> Iterator[int]:
    """The port of a server whose greeting comes letter by letter and never to its end."""
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def dribble() -> None:
            taken, _ = listening.accept()
            with taken, suppress(OSError):
                taken.sendall(b"220-")
                while not gone.wait(0.05):
                    taken.sendall(b".")

        talking = threading.Thread(target=dribble)
        talking.start()
        yield listening.getsockname()[1]
        gone.set()
        talking.join()


def test_server_that_dribbles_its_answers_holds_nobody_up(
    small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "MOST_SECONDS", 1.0)
    with dribbling_server() as port:
        found = mail_of(small_store, configure(small_store, port))
    assert found.state is State.BAD
    assert f"port {port} does not come to an end within 1 seconds" in found.says


def test_installation_that_tells_nobody_is_warned_of(small_store: StoreBuilder) -> None:
    (found,) = check_mail(Patient(small_store.settings, small_store.engine, datetime.now(UTC)))
    assert (found.check, found.state) == ("messages", State.WARN)
    assert "adwatch.yml" in found.mend


def test_url_of_a_channel_is_read_and_not_called(small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch) -> None:
    with channel() as (url, got):
        settings = configure(
            small_store, free_port(), digest=["apprise:tim", "apprise:drugi"], alarms=["apprise:treci"]
        )
        monkeypatch.setenv("ADWATCH_APPRISE_TIM", url)
        monkeypatch.setenv("ADWATCH_APPRISE_DRUGI", "nesto://tajna")
        found = list(check_channels(Patient(settings, small_store.engine, datetime.now(UTC))))
    assert got == []
    assert [one.state for one in found] == [State.OK, State.BAD, State.BAD]
    assert [one.says for one in found[1:]] == [
        "ADWATCH_APPRISE_DRUGI is no URL that apprise knows",
        "ADWATCH_APPRISE_TRECI is not set",
    ]
    assert all("tajna" not in one.says + one.mend for one in found)


def test_server_that_takes_no_password_is_told_as_such(
    small_store: StoreBuilder, secured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD, SMTP_PASSWORD)
    lacking = smtplib.SMTPException("No suitable authentication method found.")
    with mail_server(certificate=secured) as server, mock.patch("smtplib.SMTP.login", side_effect=lacking):
        found = mail_of(small_store, configure(small_store, server.port, mail=settings_for(secured)))
    assert (found.state, "PLAIN" in found.mend) == (State.BAD, True)
    assert "answer" not in found.says
