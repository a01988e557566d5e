"""What the two transports have in common: addresses, heartbeats, and how a connection ends.

A connection hands out the Socket.IO packets of an Engine.IO session as the bytes that came, so
that equal ones need to be decoded only once per process. Not here: the transports
(`loadtest._websocket`, `loadtest._polling`), what the packets say (`gridcli.core.protocol`).
"""

from abc import ABC, abstractmethod
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from gridcli.core.errors import BadInput, CannotConnect, GridError
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import PATH
from gridcli.core.protocol.packets import CLOSE, MESSAGE, PING, PONG, Handshake, decode_handshake
from gridcli.core.text import foreign

HINT = "is it running? start one with `gridcli serve`, or name yours with --host"
NOT_OURS = "is it a Socket.IO server? name yours with --host"

_MESSAGE, _PING, _CLOSE = MESSAGE.encode(), PING.encode(), CLOSE.encode()


class Ended(GridError):
    """The connection is over; `str()` says why."""


class Endpoint(NamedTuple):
    """Where a server's Engine.IO answers."""

    secure: bool
    netloc: str
    path: str

    def target(self, transport: str, sid: str = "") -> str:
        """The request target of a transport's session, or of a new one."""
        target = f"{self.path}?EIO=4&transport={transport}"
        return f"{target}&sid={quote(sid, safe='')}" if sid else target


def endpoint(url: str, path: str = PATH) -> Endpoint:
    """Read a server's address.

    Args:
        url: the server's.
        path: where Engine.IO answers beneath it.

    Raises:
        CannotConnect: it is no address.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        usable = parts.scheme in ("http", "https", "ws", "wss") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise CannotConnect(url, "not an address", "write it as http://host:port")
    return Endpoint(parts.scheme in ("https", "wss"), parts.netloc, parts.path.rstrip("/") + path)


class Connection(ABC):
    """One Engine.IO session, open once constructed.

    One greenlet receives; any may send.
    """

    def __init__(self) -> None:
        self._over = ""
        self.node = ""
        """Which of several servers of one grid it is connected to."""

    @abstractmethod
    def send(self, frame: str) -> None:
        """Send one packet, or put it in the queue. Raises `Ended`."""

    @abstractmethod
    def goodbye(self, frame: str) -> None:
        """Send a last packet and end the session; `receive` ends soon after. Raises `Ended`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the sockets; idempotent."""

    @abstractmethod
    def _packets(self) -> list[Burst | bytes]:
        """The next packets of Engine.IO. Raises `Ended`, also after a long silence."""

    def receive(self) -> list[Burst | bytes]:
        """Wait for the next Socket.IO packets, and bursts of them.

        Raises:
            Ended: nothing more will come.
        """
        while not self._over:
            packets = self._packets()
            messages = [p for p in packets if isinstance(p, Burst) or p[:1] == _MESSAGE]
            if len(messages) < len(packets):
                for packet in packets:
                    if isinstance(packet, bytes):
                        self._heed(packet[:1])
            if messages:
                return messages
        raise Ended(self._over)

    def _heed(self, kind: bytes) -> None:
        if kind == _PING:
            self.send(PONG)
        elif kind == _CLOSE:
            self._over = "the server ended the session"


def read_handshake(url: str, packet: bytes) -> Handshake:
    """The first packet of a session. Raises `CannotConnect` when it is none."""
    try:
        return decode_handshake(packet.decode())
    except (BadInput, UnicodeDecodeError):
        raise CannotConnect(url, "it does not speak Engine.IO 4", NOT_OURS) from None


def why(error: BaseException) -> str:
    """What went wrong with a socket, in words; what the server sent may be among them."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return foreign(str(text)).lower()
