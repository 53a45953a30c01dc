"""Walls, told from ordinary pages."""

from __future__ import annotations

import ssl

import OpenSSL.SSL
import pytest
from playwright.async_api import Error as BrowserError
from playwright.async_api import TimeoutError as BrowserTimeout
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import HtmlResponse, Response
from twisted.internet import error as twisted
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from crawler.health import Problem
from crawler.politeness import ForbiddenAddressError, OffSiteError
from spiders.walls import problem_of, refusal_of, wall_behind, wall_of


def _page(html: str, *, status: int = 200, redirected: bool = False, url: str = "https://portal.example/x") -> Response:
    meta = {"redirect_urls": ["https://portal.example/oglasi"]} if redirected else {}
    return HtmlResponse(url, status=status, body=html.encode(), encoding="utf-8", request=Request(url, meta=meta))


@pytest.mark.parametrize(
    ("status", "html", "problem"),
    [
        (200, "<p>oglas</p>", None),
        (204, "", Problem.EMPTY_ANSWER),
        (200, " \n", Problem.EMPTY_ANSWER),
        (401, "x", Problem.LOGIN_WALL),
        (403, "x", Problem.REFUSED),
        (429, "x", Problem.REFUSED),
        (451, "x", Problem.REFUSED),
        (503, "x", Problem.REFUSED),
        (403, '<div class="h-captcha"></div>', Problem.CAPTCHA),
        (404, "x", Problem.GONE),
        (410, "", Problem.GONE),
        (400, "x", Problem.HTTP_4XX),
        (418, "x", Problem.HTTP_4XX),
        (500, "x", Problem.HTTP_5XX),
        (521, "x", Problem.HTTP_5XX),
        (503, "x", Problem.REFUSED),
        (302, "x", Problem.REDIRECTED),
    ],
)
def test_a_status_says_what_happened(status: int, html: str, problem: Problem | None) -> None:
    assert refusal_of(_page(html, status=status)) is problem


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<form><input type="password"></form>', Problem.LOGIN_WALL),
        ('<div class="g-recaptcha" data-sitekey="x"></div>', Problem.CAPTCHA),
        ("<h1>Потврдите да нисам робот</h1>", Problem.CAPTCHA),
        ("<h1>Potvrdite da niste robot</h1>", Problem.CAPTCHA),
        ('<script src="/_Incapsula_Resource?x=1"></script>', Problem.CAPTCHA),
        ("<script>window._cf_chl_opt={}</script><noscript>Enable JavaScript to continue</noscript>", Problem.CAPTCHA),
        ('<div id="px-captcha"></div>', Problem.CAPTCHA),
        ('<script src="https://x.awswaf.com/challenge.js"></script>', Problem.CAPTCHA),
        ("<title>Access Denied</title>", Problem.REFUSED),
        ("<title>Приступ је забрањен</title>", Problem.REFUSED),
        ("<p>Uključite JavaScript da biste videli oglase.</p>", Problem.NEEDS_SCRIPT),
        ("<noscript>You need to enable JavaScript to run this app.</noscript>", Problem.NEEDS_SCRIPT),
        ('<noscript>Enable JavaScript</noscript><script type="application/json">{}</script>', None),
        ("<p>Ovaj domen je na prodaju</p>", Problem.PARKED),
        ('<script src="https://sedoparking.com/x.js"></script>', Problem.PARKED),
        ("<p>Tražimo programera: JavaScript, Python</p>", None),
        ("<p>Prodaja domena i hosting</p>", None),
        ('<form action="https://consent.portal.example/save">Prihvatam</form>', Problem.CONSENT_WALL),
        ("<h1>Nema oglasa</h1>", None),
    ],
)
def test_a_page_without_content_may_be_a_wall(html: str, problem: Problem | None) -> None:
    assert wall_of(_page(html)) is problem


