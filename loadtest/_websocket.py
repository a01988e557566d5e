"""The WebSocket transport: websocket-client shakes hands and sends, receiving is our own.

Not here: the frames (`loadtest._framing`), heartbeats (`loadtest._transport`).
"""

import socket

import websocket

from gridcli.core.errors import BadInput, CannotConnect

from ._framing import CLOSING, PINGING, TEXT, FrameBuffer
from ._transport import HINT, NOT_OURS, Connection, Ended, endpoint, read_handshake, why

_READ = 65536


class WebSocketConnection(Connection):
    """A session over one WebSocket.

    Args:
        url: the server's address.
        timeout_s: how long each step of connecting may take.

    Raises:
        CannotConnect: nobody answers, or no Socket.IO server.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        super().__init__()
        at = endpoint(url)
        scheme = "wss" if at.secure else "ws"
        self._frames = FrameBuffer()
        self._waiting: list[bytes] = []
        try:
            self._ws = websocket.create_connection(
                f"{scheme}://{at.netloc}{at.target('websocket')}",
                timeout=timeout_s,
                # A step is one small packet; waiting to fill a bigger one would add to its time.
                sockopt=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
                suppress_origin=True,
            )
        except websocket.WebSocketBadStatusException as error:
            reason = f"it refuses WebSocket (HTTP {error.status_code})"
            raise CannotConnect(url, reason, NOT_OURS) from None
        except (OSError, websocket.WebSocketException) as error:
            raise CannotConnect(url, why(error), HINT) from None
        assert self._ws.sock is not None
        self._socket = self._ws.sock
        try:
            while not self._waiting:
                self._waiting = self._packets()
            handshake = read_handshake(url, self._waiting.pop(0))
        except Ended as ended:
            self.close()
            raise CannotConnect(url, str(ended), HINT) from None
        except BaseException:
            self.close()
            raise
        self._socket.settimeout(handshake.ping_interval_s + handshake.ping_timeout_s)

    def send(self, frame: str) -> None:
        try:
            self._ws.send(frame)
        except (OSError, websocket.WebSocketException) as error:
            raise Ended(why(error)) from None

    def goodbye(self, frame: str) -> None:
        try:
            self._ws.send(frame)
            self._ws.send_close()
        except (OSError, websocket.WebSocketException) as error:
            raise Ended(why(error)) from None

    def close(self) -> None:
        self._ws.shutdown()  # type: ignore[no-untyped-call]  # has no annotations

    def _packets(self) -> list[bytes]:
        if self._waiting:  # what came in one read with the handshake
            packets, self._waiting = self._waiting, []
            return packets
        try:
            data = self._socket.recv(_READ)
        except TimeoutError:
            raise Ended("nothing was heard for too long") from None
        except OSError as error:
            raise Ended(why(error)) from None
        if not data:
            raise Ended("the connection was closed")
        packets = []
        try:
            for opcode, payload in self._frames.feed(data):
                if opcode == TEXT:
                    packets.append(payload)
                elif opcode == PINGING:
                    self._ws.pong(payload)
                elif opcode == CLOSING:
                    code = int.from_bytes(payload[:2], "big") or "none"
                    self._over = f"the server closed the connection (code {code})"
        except BadInput as error:
            raise Ended(str(error)) from None
        except (OSError, websocket.WebSocketException) as error:
            raise Ended(why(error)) from None
        return packets
