"""The long-polling transport: one HTTP connection always waits, another one posts.

Packets that are sent while a POST is under way travel together in the next, in order. Not here:
heartbeats (`loadtest._transport`).
"""

import select
import socket
from collections import deque
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection

import gevent
from gevent.event import Event

from gridcli.core.errors import CannotConnect
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import PATH
from gridcli.core.protocol.packets import CLOSE, MAX_PACKETS, SEPARATOR, node_of
from gridcli.core.protocol.websocket import MAX_MESSAGE

from ._opening import BoundedResponse
from ._transport import HINT, NOT_OURS, Connection, Ended, Endpoint, endpoint, read_handshake, why

_SEPARATOR = SEPARATOR.encode()
_HEADERS = {"Content-Type": "text/plain;charset=UTF-8"}


class PollingConnection(Connection):
    """A session over HTTP requests.

    Args:
        url: the server's address.
        timeout_s: how long connecting may take.
        path: where Engine.IO answers.

    Raises:
        CannotConnect: nobody answers, or no Socket.IO server.
    """

    def __init__(self, url: str, timeout_s: float, path: str = PATH) -> None:
        super().__init__()
        at = endpoint(url, path)
        self._getter = _http(at, timeout_s)
        try:
            status, body = _request(self._getter, "GET", at.target("polling"))
            if status != 200:
                reason = f"it refuses long polling (HTTP {status})"
                raise CannotConnect(url, reason, NOT_OURS)
            first, *self._waiting = body.split(_SEPARATOR)
            handshake = read_handshake(url, first)
        except Ended as ended:
            self._getter.close()
            raise CannotConnect(url, str(ended), HINT) from None
        except BaseException:
            self._getter.close()
            raise
        self.node = node_of(handshake.sid)
        self._target = at.target("polling", handshake.sid)
        silence_s = handshake.ping_interval_s + handshake.ping_timeout_s
        if self._getter.sock is not None:
            self._getter.sock.settimeout(silence_s)
        self._getter.timeout = silence_s
        self._poster = _http(at, silence_s)
        self._outbox: deque[str] = deque()
        self._more = Event()
        self._posting = gevent.spawn(self._post)

    def send(self, frame: str) -> None:
        if self._over:
            raise Ended(self._over)
        self._outbox.append(frame)
        self._more.set()

    def goodbye(self, frame: str) -> None:
        self.send(frame)
        self.send(CLOSE)

    def close(self) -> None:
        self._over = self._over or "closed"
        self._posting.kill()
        self._wake()
        with suppress(RuntimeError):  # who waits for an answer is still inside its buffer
            self._getter.close()
        self._poster.close()

    def _packets(self) -> list[Burst | bytes]:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            return [*waiting]
        status, body = _request(self._getter, "GET", self._target)
        if status != 200:
            raise Ended(self._over or f"the server ended the session (HTTP {status})")
        return [*body.split(_SEPARATOR)]

    def _post(self) -> None:
        while self._more.wait():
            count = min(len(self._outbox), MAX_PACKETS)
            body = SEPARATOR.join(self._outbox.popleft() for _ in range(count))
            if not self._outbox:
                self._more.clear()
            try:
                status, _ = _request(self._poster, "POST", self._target, body.encode())
            except Ended as ended:
                return self._fail(str(ended))
            if status != 200:
                return self._fail(f"the server refused a POST (HTTP {status})")
        return None

    def _fail(self, reason: str) -> None:
        self._over = self._over or reason
        self._wake()

    def _wake(self) -> None:
        """End the wait of the greenlet that waits for an answer."""
        if self._getter.sock is not None:
            with suppress(OSError):  # the server has ended it
                self._getter.sock.shutdown(socket.SHUT_RDWR)


def _http(at: Endpoint, timeout_s: float) -> HTTPConnection:
    # http.client sets TCP_NODELAY itself.
    http = (HTTPSConnection if at.secure else HTTPConnection)(at.netloc, timeout=timeout_s)
    http.response_class = BoundedResponse
    return http


def _request(
    http: HTTPConnection, method: str, target: str, body: bytes | None = None
) -> tuple[int, bytes]:
    if http.sock is not None and select.select([http.sock], [], [], 0)[0]:
        http.close()  # the server has let go of an idle connection; the next request opens one
    # A server may be silent for the one, and then has another for what it sends; the deadlines of
    # sockets are for each wait, of which TLS has one for every byte.
    patience_s = 2 * http.timeout if http.timeout else None
    try:
        with gevent.Timeout(patience_s, TimeoutError("timed out")):
            http.request(method, target, body, _HEADERS if body is not None else {})
            response = http.getresponse()
            answer = response.read(MAX_MESSAGE + 1)
        if len(answer) > MAX_MESSAGE:
            raise Ended(f"the server sent more than {MAX_MESSAGE} bytes")
        if response.length:
            raise Ended("the server ended in the middle of an answer")
        return response.status, answer
    except TimeoutError:
        raise Ended("nothing was heard for too long") from None
    except (OSError, HTTPException, AttributeError) as error:
        # http.client drops its socket when another greenlet closes it, and trips over that.
        raise Ended(why(error)) from None
