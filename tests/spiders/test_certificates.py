"""A page comes from whom its address names, or it does not come."""

from __future__ import annotations

import ssl
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from scrapy.settings import Settings as ScrapySettings

from crawler.config import Settings
from crawler.evidence.records import file_facts
from crawler.health import Problem
from crawler.manifest import RegisterSource, RenderedSource
from spiders.kinds.of_source import spider_class
from tests.spiders.loopback import Answer, Run, Site, ad_page, crawl, links_to, serve, source

NAME = "rs_primer"
DAY = timedelta(days=1)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the spider's process looks for authorities; whatever stands there is one."""
    path = tmp_path / "authorities.pem"
    path.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def _certificate(path: Path, *, host: str = "127.0.0.1", ended: timedelta = DAY) -> bytes:
    """Writes a key with a certificate that signs itself; returns the certificate alone."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 9 * DAY)
        .not_valid_after(now + ended)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate = made.public_bytes(serialization.Encoding.PEM)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()) + certificate)
    return certificate


def _routes(path: str) -> Answer | None:
    if path == "/oglas/1":
        return ad_page("Zidar u inostranstvu")
    return Answer(links_to("/oglas/1")) if path == "/oglasi" else None


def _portal(certificate: Path) -> AbstractContextManager[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return serve(_routes, tls=context)


def _read(home: Path, site: Site, **manifest: Any) -> Run:
    usual = {"kind": "structured", "listing": {"links": "a.oglas"}, "start_urls": [f"{site.url}/oglasi"]}
    source(home, NAME, {**usual, **manifest})
    return crawl(NAME, home)


def _nothing_but_tls(run: Run, site: Site) -> bool:
    return not run.ads and set(run.problems) == {Problem.TLS} and site.asked == []


def test_a_site_with_a_certificate_of_a_known_authority_is_read(tmp_path: Path, home: Path, trusted: Path) -> None:
    trusted.write_bytes(_certificate(tmp_path / "site.pem"))
    with _portal(tmp_path / "site.pem") as site:
        run = _read(home, site)
    assert [ad["jobTitle"] for ad in run.ads] == ["Zidar u inostranstvu"]


@pytest.mark.usefixtures("trusted")
def test_a_site_that_signs_for_itself_brings_nothing(tmp_path: Path, home: Path) -> None:
    _certificate(tmp_path / "site.pem")
    with _portal(tmp_path / "site.pem") as site:
        assert _nothing_but_tls(_read(home, site), site)


@pytest.mark.parametrize("wrong", [{"host": "192.0.2.7"}, {"ended": -DAY}])
def test_a_certificate_of_somebody_else_or_that_ran_out_brings_nothing(
    tmp_path: Path, home: Path, trusted: Path, wrong: dict[str, Any]
) -> None:
    trusted.write_bytes(_certificate(tmp_path / "site.pem", **wrong))
    with _portal(tmp_path / "site.pem") as site:
        assert _nothing_but_tls(_read(home, site), site)


@pytest.mark.usefixtures("trusted")
def test_a_site_whose_manifest_says_why_is_read_unchecked(tmp_path: Path, home: Path) -> None:
    _certificate(tmp_path / "site.pem")
    with _portal(tmp_path / "site.pem") as site:
        run = _read(home, site, unchecked_certificate="istekao, javljeno vlasniku 20. 11. 2026.")
    assert len(run.ads) == 1


def test_evidence_says_that_a_certificate_was_not_checked(home: Path) -> None:
    settings = Settings(home)
    told = file_facts(settings, night_id=1, source=NAME, unchecked_certificate="istekao")
    assert told["uncheckedCertificate"] == "istekao"
    assert "uncheckedCertificate" not in file_facts(settings, night_id=1, source=NAME)


USUAL = {"id": NAME, "name": "x", "owner": "x", "legal_note": "x", "checked": "2026-11-20"}


def test_the_list_of_agencies_never_comes_unchecked() -> None:
    manifest = {**USUAL, "kind": "register", "start_urls": ["https://registar.example/"]}
    assert RegisterSource.model_validate(manifest)
    with pytest.raises(ValidationError, match="checked address only"):
        RegisterSource.model_validate({**manifest, "unchecked_certificate": "istekao"})


@pytest.mark.parametrize(("why", "ignores"), [("", False), ("istekao", True)])
def test_the_browser_checks_where_the_crawler_does(why: str, ignores: bool) -> None:
    manifest = RenderedSource.model_validate(
        {
            **USUAL,
            "kind": "rendered",
            "start_urls": ["https://zid.example/"],
            "rendering": {"wait": "p"},
            "item": "p",
            "fields": {"description": "p"},
            "unchecked_certificate": why,
        }
    )
    settings = ScrapySettings()
    spider_class(manifest).update_settings(settings)
    assert settings.getdict("PLAYWRIGHT_CONTEXTS")["default"].get("ignore_https_errors", False) is ignores
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") is not ignores
