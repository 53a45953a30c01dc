"""Timestamps by RFC 3161: asking an authority about a head of the custody log, and checking what it answered.

One head is enough: its seal is made from the entry before it, that one from the entry before, and so on to the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from crawler.errors import ConfigError, EvidenceError

TIMEOUT_SECONDS = 20
LARGEST_TOKEN = 1 << 20
"""Bytes; real ones have some thousand."""


@dataclass(frozen=True, slots=True)
class Token:
    """What an authority answered, checked."""

    content: bytes
    """The whole answer in DER, as `openssl ts -verify -in` takes it."""
    at: datetime


class AuthorityAwayError(EvidenceError):
    """The authority gives no answer now, about whatever it is asked."""


class _UnreadableError(EvidenceError):
    """The answer is no token that the library reads."""


def ask_for_token(url: str, words: bytes, chain: bytes, *, user_agent: str) -> Token:
    """The authority's token over the words. Raises EvidenceError where it does not verify.

    Raises AuthorityAwayError where it answers nobody now, and EvidenceError where it refuses this question.

    Authorities built on openssl may send several certificates in an order that DER forbids and the library refuses.
    Such a one is asked again for a token without any: `chain` has them.
    """
    try:
        return _ask(url, words, chain, user_agent=user_agent, with_certificates=True)
    except _UnreadableError:
        return _ask(url, words, chain, user_agent=user_agent, with_certificates=False)


def _ask(url: str, words: bytes, chain: bytes, *, user_agent: str, with_certificates: bool) -> Token:
    building = TimestampRequestBuilder().data(words).hash_algorithm(HashAlgorithm.SHA256)
    asked = building.cert_request(cert_request=with_certificates).build()
    headers = {"Content-Type": "application/timestamp-query", "User-Agent": user_agent}
    # The address is the operator's own, and its scheme was checked when the settings were read.
    request = Request(url, data=asked.as_bytes(), headers=headers)  # noqa: S310
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read(LARGEST_TOKEN)
    except HTTPError as error:
        with error:
            raise _refusal(error) from error
    except URLError as error:
        raise AuthorityAwayError(f"the authority cannot be reached: {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise AuthorityAwayError(f"the authority does not answer: {error}") from error
    return Token(content, check_token(content, words, chain, nonce=asked.nonce))


def _refusal(error: HTTPError) -> EvidenceError:
    told = f"the authority answers {error.code} {error.reason}".rstrip()
    is_of_the_question = 400 <= error.code < 500 and error.code != HTTPStatus.TOO_MANY_REQUESTS
    return EvidenceError(told) if is_of_the_question else AuthorityAwayError(told)


def check_token(content: bytes, words: bytes, chain: bytes, *, nonce: int | None = None) -> datetime:
    """The time that the token bears witness to, aware UTC. Raises EvidenceError where it does not verify."""
    certificates = x509.load_pem_x509_certificates(chain)
    roots = [one for one in certificates if _is_root(one)]
    others = [one for one in certificates if not _is_root(one)]
    try:
        answer = decode_timestamp_response(content)
    except ValueError as error:
        raise _UnreadableError(f"the token does not verify: {' '.join(str(error).split())}") from error
    try:
        signer = None if answer.signed_data.certificates else next(filter(_signs_tokens, others), None)
        judge = VerifierBuilder(tsa_certificate=signer, roots=roots, intermediates=others, nonce=nonce).build()
        judge.verify_message(answer, words)
        return answer.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise EvidenceError(f"the token does not verify: {' '.join(str(error).split())}") from error


def read_chain(path: Path) -> bytes:
    """The authority's certificates, PEM. Raises ConfigError where the file holds no root."""
    try:
        content = path.read_bytes()
        found = x509.load_pem_x509_certificates(content)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: no certificates can be read from it") from error
    if not any(map(_is_root, found)):
        raise ConfigError(f"{path}: the root certificate is missing")
    return content


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def _signs_tokens(certificate: x509.Certificate) -> bool:
    try:
        use = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in use
