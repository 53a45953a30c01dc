"""E-mail of messages by SMTP: one recipient a transaction, so that one who is refused keeps no other from it."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path

from alerts.messages.problems import UndeliveredError
from crawler.config import Mail
from crawler.secret import secret_of
from crawler.store.outbox import Delivery

SECONDS = 30.0


def post(mail: Mail, home: Path, delivery: Delivery) -> None:
    """Gives the message to the server. Raises UndeliveredError unless it accepts it; its own words are not repeated."""
    try:
        server = _connected(mail, home)
        try:
            server.send_message(_as_mail(mail, delivery))
        finally:
            # It was accepted or not by now: how the server takes leave changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise UndeliveredError(f"the recipient is refused ({code})", for_good=code >= 500) from error
    except smtplib.SMTPAuthenticationError as error:
        raise UndeliveredError(f"user or password is refused ({error.smtp_code})") from error
    except smtplib.SMTPDataError as error:
        raise UndeliveredError(
            f"the message is refused ({error.smtp_code})", for_good=error.smtp_code >= 500
        ) from error
    except smtplib.SMTPResponseException as error:
        raise UndeliveredError(f"the server refuses ({error.smtp_code})") from error
    except ssl.SSLError as error:
        raise UndeliveredError("no encrypted connection comes about; is its certificate known here?") from error
    except (smtplib.SMTPException, OSError) as error:
        raise UndeliveredError(f"{mail.host}, port {mail.port} does not answer ({type(error).__name__})") from error


def _connected(mail: Mail, home: Path) -> smtplib.SMTP:
    if mail.encryption == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=_context(mail, home))
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
    try:
        if mail.encryption == "starttls":
            server.starttls(context=_context(mail, home))
        if mail.user:
            server.login(mail.user, _password())
    except BaseException:
        server.close()
        raise
    return server


def _password() -> str:
    password = secret_of("ADWATCH_SMTP_PASSWORD")
    if password is None:
        raise UndeliveredError("ADWATCH_SMTP_PASSWORD is not set")
    return password


def _context(mail: Mail, home: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(home / mail.ca_file) if mail.ca_file else None)


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
