"""The HTTP routes beside Socket.IO: is the process alive, does it take players, how is it doing.

What is answered is the same on every web framework. Not here: the figures (`server.metrics`).
"""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from gridcli import __version__

from .metrics import Metrics

Report = Callable[[], Mapping[str, object]]
"""What `/healthz` says."""


class Answer(NamedTuple):
    """An HTTP response."""

    status: int
    content_type: str
    body: bytes


Routes = Mapping[str, Callable[[], Answer]]
"""What answers a GET, by path."""


def health_routes(metrics: Metrics, ready: Callable[[], bool], report: Report) -> Routes:
    """`/healthz` (always 200), `/readyz` (503 while shutting down) and `/metrics`."""

    def healthz() -> Answer:
        body = json.dumps({"server": "gridcli", "version": __version__, **report()})
        return Answer(200, "application/json; charset=utf-8", body.encode())

    def readyz() -> Answer:
        if ready():
            return Answer(200, _TEXT, b"ready\n")
        return Answer(503, _TEXT, b"shutting down\n")

    def scrape() -> Answer:
        return Answer(200, CONTENT_TYPE_LATEST, generate_latest(metrics.registry))

    return {"/healthz": healthz, "/readyz": readyz, "/metrics": scrape}


def add_routes(app: web.Application, routes: Routes) -> None:
    """Serve them on aiohttp."""
    for path, answer in routes.items():
        app.router.add_get(path, _handler(answer))


def _handler(answer: Callable[[], Answer]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        status, content_type, body = answer()
        return web.Response(status=status, body=body, headers={"Content-Type": content_type})

    return handle


_TEXT = "text/plain; charset=utf-8"
