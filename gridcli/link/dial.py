"""Open an Engine.IO session over the transport that was asked for.

`auto` takes WebSocket and falls back to long polling where something in between blocks it;
`upgrade` begins with long polling and changes over, as browsers do. Not here: what travels
(`gridcli.link.transport`), how a WebSocket opens (`gridcli.link.opening`).
"""

import asyncio
import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import orjson

from gridcli.core.errors import BadInput, CannotConnect
from gridcli.core.protocol.opening import NotUpgraded
from gridcli.core.protocol.packets import (
    PING,
    PONG,
    PROBE,
    SEPARATOR,
    UPGRADE,
    Handshake,
    decode_handshake,
)
from gridcli.core.text import foreign

from .opening import Lost, Opening, open_websocket
from .polling import PollingConnection, read_body
from .target import Target, Transport
from .transport import Connection
from .websocket import WebSocketConnection

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

    Args:
        http: for long polling; a WebSocket has a socket of its own.
        target: where to, and how.

    Raises:
        CannotConnect: nobody answers, or what answers is no Socket.IO server.
    """
    with explained(target.url):
        async with asyncio.timeout(2 * OPEN_S):
            match target.transport:
                case Transport.WEBSOCKET:
                    return await _websocket(target)
                case Transport.POLLING:
                    return await _polling(http, target)
                case Transport.UPGRADE:
                    return await _upgraded(target, await _polling(http, target))
                case Transport.AUTO:
                    try:
                        return await _websocket(target)
                    except (_Blocked, TimeoutError):
                        return await _polling(http, target)


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn what goes wrong on the way to a server into `CannotConnect`."""
    try:
        yield
    except TimeoutError:
        raise CannotConnect(url, "no answer in time", _HINT) from None
    except _Blocked as blocked:
        raise CannotConnect(
            url, str(blocked), "is it a Socket.IO server? try --transport auto"
        ) from None
    except aiohttp.ClientConnectorError as error:
        raise CannotConnect(url, _reason(error.os_error), _HINT) from None
    except OSError as error:
        raise CannotConnect(url, _reason(error), _HINT) from None
    except (aiohttp.ClientError, ValueError) as error:
        # The library quotes what the server sent.
        reason = foreign(str(error) or type(error).__name__)
        raise CannotConnect(url, reason, _HINT) from None


def _reason(error: OSError) -> str:
    """What the system says, in the same words from every event loop."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS; try http:// in place of https://"
    if isinstance(error, socket.gaierror):
        return (error.strerror or str(error)).lower()
    number = error.errno
    if number is None and (found := re.search(r"\[Errno (\d+)\]", str(error))):
        number = int(found[1])  # one of several addresses of a name
    return os.strerror(number).lower() if number else str(error) or type(error).__name__


async def _websocket(target: Target) -> Connection:
    async with asyncio.timeout(OPEN_S):
        try:
            opening = await open_websocket(target.endpoint("websocket"))
        except NotUpgraded as error:
            raise _Blocked(_refusal(error)) from None
        except Lost:
            raise _Blocked("it closes WebSockets at once") from None
        try:
            return WebSocketConnection(await _first(opening), opening)
        except BaseException:
            opening.transport.abort()
            raise


def _refusal(error: NotUpgraded) -> str:
    if error.status:
        return f"it refuses WebSocket (HTTP {error.status})"
    return f"it refuses WebSocket ({error.text})"


async def _first(opening: Opening) -> Handshake:
    try:
        return decode_handshake((await opening.receive()).decode())
    except Lost:
        raise _Blocked("it closes WebSockets at once") from None
    except (BadInput, UnicodeDecodeError):
        raise _Blocked("it does not speak Engine.IO 4") from None


async def _polling(http: aiohttp.ClientSession, target: Target) -> PollingConnection:
    url = target.endpoint("polling")
    # Not to wherever it likes: the WebSocket goes to the address that was given, too.
    async with asyncio.timeout(OPEN_S), http.get(url, allow_redirects=False) as response:
        body = await read_body(response)
    try:
        first = body.split(SEPARATOR.encode(), 1)[0].decode()
        handshake = decode_handshake(first) if response.status == 200 else None
    except (BadInput, UnicodeDecodeError):
        handshake = None
    if handshake is None:
        told = _told(body)
        if told:
            raise CannotConnect(target.url, told)
        raise _Blocked(f"it does not speak Engine.IO 4 (HTTP {response.status})")
    return PollingConnection(handshake, http, target.endpoint("polling", handshake.sid))


def _told(body: bytes) -> str:
    """What our own server gives as the reason of a refusal; empty for any other."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    text = said.get("text") if isinstance(said, dict) else None
    return foreign(text) if isinstance(text, str) else ""


async def _upgraded(target: Target, polling: PollingConnection) -> Connection:
    """Change a fresh polling session over to WebSocket; keep polling where that is blocked.

    No poll and no message is under way yet, so nothing can be lost or overtaken.
    """
    handshake = polling.handshake
    try:
        async with asyncio.timeout(OPEN_S):
            opening = await open_websocket(target.endpoint("websocket", handshake.sid))
            try:
                opening.send(PING + PROBE)
                if await opening.receive() == (PONG + PROBE).encode():
                    opening.send(UPGRADE)
                    return WebSocketConnection(handshake, opening)
            except BaseException:
                opening.transport.abort()
                raise
            opening.transport.abort()
    except (NotUpgraded, Lost, OSError, TimeoutError):
        pass
    return polling
