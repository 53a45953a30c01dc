"""The desk's application: puts together routes, protection and the pages for what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Scope

from alerts.check.checking import load_rules
from alerts.desk.access import due_of, visitor_or_none
from alerts.desk.api.app import ROOT as API
from alerts.desk.api.app import create_api
from alerts.desk.api.doors import broken, refusal
from alerts.desk.asking import Asking, answering
from alerts.desk.counting import Answers, Counting
from alerts.desk.failures import DueError, Failure, LoginNeededError, PageError
from alerts.desk.kept_forms import KeptForm, kept_form
from alerts.desk.large_forms import LargeForms
from alerts.desk.protection import HEADERS, Protection
from alerts.desk.registers import Registers
from alerts.desk.rendering import Pages
from alerts.desk.routes import (
    api_docs,
    audit,
    case,
    check,
    entry,
    evidence,
    legal,
    legal_draft,
    legal_filing,
    metrics,
    naming,
    people,
    profile,
    queue,
    register,
    reports,
    sources,
    tongue,
    views,
)
from alerts.desk.running import RunsByHand
from alerts.desk.secret import Seal, desk_secret
from alerts.desk.sources import Sources
from alerts.desk.state import Clock, Desk, desk_of
from alerts.desk.templating import STATIC
from crawler.config import Settings
from crawler.secret import secret_of
from crawler.store.engine import open_store

ROUTERS = (
    entry.router,
    tongue.router,
    queue.router,
    views.router,
    case.router,
    naming.router,
    evidence.router,
    check.router,
    sources.router,
    register.router,
    legal.router,
    legal_draft.router,
    legal_filing.router,
    reports.router,
    profile.router,
    people.router,
    audit.router,
    metrics.router,
    api_docs.router,
)


def create_app(settings: Settings, *, clock: Clock = lambda: datetime.now(UTC)) -> FastAPI:
    """The desk on the store of these settings. Raises ConfigError where store or secret cannot be used."""
    engine = open_store(settings)
    desk = Desk(
        settings=settings,
        engine=engine,
        seal=Seal(desk_secret(settings.home)),
        pages=Pages(_page_addresses()),
        clock=clock,
        sources=Sources(settings),
        registers=Registers(),
        crawls=RunsByHand(settings, engine, "crawl"),
        judgings=RunsByHand(settings, engine, "reassess", "--cases"),
        answers=Answers(),
        metrics_token=secret_of("ADWATCH_METRICS_TOKEN"),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The first caller of the day does not wait for the rules to load.
        threading.Thread(target=load_rules, daemon=True).start()
        yield
        engine.dispose()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.desk = desk
    for router in ROUTERS:
        app.include_router(router)
    app.mount(API, create_api(desk))
    app.mount("/static", KeptFiles(directory=STATIC))
    app.add_middleware(LargeForms)
    app.add_middleware(Asking)
    if settings.file.desk_hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.file.desk_hosts), www_redirect=False)
    app.add_middleware(Protection, clock=clock)
    app.add_middleware(Counting, answers=desk.answers)
    app.add_exception_handler(LoginNeededError, _to_something_first)
    app.add_exception_handler(DueError, _to_something_first)
    for kind in (PageError, RequestValidationError, HTTPException, OperationalError):
        app.add_exception_handler(kind, _failure_page)
    app.add_exception_handler(Exception, _broken_page)
    return app


_OF_PROTOCOL = {400: Failure.BAD_FORM, 405: Failure.WRONG_WAY}
"""What the framework refuses by itself; everything else is not there."""


class KeptFiles(StaticFiles):
    """Static files, which browsers may keep: their addresses change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def _page_addresses() -> frozenset[str]:
    routes = (route for router in ROUTERS for route in router.routes)
    return frozenset(route.path for route in routes if isinstance(route, APIRoute) and "GET" in (route.methods or ()))


async def _to_something_first(request: Request, error: Exception) -> Response:
    kept = await kept_form(request)
    if kept is not None:
        return await run_in_threadpool(_asked_again, request, kept)
    return RedirectResponse("/login" if isinstance(error, LoginNeededError) else "/profile", status_code=303)


async def _failure_page(request: Request, error: Exception) -> Response:
    is_old = isinstance(error, PageError) and error.failure is Failure.OLD_FORM
    kept = await kept_form(request) if is_old else None
    if kept is not None:
        return await run_in_threadpool(_asked_again, request, kept)
    return await run_in_threadpool(_told, request, error)


def _asked_again(request: Request, kept: KeptForm) -> Response:
    """The page that holds what was typed until it can be sent again; who is not logged in logs in on it."""
    desk, visitor = desk_of(request), visitor_or_none(request)
    if visitor is None:
        answer = entry.login_form(request, desk, kept=kept)
        answer.status_code = 401
        return answer
    why = "due" if due_of(visitor.person, desk) else "old_form"
    shown = kept.shown_to(visitor.person.id)
    return desk.pages.answer("again.html", status=403, visitor=visitor, kept=shown, why=why)


def _told(request: Request, error: Exception) -> Response:
    failure, status = _classify(request, error)
    if request.url.path.startswith(f"{API}/"):
        # An address that the API does not even take for one of its own.
        return refusal(status, "not found")
    case_id = error.case_id if isinstance(error, PageError) else None
    visitor = visitor_or_none(request) if failure is Failure.NOT_ALLOWED else None
    answer = desk_of(request).pages.answer(
        "failure.html", status=status, visitor=visitor, failure=failure, case_id=case_id
    )
    if isinstance(error, HTTPException):
        answer.headers.update(error.headers or {})
    return answer


def _broken_page(request: Request, error: Exception) -> Response:
    """Made outside of all layers, which the failure went through: nobody else says the tongue or adds the headers."""
    failure, path = Failure.BROKEN, request.url.path
    with answering(request):
        pages = desk_of(request).pages
        answer = (
            broken(request, error)
            if path.startswith(f"{API}/")
            else pages.answer("failure.html", status=failure.status, visitor=None, failure=failure, case_id=None)
        )
    answer.headers.update(HEADERS)
    return answer


def _classify(request: Request, error: Exception) -> tuple[Failure, int]:
    if isinstance(error, PageError):
        return error.failure, error.failure.status
    if isinstance(error, OperationalError):
        return Failure.BUSY, Failure.BUSY.status
    if isinstance(error, HTTPException):
        return _OF_PROTOCOL.get(error.status_code, Failure.NOT_FOUND), error.status_code
    is_form = request.method == "POST"
    failure = Failure.BAD_FORM if is_form else Failure.NOT_FOUND
    return failure, failure.status
