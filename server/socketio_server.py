"""The python-socketio server that an application runs on: limits, JSON, session ids, fan-out.

Not here: what its handlers do (`server.handlers`), how the fan-out works (`server.fanout`).
"""

import logging
import math
from typing import Any, NamedTuple

import orjson
import socketio
from engineio.payload import Payload

from .fanout.flusher import Pace
from .fanout.manager import FanoutManager
from .node_id import session_ids
from .settings import Settings

# python-engineio refuses more than 16 packets of one polling body, with HTTP 200: a fast player's
# steps would be lost unsaid. Ours are limited, and said to be, at the edge.
Payload.max_decode_packets = 1 << 20


class Json:
    """orjson with the two functions that python-socketio asks for."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        """Text, as the standard library makes it."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: object) -> object:
        """The value of a text."""
        return orjson.loads(text)


class SocketIO(NamedTuple):
    """A Socket.IO server, and what decides when its packets go out."""

    server: Any
    """The `socketio.AsyncServer`."""
    fanout: FanoutManager | None
    """None on python-socketio's own manager."""
    pace: Pace


def heartbeat(interval_s: float) -> tuple[float, float]:
    """A time between pings, and what a client waits beyond it, so that it can be told the sum.

    python-engineio tells whole seconds, without the rest: of half a second it would make 0, with
    which clients leave before the first ping.

    Args:
        interval_s: more than 0.
    """
    return interval_s, math.ceil(interval_s) - interval_s


def common_options(settings: Settings) -> dict[str, Any]:
    """What every Socket.IO server of ours is made with, whichever library's it is."""
    origins = list(settings.allowed_origins)
    log = logging.getLogger("gridcli.socketio")
    return {
        "cors_allowed_origins": "*" if origins == ["*"] else origins or None,
        "ping_interval": heartbeat(settings.ping_interval_s),
        "ping_timeout": settings.ping_timeout_s,
        "max_http_buffer_size": settings.edge.body_bytes,
        "http_compression": False,
        "json": Json,
        "logger": log,
        "engineio_logger": log,
    }


def make_socketio(settings: Settings, node: str, async_mode: str = "aiohttp") -> SocketIO:
    """A server with these settings whose session ids begin with the node's name.

    Args:
        settings: whose `fanout` needs aiohttp.
        node: the node's name.
        async_mode: python-socketio's name of the framework that it runs on.
    """
    pace = Pace(
        rest=settings.flush_rest,
        floor_s=settings.flush_floor_ms / 1000,
        ceiling_s=settings.flush_ceiling_ms / 1000,
    )
    fanout = (
        FanoutManager(pace=pace, message_bytes=settings.edge.message_bytes)
        if settings.fanout
        else None
    )
    server = socketio.AsyncServer(
        async_mode=async_mode,
        client_manager=fanout,
        # A client's events one after the other: its steps keep their order without a task each.
        async_handlers=False,
        **common_options(settings),
    )
    server.eio.generate_id = session_ids(node)
    return SocketIO(server, fanout, pace)