def test_where_a_page_was_sent_tells_the_wall() -> None:
    page = _page("<h1>Dobro došli</h1>", redirected=True, url="https://portal.example/login?next=/oglasi")
    assert wall_of(page) is Problem.LOGIN_WALL


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://consent.portal.example/m", Problem.CONSENT_WALL),
        ("https://portal.example/captcha/1", Problem.CAPTCHA),
        ("https://portal.example/prijava", Problem.LOGIN_WALL),
        ("https://portal.example/oglasi", None),
    ],
)
def test_an_address_tells_the_wall_behind_it(url: str, problem: Problem | None) -> None:
    assert wall_behind(url) is problem


def _bundled(*reasons: Exception) -> Exception:
    """A failure as Scrapy hands it on: its own error, raised from Twisted's that bundles the reasons."""
    error = DownloadFailedError("failed")
    error.__cause__ = ResponseFailed([Failure(reason) for reason in reasons])
    return error


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (CannotResolveHostError("portal.example"), Problem.DNS),
        (twisted.DNSLookupError("portal.example"), Problem.DNS),
        (BrowserError("Page.goto: net::ERR_NAME_NOT_RESOLVED at https://portal.example/"), Problem.DNS),
        (_bundled(OpenSSL.SSL.Error([("SSL routines", "", "certificate verify failed")])), Problem.TLS),
        (_bundled(twisted.ConnectionLost(), ssl.SSLError("wrong version number")), Problem.TLS),
        (twisted.CertificateError("expired"), Problem.TLS),
        (BrowserError("Page.goto: net::ERR_CERT_DATE_INVALID at https://portal.example/"), Problem.TLS),
        (BrowserError("Page.goto: net::ERR_SSL_PROTOCOL_ERROR at https://portal.example/"), Problem.TLS),
        (DownloadTimeoutError("Getting it took longer than 30 seconds."), Problem.TIMEOUT),
        (twisted.TCPTimedOutError(), Problem.TIMEOUT),
        (_bundled(twisted.TimeoutError()), Problem.TIMEOUT),
        (BrowserTimeout("Timeout 30000ms exceeded."), Problem.TIMEOUT),
        (BrowserError("Page.goto: net::ERR_CONNECTION_TIMED_OUT at https://portal.example/"), Problem.TIMEOUT),
        (TimeoutError(), Problem.TIMEOUT),
        (DownloadConnectionRefusedError("refused"), Problem.UNREACHABLE),
        (ResponseDataLossError("torn"), Problem.UNREACHABLE),
        (_bundled(twisted.ConnectionLost("reset by peer")), Problem.UNREACHABLE),
        (BrowserError("Page.goto: net::ERR_CONNECTION_REFUSED at https://portal.example/"), Problem.UNREACHABLE),
        (BrowserError("Target page, context or browser has been closed"), Problem.UNREACHABLE),
        (ConnectionResetError(), Problem.UNREACHABLE),
        (ValueError("whatever else"), Problem.UNREACHABLE),
        (BrowserError("Page.goto: net::ERR_TOO_MANY_REDIRECTS at https://portal.example/"), Problem.REDIRECTED),
        (IgnoreRequest("max redirections reached"), Problem.REDIRECTED),
        (DownloadCancelledError("larger than download max size"), Problem.OVER_LIMIT),
        (IgnoreRequest("Ignored response: unpacked it is above DOWNLOAD_MAXSIZE"), Problem.OVER_LIMIT),
        (IgnoreRequest("Forbidden by robots.txt"), Problem.ROBOTS),
        # Counted by the guard that raised it.
        (ForbiddenAddressError("inside"), None),
        (OffSiteError("elsewhere"), None),
    ],
)
def test_a_lost_request_is_told_by_its_cause(error: Exception, problem: Problem | None) -> None:
    failure = Failure(error)
    failure.request = Request("https://portal.example/x")
    assert problem_of(failure) is problem


def test_a_redirect_out_of_the_source_is_told() -> None:
    failure = Failure(OffSiteError("elsewhere"))
    failure.request = Request("https://drugi.example/", meta={"redirect_urls": ["https://portal.example/"]})
    assert problem_of(failure) is Problem.REDIRECTED
