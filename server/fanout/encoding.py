"""Socket.IO events as packets: a finished frame for our members, queue packets for the others.

Both are made from one serialisation, and each only when it is asked for. Not here: the frame
header (`frames`).
"""

from typing import Any

import socketio.packet
from engineio import packet as engineio_packet

from .frames import binary_frame, text_frame

_MESSAGE = str(engineio_packet.MESSAGE)
_EVENT = str(socketio.packet.EVENT)


class Packets:
    """One Socket.IO packet: a text, and the attachments of a binary one.

    Args:
        pieces: the text first, without Engine.IO's type; bytes for each attachment.
    """

    __slots__ = ("_frame", "_pieces", "_queued")

    def __init__(self, pieces: list[Any]) -> None:
        self._pieces = pieces
        self._frame: bytes | None = None
        self._queued: list[Any] | None = None

    @property
    def frame(self) -> bytes:
        """All of it as finished WebSocket frames in one piece, so nothing comes in between."""
        if self._frame is None:
            self._frame = b"".join(
                text_frame((_MESSAGE + piece).encode())
                if isinstance(piece, str)
                else binary_frame(piece)
                for piece in self._pieces
            )
        return self._frame

    @property
    def queued(self) -> list[Any]:
        """As python-engineio's packets, for one more receiver."""
        if self._queued is None:
            self._queued = self._packets()
        # A packet remembers how it was encoded first, and bytes are not the same text to a client
        # that polls as to one that has upgraded since: those are not shared.
        return self._queued if len(self._queued) == 1 else self._packets()

    def _packets(self) -> list[Any]:
        return [engineio_packet.Packet(engineio_packet.MESSAGE, piece) for piece in self._pieces]


class Encoder:
    """Makes the packets of one server.

    Args:
        server: the `socketio.AsyncServer`; its packet class and JSON module are used.
    """

    def __init__(self, server: Any) -> None:
        self._packet_class = server.packet_class
        self._dumps = server.packet_class.json.dumps
        # The stock packet walks all data in search of bytes first. Where the JSON module refuses
        # them anyway, serialising is the search.
        self._direct = server.packet_class is socketio.packet.Packet and self._refuses_bytes()

    def event(self, namespace: str, event: str, data: object, number: int | None = None) -> Packets:
        """An event; a tuple is several arguments, None is none.

        Args:
            number: asks the client for an acknowledgement under this number.

        Raises:
            TypeError: the data can't be serialised.
        """
        if isinstance(data, tuple):
            values = [event, *data]
        elif data is None:
            values = [event]
        else:
            values = [event, data]
        if self._direct:
            try:
                text = self._dumps(values, separators=(",", ":"))
            except TypeError:
                pass  # bytes somewhere, or what nobody can serialise: the stock packet tells
            else:
                prefix = _EVENT if namespace == "/" else f"{_EVENT}{namespace},"
                return Packets([f"{prefix}{'' if number is None else number}{text}"])
        packet = self._packet_class(
            socketio.packet.EVENT, namespace=namespace, data=values, id=number
        )
        encoded = packet.encode()
        return Packets(encoded if isinstance(encoded, list) else [encoded])

    def _refuses_bytes(self) -> bool:
        for value in (b"", bytearray()):
            try:
                self._dumps([value], separators=(",", ":"))
            except TypeError:
                continue
            return False
        return True
