"""The python-socketio server that an application runs on: limits, JSON, session ids, fan-out.

Not here: what its handlers do (`server.handlers`), how the fan-out works (`server.fanout`).
"""

import logging
from typing import Any, NamedTuple

import orjson
import socketio
from engineio.payload import Payload

from .fanout.flusher import Pace
from .fanout.manager import FanoutManager
from .node_id import session_ids
from .settings import Settings

MAX_MESSAGE_BYTES = 16 * 1024
"""The longest message or polling body taken from a client."""

# python-engineio reads 16 packets of one polling body and drops the rest, with HTTP 200: a fast
# player's steps would be lost unsaid. The body's size is the limit here.
Payload.max_decode_packets = MAX_MESSAGE_BYTES // 2


class _Json:
    """orjson with the two functions that python-socketio asks for."""

    @staticmethod
    def dumps(value: object, **_: object) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: object) -> object:
        return orjson.loads(text)


class SocketIO(NamedTuple):
    """A Socket.IO server, and what decides when its packets go out."""

    server: Any
    """The `socketio.AsyncServer`."""
    fanout: FanoutManager | None
    """None on python-socketio's own manager."""
    pace: Pace


def make_socketio(settings: Settings, node: str) -> SocketIO:
    """A server with these settings whose session ids begin with the node's name."""
    origins = list(settings.allowed_origins)
    log = logging.getLogger("gridcli.socketio")
    pace = Pace(
        rest=settings.flush_rest,
        floor_s=settings.flush_floor_ms / 1000,
        ceiling_s=settings.flush_ceiling_ms / 1000,
    )
    fanout = FanoutManager(pace=pace) if settings.fanout else None
    server = socketio.AsyncServer(
        async_mode="aiohttp",
        client_manager=fanout,
        # A client's events one after the other: its steps keep their order without a task each.
        async_handlers=False,
        cors_allowed_origins="*" if origins == ["*"] else origins or None,
        ping_interval=settings.ping_interval_s,
        ping_timeout=settings.ping_timeout_s,
        max_http_buffer_size=MAX_MESSAGE_BYTES,
        http_compression=False,
        json=_Json,
        logger=log,
        engineio_logger=log,
    )
    server.eio.generate_id = session_ids(node)
    return SocketIO(server, fanout, pace)
