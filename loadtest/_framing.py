"""Cuts a stream of bytes into WebSocket messages (RFC 6455), whole reads at a time.

A player receives many small frames; a reader that asks the socket for each header and each
payload apart spends most of its time asking. Not here: the socket (`loadtest._websocket`).
"""

from typing import Final

from gridcli.core.errors import BadInput
from gridcli.core.protocol.names import BAD_PAYLOAD, TOO_LARGE

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
CLOSING: Final = 0x8
PINGING: Final = 0x9

MAX_MESSAGE: Final = 16 * 2**20
"""The longest message taken from a server, in bytes."""

_FINAL, _RESERVED, _OPCODE, _CONTROL = 0x80, 0x70, 0x0F, 0x8
_MASKED, _LENGTH = 0x80, 0x7F


class FrameBuffer:
    """What has come from one server and does not make a whole message yet."""

    __slots__ = ("_parts", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._parts: list[bytes] | None = None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take in what was read.

        Returns:
            The messages and control frames that are whole now: opcode and payload.

        Raises:
            BadInput: no frame that a server may send.
        """
        if self._rest:
            data = self._rest + data
        found: list[tuple[int, bytes]] = []
        at, end = 0, len(data)
        while end - at >= 2:
            first, size = data[at], data[at + 1]
            start = at + 2
            if first & _RESERVED or size & _MASKED:
                raise BadInput(BAD_PAYLOAD, "not a WebSocket frame of a server")
            if size >= 126:
                width = 2 if size == 126 else 8
                if end - start < width:
                    break
                size = int.from_bytes(data[start : start + width], "big")
                start += width
            if size > MAX_MESSAGE:
                raise BadInput(TOO_LARGE, f"a message has at most {MAX_MESSAGE} bytes")
            if end - start < size:
                break
            at = start + size
            self._frame(first, data[start:at], found)
        self._rest = data[at:]
        return found

    def _frame(self, first: int, payload: bytes, found: list[tuple[int, bytes]]) -> None:
        opcode = first & _OPCODE
        if opcode & _CONTROL:
            found.append((opcode, payload))
            return
        if opcode not in (TEXT, CONTINUATION) or (opcode == TEXT) != (self._parts is None):
            raise BadInput(BAD_PAYLOAD, "not a text message")
        if first & _FINAL and self._parts is None:
            found.append((TEXT, payload))
            return
        parts = self._parts = self._parts or []
        parts.append(payload)
        if sum(map(len, parts)) > MAX_MESSAGE:
            raise BadInput(TOO_LARGE, f"a message has at most {MAX_MESSAGE} bytes")
        if first & _FINAL:
            found.append((TEXT, b"".join(parts)))
            self._parts = None
