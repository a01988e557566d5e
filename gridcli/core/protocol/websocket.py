"""Cuts a stream of bytes from a server into WebSocket messages, without I/O.

A player receives many small frames, so whole reads are cut at a time, and a plain text frame costs
no call of its own. Source: RFC 6455. Not here: what a client sends (`masking`), the opening
handshake (`opening`), sockets (`gridcli.link.websocket`, `loadtest._websocket`).
"""

from typing import Final

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSING: Final = 0x8
PINGING: Final = 0x9
PONGING: Final = 0xA

NORMAL: Final = 1000
PROTOCOL_ERROR: Final = 1002
NO_CODE: Final = 1005
"""What a close frame without a code means; never sent."""

MAX_MESSAGE: Final = 4 * 2**20
"""The longest message taken from a server, in bytes: a room of `mirror.MAX_PLAYERS`. Decoded it
takes more than ten times that."""

_FINAL, _RESERVED, _OPCODE, _CONTROL = 0x80, 0x70, 0x0F, 0x8
_MASKED, _LENGTH = 0x80, 0x7F
_MAX_CONTROL = 125
PLAIN: Final = _FINAL | TEXT
"""The first byte of a whole text message."""
_NEVER = -1

_TOO_LONG = f"a message of more than {MAX_MESSAGE} bytes"


class FrameBuffer:
    """What has come from one server and does not make a whole message yet.

    Attributes:
        controls: the control frames that came since the caller last cleared them: opcode and
            payload. Nothing is read after a close frame.
        fault: what came that no server may send; empty while all is well. Nothing is read after.
    """

    __slots__ = ("_binary", "_message", "_needed", "_over", "_rest", "controls", "fault")

    def __init__(self) -> None:
        self.controls: list[tuple[int, bytes]] = []
        self.fault = ""
        self._over = False
        self._rest: bytes | bytearray = b""
        self._needed = 0
        self._message: bytearray | None = None
        self._binary = False

    @property
    def between(self) -> bool:
        """Whether all that came were whole messages, and more may come."""
        return not self._rest and self._message is None and not self._over

    @property
    def missing(self) -> int:
        """How many bytes it takes at least until the frame is whole of which a part came."""
        return self._needed - len(self._rest) if self._rest and not self._over else 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what was read, of any length.

        Returns:
            The text messages that are whole now, in order. Binary ones are left out: the game
            has none.
        """
        if self._over:
            return []
        rest = self._rest
        if rest:
            if len(rest) + len(data) < self._needed:
                # Grows in place, so that a long frame in many small pieces is not copied for each.
                if isinstance(rest, bytes):
                    rest = self._rest = bytearray(rest)
                rest += data
                return []
            data = b"".join((rest, data))
            self._rest = b""
        messages: list[bytes] = []
        append = messages.append
        at, end = 0, len(data)
        last = end - 1
        plain = PLAIN if self._message is None else _NEVER
        while at < last:
            if data[at] == plain:
                size = data[at + 1]
                start = at + 2
                if size > 125:
                    if size == 126 and at + 4 <= end:
                        size = data[at + 2] << 8 | data[at + 3]
                        start = at + 4
                    else:
                        size = end  # the longest, and a head in two reads, are for the slow path
                stop = start + size
                if stop <= end:
                    append(data[start:stop])
                    at = stop
                    continue
            at_next = self._other(data, at, messages)
            if at_next < 0:
                break
            at = at_next
            plain = PLAIN if self._message is None else _NEVER
        else:
            self._needed = 2
        if at < end and not self._over:
            self._rest = data[at:]
        return messages

    def _other(self, data: bytes, at: int, messages: list[bytes]) -> int:
        """Any frame, whole or not, of which two bytes are there.

        Returns:
            Where the next one begins; negative where this is not all there, or is the last one.
        """
        first, size = data[at], data[at + 1]
        opcode = first & _OPCODE
        start = at + 2
        if first & _RESERVED or size & _MASKED:
            return self._fail("not a WebSocket frame of a server")
        if opcode & _CONTROL and (size > _MAX_CONTROL or not first & _FINAL):
            return self._fail("a control frame that is too long or in pieces")
        if size >= 126:
            width = 2 if size == 126 else 8
            if len(data) - start < width:
                self._needed = 2 + width
                return -1
            size = int.from_bytes(data[start : start + width], "big")
            start += width
        if size > MAX_MESSAGE:
            return self._fail(_TOO_LONG)
        stop = start + size
        if stop > len(data):
            self._needed = stop - at
            return -1
        payload = data[start:stop]
        if opcode & _CONTROL:
            return stop if self._take_control(opcode, payload) else -1
        if opcode not in (TEXT, BINARY, CONTINUATION):
            return self._fail("a frame of an unknown kind")
        if (opcode == CONTINUATION) == (self._message is None):
            return self._fail("a message begun in the middle of another, or a piece of none")
        return stop if self._take_piece(opcode, payload, first & _FINAL, messages) else -1

    def _take_control(self, opcode: int, payload: bytes) -> bool:
        if opcode not in (CLOSING, PINGING, PONGING):
            return self._fail("a frame of an unknown kind") > 0
        self.controls.append((opcode, payload))
        self._over = opcode == CLOSING
        return not self._over

    def _take_piece(self, opcode: int, payload: bytes, final: int, messages: list[bytes]) -> bool:
        if self._message is None:
            self._binary = opcode == BINARY
            if final:
                if not self._binary:
                    messages.append(payload)
                return True
            self._message = bytearray()
        if len(self._message) + len(payload) > MAX_MESSAGE:
            return self._fail(_TOO_LONG) > 0
        self._message += payload
        if final:
            if not self._binary:
                messages.append(bytes(self._message))
            self._message = None
        return True

    def _fail(self, fault: str) -> int:
        self.fault = fault
        self._over = True
        return -1


def close_code(payload: bytes) -> int:
    """The code of a close frame, `NO_CODE` where it has none."""
    return int.from_bytes(payload[:2], "big") if len(payload) >= 2 else NO_CODE
