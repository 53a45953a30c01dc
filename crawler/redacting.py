"""What no log may hold: secrets, and who somebody is. Where logs go is told in `crawler.logs`."""

from __future__ import annotations

import hashlib
import re
import secrets

from crawler.personal_numbers import redact_jmbg

HIDDEN = "***"
# Drawn anew by every process: marks of one run can be compared, and nobody can look up whose they are.
_KEY = secrets.token_bytes(16)

_SPOKEN = "https?|wss?|ftp|file|data|sqlite|postgresql(?:\\+\\w+)?|rediss?|smtps?"
_RULES = (
    # Services for messages put their tokens where others have a host: only schemes that do not are shown.
    (re.compile(rf"\b(?!(?:{_SPOKEN})://)([a-z][a-z0-9+.-]{{0,40}})://[^\s'\"<>]+", re.IGNORECASE), rf"\1://{HIDDEN}"),
    (re.compile(r"(?<=://)([^\s:/?#'\"<>]*+):[^\s/?#'\"<>]*@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?<=://)[^\s:/?#'\"<>@]+@"), f"{HIDDEN}@"),
    (re.compile(r"\b(Basic|Bearer|Token|Digest)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    (
        re.compile(
            r"(\b(?:proxy-)?authorization|\b(?:set-)?cookie|\bx-api-key)(['\"]?\s*[:=]\s*)(?!\w+ \*{3})[^\r\n]+",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    (
        re.compile(
            r"((?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|lozinka|\bsig|\bsignature)"
            r"['\"]?\s*[:=]\s*)('[^']*'|\"[^\"]*\"|[^\s&,;)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"/bot\d+:[\w-]{20,}"), f"/bot{HIDDEN}"),
)
_EMAIL = re.compile(r"[\w.+%-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)


def redacted(text: str) -> str:
    """The text without passwords, tokens, credentials and personal numbers; of an e-mail address a mark remains."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return redact_jmbg(_EMAIL.sub(lambda found: mark_of(found.group()), text))


def mark_of(email: str) -> str:
    """What stands for the address in the logs of this process: the same for the same address, whatever its case."""
    folded = email.replace("%40", "@").casefold().encode(errors="replace")
    return f"mail-{hashlib.blake2b(folded, key=_KEY, digest_size=5).hexdigest()}"
