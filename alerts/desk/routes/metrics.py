"""`/metrics` for a Prometheus server: with the token in `ADWATCH_METRICS_TOKEN`; without one, from this machine."""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from alerts.desk.access import TheDesk
from alerts.desk.failures import Failure, PageError
from alerts.desk.sessions import same_secret
from alerts.desk.watching import shown

router = APIRouter()

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/metrics")
def metrics(request: Request, desk: TheDesk) -> Response:
    """The figures; to others the address does not exist."""
    if not _may_read(request, token=desk.metrics_token):
        raise PageError(Failure.NOT_FOUND)
    return Response(shown(desk), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request: Request, *, token: str | None) -> bool:
    if token is not None:
        return same_secret(request.headers.get("authorization", ""), f"Bearer {token}")
    # A reverse proxy on this machine speaks for others.
    return _is_loopback(request) and not any(name in request.headers for name in FORWARDED)


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
