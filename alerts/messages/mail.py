"""E-mail of messages by SMTP: one recipient a transaction, so that one who is refused keeps no other from it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path

from alerts.messages.problems import UndeliveredError
from crawler.config import Mail
from crawler.secret import secret_of
from crawler.store.outbox import Delivery

SECONDS = 30.0
PASSWORD_VARIABLE = "ADWATCH_SMTP_PASSWORD"  # noqa: S105 - its name
USER_SETTING = f"give messages.mail.user and {PASSWORD_VARIABLE} as the mail server knows them"
NO_ENCRYPTION = "no encrypted connection comes about; is its certificate known here?"
SERVER_SETTINGS = "check messages.mail: host, port and encryption (starttls mostly goes with port 587, tls with 465)"


def post(mail: Mail, home: Path, delivery: Delivery) -> None:
    """Gives the message to the server. Raises UndeliveredError unless it accepts it; its own words are not repeated."""
    with _put_in_our_words(mail):
        server = _connected(mail, home, SECONDS)
        try:
            server.send_message(_as_mail(mail, delivery))
        finally:
            _take_leave(server)


def greet(mail: Mail, home: Path, *, seconds: float) -> None:
    """Connects and logs in as `post` does, and sends nothing; each answer is waited for so long.

    Raises UndeliveredError where no message would get through.
    """
    with _put_in_our_words(mail):
        _take_leave(_connected(mail, home, seconds))


@contextmanager
def _put_in_our_words(mail: Mail) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # smtplib's own errors are OSErrors too
        raise _refusal(error) or _silence(error, mail) from error
    except UnicodeError as error:
        reason = "host, user or password have letters that cannot be sent"
        raise UndeliveredError(reason, mend="choose a password of plain letters, digits and signs") from error


def _refusal(error: OSError) -> UndeliveredError | None:
    """What the server answered, where it did."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = next(iter(error.recipients.values()))[0]
            return UndeliveredError(f"the recipient is refused ({code})", for_good=code >= 500)
        case smtplib.SMTPAuthenticationError():
            return UndeliveredError(f"user or password is refused ({error.smtp_code})", mend=USER_SETTING)
        case smtplib.SMTPDataError():
            return UndeliveredError(f"the message is refused ({error.smtp_code})", for_good=error.smtp_code >= 500)
        case smtplib.SMTPResponseException():
            return UndeliveredError(f"the server refuses ({error.smtp_code})", mend=SERVER_SETTINGS)
        case smtplib.SMTPException() if not isinstance(error, smtplib.SMTPServerDisconnected):
            lack = f"the server does not offer what is needed ({str(error).rstrip('.')})"
            return UndeliveredError(lack, mend="choose one that takes a log-in by PLAIN, LOGIN or CRAM-MD5")
    return None


def _silence(error: OSError, mail: Mail) -> UndeliveredError:
    """Why no conversation with the server came about."""
    match error:
        case ssl.SSLCertVerificationError():
            mend = (
                "give the host by the name in its certificate; an authority of your own goes into messages.mail.ca_file"
            )
            return UndeliveredError(NO_ENCRYPTION, mend=mend)
        case ssl.SSLError():
            return UndeliveredError(NO_ENCRYPTION, mend=SERVER_SETTINGS)
    reason = f"{mail.host}, port {mail.port} does not answer ({type(error).__name__})"
    return UndeliveredError(reason, mend=f"{SERVER_SETTINGS}, and that a firewall lets this machine through")


def _connected(mail: Mail, home: Path, seconds: float) -> smtplib.SMTP:
    context = _context(mail, home)
    if mail.encryption == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=seconds, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=seconds)
    try:
        if mail.encryption == "starttls":
            _ask_for(server, "starttls", UndeliveredError("the server offers no STARTTLS", mend=SERVER_SETTINGS))
            server.starttls(context=context)
        if mail.user:
            _ask_for(server, "auth", UndeliveredError("the server takes no user", mend=SERVER_SETTINGS))
            server.login(mail.user, _password())
    except BaseException:
        server.close()
        raise
    return server


def _ask_for(server: smtplib.SMTP, extension: str, missing: UndeliveredError) -> None:
    server.ehlo_or_helo_if_needed()
    if not server.has_extn(extension):
        raise missing


def _take_leave(server: smtplib.SMTP) -> None:
    # A message was accepted or not by now: how the server takes leave changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


def _password() -> str:
    password = secret_of(PASSWORD_VARIABLE)
    if password is None:
        raise UndeliveredError(
            f"{PASSWORD_VARIABLE} is not set",
            mend=f"set it, or {PASSWORD_VARIABLE}_FILE, wherever adwatch runs; messages.mail has a user",
        )
    return password


def _context(mail: Mail, home: Path) -> ssl.SSLContext:
    path = home / mail.ca_file if mail.ca_file else None
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        mend = f"put the authority's certificate there as PEM: {path}"
        raise UndeliveredError("the file of messages.mail.ca_file cannot be used", mend=mend) from error


def _as_mail(mail: Mail, delivery: Delivery) -> EmailMessage:
    made = EmailMessage(policy=SMTP_POLICY)
    made["From"] = mail.sender
    made["To"] = delivery.recipient
    made["Subject"] = delivery.subject
    made["Date"] = format_datetime(delivery.made_at)
    made["Message-ID"] = delivery.mail_id
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(delivery.text)
    made.add_alternative(delivery.html, subtype="html")
    return made
