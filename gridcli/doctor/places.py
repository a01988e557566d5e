"""Which servers to look at: those that were named, or the one that `gridcli play` would take.

Not here: looking at one (`gridcli.doctor.server`).
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from gridcli.core.errors import SetupError
from gridcli.link.dial import client_session
from gridcli.link.local import LocalServer, running
from gridcli.link.target import DEFAULT_PORT, NEW, Target

from .findings import Finding, Section, failed, warning
from .server import look_at_server

_LOOPBACK = "127.0.0.1"
_CONNECT_S = 1.0


async def look_at_servers(target: Target) -> AsyncIterator[Section]:
    """A section for each server, as soon as it is known.

    Args:
        target: its addresses; an empty one takes the game that runs on this machine, or starts a
            server to see whether one can play here, and "new" starts one in any case.
    """
    if target.url not in ("", NEW):
        async with client_session() as http:
            for url in (target.url, *target.others):
                found = await look_at_server(http, replace(target, url=url, others=()))
                yield Section(f"Server {url}", found)
        return
    here = f"http://{_LOOPBACK}:{DEFAULT_PORT}"
    if not target.url and await running(here):
        async with client_session() as http:
            found = await look_at_server(http, replace(target, url=here))
        yield Section(f"Server {here}, which runs on this machine", found)
        return
    yield await _look_at_one_of_our_own(target)


async def _look_at_one_of_our_own(target: Target) -> Section:
    title = "Server of your own, as gridcli play starts one"
    began_s = time.monotonic()
    try:
        server = await LocalServer.start()
    except SetupError as error:
        return Section(title, [failed("starts", str(error), "gridcli serve --port 0 shows more")])
    started_s = time.monotonic() - began_s
    findings = [
        Finding(
            "starts",
            f"on a free port, in {started_s:.1f} s",
            facts={"started_s": round(started_s, 2)},
        )
    ]
    try:
        if await _taken(DEFAULT_PORT):
            findings.append(
                warning(
                    "port",
                    f"another program has {DEFAULT_PORT}",
                    "play and bots take a free one; name one with --port",
                    port=DEFAULT_PORT,
                )
            )
        async with client_session() as http:
            findings += await look_at_server(http, replace(target, url=server.url))
    finally:
        await server.stop()
    return Section(title, findings)


async def _taken(port: int) -> bool:
    """Whether something listens at a port of this machine."""
    try:
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(_LOOPBACK, port, family=socket.AF_INET)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
