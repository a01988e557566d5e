"""Where attacks happen: a server, and one who looks on. Not here: the attacks (`attacks`)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import aiohttp
from abuse.attacker import Outcome
from abuse.watcher import Watcher
from abuse.wire import http_session


class Arena(NamedTuple):
    """A server's address, what requests go through, and a spectator of its lobby."""

    url: str
    http: aiohttp.ClientSession
    watcher: Watcher


Attack = Callable[[Arena], Awaitable[Outcome]]


@asynccontextmanager
async def arena_on(url: str) -> AsyncIterator[Arena]:
    """Open it on a running server."""
    async with http_session() as http, Watcher(url) as watcher:
        yield Arena(url, http, watcher)
