"""What stood between us and a page, told from an answer or a failure. Recorded, never evaded."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import OpenSSL.SSL
import service_identity
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response, TextResponse
from twisted.internet import error as twisted
from twisted.python.failure import Failure

from crawler.downloading import HeadTooLongError, PageTooLongError
from crawler.health import Problem
from crawler.politeness import ForbiddenAddressError, OffSiteError
from crawler.robots import RobotsUnreadableError

LOGIN_ADDRESS = re.compile(r"login|log-in|signin|sign-in|prijav[ai]|auth|checkpoint|accounts?\.", re.IGNORECASE)
CONSENT_ADDRESS = re.compile(r"consent|cookie", re.IGNORECASE)
CAPTCHA_ADDRESS = re.compile(r"captcha|challenge", re.IGNORECASE)
CAPTCHA_MARK = re.compile(
    r"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|challenge-platform|_cf_chl_opt|/captcha|captcha-delivery\.com"
    r"|px-captcha|_incapsula_resource|awswaf|arkoselabs|funcaptcha|geetest|smart-?captcha|friendly-?captcha"
    r"|captcha-?(?:form|box|container)|ni(?:sam|ste) robot|ни(?:сам|сте) робот|not a robot|robot check",
    re.IGNORECASE,
)
"""Of the services that portals use, and in words; also where a page loads one from its own host."""
REFUSAL_MARK = re.compile(
    r"<title>\s*(?:access denied|403 forbidden|request (?:blocked|rejected)|pristup (?:je )?(?:odbijen|zabranjen)"
    r"|приступ (?:је )?(?:одбијен|забрањен))",
    re.IGNORECASE,
)
"""A refusal that comes with status 200."""
PARKED_MARK = re.compile(
    r"sedoparking|parkingcrew|bodis\.com|afternic|hugedomains|domain (?:name )?(?:is|may be) for sale|buy this domain"
    r"|this domain (?:is parked|has expired)|domen je (?:na prodaju|parkiran|istekao)"
    r"|домен је (?:на продају|паркиран|истекао)",
    re.IGNORECASE,
)
SCRIPT_MARK = re.compile(
    r"\A(?!.*(?:application/json|__NEXT_DATA__|__NUXT))"
    r".*(?:(?:enable|requires?|need|omogući|uključi|омогући|укључи)[^<>]{0,60}javascript"
    r"|javascript[^<>]{0,60}(?:disabled|required|isključen|искључен|neophodan|неопходан))",
    re.IGNORECASE | re.DOTALL,
)
"""What a page says that only a browser's scripts fill; one that brings its state along is not such a page."""
CONSENT_MARK = re.compile(
    r"<form[^<>]{0,300}action=[\"'][^\"'<>]{0,300}consent|id=[\"'](?:consent|cookie)-?wall", re.IGNORECASE
)
PASSWORD_MARK = re.compile(r"<input[^<>]{0,300}type=[\"']?password", re.IGNORECASE)
LOOKED_AT = 300_000
"""Characters of a page in which marks are looked for; walls are short."""
MARKS = (
    (PASSWORD_MARK, Problem.LOGIN_WALL),
    (CONSENT_MARK, Problem.CONSENT_WALL),
    (REFUSAL_MARK, Problem.REFUSED),
    (PARKED_MARK, Problem.PARKED),
    (SCRIPT_MARK, Problem.NEEDS_SCRIPT),
)
"""In the order in which they count: a log-in form may need scripts as well."""
BLOCKS_ACCEPTED = 3
"""After so many refusals, captchas or walls in a run the source is left alone until the next night."""
REFUSALS = frozenset({403, 406, 429, 451, 503})
"""503 is what protective services answer to declared bots; a retry has been made by then."""
FAILURES: tuple[tuple[tuple[type[BaseException], ...], Problem], ...] = (
    ((CannotResolveHostError, twisted.DNSLookupError, twisted.UnknownHostError), Problem.DNS),
    (
        (
            OpenSSL.SSL.Error,
            ssl.SSLError,
            twisted.SSLError,
            twisted.CertificateError,
            twisted.VerifyError,
            service_identity.VerificationError,
            service_identity.CertificateError,
        ),
        Problem.TLS,
    ),
    (
        (DownloadTimeoutError, twisted.TimeoutError, twisted.TCPTimedOutError, TimeoutError),
        Problem.TIMEOUT,
    ),
    ((DownloadCancelledError, HeadTooLongError, PageTooLongError, MemoryError), Problem.OVER_LIMIT),
)
"""Scrapy cancels a download for its size only. What stands in no line is `unreachable`."""
BROWSER_FAILURES: tuple[tuple[re.Pattern[str], Problem], ...] = (
    (re.compile(r"ERR_NAME_|ERR_DNS_"), Problem.DNS),
    (re.compile(r"ERR_CERT_|ERR_SSL_|ERR_BAD_SSL_"), Problem.TLS),
    (re.compile(r"TIMED_OUT|Timeout \d+ms exceeded"), Problem.TIMEOUT),
    (re.compile(r"ERR_TOO_MANY_REDIRECTS"), Problem.REDIRECTED),
)
"""By Chromium's names of its network errors."""


