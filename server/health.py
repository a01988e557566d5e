"""The HTTP routes beside Socket.IO: is the process alive, does it take players, how is it doing."""

from collections.abc import Callable, Mapping

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from gridcli import __version__

from .metrics import Metrics

Report = Callable[[], Mapping[str, object]]
"""What `/healthz` says."""


def add_health_routes(
    app: web.Application, metrics: Metrics, ready: Callable[[], bool], report: Report
) -> None:
    """Serve `/healthz` (always 200), `/readyz` (503 while shutting down) and `/metrics`."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"server": "gridcli", "version": __version__, **report()})

    async def readyz(request: web.Request) -> web.Response:
        if ready():
            return web.Response(text="ready\n")
        return web.Response(status=503, text="shutting down\n")

    async def scrape(request: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", scrape)
