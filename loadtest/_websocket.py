"""The WebSocket transport: handshake and frames are those of our other clients.

Not here: how it opens (`loadtest._opening`), what the frames are made of
(`gridcli.core.protocol.websocket`, `masking`), heartbeats (`loadtest._transport`).
"""

import os
import time

import gevent
from gevent.lock import BoundedSemaphore

from gridcli.core.errors import CannotConnect
from gridcli.core.protocol.bursts import Burst, take_read
from gridcli.core.protocol.masking import MaskKeys, encode_close, encode_frame
from gridcli.core.protocol.names import PATH
from gridcli.core.protocol.opening import NotUpgraded
from gridcli.core.protocol.packets import Handshake, node_of
from gridcli.core.protocol.websocket import (
    CLOSING,
    NO_CODE,
    NORMAL,
    PINGING,
    PONGING,
    FrameBuffer,
    close_code,
)

from ._opening import left_s, open_websocket
from ._transport import HINT, NOT_OURS, Connection, Ended, Endpoint, endpoint, read_handshake, why

_READ = 65536
_mask_key = MaskKeys(os.urandom)


class WebSocketConnection(Connection):
    """A session over one WebSocket.

    Args:
        url: the server's address.
        timeout_s: how long connecting may take, until the server has greeted us.
        path: where Engine.IO answers.

    Raises:
        CannotConnect: nobody answers, or no Socket.IO server.
    """

    def __init__(self, url: str, timeout_s: float, path: str = PATH) -> None:
        super().__init__()
        self._frames = FrameBuffer()
        self._waiting: list[bytes] = []
        # A frame that the socket takes in parts must not be cut by another greenlet's.
        self._sending = BoundedSemaphore()
        # The deadlines of sockets are for each wait, of which TLS has one for every byte.
        with gevent.Timeout(timeout_s, TimeoutError("timed out")):
            handshake = self._open(url, endpoint(url, path), time.monotonic() + timeout_s)
        self.node = node_of(handshake.sid)
        self._socket.settimeout(handshake.ping_interval_s + handshake.ping_timeout_s)

    def _open(self, url: str, at: Endpoint, deadline_s: float) -> Handshake:
        try:
            self._socket, early = open_websocket(at, deadline_s)
        except NotUpgraded as error:
            what = f"HTTP {error.status}" if error.status else error.text
            raise CannotConnect(url, f"it refuses WebSocket ({what})", NOT_OURS) from None
        except (OSError, ValueError) as error:
            raise CannotConnect(url, why(error), HINT) from None
        try:
            self._waiting = [*self._frames.feed(early)]
            self._look()
            while not self._waiting:
                if self._over:
                    raise Ended(self._over)
                self._socket.settimeout(left_s(deadline_s))
                self._waiting = self._frames.feed(self._read())
                self._look()
            return read_handshake(url, self._waiting.pop(0))
        except (Ended, TimeoutError) as error:
            self.close()
            raise CannotConnect(url, str(error), HINT) from None
        except BaseException:
            self.close()
            raise

    def send(self, frame: str) -> None:
        self._send(encode_frame(frame.encode(), _mask_key()))

    def goodbye(self, frame: str) -> None:
        self.send(frame)
        self._send(encode_close(NORMAL, _mask_key()))

    def close(self) -> None:
        self._socket.close()

    def _packets(self) -> list[Burst | bytes]:
        if self._waiting:  # what came in one read with the handshake
            waiting, self._waiting = self._waiting, []
            return [*waiting]
        packets = take_read(self._frames, self._read())
        self._look()
        return packets

    def _read(self) -> bytes:
        try:
            data = self._socket.recv(_READ)
        except TimeoutError:
            raise Ended("nothing was heard for too long") from None
        except OSError as error:
            raise Ended(why(error)) from None
        if not data:
            raise Ended("the connection was closed")
        return data

    def _look(self) -> None:
        """See whether what was read says more than messages do."""
        if self._frames.controls:
            self._take_controls()
        if self._frames.fault:
            self._over = f"the server sent {self._frames.fault}"

    def _take_controls(self) -> None:
        controls, self._frames.controls = self._frames.controls, []
        for opcode, payload in controls:
            if opcode == PINGING:
                self._send(encode_frame(payload, _mask_key(), PONGING))
            elif opcode == CLOSING:
                code = close_code(payload)
                said = "none" if code == NO_CODE else code
                self._over = f"the server closed the connection (code {said})"

    def _send(self, frame: bytes) -> None:
        try:
            with self._sending:
                self._socket.sendall(frame)
        except OSError as error:
            raise Ended(why(error)) from None
