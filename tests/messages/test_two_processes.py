"""The night's end and the desk's look deliver at once, from processes of their own: each letter arrives once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from unittest import mock

from alerts.messages.mail import post
from alerts.messages.sending import deliver_waiting
from alerts.telling.occasions import tell_alarms
from crawler.config import Mail, Settings
from crawler.store.engine import connect, open_store
from crawler.store.outbox import Delivery, NewMessage, count_waiting, note_accepted, put_out
from crawler.store.schedulers import give_sign
from tests.builders import StoreBuilder, end_sessions
from tests.messages.servers import ANA, IVA, MailServer, configure, mail_server

LETTERS = 12
PATIENCE = 600.0
FORK = multiprocessing.get_context("fork")


def lay_out_letters(store: StoreBuilder, count: int = LETTERS) -> None:
    """Letters for both recipients."""
    now = datetime.now(UTC)
    with store.engine.begin() as connection:
        for number in range(count):
            letter = NewMessage(
                f"proba:{number}", "test", now, f"proba {number}", "a", "<p>a", f"<{number}@ngo.example>"
            )
            put_out(connection, letter, [ANA, IVA], now=now)
    # A forked process must not share its connections.
    store.engine.dispose()


def arrived(server: MailServer) -> Counter[tuple[str, str]]:
    """How often which letter came to whom."""
    return Counter((str(message["Message-ID"]), str(message["To"])) for message in server.taken)


def count_left(store: StoreBuilder) -> int:
    with store.connect() as connection:
        return count_waiting(connection)


def deliver_all(settings: Settings, ready: Event) -> None:
    """Delivers again and again until nothing waits."""
    engine = open_store(settings)
    ready.wait(PATIENCE)
    while True:
        deliver_waiting(settings, engine, at_once=True)
        with engine.connect() as connection:
            if not count_waiting(connection):
                return
        time.sleep(0.01)


def started(target: Callable[..., None], *arguments: object) -> BaseProcess:
    process = FORK.Process(target=target, args=arguments)
    process.start()
    return process


def test_two_processes_at_once_send_each_letter_once(store: StoreBuilder) -> None:
    with mail_server() as server:
        settings = configure(store, server.port)
        lay_out_letters(store)
        ready = FORK.Event()
        both = [started(deliver_all, settings, ready) for _ in range(2)]
        ready.set()
        for process in both:
            process.join(PATIENCE)
    assert [process.exitcode for process in both] == [0, 0]
    assert count_left(store) == 0
    assert len(arrived(server)) == 2 * LETTERS
    assert set(arrived(server).values()) == {1}


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deliver_and_die(settings: Settings, after: int) -> None:
    """Is killed when the server has taken one more letter than these, and before that is noted."""
    noted = []

    def note(*given: object, **more: object) -> None:
        if len(noted) == after:
            die()
        noted.append(given)
        note_accepted(*given, **more)  # type: ignore[arg-type]

    with mock.patch("alerts.messages.sending.note_accepted", note):
        deliver_waiting(settings, open_store(settings), at_once=True)


def test_letter_whose_taking_a_killed_process_could_not_note_comes_twice_and_no_other(store: StoreBuilder) -> None:
    with mail_server() as server:
        settings = configure(store, server.port)
        lay_out_letters(store, 3)
        doomed = started(deliver_and_die, settings, 2)
        doomed.join(PATIENCE)
        assert doomed.exitcode == -signal.SIGKILL
        (doubled, *_) = reversed(server.taken)
        until = time.monotonic() + PATIENCE
        # PostgreSQL gives the lease back once it has noticed the death.
        while count_left(store) and time.monotonic() < until:
            deliver_waiting(settings, store.engine, at_once=True)
        deliver_waiting(settings, store.engine, at_once=True)
    twice = (str(doubled["Message-ID"]), str(doubled["To"]))
    assert {letter: count for letter, count in arrived(server).items() if count != 1} == {twice: 2}
    assert len(arrived(server)) == 6


def test_process_whose_lease_went_with_its_session_sends_no_letter_again(postgres_url: str, tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home", database_url=postgres_url)
    with mail_server() as server:
        settings = configure(store, server.port)
        lay_out_letters(store, 3)

        def post_and_lose_all(mail: Mail, home: Path, delivery: Delivery) -> None:
            post(mail, home, delivery)
            if len(server.taken) == 1:
                end_sessions(postgres_url)
                other = connect(postgres_url)
                assert deliver_waiting(settings, other, at_once=True)["accepted"] == 6
                other.dispose()

        with mock.patch("alerts.messages.sending.post", post_and_lose_all):
            deliver_waiting(settings, store.engine, at_once=True)
    first = server.taken[0]
    twice = (str(first["Message-ID"]), str(first["To"]))
    assert {letter: count for letter, count in arrived(server).items() if count != 1} == {twice: 2}
    store.engine.dispose()


def look_for_alarms(settings: Settings, ready: Event) -> None:
    """What a desk does every five minutes."""
    engine = open_store(settings)
    ready.wait(PATIENCE)
    for _ in range(3):
        tell_alarms(settings, engine, now=datetime.now(UTC))


def look_at_once(machines: Sequence[Settings]) -> None:
    """Each machine looks, in a process of its own."""
    ready = FORK.Event()
    looking = [started(look_for_alarms, settings, ready) for settings in machines]
    ready.set()
    for process in looking:
        process.join(PATIENCE)
    assert [process.exitcode for process in looking] == [0] * len(machines)


def test_two_machines_of_one_database_tell_each_state_once(postgres_url: str, tmp_path: Path) -> None:
    stores = [StoreBuilder(tmp_path / name, database_url=postgres_url) for name in ("a", "b")]
    began = datetime.now(UTC) - timedelta(hours=1)
    with stores[0].engine.begin() as connection:
        give_sign(connection, "a:/srv", now=began)
    with mail_server() as server:
        machines = [configure(store, server.port, digest=[]) for store in stores]
        for store in stores:
            store.engine.dispose()
        look_at_once(machines)
        assert subjects(server) == Counter(broken=1)
        with stores[0].engine.begin() as connection:
            give_sign(connection, "a:/srv", now=datetime.now(UTC))
        stores[0].engine.dispose()
        look_at_once(machines)
    assert subjects(server) == Counter(broken=1, well=1)
    for store in stores:
        store.engine.dispose()


def subjects(server: MailServer) -> Counter[str]:
    """How many letters told that the scheduler is silent, and that it is there."""
    parts = [message.get_body(("plain",)) for message in server.taken]
    texts = [part.get_content() for part in parts if part is not None]
    words = {"broken": "ne javlja se od", "well": "Program koji pokreće noćnu obradu se javlja."}
    return Counter(name for text in texts for name, said in words.items() if said in text)
