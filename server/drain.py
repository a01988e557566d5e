"""The end of a server. Where others outlive it, clients are sent to them while it still answers.

New sessions are refused with HTTP 503, which a proxy answers by trying the next node; those that
are here are told, and closed one after the other rather than all at once. Not here: the signal
(`server.run`), coming back elsewhere (`server.resume`).
"""

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gridcli.core.protocol.names import PATH

from .game import Game

SPREAD_S = 1.5
"""Over how long the clients are sent away, where there are many."""
_EACH_S = 0.01
_LEAST_S = 0.3
"""How long the node answers at least, so that whoever asks hears that it is not ready."""
_MOST_S = 4.0
_LAST_PACKETS_S = 1.0
"""How long clients of a server of its own may take to fetch their last packets."""


def refusing_new_sessions(game: Game) -> Middleware:
    """Answers 503 to whoever begins a session on a node that is about to stop."""

    @web.middleware
    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        if game.draining and request.path == PATH and "sid" not in request.query:
            return web.Response(status=503, text="shutting down\n")
        return await handler(request)

    return refuse


async def move_out(sio: Any, game: Game) -> None:
    """Send every client away, and return when they are gone, or after some seconds.

    Args:
        sio: the `socketio.AsyncServer`.
        game: takes nobody in from now on.
    """
    await game.drain()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    sids = list(sio.eio.sockets)
    pause_s = min(_EACH_S, SPREAD_S / max(1, len(sids)))
    closing = []
    for number, sid in enumerate(sids):
        # One that polls is closed with its next poll, which others need not wait for.
        closing.append(loop.create_task(sio.eio.disconnect(sid)))
        await asyncio.sleep(began_s + number * pause_s - loop.time())
    if closing:
        _, late = await asyncio.wait(closing, timeout=_MOST_S - SPREAD_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*closing, return_exceptions=True)
    await asyncio.sleep(began_s + _LEAST_S - loop.time())


async def close_all(sio: Any, game: Game) -> None:
    """End a server that has no other nodes: clients see a clean end, not a broken pipe.

    Args:
        sio: the `socketio.AsyncServer`.
        game: takes nobody in from now on.
    """
    await game.drain()
    if sio.eio.sockets:  # python-engineio can't close none
        try:
            # It waits until each client has fetched its last packet, which one that polled once
            # and never came back will not do.
            await asyncio.wait_for(sio.eio.disconnect(), _LAST_PACKETS_S)
        except TimeoutError:
            pass
