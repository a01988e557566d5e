"""Open a WebSocket, and read HTTP answers, from a server that may mean harm.

However much it sends, and however slowly, an end comes: websocket-client reads a header without an
end, and http.client one "100 Continue" after the other, and while bytes are there gevent lets
nobody else run. Not here: what the handshake is made of (`gridcli.core.protocol.opening`), the
transports (`loadtest._websocket`, `loadtest._polling`).
"""

import io
import os
import socket
import ssl
import time
from functools import cache
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from gridcli.core.protocol.opening import NONCE_BYTES, encode_opening, read_opening
from gridcli.core.protocol.websocket import MAX_MESSAGE

from ._transport import Endpoint

MAX_ANSWER = MAX_MESSAGE + 256 * 2**10
"""The longest answer to a request, in bytes, with its head and what comes between chunks."""
_READ = 65536


def open_websocket(at: Endpoint, deadline_s: float) -> tuple[socket.socket, bytes]:
    """Connect and shake hands.

    Args:
        at: where.
        deadline_s: by `time.monotonic`.

    Returns:
        The socket, and what came after the handshake.

    Raises:
        OSError: nobody answers there, or not in time.
        NotUpgraded: a server answers, and not with a WebSocket.
    """
    parts = urlsplit(f"//{at.netloc}")
    name = parts.hostname or ""
    usual = 443 if at.secure else 80
    wire = socket.create_connection((name, parts.port or usual), left_s(deadline_s))
    try:
        # A step is one small packet; waiting to fill a bigger one would add to its time.
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if at.secure:
            wire = _tls().wrap_socket(wire, server_hostname=name)
        nonce = os.urandom(NONCE_BYTES)
        host = parts.netloc.rpartition("@")[2]
        wire.sendall(encode_opening(host, at.target("websocket"), nonce))
        head = b""
        while True:
            wire.settimeout(left_s(deadline_s))
            data = wire.recv(_READ)
            if not data:
                raise ConnectionError("the connection was closed")
            head += data
            rest = read_opening(head, nonce)
            if rest is not None:
                return wire, rest
    except BaseException:
        wire.close()
        raise


def left_s(deadline_s: float) -> float:
    """The time until then. Raises `TimeoutError` when there is none."""
    left = deadline_s - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


class BoundedResponse(HTTPResponse):
    """An answer of `MAX_ANSWER` bytes at most, whole within twice the socket's timeout.

    The server may be silent for the one, as with a poll, and then has another for what it sends.
    """

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        timeout_s = sock.gettimeout()
        deadline_s = time.monotonic() + 2 * timeout_s if timeout_s else float("inf")
        self.fp = io.BufferedReader(_Bounded(self.fp, deadline_s))


class _Bounded(io.RawIOBase):
    def __init__(self, file: io.BufferedReader, deadline_s: float) -> None:
        self._file = file
        self._deadline_s = deadline_s
        self._left = MAX_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left_s(self._deadline_s)
        count = self._file.readinto1(buffer)
        self._left -= count
        if self._left < 0:
            raise OSError("the server's answer has no end")
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
