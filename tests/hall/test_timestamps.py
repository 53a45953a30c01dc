"""Timestamps over the custody log: by a local authority, queued while it cannot be reached, checked by openssl too."""

from __future__ import annotations

import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.config import Settings
from crawler.evidence.sealing import seal_evidence
from crawler.evidence.timestamping import timestamp_heads
from crawler.evidence.verify import Verification, verify_evidence
from crawler.night import Night, StepReport
from crawler.store.schema import timestamps
from tests.builders import NOW, StoreBuilder
from tests.ports import free_port
from tests.whole.running import adwatch_json

TSA = """\
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
{certificates}
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """An invented authority: its certificates in a folder, its answers by openssl."""

    folder: Path
    port: int = field(default_factory=free_port)
    asked: int = 0
    statuses: list[int] = field(default_factory=list)
    """Of its next answers, which are no tokens."""

    @property
    def chain(self) -> Path:
        """Its certificates up to the root."""
        return self.folder / "chain.pem"

    def answer(self, query: bytes) -> bytes:
        """The token for a query."""
        self.asked += 1
        (self.folder / "query.tsq").write_bytes(query)
        reply = ["-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"]
        self.openssl("ts", *reply)
        return (self.folder / "reply.tsr").read_bytes()

    def openssl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs openssl in its folder."""
        return subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Answers on loopback until the end of the block, at the same port every time."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                if authority.statuses:
                    self.send_error(authority.statuses.pop())
                    return
                token = authority.answer(query)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(token)

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()


def make_authority(folder: Path, *, certificates: str = "") -> Authority:
    """A root and a certificate for timestamping below it. `certificates`: what openssl sends besides its own."""
    folder.mkdir()
    made = Authority(folder)
    (folder / "tsa.cnf").write_text(TSA.format(folder=folder, certificates=certificates))
    (folder / "serial").write_text("01\n")
    (folder / "use.cnf").write_text("extendedKeyUsage = critical,timeStamping\nbasicConstraints = CA:FALSE\n")
    new = ["req", "-newkey", "rsa:2048", "-nodes", "-subj"]
    made.openssl(
        *new, f"/CN=Primer koren {folder.name}", "-x509", "-days", "30", "-keyout", "r.key", "-out", "root.pem"
    )
    made.openssl(*new, f"/CN=Primer žig {folder.name}", "-keyout", "tsa.key", "-out", "tsa.csr")
    signed = ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "r.key", "-CAcreateserial"]
    made.openssl(*signed, "-days", "20", "-extfile", "use.cnf", "-out", "tsa.pem")
    made.chain.write_bytes((folder / "tsa.pem").read_bytes() + (folder / "root.pem").read_bytes())
    return made


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    """Two of them, which have nothing to do with one another; the second sends its root along, out of order."""
    folder = tmp_path_factory.mktemp("zigovi")
    second = make_authority(folder / "drugi", certificates=f"certs = {folder}/drugi/root.pem")
    return make_authority(folder / "prvi"), second


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the surroundings must not answer for the authority."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def configured(store: StoreBuilder, *chosen: Authority, chain: Path | None = None) -> Settings:
    """The store's settings with these authorities."""
    lines = "".join(
        f"- {{name: {one.folder.name}, url: 'http://127.0.0.1:{one.port}/', chain: '{chain or one.chain}'}}\n"
        for one in chosen
    )
    (store.settings.home / "adwatch.yml").write_text(f"timestamps:\n{lines}", encoding="utf-8")
    return Settings(store.settings.home, store.settings.database_url)


def close_night(store: StoreBuilder, settings: Settings) -> StepReport:
    """The last steps of a night in which a page was captured."""
    store.capture(f"http://portal.example/{store.night()}", body=b"page")
    night = Night(store.night(), settings, store.engine, NOW)
    seal_evidence(night)
    return timestamp_heads(night)


def verified(store: StoreBuilder) -> Verification:
    """What verifying finds."""
    with store.connect() as connection:
        return verify_evidence(connection, store.settings.evidence_folder)


def tokens(store: StoreBuilder) -> list[Path]:
    """All tokens that are kept."""
    return sorted((store.settings.evidence_folder / "heads").glob("*.tsr"))


def test_every_authority_bears_witness_and_openssl_agrees(
    store: StoreBuilder, authorities: tuple[Authority, Authority]
) -> None:
    first, second = authorities
    with first.open(), second.open():
        report = close_night(store, configured(store, first, second))

    assert report.counts == {"kept": 2, "waiting": 0}
    found = verified(store)
    assert (found.failures, found.timestamps) == ((), 2)
    for token in tokens(store):
        (authority,) = (one for one in authorities if f".{one.folder.name}.tsr" in token.name)
        (note,) = token.parent.glob("*.txt")
        by = ["-CAfile", "root.pem", "-untrusted", "tsa.pem"]
        judged = authority.openssl("ts", "-verify", "-data", str(note), "-in", str(token), *by)
        assert "Verification: OK" in judged.stdout


