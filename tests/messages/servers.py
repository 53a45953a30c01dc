"""Real servers on loopback that take messages: SMTP by aiosmtpd, and an HTTP receiver for apprise's json://."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.config import Settings
from tests.builders import StoreBuilder
from tests.ports import free_port

ANA, IVA = "ana@ngo.example", "iva@ngo.example"
USER, SMTP_PASSWORD = "adwatch", "tajna-lozinka-poste"


@dataclass
class MailServer:
    """A running server, and what it took."""

    port: int
    taken: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Recipient -> what the server says to it."""
    busy: str = ""
    """What it says to every message, instead of taking it."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and arguments
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """aiosmtpd's hook."""
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        """aiosmtpd's hook."""
        if self.busy:
            return self.busy
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"


def configure(store: StoreBuilder, port: int, **more: Any) -> Settings:
    """The store's settings, with messages that go to a server on that port."""
    mail = {"host": "127.0.0.1", "port": port, "encryption": "none", "sender": "adwatch@ngo.example"}
    chosen = {"mail": {**mail, **more.pop("mail", {})}, "digest": [ANA, IVA], "alarms": [IVA], **more}
    lines = f"messages: {chosen!r}\ndesk_url: https://desk.ngo.example\ncontact: {ANA}\n"
    (store.settings.home / "adwatch.yml").write_text(lines, encoding="utf-8")
    return Settings(store.settings.home, store.settings.database_url)


@contextmanager
def mail_server(port: int | None = None, *, certificate: Path | None = None) -> Iterator[MailServer]:
    """A server; with a certificate it takes mail only over STARTTLS, from a user with the tests' password."""
    server = MailServer(port or free_port())
    options: dict[str, Any] = {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        options = {
            "tls_context": context,
            "require_starttls": True,
            "auth_required": True,
            "authenticator": _knows,
        }
    controller = Controller(server, hostname="127.0.0.1", port=server.port, ready_timeout=600, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    known = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        SMTP_PASSWORD.encode(),
    )
    return AuthResult(success=known, handled=False)


def write_certificate(path: Path) -> None:
    """A key and a certificate for 127.0.0.1, signed by itself, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))


@contextmanager
def channel() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The URL of a channel for apprise, and what it got."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://user:tajna@127.0.0.1:{server.server_port}/put", got
    finally:
        server.shutdown()
        server.server_close()
