"""Messages on their way: real servers that refuse, delay, vanish and come back; nothing is lost or doubled."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from alerts.messages.letter import as_text
from alerts.messages.sending import deliver_waiting
from alerts.telling.digest import lay_out_digest, morning_letter
from alerts.telling.occasions import tell_alarms, tell_people, telling_alarms
from crawler.config import Settings
from crawler.health import Problem, RunOutcome
from crawler.night import Night
from crawler.retention.due import Clock
from crawler.retention.purging import foresee, purge
from crawler.store.ads import count_run
from crawler.store.cases import NewCase, open_new_cases
from crawler.store.nights import begin_run, finish_run
from crawler.store.outbox import count_waiting, waiting_deliveries
from crawler.store.schedulers import give_sign
from crawler.store.schema import alarms, cases, deliveries, health_alerts, messages
from tests.builders import NOW, StoreBuilder
from tests.messages.servers import ANA, IVA, SMTP_PASSWORD, USER, channel, configure, mail_server
from tests.ports import free_port
from tests.spiders.loopback import source
from tests.whole.running import adwatch, adwatch_json

PATIENCE = 600
PLAIN = {"kind": "structured", "start_urls": ["http://127.0.0.1:9/"], "listing": {"links": "a"}}


def night_of(store: StoreBuilder, settings: Settings, *, at: datetime = NOW) -> Night:
    """A night that has come to its last step."""
    return Night(store.night(at=at), settings, store.engine, at)


def case_of(store: StoreBuilder, *, at: datetime = NOW) -> int:
    """A case that a night opened."""
    ad = store.ad(at=at)
    opened = NewCase(ad.series_id, "primer rad", store.assess(ad, at=at), "high", 0.7)
    with store.engine.begin() as connection:
        open_new_cases(connection, [opened], now=at, note="otvoren po noćnoj obradi")
        return connection.scalar(select(func.max(cases.c.id))) or 0


def try_at_once(store: StoreBuilder) -> None:
    """Lets no waiting delivery wait for its next try."""
    with store.engine.begin() as connection:
        connection.execute(update(deliveries).values(tried_at=None))


def test_night_tells_each_recipient_of_new_cases_once_and_without_names(store: StoreBuilder) -> None:
    case_id = case_of(store)
    with mail_server() as server:
        settings = configure(store, server.port)
        night = night_of(store, settings)
        first = tell_people(night)
        again = tell_people(night)

    assert first.counts["accepted"] == 3
    assert again.counts["accepted"] == 0
    digests = [message for message in server.taken if "slučaj" in message["Subject"]]
    assert sorted(message["To"] for message in digests) == [ANA, IVA]
    assert len({message["Message-ID"] for message in digests}) == 1
    text, html = (digests[0].get_body((kind,)) for kind in ("plain", "html"))
    assert text and html
    for body in (text.get_content(), html.get_content()):
        assert f"https://desk.ngo.example/cases/{case_id}" in body
        assert "Nemačka" in body
        assert not re.search(r"Primer Rad|Primerović|600000001|060 000|demo-portal", body)
    assert digests[0]["Auto-Submitted"] == "auto-generated"
    assert not list(digests[0].iter_attachments())


def test_the_next_digest_tells_only_what_came_since(store: StoreBuilder) -> None:
    first = case_of(store)
    with mail_server() as server:
        settings = configure(store, server.port, alarms=[])
        tell_people(night_of(store, settings))
        second = case_of(store, at=NOW + timedelta(hours=9))
        tell_people(night_of(store, settings, at=NOW + timedelta(days=1)))
    texts = [message.get_body(("plain",)).get_content() for message in server.taken if message["To"] == ANA]
    assert [re.findall(r"Slučaj (\d+) \((\w+)\)", text) for text in texts] == [
        [(str(first), "nov")],
        [(str(second), "nov")],
    ]


def test_without_recipients_the_night_tells_nobody_and_keeps_nothing(small_store: StoreBuilder) -> None:
    report = tell_people(small_store.night_now())
    assert report.counts == {}
    with small_store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(messages)) == 0


def test_a_refused_recipient_is_given_up_and_keeps_no_other_from_it(small_store: StoreBuilder) -> None:
    with mail_server() as server:
        server.answers[IVA] = "550 5.1.1 no such person"
        settings = configure(small_store, server.port, alarms=[])
        report = tell_people(night_of(small_store, settings))
    assert (report.counts["accepted"], report.counts["given_up"]) == (1, 1)
    assert [message["To"] for message in server.taken] == [ANA]
    assert "were not delivered" in report.notes[0]
    with small_store.connect() as connection:
        assert count_waiting(connection) == 0


def test_a_greylisting_server_gets_the_same_message_again(small_store: StoreBuilder) -> None:
    with mail_server() as server:
        server.answers = dict.fromkeys((ANA, IVA), "451 4.7.1 come back later")
        settings = configure(small_store, server.port, alarms=[])
        assert tell_people(night_of(small_store, settings)).counts["waiting"] == 2
        server.answers = {ANA: "451 4.7.1 come back later"}
        assert deliver_waiting(settings, small_store.engine)["waiting"] == 2
        try_at_once(small_store)
        assert deliver_waiting(settings, small_store.engine) == {"accepted": 1, "waiting": 1, "given_up": 0}
        server.answers = {}
        assert deliver_waiting(settings, small_store.engine, at_once=True)["accepted"] == 1
        assert deliver_waiting(settings, small_store.engine, at_once=True) == dict.fromkeys(
            ("accepted", "waiting", "given_up"), 0
        )
    assert sorted(message["To"] for message in server.taken) == [ANA, IVA]


def test_a_server_that_is_down_at_night_gets_it_once_it_is_up(store: StoreBuilder) -> None:
    port = free_port()
    settings = configure(store, port, alarms=[])
    assert tell_people(night_of(store, settings)).counts["waiting"] == 2
    with store.connect() as connection:
        (first, _) = waiting_deliveries(connection)
    assert first.problem == f"127.0.0.1, port {port} does not answer (ConnectionRefusedError)"
    with mail_server(port) as server:
        later = tell_people(night_of(store, settings, at=NOW + timedelta(days=1)))
        assert later.counts == {"accepted": 2, "waiting": 2, "given_up": 0}
        try_at_once(store)
        assert deliver_waiting(settings, store.engine)["accepted"] == 2
    assert {message["Message-ID"] for message in server.taken} >= {first.mail_id}
    assert len(server.taken) == 4


def test_what_cannot_be_delivered_for_a_week_is_given_up(small_store: StoreBuilder) -> None:
    settings = configure(small_store, free_port(), alarms=[])
    tell_people(night_of(small_store, settings))
    with small_store.engine.begin() as connection:
        connection.execute(update(messages).values(made_at=datetime.now(UTC) - timedelta(days=8)))
    assert deliver_waiting(settings, small_store.engine, at_once=True)["given_up"] == 2


def test_mail_goes_encrypted_to_a_server_whose_authority_is_known(
    small_store: StoreBuilder, secured: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    word = small_store.settings.home / "word"
    word.write_text(f"{SMTP_PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("ADWATCH_SMTP_PASSWORD_FILE", str(word))
    mail = {"encryption": "starttls", "user": USER}
    with mail_server(certificate=secured) as server:
        settings = configure(small_store, server.port, alarms=[], mail=mail)
        tell_people(night_of(small_store, settings))
        with small_store.connect() as connection:
            problems = {one.problem for one in waiting_deliveries(connection)}
        assert problems == {"no encrypted connection comes about; is its certificate known here?"}
        settings = configure(small_store, server.port, alarms=[], mail={**mail, "ca_file": str(secured)})
        word.write_text("pogresna\n", encoding="utf-8")
        deliver_waiting(settings, small_store.engine, at_once=True)
        with small_store.connect() as connection:
            assert {one.problem for one in waiting_deliveries(connection)} == {"user or password is refused (535)"}
        word.write_text(f"{SMTP_PASSWORD}\n", encoding="utf-8")
        assert deliver_waiting(settings, small_store.engine, at_once=True)["accepted"] == 2
    ours = " ".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert "message not delivered kind=digest" in ours
    assert not re.search(rf"{SMTP_PASSWORD}|pogresna|{ANA}", ours)


def test_a_channel_of_apprise_gets_the_text_and_its_url_is_kept_nowhere(
    small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with channel() as (url, got):
        settings = configure(small_store, free_port(), digest=["apprise:tim"], alarms=[])
        tell_people(night_of(small_store, settings))
        with small_store.connect() as connection:
            (waiting,) = waiting_deliveries(connection)
        assert waiting.problem == "ADWATCH_APPRISE_TIM is not set"
        monkeypatch.setenv("ADWATCH_APPRISE_TIM", url)
        assert deliver_waiting(settings, small_store.engine, at_once=True)["accepted"] == 1
    assert [one["title"] for one in got] == [waiting.subject]
    assert "Nema novih ni izmenjenih slučajeva." in got[0]["message"]
    assert not got[0].get("attachments")
    assert "tajna" not in caplog.text
    assert b"tajna" not in (small_store.settings.home / "adwatch.db").read_bytes()


def broken_source(store: StoreBuilder) -> None:
    """An enabled source whose newest run failed."""
    source(store.settings.home, "xx_portal", {**PLAIN, "name": "Portal A"})
    night_id = store.night(at=NOW)
    with store.engine.begin() as connection:
        begin_run(connection, night_id=night_id, source="xx_portal", now=NOW)
        finish_run(
            connection,
            night_id=night_id,
            source="xx_portal",
            now=NOW,
            outcome=RunOutcome.FAILED,
            counts=count_run(connection, night_id=night_id, source="xx_portal"),
            problems={Problem.TIMEOUT: 1},
        )


def test_a_broken_source_is_told_once_and_its_alert_is_marked_told(store: StoreBuilder) -> None:
    broken_source(store)
    with mail_server() as server:
        settings = configure(store, server.port, digest=[])
        tell_people(night_of(store, settings))
        tell_people(night_of(store, settings, at=NOW + timedelta(days=1)))
        (message,) = server.taken
        assert "Portal A: ne može da se prikupi" in message.get_body(("plain",)).get_content()
        assert "https://desk.ngo.example/sources/xx_portal" in message.get_body(("plain",)).get_content()
        with store.engine.begin() as connection:
            assert connection.scalar(select(func.count()).where(health_alerts.c.told_at.is_(None))) == 0
            long_ago = datetime.now(UTC) - timedelta(days=8)
            connection.execute(update(alarms).values(told_at=long_ago))
        tell_people(night_of(store, settings, at=NOW + timedelta(days=8)))
        assert len(server.taken) == 2
        assert "I dalje ne radi kako treba" in server.taken[1].get_body(("plain",)).get_content()


def test_a_source_that_was_switched_off_is_no_alarm_any_more(small_store: StoreBuilder) -> None:
    broken_source(small_store)
    with mail_server() as server:
        settings = configure(small_store, server.port, digest=[])
        tell_people(night_of(small_store, settings))
        source(small_store.settings.home, "xx_portal", {**PLAIN, "enabled": False})
        tell_people(night_of(small_store, settings))
    with small_store.connect() as connection:
        assert "source:xx_portal" not in connection.scalars(select(alarms.c.subject)).all()
    assert len(server.taken) == 1


@pytest.fixture
def silent(small_store: StoreBuilder) -> Iterator[StoreBuilder]:
    """A store whose scheduler gave its last sign an hour ago."""
    with small_store.engine.begin() as connection:
        give_sign(connection, "a:/srv", now=datetime.now(UTC) - timedelta(hours=1))
    yield small_store


def test_the_desk_mails_a_silent_scheduler_once(silent: StoreBuilder) -> None:
    with mail_server() as server:
        settings = configure(silent, server.port, digest=[])
        for _ in range(2):
            tell_alarms(settings, silent.engine, now=datetime.now(UTC))
        told = [message.get_body(("plain",)).get_content() for message in server.taken]
        assert sum("ne javlja se od" in text for text in told) == 1
        with silent.engine.begin() as connection:
            give_sign(connection, "a:/srv", now=datetime.now(UTC))
        tell_alarms(settings, silent.engine, now=datetime.now(UTC))
    assert "Program koji pokreće noćnu obradu se javlja." in server.taken[-1].get_body(("plain",)).get_content()


def test_the_desk_looks_by_itself_while_it_serves(silent: StoreBuilder) -> None:
    with mail_server() as server:
        settings = configure(silent, server.port, digest=[])
        with telling_alarms(settings, silent.engine, every=0.2):
            until = time.monotonic() + PATIENCE
            while not server.taken and time.monotonic() < until:
                time.sleep(0.05)
    assert server.taken


def test_purge_forgets_old_messages_but_none_that_is_waited_for_or_the_last_of_its_kind(store: StoreBuilder) -> None:
    with mail_server() as server:
        settings = configure(store, server.port, alarms=[])
        tell_people(night_of(store, settings))
        server.answers[IVA] = "451 4.7.1 come back later"
        tell_people(night_of(store, settings))
        tell_people(night_of(store, settings))
    later = datetime.now(UTC) + timedelta(days=31)
    with store.engine.begin() as connection:
        third = select(func.max(messages.c.id)).scalar_subquery()
        connection.execute(update(deliveries).where(deliveries.c.message_id == third).values(accepted_at=later))
    seen = foresee(settings, store.engine, now=later)
    done = purge(settings, store.engine, now=later)
    assert seen.by_clock == done.by_clock
    assert [(one.clock, one.days, dict(one.rows)) for one in done.by_clock] == [
        (Clock.MESSAGE, 30, {"messages": 1, "deliveries": 2})
    ]
    with store.connect() as connection:
        assert len(connection.scalars(select(messages.c.id)).all()) == 2
        assert count_waiting(connection) == 1


def test_digest_by_command_shows_writes_and_sends(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    with mail_server() as server:
        configure(store, server.port)
        case_of(store, at=datetime.now(UTC))
        home = store.settings.home
        shown = adwatch(home, "digest", "--dry-run")
        assert "1 nov slučaj" in shown.stdout
        assert adwatch(home, "digest", "--to", str(tmp_path / "jutro.html")).returncode == 0
        assert "<!doctype html>" in (tmp_path / "jutro.html").read_text(encoding="utf-8")
        assert not server.taken
        sent = adwatch(home, "digest")
        assert (sent.returncode, sent.stderr) == (0, "2 accepted, 0 waiting, 0 given up\n")
        assert "nema novih slučajeva" in adwatch(home, "digest", "--dry-run").stdout
        assert adwatch(home, "messages", "test").returncode == 0
        assert {message["Subject"] for message in server.taken if "proba" in message["Subject"]} == {"adwatch: proba"}
    failed = adwatch(home, "messages", "test")
    assert failed.returncode == 1
    assert [one["recipient"] for one in adwatch_json(home, "messages", "list")] == [ANA, IVA]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("messages: {digest: [ana@ngo.example]}", "recipients by e-mail need `mail`"),
        ("messages: {digest: [ana]}", "messages.digest.0"),
        (
            "messages: {mail: {host: mail.example, encryption: none, sender: a@b.example}}",
            "only for a server on this machine",
        ),
        ("messages: {mail: {host: mail.example, sender: a@b.example, password: x}}", "messages.mail.password"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_one_line(tmp_path: Path, lines: str, said: str) -> None:
    (tmp_path / "adwatch.yml").write_text(lines, encoding="utf-8")
    ended = adwatch(tmp_path, "status")
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_digest_asked_for_twice_at_once_is_one(store: StoreBuilder) -> None:
    settings = configure(store, free_port(), alarms=[])
    for _ in range(2):
        with store.engine.begin() as connection:
            lay_out_digest(connection, settings, key="digest:night:1", now=NOW)
    with store.connect() as connection:
        assert count_waiting(connection) == 2
        assert "Nema novih" in as_text(morning_letter(connection, settings, now=NOW))


@pytest.mark.parametrize("module", ["alerts.telling.occasions", "alerts.reports.forms"])
def test_words_for_people_need_no_web_framework(module: str) -> None:
    asks = f"import sys, {module}; print('fastapi' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
