"""HTTP at the edge: whose request it is, how much it carries, and one of a kind at a time.

What is refused is answered with JSON: {"code", "text", "message"}. Not here: the TCP connection
(`door`), the packets (`visitor`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from aiohttp import web

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import BAD_PAYLOAD, FULL, TOO_LARGE

from ..fanout.stock import use_body
from .addresses import Origin, client_address, parse_address
from .edge import ORIGIN, Edge
from .visitor import Visitor

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SEPARATOR = "\x1e"
_BODY: web.RequestKey[bytes] = web.RequestKey("body", bytes)


class Requests:
    """The middleware of an edge.

    Args:
        edge: whose requests these are.
        path: where Socket.IO is served; requests for anything else pass.
    """

    def __init__(self, edge: Edge, path: str) -> None:
        self._edge = edge
        self._path = path

    def attach(self, app: web.Application, engineio_server: Any) -> None:
        """Look at each request before the application does; before the application has started."""
        use_body(engineio_server, lambda request: request.get(_BODY))

        @web.middleware
        async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path != self._path:
                return await handler(request)
            try:
                return await self._serve(request, handler)
            except (web.HTTPException, ConnectionError):
                raise
            except Exception as error:
                return _answer(500, self._edge.failed(request.method, error), close=True)

        app.middlewares.append(edge)

    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        edge = self._edge
        peer = parse_address(request.remote or "")
        headers = request.headers.getall("X-Forwarded-For", ())
        address = client_address(peer, headers, edge.limits.trusted_proxies)
        request[ORIGIN] = Origin(address)
        if not all(map(_is_text, request.raw_headers)):
            edge.count("headers")
            return _answer(400, Refusal(BAD_PAYLOAD, "a header is no UTF-8"), close=True)
        if "Content-Encoding" in request.headers:
            edge.count("encoded")
            refusal = Refusal(TOO_LARGE, "a body is taken as it is, not compressed")
            return _answer(415, refusal, close=True)
        if "j" in request.query:
            edge.count("jsonp")
            return _answer(400, Refusal(BAD_PAYLOAD, "JSONP is not served here; use polling"))
        sid = request.query.get("sid")
        handshake = _is_handshake(request)
        if request.query.get("transport") == "websocket" and not (
            handshake or request.method != "GET"
        ):
            edge.count("bad-upgrade")
            return _answer(400, Refusal(BAD_PAYLOAD, "that is no handshake of a WebSocket"))
        if sid is None:
            refused = edge.no_place(address)
            if refused is not None:
                return _answer(refused.status, Refusal(FULL, refused.text), close=True)
            return await handler(request)
        visitor = edge.visitors.get(sid)
        if visitor is None:
            if not edge.ended(sid):
                return await handler(request)  # another worker may have it
            # It is still in a table of python-engineio's, which raises on posts.
            return _answer(400, Refusal(BAD_PAYLOAD, "there is no such session"))
        if request.method == "POST":
            with self._alone(visitor, "posting") as alone:
                return await (self._post(visitor, request, handler) if alone else _overlap())
        if request.method != "GET":
            return await handler(request)  # a browser asks whether it may
        # Whatever `transport` says: python-engineio, too, goes by the headers.
        kind = "upgrading" if handshake else "polling"
        with self._alone(visitor, kind) as alone:
            return await (handler(request) if alone else _overlap())

    @contextmanager
    def _alone(self, visitor: Visitor, kind: str) -> Iterator[bool]:
        """Whether this is the only request of its kind; a second one ends the session."""
        if getattr(visitor, kind):
            refusal = Refusal(BAD_PAYLOAD, f"overlapping requests ({kind})")
            self._edge.end(visitor, "overlap", refusal)
            yield False
            return
        setattr(visitor, kind, True)
        try:
            yield True
        finally:
            setattr(visitor, kind, False)

    async def _post(
        self, visitor: Visitor, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        limits = self._edge.limits
        try:
            async with asyncio.timeout(limits.join_s):
                body = await self._read(request)
        except TimeoutError:
            return _answer(408, Refusal(BAD_PAYLOAD, "the body did not come"), close=True)
        except (ConnectionError, web.HTTPException, asyncio.IncompleteReadError) as error:
            # The body keeps it, and it the frames that hold the body: only the collector, which
            # comes seldom, would free them.
            error.__traceback__ = None
            return _answer(400, Refusal(BAD_PAYLOAD, "the body is broken"), close=True)
        if body is None:
            text = f"a body has at most {limits.body_bytes} bytes"
            return self._too_large(visitor, text)
        try:
            packets = body.decode().split(_SEPARATOR)
        except UnicodeDecodeError:
            packets = ["?"]  # which is none
        if len(packets) > limits.body_packets:
            text = f"a body has at most {limits.body_packets} packets, not {len(packets)}"
            return self._too_large(visitor, text)
        passed = [packet for packet in packets if visitor.admit(packet)]
        if visitor.refusal is not None:
            return _answer(400, visitor.refusal)
        request[_BODY] = _SEPARATOR.join(passed).encode()
        return await handler(request)

    async def _read(self, request: web.Request) -> bytes | None:
        """The body, however its length was announced; None if it is too long."""
        most = self._edge.limits.body_bytes
        if (request.content_length or 0) > most:
            return None
        parts, size = [], 0
        async for part in request.content.iter_any():
            size += len(part)
            if size > most:
                return None
            parts.append(part)
        return b"".join(parts)

    def _too_large(self, visitor: Visitor, text: str) -> web.Response:
        refusal = Refusal(TOO_LARGE, text)
        self._edge.end(visitor, "too-large", refusal)
        return _answer(413, refusal, close=True)


def _is_text(header: tuple[bytes, bytes]) -> bool:
    """Whether a header can be quoted in an answer or the log."""
    value = header[1]
    if value.isascii():
        return True
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_handshake(request: web.Request) -> bool:
    """Whether a WebSocket is asked for: engineio looks at some headers, aiohttp at others."""
    headers = request.headers
    tokens = {token.strip().lower() for token in headers.get("Connection", "").split(",")}
    return headers.get("Upgrade", "").lower() == "websocket" and "upgrade" in tokens


async def _overlap() -> web.Response:
    return _answer(400, Refusal(BAD_PAYLOAD, "one request of a kind at a time"))


def _answer(status: int, refusal: Refusal, *, close: bool = False) -> web.Response:
    # `message` is what Engine.IO's own errors have.
    said = {"code": refusal.code, "text": refusal.text, "message": refusal.text}
    response = web.Response(status=status, body=orjson.dumps(said), content_type="application/json")
    if close:  # what is left of the body is nobody's to read
        response.force_close()
    if refusal.code == FULL:
        response.headers["Retry-After"] = "5"
    return response
