"""Serving the desk on a socket that is already open, so that a taken port is said at once and plainly."""

from __future__ import annotations

import errno
import socket
import sys

import uvicorn
from fastapi import FastAPI

from alerts.desk.app import create_app
from alerts.telling.occasions import telling_alarms
from crawler.config import Settings
from crawler.errors import UsageError
from crawler.memory import keep_loaded


def open_socket(host: str, port: int) -> socket.socket:
    """A listening socket. Raises UsageError where the address is unknown, taken or not allowed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"{host} is no address of this machine") from error
    opened = socket.socket(family, kind, protocol)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(address)
        opened.listen(128)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"port {port} is taken; stop what uses it, or choose another with --port") from error
        raise UsageError(f"{host}, port {port} cannot be opened: {error.strerror}") from error
    return opened


def run_desk(settings: Settings, listening: socket.socket) -> None:
    """Serves until it is stopped; says on standard error where. Alarms are told meanwhile."""
    app = create_app(settings)
    # Looking through rules and templates for garbage would hold up one page in ten by a quarter of a second.
    keep_loaded()
    sys.stderr.write(f"the desk is at {address_of(listening)} (Ctrl+C ends it)\n")
    with telling_alarms(settings, app.state.desk.engine):
        uvicorn.Server(server_config(app, settings)).run(sockets=[listening])


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves it: no log of its own, and no word of a proxy taken that the settings do not name."""
    proxies = list(settings.file.trusted_proxy)
    return uvicorn.Config(
        app,
        log_config=None,  # its messages go where ours go
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        # By itself it would believe whoever speaks from this machine.
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )


def address_of(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if listening.family == socket.AF_INET6 else host
    return f"http://{shown}:{port}/"
