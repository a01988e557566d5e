"""Questions to a server without playing: what is it, which transports pass, how long is the way?

Not here: what follows from the answers (`gridcli.doctor.server`), how a connection is opened
(`gridcli.link.dial`).
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import aiohttp
import orjson

from gridcli.core.errors import CannotConnect
from gridcli.core.text import foreign

from .dial import OPEN_S, dial, explained
from .link import Link
from .polling import read_body
from .states import NotLive
from .target import Target, Transport

ROUND_TRIPS = 7
_MOST = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Greeting:
    """What is said to a plain HTTP request for the server's health."""

    status: int
    health: Mapping[str, object] = field(default_factory=dict)
    """Of a gridcli server; empty for any other."""
    software: str = ""
    """What another calls itself."""
    leads_to: str = ""
    """Where it says that one should go instead."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A transport that opens."""

    kind: str
    """What it ended on: `websocket`, or `polling`."""
    opened_ms: float


@dataclass(frozen=True, slots=True)
class Stay:
    """A short stay in the game."""

    protocol: int
    round_trips_ms: Sequence[float]
    """From a message to its answer, in the order in which they were sent."""


async def greet(http: aiohttp.ClientSession, url: str) -> Greeting:
    """Ask for the server's health.

    Raises:
        CannotConnect: nobody answers there, or not in HTTP.
    """
    with explained(url):
        async with (
            asyncio.timeout(OPEN_S),
            http.get(f"{url}/healthz", allow_redirects=False) as response,
        ):
            software = foreign(response.headers.get("Server", ""))
            leads_to = foreign(response.headers.get("Location", ""))
            body = await read_body(response, _MOST)
    try:
        health = orjson.loads(body)
    except orjson.JSONDecodeError:
        health = None
    if not (isinstance(health, dict) and health.get("server") == "gridcli"):
        health = {}
    return Greeting(response.status, health, software, leads_to)


async def pass_by(http: aiohttp.ClientSession, target: Target, transport: Transport) -> Passage:
    """Open a transport, and close it again.

    Raises:
        CannotConnect: it does not open.
    """
    began_s = time.monotonic()
    connection = await dial(http, replace(target, transport=transport))
    opened_ms = 1000 * (time.monotonic() - began_s)
    await connection.close()
    return Passage(connection.kind, opened_ms)


async def stay(http: aiohttp.ClientSession, target: Target, transport: Transport) -> Stay:
    """Come in to watch, send some messages, wait for the answer to each, and leave.

    A server that knows only protocol 1 has no spectators, and shows a player for that long.

    Raises:
        CannotConnect: the transport does not open, or the server does not answer.
        Refusal: the server does not let us in.
    """
    wanted = replace(target, transport=transport, spectate=True)
    link = Link(wanted, reconnect=False, http=http)
    try:
        with explained(target.url):
            async with asyncio.timeout(OPEN_S):
                await link.open()
                trips_ms = [1000 * await link.probe() for _ in range(ROUND_TRIPS)]
        return Stay(link.protocol, trips_ms)
    except NotLive as error:
        raise CannotConnect(target.url, str(error)) from None
    finally:
        await link.close()