def refusal_of(response: Response) -> Problem | None:
    """What the status or an empty body says; None where there is a page to read."""
    status = response.status
    if status in (401, 407):
        return Problem.LOGIN_WALL
    if status in REFUSALS:
        return _captcha(response) or Problem.REFUSED
    if status in (404, 410):
        return Problem.GONE
    if status >= 400:
        return Problem.HTTP_5XX if status >= 500 else Problem.HTTP_4XX
    if not 200 <= status < 300:
        return Problem.REDIRECTED
    return None if response.body.strip() else Problem.EMPTY_ANSWER


def wall_of(response: Response) -> Problem | None:
    """The wall that a page without the expected content is, if it is one that we know.

    Ordinary pages hold log-in and captcha forms as well: ask only where nothing else was found.
    """
    if response.meta.get("redirect_urls") and (problem := wall_behind(response.url)):
        return problem
    if not isinstance(response, TextResponse):
        return None
    if problem := _captcha(response):
        return problem
    return next((problem for mark, problem in MARKS if mark.search(response.text[:LOOKED_AT])), None)


def wall_behind(url: str) -> Problem | None:
    """The wall to which this address leads, by its host and path."""
    parts = urlsplit(url)
    place = f"{parts.netloc}{parts.path}"
    if CAPTCHA_ADDRESS.search(place):
        return Problem.CAPTCHA
    if CONSENT_ADDRESS.search(place):
        return Problem.CONSENT_WALL
    return Problem.LOGIN_WALL if LOGIN_ADDRESS.search(place) else None


def problem_of(failure: Failure) -> Problem | None:
    """The problem that a failed request is; None where it is counted already or no problem."""
    error = failure.value
    if isinstance(error, ForbiddenAddressError):
        return None
    if isinstance(error, OffSiteError):
        # A link that leads elsewhere is no fault; a page that sends us elsewhere is.
        request: Request = failure.request  # type: ignore[attr-defined]
        redirected = "redirect_urls" in request.meta
        return (wall_behind(error.url) or Problem.REDIRECTED) if redirected else None
    if isinstance(error, RobotsUnreadableError):
        return _problem_of_robots(error.status)
    if isinstance(error, IgnoreRequest):
        return _ignored(str(error))
    return _lost(error)


def problem_of_visit(failure: Failure) -> Problem:
    """Why no answer came to a request for one address, which is asked for by itself."""
    if isinstance(failure.value, ForbiddenAddressError):
        return Problem.FORBIDDEN_ADDRESS
    return problem_of(failure) or Problem.UNREACHABLE


def _lost(error: BaseException | None) -> Problem:
    """Why no answer came: the first error in the chain of causes that is known."""
    for cause in _causes(error):
        for kinds, problem in FAILURES:
            if isinstance(cause, kinds):
                return problem
        if _is_of_browser(cause):
            return next((problem for name, problem in BROWSER_FAILURES if name.search(str(cause))), Problem.UNREACHABLE)
    return Problem.UNREACHABLE


def _is_of_browser(error: BaseException) -> bool:
    # By name: most sources need no browser, and loading its library takes a sixth of a second.
    return type(error).__module__.startswith("playwright.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it was raised from, and what Twisted bundled in it."""
    while error is not None:
        yield error
        for reason in getattr(error, "reasons", None) or ():
            yield from _causes(reason.value if isinstance(reason, Failure) else None)
        error = error.__cause__


def _problem_of_robots(status: int | None) -> Problem:
    if status is not None and status >= 500:
        return Problem.HTTP_5XX
    return Problem.REFUSED if status in REFUSALS else Problem.ROBOTS


def _ignored(reason: str) -> Problem:
    """Scrapy's middlewares say by words only why they ignore a request."""
    if "robots.txt" in reason:
        return Problem.ROBOTS
    # Too large once it is unpacked; what else remains are redirects without end.
    return Problem.OVER_LIMIT if "DOWNLOAD_MAXSIZE" in reason else Problem.REDIRECTED


def _captcha(response: Response) -> Problem | None:
    if isinstance(response, TextResponse) and CAPTCHA_MARK.search(response.text[:LOOKED_AT]):
        return Problem.CAPTCHA
    return None