def test_timestamp_waits_while_the_authority_is_away(
    store: StoreBuilder, authorities: tuple[Authority, Authority]
) -> None:
    first, _ = authorities
    with first.open():
        pass
    away = close_night(store, configured(store, first))
    assert away.counts == {"kept": 0, "waiting": 1}
    assert "no timestamp from prvi yet: the authority cannot be reached" in away.notes[0]
    assert verified(store).is_sound

    with first.open():
        assert close_night(store, configured(store, first)).counts == {"kept": 2, "waiting": 0}
    with store.connect() as connection:
        rows = connection.execute(select(timestamps.c.tries, timestamps.c.problem).order_by(timestamps.c.id)).all()
    assert [tuple(row) for row in rows] == [(2, None), (1, None)]
    assert verified(store).timestamps == 2


def test_authority_that_is_away_is_asked_once_a_night_however_much_waits(
    store: StoreBuilder, authorities: tuple[Authority, Authority]
) -> None:
    first, second = authorities
    with first.open():
        pass
    with second.open():
        for waiting in (1, 2, 3):
            assert close_night(store, configured(store, first, second)).counts == {"kept": 1, "waiting": waiting}
    with store.connect() as connection:
        asked = select(timestamps.c.tries).where(timestamps.c.authority == "prvi").order_by(timestamps.c.id)
        assert list(connection.scalars(asked)) == [3, 0, 0]

    with first.open():
        assert close_night(store, configured(store, first)).counts == {"kept": 4, "waiting": 0}


@pytest.mark.parametrize(("status", "tries"), [(400, [3, 1, 1]), (429, [3, 0, 0]), (503, [3, 0, 0])])
def test_head_that_is_refused_keeps_no_younger_one_back_unless_all_are(
    store: StoreBuilder, authorities: tuple[Authority, Authority], status: int, tries: list[int]
) -> None:
    first, _ = authorities
    settings = configured(store, first)
    for _ in range(2):
        close_night(store, settings)
    first.statuses.append(status)

    with first.open():
        report = close_night(store, settings)

    assert report.notes[0].startswith(f"no timestamp from prvi yet: the authority answers {status} ")
    assert report.counts["waiting"] == 1 + tries.count(0)
    with store.connect() as connection:
        assert list(connection.scalars(select(timestamps.c.tries).order_by(timestamps.c.id))) == tries


def test_token_of_another_root_is_not_kept(store: StoreBuilder, authorities: tuple[Authority, Authority]) -> None:
    first, second = authorities
    with first.open():
        report = close_night(store, configured(store, first, chain=second.chain))

    assert report.counts == {"kept": 0, "waiting": 1}
    assert "the token does not verify" in report.notes[0]
    assert tokens(store) == []


@pytest.mark.parametrize("bytes_of_another", [True, False])
def test_changed_token_is_named(
    store: StoreBuilder, authorities: tuple[Authority, Authority], bytes_of_another: bool
) -> None:
    first, _ = authorities
    with first.open():
        close_night(store, configured(store, first))
        close_night(store, configured(store, first))
    older, newer = tokens(store)
    newer.write_bytes(older.read_bytes() if bytes_of_another else newer.read_bytes()[:-40] + bytes(40))

    failures = verified(store).failures
    assert f"timestamp heads/{newer.name}: its bytes do not match the recorded SHA-256" in failures
    assert any(failure.startswith(f"timestamp heads/{newer.name}: the token does not verify") for failure in failures)


def test_nobody_is_asked_unless_configured(tmp_path: Path, authorities: tuple[Authority, Authority]) -> None:
    store = StoreBuilder(tmp_path / "home")
    before = authorities[0].asked
    assert close_night(store, store.settings).counts == {"kept": 0, "waiting": 0}
    assert authorities[0].asked == before


def test_chain_without_a_root_is_told(tmp_path: Path, authorities: tuple[Authority, Authority]) -> None:
    store = StoreBuilder(tmp_path / "home")
    report = close_night(store, configured(store, authorities[0], chain=authorities[0].folder / "tsa.pem"))
    assert report.counts["waiting"] == 1
    assert "the root certificate is missing" in report.notes[0]


def test_package_takes_the_timestamp_along(tmp_path: Path, authorities: tuple[Authority, Authority]) -> None:
    store = StoreBuilder(tmp_path / "home")
    store.ad()
    with authorities[0].open():
        close_night(store, configured(store, authorities[0]))
    path = tmp_path / "a.wacz"
    adwatch_json(store.settings.home, "evidence", "export", "--all", "-o", str(path))
    with zipfile.ZipFile(path) as package:
        kept = [name.partition(".")[2] for name in package.namelist() if name.startswith("custody/0")]
    assert kept == ["prvi.pem", "prvi.tsr", "txt"]
