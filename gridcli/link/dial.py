"""Open an Engine.IO session over the transport that was asked for.

`auto` takes WebSocket and falls back to long polling where something in between blocks it;
`upgrade` begins with long polling and changes over, as browsers do. Not here: what travels
(`gridcli.link.transport`).
"""

import asyncio
import os

import aiohttp

from gridcli.core.errors import BadInput, CannotConnect
from gridcli.core.protocol.packets import (
    PING,
    PONG,
    PROBE,
    SEPARATOR,
    UPGRADE,
    Handshake,
    decode_handshake,
)

from .target import Target, Transport
from .transport import Connection, PollingConnection, WebSocketConnection

OPEN_S = 5.0
"""How long one transport may take to open."""

_HINT = "is it running? start one with `gridcli serve`, or leave --server out"


class _Blocked(Exception):
    """Something answered, but not with the transport that was asked for."""


def client_session() -> aiohttp.ClientSession:
    """An HTTP session that any number of links can share."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        # Long polls are held open by the server; silence is the transport's own business.
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=OPEN_S),
    )


async def dial(http: aiohttp.ClientSession, target: Target) -> Connection:
    """Connect to the target's server.

    Raises:
        CannotConnect: nobody answers, or what answers is no Socket.IO server.
    """
    try:
        async with asyncio.timeout(2 * OPEN_S):
            match target.transport:
                case Transport.WEBSOCKET:
                    return await _websocket(http, target)
                case Transport.POLLING:
                    return await _polling(http, target)
                case Transport.UPGRADE:
                    return await _upgraded(http, target, await _polling(http, target))
                case Transport.AUTO:
                    try:
                        return await _websocket(http, target)
                    except (_Blocked, TimeoutError):
                        return await _polling(http, target)
    except aiohttp.ClientConnectorError as error:
        # The event loop words it differently; the number says what it is.
        number = error.os_error.errno
        reason = os.strerror(number).lower() if number else str(error.os_error)
        raise CannotConnect(target.url, reason, _HINT) from None
    except TimeoutError:
        raise CannotConnect(target.url, "no answer in time", _HINT) from None
    except _Blocked as blocked:
        raise CannotConnect(
            target.url, str(blocked), "is it a Socket.IO server? try --transport auto"
        ) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise CannotConnect(target.url, str(error) or type(error).__name__, _HINT) from None


async def _websocket(http: aiohttp.ClientSession, target: Target) -> Connection:
    async with asyncio.timeout(OPEN_S):
        try:
            socket = await http.ws_connect(target.endpoint("websocket"))
        except aiohttp.WSServerHandshakeError as error:
            raise _Blocked(f"it refuses WebSocket (HTTP {error.status})") from None
        try:
            return WebSocketConnection(await _first(socket), socket)
        except BaseException:
            await socket.close()
            raise


async def _first(socket: aiohttp.ClientWebSocketResponse) -> Handshake:
    message = await socket.receive()
    if message.type is not aiohttp.WSMsgType.TEXT:
        raise _Blocked("it closes WebSockets at once")
    try:
        return decode_handshake(message.data)
    except BadInput:
        raise _Blocked("it does not speak Engine.IO 4") from None


async def _polling(http: aiohttp.ClientSession, target: Target) -> PollingConnection:
    async with asyncio.timeout(OPEN_S), http.get(target.endpoint("polling")) as response:
        body = await response.text()
    try:
        handshake = decode_handshake(body.split(SEPARATOR)[0]) if response.status == 200 else None
    except BadInput:
        handshake = None
    if handshake is None:
        raise _Blocked(f"it does not speak Engine.IO 4 (HTTP {response.status})")
    return PollingConnection(handshake, http, target.endpoint("polling", handshake.sid))


async def _upgraded(
    http: aiohttp.ClientSession, target: Target, polling: PollingConnection
) -> Connection:
    """Change a fresh polling session over to WebSocket; keep polling where that is blocked.

    No poll and no message is under way yet, so nothing can be lost or overtaken.
    """
    handshake = polling.handshake
    try:
        async with asyncio.timeout(OPEN_S):
            socket = await http.ws_connect(target.endpoint("websocket", handshake.sid))
            await socket.send_str(PING + PROBE)
            answer = await socket.receive()
            if answer.type is not aiohttp.WSMsgType.TEXT or answer.data != PONG + PROBE:
                await socket.close()
                return polling
            await socket.send_str(UPGRADE)
            return WebSocketConnection(handshake, socket)
    except (aiohttp.ClientError, OSError, TimeoutError):
        return polling
