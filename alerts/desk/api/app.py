"""The application under `/api/v1`: its endpoints, its refusals, its description."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from alerts.desk.api import (
    audit,
    cases,
    checking,
    drafts,
    evidence,
    filings,
    names,
    people,
    register,
    register_lists,
    reports,
    silence,
    sources,
    spread,
    views,
)
from alerts.desk.api.doors import TOKEN, answer_refusals, anybody_known
from alerts.desk.state import Desk

ROOT = "/api/v1"
ROUTERS = (
    cases.router,
    spread.router,
    views.router,
    drafts.router,
    filings.router,
    checking.router,
    evidence.router,
    register.router,
    register_lists.router,
    names.router,
    silence.router,
    sources.router,
    reports.router,
    people.router,
    audit.router,
)
TITLE = "adwatch"
ABOUT = (
    "The same actions as the pages of the desk, by a token that a person made at /profile. The role of that person "
    "allows and refuses as on the pages, and what is done carries their name. Nothing here sends a complaint."
)


def create_api(desk: Desk) -> FastAPI:
    """The application, to be mounted at `ROOT`."""
    api = _with_routers()
    api.state.desk = desk
    answer_refusals(api)

    @api.get("/openapi.json", include_in_schema=False, dependencies=[Depends(anybody_known)])
    def openapi() -> JSONResponse:
        """The description of the API, for who has a token or is logged in."""
        return JSONResponse(described())

    return api


@cache
def described() -> dict[str, Any]:
    """The API as an OpenAPI document."""
    return get_openapi(
        title=TITLE,
        version="1",
        description=ABOUT,
        routes=_with_routers().routes,
        servers=[{"url": ROOT}],
    )


def api_routes() -> list[APIRoute]:
    """Every endpoint that the description tells of, with its path below `ROOT`."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def _with_routers() -> FastAPI:
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    for router in ROUTERS:
        api.include_router(router, dependencies=[Depends(TOKEN)])
    return api
