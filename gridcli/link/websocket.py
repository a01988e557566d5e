"""Frames as WebSocket messages: what the bots and the screen receive by the thousand.

Messages go from the socket's callback to the client without a task in between, and frames are
written as they are sent. Not here: how it was opened (`gridcli.link.opening`), how bytes become
messages (`gridcli.core.protocol.websocket`).
"""

import asyncio
from time import perf_counter

from gridcli.core.protocol.bursts import Burst, take_read
from gridcli.core.protocol.masking import encode_close, encode_frame
from gridcli.core.protocol.packets import CLOSE, MESSAGE, NOOP, PING, PONG, Handshake
from gridcli.core.protocol.websocket import (
    CLOSING,
    NO_CODE,
    NORMAL,
    PINGING,
    PONGING,
    PROTOCOL_ERROR,
    close_code,
)

from .opening import Opening, mask_key
from .transport import CLOSE_S, CLOSED, LEFT, MAX_UNSENT, UNREAD, Connection, OnBurst, OnFrame

FAIR = 64 * 2**10
"""How much one connection may read while others, and the clock, wait: uvloop would read all that
comes, for seconds where a server sends as fast as it can."""
SWIFT_S = 0.02
"""Reads that take longer are followed by a rest as long: whatever a server sends, a screen then has
half of the time, and all the turns of the loop that a key needs."""

_MESSAGE = ord(MESSAGE)
_PING, _CLOSE = PING.encode(), CLOSE.encode()
_PONG = PONG.encode()
_IGNORED = (b"", NOOP.encode(), _PONG)
_ORDINARY = (NORMAL, 1001, NO_CODE)
"""Close codes that say no more than that it is over."""


def _drop(frame: bytes) -> None:
    """Takes the frames of a connection that has ended."""


class WebSocketConnection(Connection, asyncio.Protocol):
    """A session over one WebSocket.

    Args:
        handshake: the session's id and heartbeat.
        opening: the WebSocket; it is taken over.
    """

    kind = "websocket"

    def __init__(self, handshake: Handshake, opening: Opening) -> None:
        super().__init__(handshake)
        self._transport = opening.transport
        self._frames = opening.frames
        self._messages: list[Burst | bytes] = [*opening.messages]
        self._on_frame: OnFrame | None = None
        self._on_burst: OnBurst | None = None
        self._error: Exception | None = None
        self._time = self._loop.time
        self._burst = 0
        self._outbox: list[bytes] = []
        self._unsent = 0
        """How many bytes these are."""
        self._paused = False
        self._resumed: asyncio.Future[None] | None = None
        self._said_close = False
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._transport.set_protocol(self)
        if opening.lost:
            self.connection_lost(None)
        self._take_controls()

    def send(self, frame: str) -> None:
        """Write a frame at once, or keep it while the socket takes no more."""
        if not self._said_close:
            self._write(frame.encode())

    async def run(self, on_frame: OnFrame, on_burst: OnBurst | None = None) -> str:
        """Carry frames until the connection ends."""
        early = self._messages
        if self._on_frame is None:
            self._on_frame, self._on_burst = on_frame, on_burst
        self._deliver(early)
        self._watch_for_silence()
        try:
            reason = await self._ended
            if self._error is not None:
                raise self._error
            return reason
        finally:
            await self.close()

    def end(self, reason: str) -> None:
        """End the connection from our side; nothing is handed on any more."""
        super().end(reason)
        self._on_frame, self._on_burst = _drop, None
        self._messages.clear()

    async def flush(self, timeout_s: float) -> None:
        """Wait until the socket has taken what was sent, for so long at most."""
        if self._paused and not self._gone.done():
            self._resumed = self._loop.create_future()
            await asyncio.wait([self._resumed], timeout=timeout_s)

    async def close(self) -> None:
        """Say so, wait `CLOSE_S` at most for the server to agree, and close the socket."""
        self.end("closed")
        self._stop_watching()
        self._say_close(PROTOCOL_ERROR if self._frames.fault else NORMAL)
        try:
            await asyncio.wait([self._gone], timeout=CLOSE_S)
        finally:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        now_s = self._time()  # stands still within one turn of uvloop
        if now_s != self._heard_s:
            self._heard_s, self._burst = now_s, 0
        self._burst += len(data)
        began_s = perf_counter()
        if self._on_burst is not None:
            self._deliver(take_read(self._frames, data))
        elif self._on_frame is not None:
            self._deliver([*self._frames.feed(data)])
        else:
            self._messages += self._frames.feed(data)
        if self._frames.controls or self._frames.fault:
            self._take_controls()
        if self._burst > FAIR and self._transport.is_reading():
            self._transport.pause_reading()
            took_s = perf_counter() - began_s
            self._loop.call_later(took_s if took_s > SWIFT_S else 0, self._read_on)

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of `asyncio.Protocol`."""
        if not self._gone.done():
            self._gone.set_result(None)
        self._said_close = True  # nothing can be said any more
        self._wake()
        if not self._ended.done():
            # Not our own `end`: what came before and waits for `run` is still to be handed on.
            strange = exc is not None and not isinstance(exc, ConnectionError)
            super().end(str(exc) if strange else CLOSED)

    def pause_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        self._paused = True

    def resume_writing(self) -> None:
        """Part of `asyncio.Protocol`."""
        self._paused = False
        if self._outbox:
            outbox, self._outbox, self._unsent = self._outbox, [], 0
            self._transport.write(b"".join(outbox))
        if not self._paused:
            self._wake()

    def _read_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def _deliver(self, messages: list[Burst | bytes]) -> None:
        # `end` empties this list, and so ends the loop below without a question for each message.
        self._messages = messages
        on_frame, on_burst = self._on_frame, self._on_burst
        assert on_frame is not None
        try:
            for message in messages:
                if type(message) is Burst:
                    assert on_burst is not None, "a burst that nobody asked for"
                    on_burst(message)
                elif message and message[0] == _MESSAGE:
                    on_frame(message)
                else:
                    self._take_other(message, on_frame)
        except Exception as error:
            self._error = error
            self.end("a callback failed")
        messages.clear()

    def _take_other(self, message: bytes, on_frame: OnFrame) -> None:
        kind = message[:1]
        if kind == _PING:
            self._write(_PONG + message[1:])
        elif kind == _CLOSE:
            self.end(LEFT)
        elif kind not in _IGNORED:
            on_frame(message)

    def _take_controls(self) -> None:
        controls, self._frames.controls = self._frames.controls, []
        for opcode, payload in controls:
            if opcode == PINGING:
                self._write(payload, PONGING)
            elif opcode == CLOSING:
                code = close_code(payload)
                self._say_close(code)
                self._transport.close()
                what = "" if code in _ORDINARY else f" (WebSocket code {code})"
                super().end(CLOSED + what)
        if self._frames.fault:
            super().end(f"the server sent {self._frames.fault}")

    def _say_close(self, code: int) -> None:
        if not self._said_close:
            self._said_close = True
            self._outbox.append(encode_close(code, mask_key()))
            self._transport.write(b"".join(self._outbox))
            self._outbox.clear()

    def _write(self, payload: bytes, opcode: int = 1) -> None:
        frame = encode_frame(payload, mask_key(), opcode)
        if not self._paused:
            self._transport.write(frame)
        elif self._unsent + len(frame) <= MAX_UNSENT:
            self._outbox.append(frame)
            self._unsent += len(frame)
        else:
            self.end(UNREAD)

    def _wake(self) -> None:
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)
